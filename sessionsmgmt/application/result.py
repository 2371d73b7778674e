"""What each use case returns. Presenters choose by these types what they show; entrypoints, the exit status.

``now`` is the aware instant that a command took as now. ``warnings`` are what a person should know. A ``message`` is
one or more plain sentences for a person. ``looked_at`` is what was read for each rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sessionsmgmt.domain.frozen import dataclass

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sessionsmgmt.application.job import Delivery
    from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
    from sessionsmgmt.domain.model.looked_at import LookedAt
    from sessionsmgmt.domain.model.notice import Key
    from sessionsmgmt.domain.model.warning import ReportWarning
    from sessionsmgmt.errors import SessionsError
    from sessionsmgmt.ports.credentials import Sealed
    from sessionsmgmt.ports.health import Finding
    from sessionsmgmt.secret_masking import Secret


class Data(StrEnum):
    """What a preview is made from."""

    LIVE = "live"  # the club's own calendar and contacts
    SAMPLE = "sample"  # those that preview.sample names
    INVENTED = "invented"  # a club that this program makes up


@dataclass(frozen=True, slots=True)
class Recovery:
    """A credential that could not be stored, sealed: what to do with it, and what works until then.

    ``at`` is the aware instant at which storing was given up: what is written into the secret later is newer.
    ``title`` is the secret's; ``by_hand`` is the command line that stores it without this program.
    """

    sealed: Sealed
    at: datetime
    title: str
    by_hand: str
    meanwhile: str

    def document(self) -> Mapping[str, str]:
        """What ``rotate --recover`` reads."""
        return {
            "encrypted_value": self.sealed.text,
            "key_id": self.sealed.key_id,
            "sealed_at": self.at.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True, slots=True)
class Rotation:
    """What became of the credential. ``credential`` is the one to use from now on.

    ``issued`` says that the provider issued a new credential, which is stored. ``stale`` says that nothing was done,
    because a newer credential than the one at hand may be stored. ``ends`` is the aware instant at which the consent
    lapses, where that is known. ``trouble`` is what went wrong where the job can go on all the same.
    """

    credential: Secret
    issued: bool = False
    stale: bool = False
    ends: datetime | None = None
    warnings: tuple[ReportWarning, ...] = ()
    trouble: SessionsError | None = None
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What ``run`` did. ``deliveries`` has a row for every session; ``snapshot`` is the ledger as it was before.

    ``lookup_error`` is why held notices could not be looked up. ``rotation`` is what became of the credential, where it
    was due. ``error`` is why nothing was sent, where the rotation must be reported all the same.
    """

    now: datetime
    deliveries: tuple[Delivery, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()
    snapshot: LedgerSnapshot | None = None
    lookup_error: SessionsError | None = None
    rotation: Rotation | None = None
    error: SessionsError | None = None
    looked_at: tuple[LookedAt, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """What ``run`` would send at the instant ``now``: nothing was sent and nothing was recorded.

    ``pages`` is the preview in Markdown, in pieces that stand on lines of their own. ``error`` is why emails of the
    preview could not be mailed to the person who wanted to see them.
    """

    now: datetime
    deliveries: tuple[Delivery, ...] = ()
    emails: Mapping[Key, EmailMessage] = field(default_factory=dict)
    warnings: tuple[ReportWarning, ...] = ()
    data: Data = Data.LIVE
    pages: tuple[str, ...] = ()
    message: str = ""
    error: SessionsError | None = None
    looked_at: tuple[LookedAt, ...] = ()

    @property
    def invented(self) -> bool:
        """Whether its sessions and people are invented, so that nothing of them is secret."""
        return self.data is not Data.LIVE


@dataclass(frozen=True, slots=True)
class StatusResult:
    """The sessions ahead; ``snapshot`` says what was announced about each."""

    now: datetime
    deliveries: tuple[Delivery, ...]
    warnings: tuple[ReportWarning, ...]
    snapshot: LedgerSnapshot
    looked_at: tuple[LookedAt, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolveResult:
    """The held notices that were closed: those of one email. ``snapshot`` is the ledger as it is afterwards."""

    now: datetime
    closed: tuple[Delivery, ...]
    snapshot: LedgerSnapshot
    warnings: tuple[ReportWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """The ledger that was taken over: its branch, and how many notices it remembers."""

    branch: str
    notices: int
    warnings: tuple[ReportWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """A valid sessions.yml. A file that is not valid is an InputError."""

    message: str


@dataclass(frozen=True, slots=True)
class InitResult:
    """The files that were written, and what comes next."""

    message: str


@dataclass(frozen=True, slots=True)
class ClubJob:
    """A job of the matrix: the name of the club's folder, its file, and the environment with its secrets, if any.

    No two jobs have the same ``config``; several may have the same ``club``.
    """

    club: str
    config: str
    environment: str


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The clubs of one batch, which batch it is and how many there are. ``left_out`` says why others have no job."""

    clubs: tuple[ClubJob, ...]
    batch: int
    batches: int
    left_out: tuple[str, ...] = ()

    def matrix(self) -> dict[str, object]:
        """What ``strategy.matrix`` takes: a job for each club."""
        return {"include": [asdict(club) for club in self.clubs]}


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """What was checked, a row for each check."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RotateResult:
    """What became of the credential; ``rotation`` is None where ``--dry-run`` or ``--recover`` was asked for.

    ``stored`` says that ``--recover`` stored what an earlier rotation could not store.
    """

    message: str
    rotation: Rotation | None = None
    stored: bool = False
    warnings: tuple[ReportWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class LoginResult:
    """Where the new credential is. ``stored`` says that it is in the secret.

    ``error`` is why it could not be stored there; ``recovery`` is the credential then, sealed.
    """

    message: str
    stored: bool = False
    error: SessionsError | None = None
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True)
class RevokeResult:
    """That the consent is withdrawn. ``error`` is why the secret with the credential could not be deleted."""

    message: str
    error: SessionsError | None = None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """Everything that is kept, as a document for JSON. ``errors`` are why parts of it could not be read."""

    document: Mapping[str, object]
    errors: tuple[SessionsError, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """The receipt: a row for each place, and for each thing that stays somewhere else."""

    findings: tuple[Finding, ...]


Result = (
    RunResult
    | PreviewResult
    | StatusResult
    | ResolveResult
    | AdoptResult
    | ValidateResult
    | InitResult
    | PlanResult
    | DoctorResult
    | RotateResult
    | LoginResult
    | RevokeResult
    | ExportResult
    | ForgetResult
)

"""What each use case returns. Presenters choose by these types what they show; entrypoints, the exit status.

``now`` is the aware instant that a command took as now. ``warnings`` are what a person should know. A ``message`` is
one or more plain sentences for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import Enum

from sessionsmgmt.application.credentials.rotation import Recovery, Rotation
from sessionsmgmt.application.notices.job import Delivery
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.health import Finding


class Readers(Enum):
    """Who can read what a command prints, publishes and leaves on the page of a workflow run."""

    CLUB = "club"
    """Those whom the club has let in: at a terminal, or in a private repository."""
    ANYBODY = "anybody"
    """Others too. For them sessions are counted, and nothing else is said of any session."""


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


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """What ``run`` would send at the instant ``now``: nothing was sent and nothing was recorded.

    ``pages`` is the preview in Markdown, in pieces that stand on lines of their own. ``invented`` says that its
    sessions and people are invented, so that nothing of them is secret.
    """

    now: datetime
    deliveries: tuple[Delivery, ...] = ()
    emails: Mapping[Key, EmailMessage] = field(default_factory=dict)
    warnings: tuple[ReportWarning, ...] = ()
    invented: bool = False
    pages: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class StatusResult:
    """The sessions ahead; ``snapshot`` says what was announced about each."""

    now: datetime
    deliveries: tuple[Delivery, ...]
    warnings: tuple[ReportWarning, ...]
    snapshot: LedgerSnapshot


@dataclass(frozen=True, slots=True)
class ResolveResult:
    """The held notice that was closed; ``snapshot`` is the ledger as it is afterwards."""

    now: datetime
    closed: Delivery
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
    | DoctorResult
    | RotateResult
    | LoginResult
    | RevokeResult
    | ExportResult
    | ForgetResult
)

"""What every use case is given: where and when it was asked for, the club, and the club's ports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sessionsmgmt.domain.frozen import dataclass

if TYPE_CHECKING:
    from sessionsmgmt.application.job import Job
    from sessionsmgmt.application.result import PreviewResult
    from sessionsmgmt.config.model import Config
    from sessionsmgmt.domain.model.warning import ReportWarning
    from sessionsmgmt.errors import SessionsError
    from sessionsmgmt.ports.console import Console
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.credentials import ConsentFlow, Renewal, SecretStore
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.ledger import AdoptableLedger, ErasableLedger
    from sessionsmgmt.ports.mail import Mailer
    from sessionsmgmt.ports.notifications import NoteTexts, Notifier
    from sessionsmgmt.ports.pull_requests import PreviewPublisher, PreviewReport, PullRequest
    from sessionsmgmt.ports.readers import Readers
    from sessionsmgmt.ports.stop import Stop
    from sessionsmgmt.ports.stored_data import LedgerPlace, Place, SecretPlace
    from sessionsmgmt.secret_masking import Secret


class Surroundings(Protocol):
    """Where a command was started: a job of GitHub Actions, or a person's machine. It is known without any club."""

    def checkout(self) -> Path | None:
        """The folder in which a job of GitHub Actions has its checkout; None outside of Actions."""
        ...

    def time_zone(self) -> str:
        """The variable ``TZ`` as the process inherited it; empty where it is not set."""
        ...

    def origin(self) -> str:
        """The repository at GitHub that this program was installed from, as ``OWNER/NAME``; empty where unknown."""
        ...

    def refuse_proposed(self, command: str) -> None:
        """Raise InputError where the job was started by a change that is only proposed."""
        ...

    def refuse_lent_secrets(self, command: str) -> None:
        """Raise InputError where the job has the secrets and may read a stranger's files."""
        ...

    def pull_request(self) -> PullRequest | None:
        """The pull request that the job is about; None where it is about none. Raises InputError as the event does."""
        ...

    def in_merge_queue(self) -> bool:
        """Whether a merge queue tries what is to be merged. No pull request is named then."""
        ...

    def readers(self) -> Readers:
        """Who can read what this process prints."""
        ...

    def readers_of_repository(self) -> Readers:
        """Who can read the repository and its issues."""
        ...

    def publishers(self, pull: PullRequest, path: Path) -> tuple[PreviewPublisher, ...]:
        """Where those who review the pull request look. Raises InputError without a token or a repository.

        ``path`` is the sessions.yml that the preview is of.
        """
        ...

    def failed_preview(self, error: SessionsError, path: Path) -> PreviewReport:
        """What is published where there is no preview because of the error."""
        ...


class PreviewTexts(Protocol):
    """The words and the pages of a preview."""

    def source(self, preview: PreviewResult, readers: Readers) -> str:
        """What the preview is made from, and for which moment, as a sentence."""
        ...

    def pages(self, preview: PreviewResult, *, secret: bool) -> tuple[str, ...]:
        """The preview in Markdown. Of what is ``secret``, only counts and kinds."""
        ...

    def report(self, preview: PreviewResult, source: str) -> PreviewReport:
        """What is published of a preview that has its pages."""
        ...

    def write(self, preview: PreviewResult, folder: Path) -> Path:
        """Write the preview page and the emails into the folder, and return the path of the page.

        Raises InputError where the folder can't be written.
        """
        ...


class Services(Protocol):
    """The ports of a club. Each is built when it is asked for; nothing is opened or asked before it is used.

    Building one raises InputError where a credential, a key or a token that it takes is missing or unreadable.
    """

    def job(self) -> Job:
        """The sources and the ledger."""
        ...

    def sample_job(self) -> Job:
        """The same with the sample that sessions.yml names, or with invented people. It needs no credential."""
        ...

    def mailer(self) -> Mailer:
        """What sends the emails."""
        ...

    def run_id(self) -> str:
        """An id that no other process has."""
        ...

    def ledger(self) -> ErasableLedger:
        """The ledger alone."""
        ...

    def adoptable(self) -> AdoptableLedger:
        """The ledger in the repository, which says whose it is."""
        ...

    def contacts(self) -> Contacts:
        """The address book alone."""
        ...

    def notifiers(self) -> tuple[Notifier, ...]:
        """Where notes for a person are posted; nowhere outside of a repository."""
        ...

    def note_texts(self) -> NoteTexts:
        """The words of the notes."""
        ...

    def preview_texts(self) -> PreviewTexts:
        """The words and the pages of a preview."""
        ...

    def provider_checks(self) -> tuple[Check, ...]:
        """The providers' own health checks."""
        ...

    def repository_checks(self, now: datetime) -> tuple[Check, ...]:
        """The health checks of what the club has at GitHub. ``now`` is aware."""
        ...

    def uses_account(self) -> bool:
        """Whether calendar, contacts or mail are an account's, so that its owner had to agree to it."""
        ...

    def credential(self) -> Secret:
        """The account's stored credential as the environment has it; empty where there is none."""
        ...

    def with_credential(self, credential: Secret) -> Services:
        """The same ports with this credential in the place of the stored one."""
        ...

    def may_store_credential(self) -> bool:
        """Whether sessions.yml says where the credential is stored, and something is set to store it with."""
        ...

    def secret(self) -> AbstractContextManager[SecretStore]:
        """The secret that the credential is stored in, for as long as the block lasts.

        Raises RefusedError where nothing that is set may write it.
        """
        ...

    def renewal(self, clock: Callable[[], datetime]) -> AbstractContextManager[Renewal]:
        """All that renewing the credential takes, for as long as the block lasts. Raises as ``secret`` does."""
        ...

    def consent_flow(self, client: Path) -> ConsentFlow:
        """How the account's owner agrees; ``client`` is the JSON file of the client in the provider's console."""
        ...

    def withdrawal(self) -> Callable[[], bool]:
        """What withdraws the account's consent, and says whether there was any left."""
        ...

    def names_repository(self) -> bool:
        """Whether the environment names the club's repository and has the token to ask GitHub about it."""
        ...

    def uses_git_ledger(self) -> bool:
        """Whether a ledger of the club is, or was, on a branch of the repository."""
        ...

    def uses_calendar_ledger(self) -> bool:
        """Whether a ledger of the club is, or was, in the calendar."""
        ...

    def ledgers(self) -> tuple[LedgerPlace, ...]:
        """Every ledger that the club has or moves away from."""
        ...

    def ledger_places(self, now: datetime) -> tuple[Place, ...]:
        """The ledgers to be deleted, for which no key is needed. ``now`` is aware."""
        ...

    def account_places(self) -> tuple[Place, ...]:
        """The consent and the secret with the credential, to be deleted."""
        ...

    def published_places(self) -> tuple[Place, ...]:
        """The issues and comments in the club's repository, to be shown or deleted."""
        ...

    def secret_place(self) -> SecretPlace | None:
        """Where the credential is stored, as far as sessions.yml says."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """When and where a command was asked for.

    ``path`` is the sessions.yml that it is about. ``now`` is the aware instant that the command takes as now;
    ``chosen`` is the same if the person named it, and None if it is the present. ``clock`` returns the aware instant of
    its call: ``now`` at the first call, later as much more as has passed since. ``stop`` says whether the command is
    asked to end.
    """

    path: Path
    now: datetime
    chosen: datetime | None
    clock: Callable[[], datetime]
    stop: Stop
    console: Console
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Context:
    """A request, and the club that it is about: its sessions.yml and its ports."""

    request: Request
    config: Config
    services: Services

    def with_credential(self, credential: Secret) -> Context:
        """The same with this credential in the place of the stored one."""
        return replace(self, services=self.services.with_credential(credential))

    def unless_stopped(self, act: Callable[[], tuple[ReportWarning, ...]]) -> tuple[ReportWarning, ...]:
        """What ``act`` returns; nothing if the command is asked to end before or meanwhile."""
        return self.request.stop.unless_asked(act, ())

"""The ports of a club and the surroundings of a command, as use cases ask for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from sessionsmgmt.adapters.github import event
from sessionsmgmt.application.context import PreviewTexts
from sessionsmgmt.application.job import Job
from sessionsmgmt.bootstrap import container, credentials, data_inventory, github, health_checks, pull_request_preview
from sessionsmgmt.bootstrap import readers as reading
from sessionsmgmt.bootstrap.container import Container, Wired
from sessionsmgmt.bootstrap.ledgers import all_stores
from sessionsmgmt.config.model import CalendarStore, GitStore
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.credentials import ConsentFlow, Renewal, SecretStore
from sessionsmgmt.ports.health import Check
from sessionsmgmt.ports.ledger import AdoptableLedger, ErasableLedger
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.ports.notifications import NoteTexts, Notifier
from sessionsmgmt.ports.pull_requests import PreviewPublisher, PreviewReport, PullRequest
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.ports.stored_data import LedgerPlace, Place, SecretPlace
from sessionsmgmt.presenters.note_texts import IssueTexts
from sessionsmgmt.presenters.preview_texts import PreviewPages, failed_report
from sessionsmgmt.secret_masking import Secret
from sessionsmgmt.settings import Settings


@dataclass(frozen=True, slots=True)
class JobSurroundings:
    """See ``application.context.Surroundings``: what the settings and GitHub say of where a command was started."""

    settings: Settings

    def checkout(self) -> Path | None:
        """The folder in which a job of GitHub Actions has its checkout; None outside of Actions."""
        return self.settings.actions.checkout

    def time_zone(self) -> str:
        """The variable ``TZ`` as the process inherited it."""
        return self.settings.time_zone

    def refuse_proposed(self, command: str) -> None:
        """Raise InputError where the job was started by a change that is only proposed."""
        event.must_be_merged(self.settings.actions, command)

    def refuse_lent_secrets(self, command: str) -> None:
        """Raise InputError where the job has the secrets and may read a stranger's files."""
        event.refuse_lent_secrets(self.settings.actions, command)

    def pull_request(self) -> PullRequest | None:
        """The pull request that the job is about; None where it is about none."""
        return event.pull_request(self.settings.actions)

    def in_merge_queue(self) -> bool:
        """Whether a merge queue tries what is to be merged."""
        return event.is_queued(self.settings.actions)

    def readers(self) -> Readers:
        """Who can read what this process prints."""
        return reading.readers(self.settings)

    def readers_of_repository(self) -> Readers:
        """Who can read the repository and its issues."""
        return reading.readers_of_repository(self.settings)

    def publishers(self, pull: PullRequest, path: Path) -> tuple[PreviewPublisher, ...]:
        """Where those who review the pull request look."""
        return pull_request_preview.publishers(self.settings, pull, path)

    def failed_preview(self, error: SessionsError, path: Path) -> PreviewReport:
        """What is published where there is no preview because of the error."""
        cut, workspace = pull_request_preview.rest(self.settings), pull_request_preview.workspace(self.settings)
        return failed_report(error, path, cut, workspace)


@dataclass(frozen=True)
class ClubServices:
    """See ``application.context.Services``. What needs the account is built once, so that it signs in once."""

    club: Container

    def job(self) -> Job:
        """The sources and the ledger."""
        return self._wired.job

    def sample_job(self) -> Job:
        """The same with the sample that sessions.yml names, or with invented people."""
        return pull_request_preview.sample_job(self.club.config)

    def mailer(self) -> Mailer:
        """What sends the emails."""
        return self._wired.mailer

    def run_id(self) -> str:
        """An id that no other process has."""
        return container.run_id(self.club.settings)

    def ledger(self) -> ErasableLedger:
        """The ledger alone."""
        return self.club.ledger()

    def adoptable(self) -> AdoptableLedger:
        """The ledger in the repository, which says whose it is."""
        return self.club.adoptable()

    def contacts(self) -> Contacts:
        """The address book alone."""
        return self.club.contacts()

    def notifiers(self) -> tuple[Notifier, ...]:
        """Where notes for a person are posted."""
        return github.notifiers(self.club.settings)

    def note_texts(self) -> NoteTexts:
        """The words of the notes."""
        return IssueTexts(self.club.config)

    def preview_texts(self) -> PreviewTexts:
        """The words and the pages of a preview."""
        return PreviewPages(self.club.config, pull_request_preview.rest(self.club.settings))

    def provider_checks(self) -> tuple[Check, ...]:
        """The providers' own health checks."""
        return self._wired.checks

    def repository_checks(self, now: datetime) -> tuple[Check, ...]:
        """The health checks of what the club has at GitHub."""
        return health_checks.checks(self.club, now)

    def uses_account(self) -> bool:
        """Whether calendar, contacts or mail are an account's."""
        return self.club.uses_account

    def credential(self) -> Secret:
        """The account's stored credential as the environment has it."""
        return self.club.credential

    def with_credential(self, credential: Secret) -> ClubServices:
        """The same ports with this credential in the place of the stored one."""
        return ClubServices(self.club.with_credential(credential))

    def may_store_credential(self) -> bool:
        """Whether sessions.yml says where the credential is stored, and something is set to store it with."""
        return credentials.may_store(self.club)

    def secret(self) -> AbstractContextManager[SecretStore]:
        """The secret that the credential is stored in."""
        return credentials.secret(self.club)

    def renewal(self, clock: Callable[[], datetime]) -> AbstractContextManager[Renewal]:
        """All that renewing the credential takes."""
        return credentials.renewal(self.club, clock)

    def consent_flow(self, client: Path) -> ConsentFlow:
        """How the account's owner agrees."""
        return self.club.consent_flow(client)

    def withdrawal(self) -> Callable[[], bool]:
        """What withdraws the account's consent, and says whether there was any left."""
        return self.club.withdrawal()

    def names_repository(self) -> bool:
        """Whether the environment names the club's repository and has the token to ask GitHub about it."""
        return self.club.settings.github.names_repository

    def uses_git_ledger(self) -> bool:
        """Whether a ledger of the club is, or was, on a branch of the repository."""
        return any(isinstance(store, GitStore) for store in all_stores(self.club.config, self.club.settings))

    def uses_calendar_ledger(self) -> bool:
        """Whether a ledger of the club is, or was, in the calendar."""
        return any(isinstance(store, CalendarStore) for store in all_stores(self.club.config, self.club.settings))

    def ledgers(self) -> tuple[LedgerPlace, ...]:
        """Every ledger that the club has or moves away from."""
        return data_inventory.ledgers(self.club)

    def ledger_places(self, now: datetime) -> tuple[Place, ...]:
        """The ledgers to be deleted."""
        return data_inventory.ledger_places(self.club, now)

    def account_places(self) -> tuple[Place, ...]:
        """The consent and the secret with the credential, to be deleted."""
        return data_inventory.account_places(self.club)

    def published_places(self) -> tuple[Place, ...]:
        """The issues and comments in the club's repository, to be shown or deleted."""
        return data_inventory.published_places(self.club)

    def secret_place(self) -> SecretPlace | None:
        """Where the credential is stored, as far as sessions.yml says."""
        return data_inventory.secret_place(self.club)

    @cached_property
    def _wired(self) -> Wired:
        return self.club.wire()

"""The ports of a club, as use cases ask for them. Each is imported and built when it is asked for.

All commands import this module; so what only some of them need is imported in the methods.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sessionsmgmt.bootstrap import container
from sessionsmgmt.bootstrap.ledgers import all_stores
from sessionsmgmt.config.model import CalendarStore, GitStore

if TYPE_CHECKING:
    from sessionsmgmt.application.context import PreviewTexts
    from sessionsmgmt.application.job import Job
    from sessionsmgmt.bootstrap.container import Container, Wired
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.credentials import ConsentFlow, Renewal, SecretStore
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.ledger import AdoptableLedger, ErasableLedger
    from sessionsmgmt.ports.mail import Mailer
    from sessionsmgmt.ports.notifications import NoteTexts, Notifier
    from sessionsmgmt.ports.stored_data import LedgerPlace, Place, SecretPlace
    from sessionsmgmt.secret_masking import Secret


@dataclass(frozen=True)
class ClubServices:
    """See ``application.context.Services``. What needs the account is built once, so that it signs in once."""

    club: Container

    def job(self) -> Job:
        """The sources and the ledger."""
        return self._wired.job

    def sample_job(self) -> Job:
        """The same with the sample that sessions.yml names, or with invented people."""
        from sessionsmgmt.bootstrap import pull_request_preview

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
        from sessionsmgmt.bootstrap import github

        return github.notifiers(self.club.settings)

    def note_texts(self) -> NoteTexts:
        """The words of the notes."""
        from sessionsmgmt.presenters.note_texts import IssueTexts

        return IssueTexts(self.club.config)

    def preview_texts(self) -> PreviewTexts:
        """The words and the pages of a preview."""
        from sessionsmgmt.bootstrap import pull_request_preview
        from sessionsmgmt.presenters.preview_texts import PreviewPages

        return PreviewPages(self.club.config, pull_request_preview.cut_notice(self.club.settings))

    def provider_checks(self) -> tuple[Check, ...]:
        """The providers' own health checks."""
        return self._wired.checks

    def repository_checks(self, now: datetime) -> tuple[Check, ...]:
        """The health checks of what the club has at GitHub."""
        from sessionsmgmt.bootstrap import health_checks

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
        from sessionsmgmt.bootstrap import credentials

        return credentials.may_store(self.club)

    def secret(self) -> AbstractContextManager[SecretStore]:
        """The secret that the credential is stored in."""
        from sessionsmgmt.bootstrap import credentials

        return credentials.secret(self.club)

    def renewal(self, clock: Callable[[], datetime]) -> AbstractContextManager[Renewal]:
        """All that renewing the credential takes."""
        from sessionsmgmt.bootstrap import credentials

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
        from sessionsmgmt.bootstrap import data_inventory

        return data_inventory.ledgers(self.club)

    def ledger_places(self, now: datetime) -> tuple[Place, ...]:
        """The ledgers to be deleted."""
        from sessionsmgmt.bootstrap import data_inventory

        return data_inventory.ledger_places(self.club, now)

    def account_places(self) -> tuple[Place, ...]:
        """The consent and the secret with the credential, to be deleted."""
        from sessionsmgmt.bootstrap import data_inventory

        return data_inventory.account_places(self.club)

    def published_places(self) -> tuple[Place, ...]:
        """The issues and comments in the club's repository, to be shown or deleted."""
        from sessionsmgmt.bootstrap import data_inventory

        return data_inventory.published_places(self.club)

    def secret_place(self) -> SecretPlace | None:
        """Where the credential is stored, as far as sessions.yml says."""
        from sessionsmgmt.bootstrap import data_inventory

        return data_inventory.secret_place(self.club)

    @cached_property
    def _wired(self) -> Wired:
        return self.club.wire()

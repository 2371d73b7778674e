"""Config, settings and the registered providers → the real objects. Each adapter is imported when first needed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionsmgmt.adapters.provider_spec import AccountSpec, ProviderContext, ProviderSpec
from sessionsmgmt.bootstrap import ledgers
from sessionsmgmt.bootstrap.mailings import alert_mailing, mailing
from sessionsmgmt.bootstrap.providers import PROVIDERS, Providers
from sessionsmgmt.config.model import (
    CalendarEntry,
    CalendarStore,
    Config,
    Confirm,
    FileStore,
    GitStore,
    Store,
)
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask, Secret

if TYPE_CHECKING:
    from sessionsmgmt.application.job import Job, Lookup
    from sessionsmgmt.ports.calendar import Calendar
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.credentials import ConsentFlow, TokenRefresher
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.ledger import AdoptableLedger, ErasableLedger
    from sessionsmgmt.ports.mail import Mailer
    from sessionsmgmt.settings import Settings

Connections = Mapping[str, Any]
"""What the parts of each provider share, by the provider's name."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A club with everything real attached. Nothing is opened or asked yet."""

    job: Job
    mailer: Mailer
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Container:
    """Makes the real objects that a club's sessions.yml asks for.

    ``mask`` is told every secret learnt on the way. ``say`` shows a sentence to the person who waits.
    """

    config: Config
    settings: Settings
    mask: Mask = field(repr=False)
    providers: Providers = PROVIDERS
    say: Callable[[str], None] = lambda _: None

    def wire(self) -> Wired:
        """Everything that a run needs.

        Raises InputError where a credential is missing or unreadable, a base URL is refused, or sessions.yml names what
        this version does not have.
        """
        from sessionsmgmt.application.job import Job

        config, connected = self.config, self._connect(self._used)
        ledger = self._ledger(connected)
        return Wired(
            job=Job(
                zone=config.zone,
                roles=config.roles,
                mailings=tuple(mailing(config, notice) for notice in config.notices),
                calendar=self._calendar(connected),
                contacts=self._contacts(connected),
                ledger=ledger,
                lookup=self._lookup(connected),
                alerts=alert_mailing(config) if config.alerts else None,
                silence=config.silence,
            ),
            mailer=self._mailer(connected),
            checks=tuple(check for spec in self._used for check in spec.checks(connected[spec.name], config)),
        )

    @property
    def uses_account(self) -> bool:
        """Whether calendar, contacts or mail are an account's, so that its owner had to agree to it."""
        return self._account is not None

    @property
    def credential(self) -> Secret:
        """The account's stored credential, as it is; empty where there is none."""
        return self.settings.provider_secrets[self._account[0].credential] if self._account else Secret("", self.mask)

    def with_credential(self, credential: Secret) -> Container:
        """The same with this credential in the place of the stored one."""
        if self._account is None:
            return self
        spec, _ = self._account
        return replace(self, settings=self.settings.with_provider_secret(spec.credential, credential))

    def consent_flow(self, client: Path) -> ConsentFlow:
        """How the account's owner agrees to what sessions.yml needs; ``client`` is the console's JSON file.

        Raises InputError where the file is none, or nothing in sessions.yml needs an account.
        """
        if self._account is None:
            advice = f"Set a provider to {self.providers.with_account} first."
            raise InputError("Nothing in sessions.yml needs an account.", advice)
        _, account = self._account
        return account.consent_flow(self._context, account.scopes(self.config), client)

    def token_refresher(self, clock: Callable[[], datetime]) -> TokenRefresher:
        """What renews the account's credential. The end of a consent is counted from the aware instant of ``clock``.

        Raises InputError where no account is used, or the credential is missing or unreadable.
        """
        if self._account is None:
            raise InputError("Nothing in sessions.yml uses an account.", "There is no credential to renew.")
        _, account = self._account
        return account.token_refresher(self._context, account.scopes(self.config), clock)

    def withdrawal(self) -> Callable[[], bool]:
        """What takes the account's consent back, and says whether there was any left.

        Raises InputError where there is no credential.
        """
        if self._account is None:
            raise InputError("Nothing in sessions.yml uses an account.", "There is no consent to withdraw.")
        spec, account = self._account
        return partial(account.revoke, spec.connect(self._context))

    def contacts(self) -> Contacts:
        """Where the people are kept. Raises InputError where a credential is missing or unreadable."""
        return self._contacts(self._connect(self._used))

    def ledger(self) -> ErasableLedger:
        """The club's ledger. If sessions.yml does not say where, it is in the repository in Actions, else in a file.

        Raises InputError where a key, a token or a credential that it takes is missing or unreadable.
        """
        stores = (self.config.ledger.store, self.config.ledger.migrate_from)
        return self._ledger(self._connect_for(*stores))

    def ledger_at(self, store: Store) -> ErasableLedger:
        """The ledger of that one place. Raises as ``ledger`` does."""
        return self._ledger_at(store, self._connect_for(store))

    def adoptable(self) -> AdoptableLedger:
        """The ledger that says whose it is. Raises InputError where the club has none that does, and as ``ledger``."""
        for store in (ledgers.current_store(self.config, self.settings), self.config.ledger.migrate_from):
            if isinstance(store, GitStore):
                return ledgers.git_ledger(store.branch, self.config, self.settings, RetryPolicy(say=self.say))
        raise InputError(
            "Only a ledger in the repository can be taken over, and this club's is none (ledger.store).",
            "Outside of Actions, write 'ledger: {store: git}' into sessions.yml if it is kept there.",
        )

    @property
    def _context(self) -> ProviderContext:
        return ProviderContext(self.config, self.settings, self.mask, self.say)

    @property
    def _used(self) -> tuple[ProviderSpec[Any], ...]:
        """The providers that sessions.yml names, each once."""
        calendars = (entry.section for entry in self.config.calendars)
        parts = (*calendars, self.config.contacts, self.config.mail.transport)
        return tuple(self.providers.named(name) for name in dict.fromkeys(part.provider for part in parts))

    @property
    def _account(self) -> tuple[ProviderSpec[Any], AccountSpec[Any]] | None:
        """The provider with an account among those that sessions.yml names.

        Raises InputError where several have accounts: each has a credential of its own, and one is renewed.
        """
        accounts = [(spec, spec.account) for spec in self._used if spec.account]
        if len(accounts) > 1:
            names = " and ".join(spec.name for spec, _ in accounts)
            raise InputError(
                f"sessions.yml uses accounts of {names}, and this version renews the credential of one only.",
                "Take calendar, contacts and mail that need an account from one of them.",
            )
        return accounts[0] if accounts else None

    def _connect(self, specs: Iterable[ProviderSpec[Any]]) -> Connections:
        return {spec.name: spec.connect(self._context) for spec in specs}

    def _connect_for(self, *stores: Store | None) -> Connections:
        """What ledgers in these places share with the calendar, if one of them is in the calendar."""
        in_calendar = any(isinstance(store, CalendarStore) for store in stores)
        return self._connect([self.providers.named(self.config.first_calendar.provider)] if in_calendar else [])

    def _calendar(self, connected: Connections) -> Calendar:
        from sessionsmgmt.adapters.all_calendars import AllCalendars, TrustingCalendar

        return AllCalendars(
            tuple(
                TrustingCalendar(self._one_calendar(entry, connected), entry.trusted_organizers)
                for entry in self.config.calendars
            )
        )

    def _one_calendar(self, entry: CalendarEntry, connected: Connections) -> Calendar:
        section = entry.section
        make = self.providers.named(section.provider).calendar
        if make is None:
            raise self.providers.absent(f"calendar.provider: {section.provider}")
        return make(connected[section.provider], section, entry.trusted_organizers, self.config)

    def _contacts(self, connected: Connections) -> Contacts:
        section = self.config.contacts
        make = self.providers.named(section.provider).contacts
        if make is None:
            raise self.providers.absent(f"contacts.provider: {section.provider}")
        return make(connected[section.provider], section, self.config)

    def _mailer(self, connected: Connections) -> Mailer:
        section = self.config.mail.transport
        make = self.providers.named(section.provider).mailer
        if make is None:
            raise self.providers.absent(f"mail.provider: {section.provider}")
        return make(connected[section.provider], section, self.config)

    def _lookup(self, connected: Connections) -> Lookup | None:
        """Where it is looked up whether a mail left, if sessions.yml wants that."""
        mail = self.config.mail
        if mail.confirm is Confirm.NONE:
            return None
        provider = mail.transport.provider
        make = self.providers.named(provider).sent_folder
        if make is None:
            raise self.providers.absent(f"mail.confirm: sent-folder, with mail.provider: {provider}")
        from sessionsmgmt.application.job import Lookup

        return Lookup(make(connected[provider], mail.transport, self.config), self.config.team, mail.sender)

    def _ledger(self, connected: Connections) -> ErasableLedger:
        ledger = self._ledger_at(ledgers.current_store(self.config, self.settings), connected)
        if self.config.ledger.migrate_from is None:
            return ledger
        from sessionsmgmt.adapters.ledger.migration import MigratingLedger

        former = self._ledger_at(self.config.ledger.migrate_from, connected)
        return MigratingLedger(former, ledger, ledgers.retention(self.config))

    def _ledger_at(self, store: Store, connected: Connections) -> ErasableLedger:
        match store:
            case FileStore(path):
                from sessionsmgmt.adapters.ledger.file import FileLedger

                return FileLedger(path, ledgers.retention(self.config))
            case GitStore(branch):
                return ledgers.git_ledger(branch, self.config, self.settings, RetryPolicy(say=self.say))
            case CalendarStore():
                section = self.config.first_calendar
                make = self.providers.named(section.provider).calendar_ledger
                if make is None:
                    raise self.providers.absent(f"ledger.store: calendar, with calendar.provider: {section.provider}")

                from sessionsmgmt.adapters.ledger.sealing import keys

                sealing, retention = keys(self.settings.ledger_keys), ledgers.retention(self.config)
                return make(connected[section.provider], section, self.config, sealing, retention)


def run_id(settings: Settings) -> str:
    """A name that no other process has, not even another job of the same workflow run."""
    of_actions = [part for part in (settings.actions.run_id, settings.actions.run_attempt) if part]
    return ".".join([*of_actions, secrets.token_hex(8)])

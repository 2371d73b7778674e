"""Config and settings → the real objects. Each adapter is imported when it is first needed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.google.scopes import needed_scopes, reading_scopes
from sessionsmgmt.adapters.ledger.sealing import keys
from sessionsmgmt.application.notices.job import Job, Lookup, Mailing
from sessionsmgmt.base_urls import base_url
from sessionsmgmt.bootstrap import ledgers
from sessionsmgmt.bootstrap.ledgers import shown
from sessionsmgmt.config.model import (
    CalendarStore,
    Config,
    Confirm,
    FileStore,
    GitStore,
    GoogleCalendar,
    GoogleContacts,
    GoogleMail,
    IcsCalendar,
    NoticeSettings,
    OutboxMail,
    SmtpMail,
    Store,
    VcardContacts,
)
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.calendar import Calendar
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.credentials import ConsentFlow, TokenRefresher
from sessionsmgmt.ports.health import Check
from sessionsmgmt.ports.ledger import AdoptableLedger, ErasableLedger
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask, Secret
from sessionsmgmt.settings import GOOGLE_CREDENTIALS, GOOGLE_ROOT, Settings

if TYPE_CHECKING:
    from sessionsmgmt.adapters.google.account import Account
    from sessionsmgmt.adapters.google.transport import Connection


@dataclass(frozen=True, slots=True)
class Wired:
    """A club with everything real attached. Nothing is opened or asked yet."""

    job: Job
    mailer: Mailer
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Container:
    """Makes the real objects that a club's sessions.yml asks for. ``mask`` is told every secret learnt on the way."""

    config: Config
    settings: Settings
    mask: Mask = field(repr=False)

    def wire(self) -> Wired:
        """Everything that a run needs.

        Raises InputError where a credential is missing or unreadable, or a base URL is refused.
        """
        config, google = self.config, self.account()
        return Wired(
            job=Job(
                zone=config.zone,
                roles=config.roles,
                mailings=tuple(mailing(config, notice) for notice in config.notices),
                calendar=_calendar(config, google),
                contacts=_contacts(config, google),
                ledger=self._ledger(google),
                lookup=_lookup(config, google),
                organizers=trusted(config),
            ),
            mailer=_mailer(config, google),
            checks=_checks(config, google),
        )

    @property
    def uses_account(self) -> bool:
        """Whether calendar, contacts or mail are an account's, so that its owner had to agree to it."""
        parts = (self.config.calendar, self.config.contacts, self.config.mail.transport)
        return any(isinstance(part, GoogleCalendar | GoogleContacts | GoogleMail) for part in parts)

    @property
    def credential(self) -> Secret:
        """The account's stored credential, as it is; empty where there is none."""
        return self.settings.provider_secrets[GOOGLE_CREDENTIALS]

    def with_credential(self, text: str) -> Container:
        """The same with this credential in the place of the stored one."""
        secret = Secret(text, self.mask)
        return replace(self, settings=self.settings.with_provider_secret(GOOGLE_CREDENTIALS, secret))

    def consent_flow(self, client: Path) -> ConsentFlow:
        """How the account's owner agrees to what sessions.yml needs; ``client`` is the console's JSON file.

        Raises InputError where the file is none, or nothing in sessions.yml needs an account.
        """
        from sessionsmgmt.adapters.google.consent import GoogleConsentFlow, client_of

        scopes = needed_scopes(self.config)
        if not scopes:
            raise InputError("Nothing in sessions.yml needs an account.", "Set a provider to google first.")
        return GoogleConsentFlow(client_of(client, self.mask), scopes, self._connection(RetryPolicy()))

    def token_refresher(self, clock: Callable[[], datetime]) -> TokenRefresher:
        """What renews the account's credential. The end of a consent is counted from the aware instant of ``clock``.

        Raises InputError where no account is used, or the credential is missing or unreadable.
        """
        from sessionsmgmt.adapters.google.credentials import stored_credential
        from sessionsmgmt.adapters.google.token_refresher import GoogleTokenRefresher

        scopes = needed_scopes(self.config)
        if not scopes:
            raise InputError("Nothing in sessions.yml uses an account.", "There is no credential to renew.")
        stored_credential(self.credential)
        return GoogleTokenRefresher(scopes, self._connection(RetryPolicy(today=clock)))

    def withdrawal(self) -> Callable[[], bool]:
        """What takes the account's consent back, and says whether there was any left.

        Raises InputError where there is no credential.
        """
        google = self.account()
        if google is None:
            raise InputError("Nothing in sessions.yml uses an account.", "There is no consent to withdraw.")
        from sessionsmgmt.adapters.google.consent import revoke

        return partial(revoke, google)

    def account(self) -> Account | None:
        """The one account that calendar, contacts and mail share, if any of them is at Google."""
        if not self.uses_account:
            return None
        from sessionsmgmt.adapters.google.account import Account
        from sessionsmgmt.adapters.google.credentials import stored_credential

        return Account(stored_credential(self.credential), self._connection(RetryPolicy()))

    def contacts(self) -> Contacts:
        """Where the people are kept. Raises InputError where a credential is missing or unreadable."""
        return _contacts(self.config, self.account())

    def ledger(self) -> ErasableLedger:
        """The club's ledger. If sessions.yml does not say where, it is in the repository in Actions, else in a file.

        Raises InputError where a key, a token or a credential that it takes is missing or unreadable.
        """
        stores = (self.config.ledger.store, self.config.ledger.migrate_from)
        return self._ledger(self.account() if any(isinstance(store, CalendarStore) for store in stores) else None)

    def ledger_at(self, store: Store) -> ErasableLedger:
        """The ledger of that one place. Raises as ``ledger`` does."""
        return self._ledger_at(store, self.account() if isinstance(store, CalendarStore) else None)

    def adoptable(self) -> AdoptableLedger:
        """The ledger that says whose it is. Raises InputError where the club has none that does, and as ``ledger``."""
        for store in (ledgers.current_store(self.config, self.settings), self.config.ledger.migrate_from):
            if isinstance(store, GitStore):
                return ledgers.git_ledger(store.branch, self.config, self.settings, RetryPolicy())
        raise InputError(
            "Only a ledger in the repository can be taken over, and this club's is none (ledger.store).",
            "Outside of Actions, write 'ledger: {store: git}' into sessions.yml if it is kept there.",
        )

    def _ledger(self, google: Account | None) -> ErasableLedger:
        ledger = self._ledger_at(ledgers.current_store(self.config, self.settings), google)
        if self.config.ledger.migrate_from is None:
            return ledger
        from sessionsmgmt.adapters.ledger.migration import MigratingLedger

        former = self._ledger_at(self.config.ledger.migrate_from, google)
        return MigratingLedger(former, ledger, ledgers.retention(self.config))

    def _ledger_at(self, store: Store, google: Account | None) -> ErasableLedger:
        config = self.config
        match store, config.calendar:
            case FileStore(path), _:
                from sessionsmgmt.adapters.ledger.file import FileLedger

                return FileLedger(path, ledgers.retention(config))
            case GitStore(branch), _:
                return ledgers.git_ledger(branch, config, self.settings, RetryPolicy())
            case CalendarStore(), GoogleCalendar(name, id_) if google:
                from sessionsmgmt.adapters.google.ledger import CalendarLedger

                sealing, rules = keys(self.settings.ledger_keys), [notice.rule for notice in config.notices]
                return CalendarLedger(
                    google, reading_scopes(config), sealing, ledgers.retention(config), rules, id_, name
                )
            case _:
                raise _absent("ledger.store: calendar, with calendar.provider: microsoft")

    def _connection(self, retry_policy: RetryPolicy) -> Connection:
        from sessionsmgmt.adapters.google.transport import Connection

        root = base_url(self.settings.provider_base_urls[GOOGLE_ROOT], GOOGLE_ROOT)
        return Connection(self.mask, root, retry_policy=retry_policy)


def run_id(settings: Settings) -> str:
    """A name that no other process has, not even another job of the same workflow run."""
    of_actions = [part for part in (settings.actions.run_id, settings.actions.run_attempt) if part]
    return ".".join([*of_actions, secrets.token_hex(8)])


def trusted(config: Config) -> frozenset[str] | None:
    """The folded addresses of those whose events count besides the calendar's own; None is everybody."""
    return None if config.organizers is None else frozenset(map(fold, config.organizers))


def mailing(config: Config, notice: NoticeSettings) -> Mailing:
    """A notice's rule, wording and recipients."""
    wording = Wording(
        team=config.team,
        locale=notice.locale or config.locale,
        zone=config.zone,
        disclose={role.name: role.disclose for role in config.roles},
        template=notice.template.text if notice.template else None,
        attach_calendar=notice.attach_calendar,
    )
    return Mailing(notice.rule, wording, Envelope(notice.to, notice.cc, config.mail.sender, config.mail.reply_to))


def _calendar(config: Config, google: Account | None) -> Calendar:
    match config.calendar:
        case IcsCalendar(path):
            from sessionsmgmt.adapters.files.calendar import IcsFile

            return IcsFile(path, shown(path), config.zone, trusted(config))
        case GoogleCalendar(name, id_) if google:
            from sessionsmgmt.adapters.google.calendar import GoogleCalendarFeed

            return GoogleCalendarFeed(google, reading_scopes(config), config.zone, id_, name)
        case _:
            raise _absent("calendar.provider: microsoft")


def _contacts(config: Config, google: Account | None) -> Contacts:
    match config.contacts:
        case VcardContacts(path):
            from sessionsmgmt.adapters.files.contacts import VcardFile

            return VcardFile(path, shown(path))
        case GoogleContacts() if google:
            from sessionsmgmt.adapters.google.contacts import GoogleAddressBook

            return GoogleAddressBook(google, reading_scopes(config))
        case _:
            raise _absent("contacts.provider: microsoft")


def _mailer(config: Config, google: Account | None) -> Mailer:
    match config.mail.transport:
        case OutboxMail(path):
            from sessionsmgmt.adapters.files.outbox import Outbox

            return Outbox(path)
        case GoogleMail() if google:
            from sessionsmgmt.adapters.google.mail import Gmail

            return Gmail(google)
        case other:
            raise _absent(f"mail.provider: {'smtp' if isinstance(other, SmtpMail) else 'microsoft'}")


def _lookup(config: Config, google: Account | None) -> Lookup | None:
    """Where it is looked up whether a mail left, if sessions.yml wants that."""
    if config.mail.confirm is Confirm.NONE:
        return None
    match config.mail.transport:
        case OutboxMail(path):
            from sessionsmgmt.adapters.files.sent import OutboxSent

            return Lookup(OutboxSent(path), config.team, config.mail.sender)
        case GoogleMail() if google:
            from sessionsmgmt.adapters.google.sent import GmailSent

            return Lookup(GmailSent(google), config.team, config.mail.sender)
        case _:
            raise _absent("mail.confirm: sent-folder, with mail.provider: microsoft")


def _checks(config: Config, google: Account | None) -> tuple[Check, ...]:
    if google is None:
        return ()
    from sessionsmgmt.adapters.google import health_checks as checkup

    checks = [partial(checkup.consent, google, needed_scopes(config))]
    if isinstance(config.mail.transport, GoogleMail):
        return (*checks, partial(checkup.sender, config.mail.sender))
    return tuple(checks)


def _absent(choice: str) -> InputError:
    return InputError(
        f"This version does not have '{choice}' yet.",
        "It has calendars from google and ics, contacts from google and vcard, and mail by google and outbox.",
    )

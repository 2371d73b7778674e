"""Config → the real objects. The only module that knows every provider; each is imported when it is first needed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealing import keys
from sessionsmgmt.application.notices.pipeline import Job, Lookup, Mailing
from sessionsmgmt.base_urls import root
from sessionsmgmt.config.clubs import BRANCH_KEYS, FORMER_BRANCH_KEYS, find_config_files, read_values
from sessionsmgmt.config.model import (
    LEDGER_BRANCH,
    LEDGER_FILE,
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
    ledger_branch,
)
from sessionsmgmt.config.paths import is_file, real_path
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.calendar import Calendar
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.credentials import ConsentFlow, TokenRefresher
from sessionsmgmt.ports.health import Check
from sessionsmgmt.ports.ledger import Adoptable, LedgerWithWarnings
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.ports.notifications import Notifier
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.client import Hub
    from sessionsmgmt.adapters.google.account import Account
    from sessionsmgmt.adapters.ledger.abandoned import Clubs
    from sessionsmgmt.adapters.ledger.git import GitLedger
    from sessionsmgmt.adapters.ledger.migration import ImportTarget

GOOGLE_ROOT = "SESSIONSMGMT_GOOGLE_ROOT"
CREDENTIAL = "GOOGLE_CREDENTIALS"
NOTE_RETRY_POLICY = RetryPolicy(total=20)  # The next run writes a note that this one can't.


@dataclass(frozen=True, slots=True)
class Wired:
    """A club with everything real attached. Nothing is opened or asked yet."""

    job: Job
    mailer: Mailer
    checks: tuple[Check, ...]


def wire(config: Config, environ: Mapping[str, str], mask: Mask) -> Wired:
    """The real objects sessions.yml and the environment ask for. ``mask`` is told every secret learnt on the way.

    Raises InputError where a credential is missing or unreadable, or a root is refused.
    """
    google = account(config, environ, mask)
    remembered = _ledger(config, environ, google)
    return Wired(
        job=Job(
            zone=config.zone,
            roles=config.roles,
            mailings=tuple(mailing(config, notice) for notice in config.notices),
            calendar=_calendar(config, google),
            contacts=address_book(config, google),
            ledger=remembered,
            lookup=_lookup(config, google),
            organizers=trusted(config),
            warnings=remembered.warnings,
        ),
        mailer=_mailer(config, google),
        checks=_checks(config, google),
    )


def consent(config: Config, environ: Mapping[str, str], client: Path, mask: Mask) -> ConsentFlow:
    """How the club's Google account agrees to what sessions.yml needs; ``client`` is the console's JSON file.

    Raises InputError where the file is none, or nothing in sessions.yml is at Google.
    """
    from sessionsmgmt.adapters.google.consent import GoogleConsentFlow, client_of
    from sessionsmgmt.adapters.google.transport import Connection

    scopes = _google_scopes(config)
    if not scopes:
        raise InputError("Nothing in sessions.yml needs an account.", "Set a provider to google first.")
    return GoogleConsentFlow(client_of(client), scopes, Connection(mask, root(environ, GOOGLE_ROOT)))


def token_refresher(
    config: Config, environ: Mapping[str, str], mask: Mask, clock: Callable[[], datetime]
) -> TokenRefresher:
    """What renews the account's credential; ``clock`` is what the end of a consent is counted from.

    Raises InputError where no account is used, or the credential is missing or unreadable.
    """
    from sessionsmgmt.adapters.google.credentials import stored_credential
    from sessionsmgmt.adapters.google.token_refresher import GoogleTokenRefresher
    from sessionsmgmt.adapters.google.transport import Connection

    scopes = _google_scopes(config)
    if not scopes:
        raise InputError("Nothing in sessions.yml uses an account.", "There is no credential to renew.")
    stored_credential(environ)
    way = Connection(mask, root(environ, GOOGLE_ROOT), retry_policy=RetryPolicy(today=clock))
    return GoogleTokenRefresher(scopes, way)


def credential(environ: Mapping[str, str]) -> str:
    """The account's credential at hand, as it is; empty where there is none."""
    return environ.get(CREDENTIAL, "")


def with_credential(environ: Mapping[str, str], text: str) -> Mapping[str, str]:
    """The environment with this credential in the place of the one at hand."""
    return {**environ, CREDENTIAL: text}


def withdrawal(config: Config, environ: Mapping[str, str], mask: Mask) -> Callable[[], bool]:
    """What takes the account's consent back, and says whether there was any left.

    Raises InputError where there is no credential.
    """
    google = account(config, environ, mask)
    if google is None:
        raise InputError("Nothing in sessions.yml uses an account.", "There is no consent to withdraw.")
    from sessionsmgmt.adapters.google.consent import revoke

    return partial(revoke, google)


def uses_account(config: Config) -> bool:
    """Whether calendar, contacts or mail are an account's, so that somebody had to agree to it."""
    parts = (config.calendar, config.contacts, config.mail.transport)
    return any(isinstance(part, GoogleCalendar | GoogleContacts | GoogleMail) for part in parts)


def account(config: Config, environ: Mapping[str, str], mask: Mask) -> Account | None:
    """The one account that calendar, contacts and mail share, if any of them is at Google."""
    if not uses_account(config):
        return None
    from sessionsmgmt.adapters.google.account import Account
    from sessionsmgmt.adapters.google.credentials import stored_credential
    from sessionsmgmt.adapters.google.transport import Connection

    return Account(stored_credential(environ), Connection(mask, root(environ, GOOGLE_ROOT)))


def _calendar(config: Config, google: Account | None) -> Calendar:
    match config.calendar:
        case IcsCalendar(path):
            from sessionsmgmt.adapters.files.calendar import IcsFile

            return IcsFile(path, shown(path), config.zone, trusted(config))
        case GoogleCalendar(name, id_) if google:
            from sessionsmgmt.adapters.google.calendar import GoogleCalendarFeed

            return GoogleCalendarFeed(google, _reading(config), config.zone, id_, name)
        case _:
            raise _absent("calendar.provider: microsoft")


def trusted(config: Config) -> frozenset[str] | None:
    """The folded addresses of those whose events count besides the calendar's own; None is everybody."""
    return None if config.organizers is None else frozenset(map(fold, config.organizers))


def address_book(config: Config, google: Account | None) -> Contacts:
    """Where the people are kept; ``google`` is the account, if there is one."""
    match config.contacts:
        case VcardContacts(path):
            from sessionsmgmt.adapters.files.contacts import VcardFile

            return VcardFile(path, shown(path))
        case GoogleContacts() if google:
            from sessionsmgmt.adapters.google.contacts import GoogleAddressBook

            return GoogleAddressBook(google, _reading(config))
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


def _checks(config: Config, google: Account | None) -> tuple[Check, ...]:
    if google is None:
        return ()
    from sessionsmgmt.adapters.google import health_checks as checkup

    checks = [partial(checkup.consent, google, _google_scopes(config))]
    if isinstance(config.mail.transport, GoogleMail):
        return (*checks, partial(checkup.sender, config.mail.sender))
    return tuple(checks)


def _google_scopes(config: Config) -> frozenset[str]:
    """All that the club's Google account has to agree to: what is read there, and to send if it sends."""
    from sessionsmgmt.adapters.google.tokens import METADATA, SEND

    if not isinstance(config.mail.transport, GoogleMail):
        return _reading(config)
    return _reading(config) | ({SEND, METADATA} if config.mail.confirm is Confirm.SENT_FOLDER else {SEND})


def _reading(config: Config) -> frozenset[str]:
    """The access that calendar, contacts and calendar ledger share; by name, a calendar takes one scope more."""
    from sessionsmgmt.adapters.google.tokens import CALENDAR_LIST, CONTACTS, EVENTS, EVENTS_WRITE

    scopes = set()
    if isinstance(config.calendar, GoogleCalendar):
        # what the calendar ledger wrote with is what it is read with while moving away from it: the consent is there
        stores = (config.ledger.store, config.ledger.migrate_from)
        scopes.add(EVENTS_WRITE if any(isinstance(one, CalendarStore) for one in stores) else EVENTS)
        scopes |= {CALENDAR_LIST} if config.calendar.name else set()
    if isinstance(config.contacts, GoogleContacts):
        scopes.add(CONTACTS)
    return frozenset(scopes)


def ledger(config: Config, environ: Mapping[str, str], mask: Mask) -> LedgerWithWarnings:
    """What remembers. Without a word in sessions.yml it is the repository in Actions and a file elsewhere.

    Raises InputError where a key, a token or a credential that it takes is missing or unreadable.
    """
    stores = (config.ledger.store, config.ledger.migrate_from)
    google = account(config, environ, mask) if any(isinstance(one, CalendarStore) for one in stores) else None
    return _ledger(config, environ, google)


def _ledger(config: Config, environ: Mapping[str, str], google: Account | None) -> LedgerWithWarnings:
    ledger = store_at(config.ledger.store or usual_store(config, environ), config, environ, google)
    if config.ledger.migrate_from is None:
        return ledger
    from sessionsmgmt.adapters.ledger.migration import MigratingLedger

    return MigratingLedger(store_at(config.ledger.migrate_from, config, environ, google), ledger, retention(config))


def store_at(store: Store, config: Config, environ: Mapping[str, str], google: Account | None) -> ImportTarget:
    """The ledger of that one place. Raises as ``ledger`` does."""
    match store, config.calendar:
        case FileStore(path), _:
            from sessionsmgmt.adapters.ledger.file import FileLedger

            return FileLedger(path, retention(config))
        case GitStore(branch), _:
            return git_ledger(branch, config, environ, RetryPolicy())
        case CalendarStore(), GoogleCalendar(name, id_) if google:
            from sessionsmgmt.adapters.google.ledger import CalendarLedger

            rules = [notice.rule for notice in config.notices]
            return CalendarLedger(google, _reading(config), keys(environ), retention(config), rules, id_, name)
        case _:
            raise _absent("ledger.store: calendar, with calendar.provider: microsoft")


def adoptable(config: Config, environ: Mapping[str, str]) -> Adoptable:
    """The ledger that says whose it is. Raises InputError where the club has none that does, and as ``ledger``."""
    for store in (config.ledger.store or usual_store(config, environ), config.ledger.migrate_from):
        if isinstance(store, GitStore):
            return git_ledger(store.branch, config, environ, RetryPolicy())
    raise InputError(
        "Only a ledger in the repository can be taken over, and this club's is none (ledger.store).",
        "Outside of Actions, write 'ledger: {store: git}' into sessions.yml if it is kept there.",
    )


def git_ledger(branch: str, config: Config, environ: Mapping[str, str], retry_policy: RetryPolicy) -> GitLedger:
    """The club's ledger on that branch. Raises InputError where a key, a token or the repository is missing."""
    from sessionsmgmt.adapters.github.client import repository
    from sessionsmgmt.adapters.ledger.git import Branch, GitLedger

    number = environ.get("GITHUB_REPOSITORY_ID", "").strip()
    home = Branch(repository(environ), branch, number, config.folder, partial(_clubs, config))
    return GitLedger(hub(environ, retry_policy), home, keys(environ), retention(config))


def _clubs(config: Config) -> Clubs | None:
    """The clubs of the repository, as far as the checkout has all of its files."""
    from sessionsmgmt.adapters.ledger.abandoned import Clubs

    if is_file(config.root / ".git" / "info" / "sparse-checkout"):
        return None
    try:
        files = list(find_config_files(config.root))
    except InputError:
        return None
    folders = {real_path(file.parent) for file in files}
    names = {"/".join(one.relative_to(config.root).parts) for one in folders if one.is_relative_to(config.root)}
    named = {name for file in files for name in read_values(file, BRANCH_KEYS, FORMER_BRANCH_KEYS).values()}
    return Clubs(LEDGER_BRANCH, frozenset(names), frozenset(map(ledger_branch, names)) | named)


def retention(config: Config) -> Retention:
    """How long the club's ledgers remember what is over. No ``--now`` takes the place of this clock."""
    return Retention(config.ledger.keep, lambda: datetime.now(UTC))


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


def notifiers(environ: Mapping[str, str]) -> tuple[Notifier, ...]:
    """Where a person is told: in issues, where the environment says of which repository; else nowhere."""
    if not (environ.get("GITHUB_TOKEN", "").strip() and environ.get("GITHUB_REPOSITORY", "").strip()):
        return ()
    from sessionsmgmt.adapters.github.client import repository
    from sessionsmgmt.adapters.github.issue_notifier import IssueNotifier

    return (IssueNotifier(hub(environ, NOTE_RETRY_POLICY), repository(environ)),)


def hub(environ: Mapping[str, str], retry_policy: RetryPolicy) -> Hub:
    """The way to GitHub with the job's own token."""
    from sessionsmgmt.adapters.github.client import connect, token

    return connect(token(environ), environ, retry_policy)


def run_id(environ: Mapping[str, str]) -> str:
    """A name no other process has, that of another job of the same workflow run included."""
    actions = [environ[name] for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT") if environ.get(name)]
    return ".".join([*actions, secrets.token_hex(8)])


def shown(path: Path) -> str:
    """A path as messages write it: from where the command was started."""
    return os.path.relpath(path)


def usual_store(config: Config, environ: Mapping[str, str]) -> Store:
    """Where it is remembered if sessions.yml does not say: on a branch in Actions, in a file elsewhere."""
    in_actions = environ.get("GITHUB_ACTIONS") == "true"
    return GitStore(ledger_branch(config.folder)) if in_actions else FileStore(config.path.parent / LEDGER_FILE)


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


def _absent(choice: str) -> InputError:
    return InputError(
        f"This version does not have '{choice}' yet.",
        "It has calendars from google and ics, contacts from google and vcard, and mail by google and outbox.",
    )

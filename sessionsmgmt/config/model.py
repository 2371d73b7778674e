"""What sessions.yml says, checked and typed: one class for each section, by the names of the file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.domain.model.rule import Rule

LEDGER_BRANCH = "sessionsmgmt-ledger"
LEDGER_FILE = ".sessionsmgmt/ledger.json"
"""Where the file ledger is if nothing else is said: below the folder of sessions.yml."""


_DIGEST = re.compile(r"(?:^|-)[0-9a-f]{8}$")


def ledger_branch(folder: str) -> str:
    """The branch a club's ledger is on if nothing else is said: one for each folder of a repository with a club.

    ``folder`` is that of sessions.yml within the repository. Where its letters can't tell it apart, a digest does.
    """
    return f"{LEDGER_BRANCH}-{token(folder)}" if folder else LEDGER_BRANCH


def token(folder: str) -> str:
    """A folder as a word of small letters, digits and hyphens, unlike that of any other folder; empty for none.

    A folder whose own name ends like such a digest gets one as well, or it could be the word of another folder.
    """
    words = "-".join(re.findall(r"[a-z0-9]+", folder.lower()))
    if words == folder and not _DIGEST.search(folder):
        return words
    return f"{words}-{hashlib.sha256(folder.encode(errors='surrogatepass')).hexdigest()[:8]}".lstrip("-")


def topic(about: str, folder: str) -> str:
    """What a club's issue about something is recognised by: one for each folder of a repository with a club."""
    return f"{about}-{token(folder)}" if folder else about


class Confirm(StrEnum):
    """How an unknown outcome of a send is settled."""

    NONE = "none"
    SENT_FOLDER = "sent-folder"


class Scope(StrEnum):
    """Whose secret rotation writes."""

    REPOSITORY = "repository"
    ENVIRONMENT = "environment"
    ORGANIZATION = "organization"


class ProviderSection(Protocol):
    """A section of sessions.yml that names a provider. Each provider has a frozen class of its own for it."""

    provider: ClassVar[str]


@dataclass(frozen=True, slots=True)
class GoogleCalendar:
    """A Google calendar, by exactly one of its name and its id."""

    provider: ClassVar[str] = "google"
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class MicrosoftCalendar:
    """A Microsoft 365 calendar, by exactly one of its name and its id."""

    provider: ClassVar[str] = "microsoft"
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class IcsCalendar:
    """An .ics file (RFC 5545)."""

    provider: ClassVar[str] = "ics"
    path: Path


CalendarSource = GoogleCalendar | MicrosoftCalendar | IcsCalendar


@dataclass(frozen=True, slots=True)
class GoogleContacts:
    """The account's Google contacts."""

    provider: ClassVar[str] = "google"


@dataclass(frozen=True, slots=True)
class MicrosoftContacts:
    """The account's Outlook contacts."""

    provider: ClassVar[str] = "microsoft"


@dataclass(frozen=True, slots=True)
class VcardContacts:
    """A .vcf file (RFC 6350 and its forebears)."""

    provider: ClassVar[str] = "vcard"
    path: Path


ContactsSource = GoogleContacts | MicrosoftContacts | VcardContacts


@dataclass(frozen=True, slots=True)
class GoogleMail:
    """Gmail, as the account itself."""

    provider: ClassVar[str] = "google"


@dataclass(frozen=True, slots=True)
class MicrosoftMail:
    """Outlook, as the account itself."""

    provider: ClassVar[str] = "microsoft"


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """A mail server; the password is ``SMTP_PASSWORD``."""

    provider: ClassVar[str] = "smtp"
    host: str
    port: int
    username: str
    security: str  # starttls | tls


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A folder that gets one .eml per message."""

    provider: ClassVar[str] = "outbox"
    path: Path


MailTransport = GoogleMail | MicrosoftMail | SmtpMail | OutboxMail


@dataclass(frozen=True, slots=True)
class Mail:
    """What sends, and in whose name. ``sender`` is empty where the account's own address serves."""

    transport: ProviderSection
    sender: str = ""
    reply_to: tuple[str, ...] = ()
    confirm: Confirm = Confirm.NONE


@dataclass(frozen=True, slots=True)
class GitStore:
    """A sealed file on a branch of its own."""

    branch: str


@dataclass(frozen=True, slots=True)
class CalendarStore:
    """Private properties of the events themselves."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A file on this machine."""

    path: Path


Store = GitStore | CalendarStore | FileStore


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where what was said is remembered. ``store`` is None where sessions.yml leaves the choice to the surroundings."""

    store: Store | None = None
    migrate_from: Store | None = None
    keep: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where rotation writes the renewed credential, and how old it may get."""

    secret: str
    scope: Scope = Scope.REPOSITORY
    environment: str = ""
    organization: str = ""
    rotate_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sample:
    """Invented people and sessions that a pull request is previewed with."""

    calendar: Path
    contacts: Path


@dataclass(frozen=True, slots=True)
class Template:
    """A club's own wording: ``name`` is the path as sessions.yml writes it, for messages; ``text`` is the file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """One entry of ``notices``: the rule that decides, and how and to whom its emails go."""

    rule: Rule
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    template: Template | None = None
    attach_calendar: bool = True
    locale: str = ""  # empty: the club's
    line: int = 0  # where the entry begins in sessions.yml


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of a valid sessions.yml.

    ``root`` is the folder that no path leaves, ``folder`` that of sessions.yml below it, empty if it is the same.
    ``organizers`` are those whose events count besides the calendar's own; None is everybody.
    """

    path: Path
    root: Path
    team: str
    zone: ZoneInfo
    locale: str
    calendar: ProviderSection
    contacts: ProviderSection
    mail: Mail
    roles: tuple[Role, ...]
    ledger: LedgerSettings
    notices: tuple[NoticeSettings, ...]
    credentials: Credentials | None = None
    sample: Sample | None = None
    folder: str = ""
    organizers: tuple[str, ...] | None = None

    @property
    def trusted_organizers(self) -> frozenset[str] | None:
        """The folded addresses of ``organizers``; None is everybody."""
        return None if self.organizers is None else frozenset(map(fold, self.organizers))

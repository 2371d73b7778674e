"""The content of a valid sessions.yml: one class for each section, with the names that the file uses."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import ResponsiblePerson, Role
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning

LEDGER_BRANCH = "sessionsmgmt-ledger"
LEDGER_FILE = ".sessionsmgmt/ledger.json"
"""The default path of the file ledger, below the folder of sessions.yml."""


_DIGEST = re.compile(r"(?:^|-)[0-9a-f]{8}$")


def ledger_branch(folder: str) -> str:
    """The default branch of a club's ledger: each folder of a repository has a branch of its own.

    ``folder`` is the folder of sessions.yml within the repository, empty for the repository's root.
    """
    return f"{LEDGER_BRANCH}-{slug(folder)}" if folder else LEDGER_BRANCH


def slug(folder: str) -> str:
    """The folder's slug of lower-case letters, digits and hyphens; empty for an empty folder. No two folders share one.

    The slug ends with a digest if the folder has other characters. A folder whose own name ends like such a digest gets
    a digest too, since its name could otherwise be the slug of another folder.
    """
    words = "-".join(re.findall(r"[a-z0-9]+", folder.lower()))
    if words == folder and not _DIGEST.search(folder):
        return words
    return f"{words}-{hashlib.sha256(folder.encode(errors='surrogatepass')).hexdigest()[:8]}".lstrip("-")


def topic(about: str, folder: str) -> str:
    """The topic by which a club's issue is recognised: ``about``, with the slug of the club's folder."""
    return f"{about}-{slug(folder)}" if folder else about


class Confirm(StrEnum):
    """How the program finds out whether an email with an unknown outcome was sent."""

    NONE = "none"
    SENT_FOLDER = "sent-folder"


class Scope(StrEnum):
    """The kind of GitHub secret that rotation writes."""

    REPOSITORY = "repository"
    ENVIRONMENT = "environment"
    ORGANIZATION = "organization"


class ProviderSection(Protocol):
    """A section of sessions.yml that names a provider. Each provider has its own frozen class for the section."""

    provider: ClassVar[str]


@runtime_checkable
class LocalSection(ProviderSection, Protocol):
    """A section whose provider is a file or a folder on this machine."""

    @property
    def path(self) -> Path:
        """The file or folder."""
        ...


@runtime_checkable
class AddressSection(ProviderSection, Protocol):
    """A section whose provider is an address that can only be read."""

    @property
    def url(self) -> str:
        """The address; empty where the environment has it."""
        ...


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A calendar of the club, and the people whose events count besides the calendar's own; None means everybody."""

    section: ProviderSection
    organizers: tuple[str, ...] | None = None

    @property
    def trusted_organizers(self) -> frozenset[str] | None:
        """The folded addresses of ``organizers``; None is everybody."""
        return None if self.organizers is None else frozenset(map(fold, self.organizers))


@dataclass(frozen=True, slots=True)
class Signature:
    """The Markdown under every email: ``name`` is the file's path as sessions.yml writes it, ``text`` its content."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """How emails are sent, and from which address. An empty ``sender`` means the account's own address."""

    transport: ProviderSection
    sender: str = ""
    reply_to: tuple[str, ...] = ()
    confirm: Confirm = Confirm.NONE
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class GitStore:
    """A ledger in a sealed file on its own branch."""

    branch: str


@dataclass(frozen=True, slots=True)
class CalendarStore:
    """A ledger in private properties of the calendar's events."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A ledger in a file on this machine."""

    path: Path


Store = GitStore | CalendarStore | FileStore


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger is stored. If sessions.yml does not say it, ``store`` is None and the environment decides.

    ``keep`` is how long the ledger keeps the record of a past session.
    """

    store: Store | None = None
    migrate_from: Store | None = None
    keep: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where rotation writes the renewed credential, and the age at which it renews the credential."""

    secret: str
    scope: Scope = Scope.REPOSITORY
    environment: str = ""
    organization: str = ""
    rotate_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sample:
    """The files with invented sessions and people for the preview of a pull request."""

    calendar: Path
    contacts: Path


@dataclass(frozen=True, slots=True)
class Template:
    """A club's own template: ``name`` is its path as sessions.yml writes it, and ``text`` is the file's content."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """One entry of ``notices``: its rule, and the recipients and the form of its emails."""

    rule: Rule
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    template: Template | None = None
    attach_calendar: bool = True
    locale: str = ""  # empty: the locale of the club
    line: int = 0  # the line of sessions.yml at which the entry begins


@dataclass(frozen=True, slots=True)
class Config:
    """The whole content of a valid sessions.yml.

    ``root`` is the repository's folder, and no path may lead out of it. ``folder`` is the folder of sessions.yml below
    ``root``, empty if both are the same. ``calendars`` has at least one entry. ``contact`` is who is responsible on
    site. ``alerts`` are the addresses of the coaches, who are mailed when something wants a person. ``silence`` is how
    long a notice may match no event before a person should look. ``warnings`` are what a person should know of the file
    although it is valid.
    """

    path: Path
    root: Path
    team: str
    zone: ZoneInfo
    locale: str
    calendars: tuple[CalendarEntry, ...]
    contacts: ProviderSection
    mail: Mail
    roles: tuple[Role, ...]
    ledger: LedgerSettings
    notices: tuple[NoticeSettings, ...]
    credentials: Credentials | None = None
    sample: Sample | None = None
    folder: str = ""
    contact: ResponsiblePerson | None = None
    alerts: tuple[str, ...] = ()
    silence: timedelta | None = None
    warnings: tuple[ReportWarning, ...] = ()

    @property
    def first_calendar(self) -> ProviderSection:
        """The calendar whose times and places stand, and whose events the calendar ledger is kept on."""
        return self.calendars[0].section

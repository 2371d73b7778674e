"""The sections of sessions.yml about outside systems: calendar, contacts, mail, ledger and credentials."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sessionsmgmt.config import clubs
from sessionsmgmt.config.durations import DAY, HOUR, duration
from sessionsmgmt.config.model import (
    LEDGER_FILE,
    CalendarSource,
    CalendarStore,
    Confirm,
    ContactsSource,
    Credentials,
    FileStore,
    GitStore,
    GoogleCalendar,
    GoogleContacts,
    GoogleMail,
    IcsCalendar,
    LedgerSettings,
    Mail,
    MailTransport,
    MicrosoftCalendar,
    MicrosoftContacts,
    MicrosoftMail,
    OutboxMail,
    Sample,
    Scope,
    SmtpMail,
    Store,
    VcardContacts,
    ledger_branch,
)
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.problems import ProblemList
from sessionsmgmt.config.sections import Section, Text, repeated, values
from sessionsmgmt.config.validators import address_problem, branch_problem, secret_problem

_PORTS = {"starttls": 587, "tls": 465}  # RFC 6409, 3.1, and RFC 8314, 7.3


def calendar(section: Section, folder: ClubFolder) -> CalendarSource:
    """The calendar of the sessions."""
    name, id_ = section.text("name").value, section.text("id").value
    match section.text("provider").value:
        case "ics":
            return IcsCalendar(_existing(section, "path", folder))
        case "microsoft":
            return MicrosoftCalendar(name, id_)
        case _:
            return GoogleCalendar(name, id_)


def organizers(section: Section) -> tuple[str, ...] | None:
    """The people whose events count besides the calendar's own events. Empty means nobody, and None means everybody."""
    if "organizers" not in section.data:
        return None
    entries = section.texts("organizers")
    check_addresses(entries, section.problems)
    return values(entries)


def contacts(section: Section, folder: ClubFolder) -> ContactsSource:
    """The address book."""
    match section.text("provider").value:
        case "vcard":
            return VcardContacts(_existing(section, "path", folder))
        case "microsoft":
            return MicrosoftContacts()
        case _:
            return GoogleContacts()


def mail(section: Section, folder: ClubFolder) -> Mail:
    """How emails are sent, and from which address."""
    sender = section.text("from")
    if sender.value and (problem := address_problem(sender.value)):
        section.add_problem("from", problem)
    reply_to = section.texts("reply_to")
    check_addresses(reply_to, section.problems)
    return Mail(
        transport=_transport(section, folder),
        sender=sender.value,
        reply_to=values(reply_to),
        confirm=section.choice("confirm", Confirm.NONE),
    )


def _transport(section: Section, folder: ClubFolder) -> MailTransport:
    match section.text("provider").value:
        case "smtp":
            return _smtp(section)
        case "outbox":
            return OutboxMail(_path(section, "path", section.text("path").value, folder, folder.new_folder_problem))
        case "microsoft":
            return MicrosoftMail()
        case _:
            return GoogleMail()


def _smtp(section: Section) -> SmtpMail:
    username, security = section.text("username").value, section.text("security", "starttls").value
    if "from" not in section.data and username and address_problem(username):
        section.add_problem("from", "is missing, and the user name is not an email address; write an address")
    if section.choice("confirm", Confirm.NONE) is Confirm.SENT_FOLDER:
        section.add_problem(
            "confirm", "must be none: a mail server (provider: smtp) has no folder of sent mail to check"
        )
    port = section.number("port") or _PORTS.get(security, 0)
    return SmtpMail(section.text("host").value, port, username, security)


def sample(section: Section, folder: ClubFolder) -> Sample:
    """The invented data for the preview of a pull request."""
    return Sample(_existing(section, "calendar", folder), _existing(section, "contacts", folder))


def ledger(section: Section, folder: ClubFolder, source: CalendarSource) -> LedgerSettings:
    """Where the ledger is stored. Without ``store`` it may be the default file, so that file must be possible."""
    if "store" not in section.data and (problem := folder.new_file_problem(LEDGER_FILE)):
        section.add_problem("path", f"{LEDGER_FILE}, the ledger's default path, {problem}")
    store = _store(section, folder, source)
    former_section = section.section("migrate_from")
    former = _store(former_section, folder, source)
    if former is not None and former == store:
        former_section.add_problem("store", "is the same ledger; remove migrate_from, or name the former ledger")
    keep = duration(section, "keep", "30 days", least=DAY, most=5 * 366 * DAY, bounds="from 1 day to 5 years")
    return LedgerSettings(store=store, migrate_from=former, keep=keep)


def _store(section: Section, folder: ClubFolder, source: CalendarSource) -> Store | None:
    match section.text("store").value:
        case "git":
            branch = section.text("branch", ledger_branch(folder.name)).value
            if branch and (problem := branch_problem(branch) or branch_conflict(branch, folder)):
                section.add_problem("branch", problem)
            return GitStore(branch)
        case "calendar":
            if isinstance(source, IcsCalendar):
                section.add_problem(
                    "store", "must be git or file: a calendar in a file (provider: ics) can't store the ledger"
                )
            return CalendarStore()
        case "file":
            path = section.text("path", LEDGER_FILE).value
            return FileStore(_path(section, "path", path, folder, partial(ledger_file_problem, folder)))
        case _:
            return None


def branch_conflict(branch: str, folder: ClubFolder) -> str:
    """The problem with a branch that is, or could be, the ledger branch of another club in the repository."""
    own = ledger_branch(folder.name)
    if folder.name and branch != own:
        return f"must be {own}, the default; 'sessionsmgmt resolve --adopt' takes over the ledger of another branch"
    if (
        not folder.name
        and branch.startswith(f"{own}-")
        and branch in map(ledger_branch, clubs.club_folders(folder.root))
    ):
        return "is the branch of a club in a folder below; choose another one"
    return ""


def ledger_file_problem(folder: ClubFolder, written: str) -> str:
    """The problem with the path of the ledger's file, which must not be in the folder of another club."""
    if problem := folder.new_file_problem(written):
        return problem
    path = folder.path(written)
    if not path.is_relative_to(folder.base):
        return "must stay below the folder of sessions.yml: elsewhere it may be another club's"
    owner = clubs.nearest_club_folder(path, folder.base)
    return "" if owner == folder.base else f"is in the folder of another club, which has a {clubs.SESSIONS_FILE} too"


def credentials(section: Section, folder: ClubFolder, providers: frozenset[str]) -> Credentials:
    """Where rotation writes the credential. ``providers`` are the providers of the accounts that the club uses."""
    secret = section.text("secret").value
    if problem := secret_problem(secret, providers):
        section.add_problem("secret", problem)
    environment = section.text("environment").value
    if environment and (
        problem := clubs.environment_problem(clubs.ClubEnvironment(folder.name, environment), folder.root)
    ):
        section.add_problem("environment", problem)
    # Google forgets a refresh token after six months without use, Microsoft after 90 days.
    after = duration(section, "rotate_after", "7 days", least=HOUR, most=90 * DAY, bounds="from 1 hour to 90 days")
    return Credentials(
        secret=secret,
        scope=section.choice("scope", Scope.REPOSITORY),
        environment=environment,
        organization=section.text("organization").value,
        rotate_after=after,
    )


def check_addresses(entries: list[Text], problems: ProblemList) -> None:
    """Report every text that is not an email address, and every repeated address."""
    for entry in entries:
        if problem := address_problem(entry.value):
            problems.add(entry.key_path, problem)
    for entry, first in repeated(entries):
        problems.add(entry.key_path, f"is the same address as {first.name}; keep one of the two")


def _existing(section: Section, key: str, folder: ClubFolder) -> Path:
    """The file that a key names. The file must exist."""
    return _path(section, key, section.text(key).value, folder, folder.file_problem)


def _path(section: Section, key: str, written: str, folder: ClubFolder, problem_of: Callable[[str], str]) -> Path:
    """The real path that a key names. Reports the problem that ``problem_of`` finds with it."""
    problem = problem_of(written) if written else ""
    if problem:
        section.add_problem(key, problem)
    return folder.base if problem else folder.path(written)

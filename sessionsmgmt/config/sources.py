"""The sections of sessions.yml that say where things come from and where they go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from sessionsmgmt.config import clubs
from sessionsmgmt.config.durations import DAY, HOUR, span
from sessionsmgmt.config.findings import Findings
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
from sessionsmgmt.config.names import address_fault, branch_fault, secret_fault
from sessionsmgmt.config.paths import Folder
from sessionsmgmt.config.sections import Section, Text, repeated, values

_PORTS = {"starttls": 587, "tls": 465}  # RFC 6409, 3.1, and RFC 8314, 7.3


def calendar(section: Section, folder: Folder) -> CalendarSource:
    """Where the sessions are kept."""
    name, id_ = section.text("name").value, section.text("id").value
    match section.text("provider").value:
        case "ics":
            return IcsCalendar(_existing(section, "path", folder))
        case "microsoft":
            return MicrosoftCalendar(name, id_)
        case _:
            return GoogleCalendar(name, id_)


def organizers(section: Section) -> tuple[str, ...] | None:
    """Those whose events count besides the calendar's own; none of them is a choice too, unlike no word about it."""
    if "organizers" not in section.data:
        return None
    entries = section.texts("organizers")
    check_addresses(entries, section.findings)
    return values(entries)


def contacts(section: Section, folder: Folder) -> ContactsSource:
    """Where the people are kept."""
    match section.text("provider").value:
        case "vcard":
            return VcardContacts(_existing(section, "path", folder))
        case "microsoft":
            return MicrosoftContacts()
        case _:
            return GoogleContacts()


def mail(section: Section, folder: Folder) -> Mail:
    """What sends, and in whose name."""
    sender = section.text("from")
    if sender.value and (fault := address_fault(sender.value)):
        section.wrong("from", fault)
    reply_to = section.texts("reply_to")
    check_addresses(reply_to, section.findings)
    return Mail(
        transport=_transport(section, folder),
        sender=sender.value,
        reply_to=values(reply_to),
        confirm=section.choice("confirm", Confirm.NONE),
    )


def _transport(section: Section, folder: Folder) -> MailTransport:
    match section.text("provider").value:
        case "smtp":
            return _smtp(section)
        case "outbox":
            return OutboxMail(_path(section, "path", section.text("path").value, folder, folder.new_folder_fault))
        case "microsoft":
            return MicrosoftMail()
        case _:
            return GoogleMail()


def _smtp(section: Section) -> SmtpMail:
    username, security = section.text("username").value, section.text("security", "starttls").value
    if "from" not in section.data and username and address_fault(username):
        section.wrong("from", "is missing, and the user name is no address that emails could be from; write one")
    if section.choice("confirm", Confirm.NONE) is Confirm.SENT_FOLDER:
        section.wrong("confirm", "must be none: a mail server (provider: smtp) has no folder of sent mail to look into")
    port = section.number("port") or _PORTS.get(security, 0)
    return SmtpMail(section.text("host").value, port, username, security)


def sample(section: Section, folder: Folder) -> Sample:
    """What a pull request is previewed with."""
    return Sample(_existing(section, "calendar", folder), _existing(section, "contacts", folder))


def ledger(section: Section, folder: Folder, source: CalendarSource) -> LedgerSettings:
    """Where what was said is remembered. Without a store it may be the usual file, so that has to be possible."""
    if "store" not in section.data and (fault := folder.new_file_fault(LEDGER_FILE)):
        section.wrong("path", f"{LEDGER_FILE}, where the ledger is if nothing else is said, {fault}")
    store = _store(section, folder, source)
    former_section = section.section("migrate_from")
    conf_json = _store(former_section, folder, source)
    if conf_json is not None and conf_json == store:
        former_section.wrong("store", "is the same ledger; remove migrate_from, or name the one of before")
    keep = span(section, "keep", "30 days", least=DAY, most=5 * 366 * DAY, bounds="from 1 day to 5 years")
    return LedgerSettings(store=store, migrate_from=conf_json, keep=keep)


def _store(section: Section, folder: Folder, source: CalendarSource) -> Store | None:
    match section.text("store").value:
        case "git":
            branch = section.text("branch", ledger_branch(folder.name)).value
            if branch and (fault := branch_fault(branch) or branch_of_another(branch, folder)):
                section.wrong("branch", fault)
            return GitStore(branch)
        case "calendar":
            if isinstance(source, IcsCalendar):
                section.wrong("store", "must be git or file: a calendar in a file (provider: ics) remembers nothing")
            return CalendarStore()
        case "file":
            path = section.text("path", LEDGER_FILE).value
            return FileStore(_path(section, "path", path, folder, partial(ledger_file_fault, folder)))
        case _:
            return None


def branch_of_another(branch: str, folder: Folder) -> str:
    """What is wrong with a branch that is, or could be, the ledger's of another club of the repository."""
    own = ledger_branch(folder.name)
    if folder.name and branch != own:
        return f"must be {own}, as it is if left out; 'sessionsmgmt resolve --adopt' then takes over what is on another"
    if not folder.name and branch.startswith(f"{own}-") and branch in map(ledger_branch, clubs.folders(folder.root)):
        return "is the branch of a club in a folder below; choose another one"
    return ""


def ledger_file_fault(folder: Folder, written: str) -> str:
    """What is wrong with the ledger's file, which must not be where another club's could be."""
    if fault := folder.new_file_fault(written):
        return fault
    path = folder.path(written)
    if not path.is_relative_to(folder.base):
        return "must stay below the folder of sessions.yml: elsewhere it may be another club's"
    holder = clubs.holder(path, folder.base)
    return "" if holder == folder.base else f"is in the folder of another club, which has a {clubs.NAME} too"


def credentials(section: Section, folder: Folder, providers: frozenset[str]) -> Credentials:
    """Where rotation writes. ``providers`` are those of the accounts that the club uses."""
    secret = section.text("secret").value
    if fault := secret_fault(secret, providers):
        section.wrong("secret", fault)
    environment = section.text("environment").value
    if environment and (fault := clubs.environment_fault(clubs.Claim(folder.name, environment), folder.root)):
        section.wrong("environment", fault)
    # Google forgets a refresh token after six months without use, Microsoft after 90 days.
    after = span(section, "rotate_after", "7 days", least=HOUR, most=90 * DAY, bounds="from 1 hour to 90 days")
    return Credentials(
        secret=secret,
        scope=section.choice("scope", Scope.REPOSITORY),
        environment=environment,
        organization=section.text("organization").value,
        rotate_after=after,
    )


def check_addresses(entries: list[Text], findings: Findings) -> None:
    """See that each is an address, and that none is there twice."""
    for entry in entries:
        if fault := address_fault(entry.value):
            findings.add(entry.trail, fault)
    for entry, first in repeated(entries):
        findings.add(entry.trail, f"is the same address as {first.name}; keep one of the two")


def _existing(section: Section, key: str, folder: Folder) -> Path:
    """The file that a key names; it has to be there."""
    return _path(section, key, section.text(key).value, folder, folder.file_fault)


def _path(section: Section, key: str, written: str, folder: Folder, fault_of: Callable[[str], str]) -> Path:
    """Where a path leads that nothing is wrong with."""
    fault = fault_of(written) if written else ""
    if fault:
        section.wrong(key, fault)
    return folder.base if fault else folder.path(written)

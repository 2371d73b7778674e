"""The sections of sessions.yml about outside systems: what all providers have in common, ledger and credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sessionsmgmt.config import clubs
from sessionsmgmt.config.durations import DAY, HOUR, duration
from sessionsmgmt.config.model import (
    LEDGER_FILE,
    AddressSection,
    CalendarEntry,
    CalendarStore,
    Confirm,
    Credentials,
    FileStore,
    GitStore,
    LedgerSettings,
    LocalSection,
    Mail,
    ProviderSection,
    Sample,
    Scope,
    Signature,
    Store,
    ledger_branch,
)
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.problems import ProblemList
from sessionsmgmt.config.providers import SectionReader, read_section
from sessionsmgmt.config.reading import Position, UnreadableFileError, read_text
from sessionsmgmt.config.sections import Section, Text, existing_file, path_of, repeated, values
from sessionsmgmt.config.validators import address_problem, branch_problem, secret_problem
from sessionsmgmt.config.wording import WordingChecks
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.people import ResponsiblePerson

MAX_SIGNATURE_BYTES = 8_192
"""The most bytes of a signature: it is in every email, and Gmail shows about 100 KB of one."""

_ACCOUNT_SIGNATURE = "account"
"""The word that is kept for the signature of the account that sends."""


def calendar_sections(top: Section) -> list[Section]:
    """The entries of ``calendar``, which is one group of keys or a list of several."""
    return top.sections("calendar") or [top.section("calendar")]


def calendars(top: Section, folder: ClubFolder, readers: Mapping[str, SectionReader]) -> tuple[CalendarEntry, ...]:
    """The club's calendars in their order. Reports a calendar that is there twice."""
    entries: list[CalendarEntry] = []
    for section in calendar_sections(top):
        entry = CalendarEntry(read_section(section, folder, readers), organizers(section))
        first = next((number for number, earlier in enumerate(entries) if earlier.section == entry.section), None)
        if first is not None and section.data:
            section.problems.add(section.key_path, f"is the same calendar as calendar[{first}]; remove one of the two")
        entries.append(entry)
    return tuple(entries)


def organizers(section: Section) -> tuple[str, ...] | None:
    """The people whose events count besides the calendar's own events. Empty means nobody, and None means everybody."""
    if "organizers" not in section.data:
        return None
    entries = section.texts("organizers")
    check_addresses(entries, section.problems)
    return values(entries)


def mail(section: Section, transport: ProviderSection, folder: ClubFolder, wording: WordingChecks) -> Mail:
    """How emails are sent, and from which address. ``transport`` is the provider's part of the section."""
    sender = section.text("from")
    if sender.value and (problem := address_problem(sender.value)):
        section.add_problem("from", problem)
    reply_to = section.texts("reply_to")
    check_addresses(reply_to, section.problems)
    return Mail(
        transport=transport,
        sender=sender.value,
        reply_to=values(reply_to),
        confirm=section.choice("confirm", Confirm.NONE),
        signature=_signature(section, folder, wording) if section.text("signature").value else None,
    )


def _signature(section: Section, folder: ClubFolder, wording: WordingChecks) -> Signature | None:
    """The Markdown under every email; None if the file can't be used."""
    name = section.text("signature").value
    if name == _ACCOUNT_SIGNATURE:
        section.add_problem("signature", "the account's own signature can't be used; name a file, such as signature.md")
        return None
    if problem := folder.file_problem(name):
        section.add_problem("signature", problem)
        return None
    try:
        text = read_text(folder.path(name), MAX_SIGNATURE_BYTES)
    except UnreadableFileError as error:
        section.problems.add_in_file(folder.display_path(name), error.position, error.text)
        return None
    for line, column, problem in wording.signature_problems(text):
        section.problems.add_in_file(folder.display_path(name), Position(line, column), problem)
    return Signature(name, text)


def alerts(section: Section) -> tuple[str, ...]:
    """The addresses of the coaches who are mailed when something wants a person."""
    to = section.texts("to")
    check_addresses(to, section.problems)
    return values(to)


def contact(section: Section) -> ResponsiblePerson:
    """Who is responsible on site. The schema checks both texts."""
    return ResponsiblePerson(section.text("name").value.strip(), section.text("phone").value.strip())


def sample(section: Section, folder: ClubFolder) -> Sample:
    """The invented data for the preview of a pull request."""
    return Sample(existing_file(section, "calendar", folder), existing_file(section, "contacts", folder))


def ledger(section: Section, folder: ClubFolder, sources: Sequence[ProviderSection]) -> LedgerSettings:
    """Where the ledger is stored. Without ``store`` it may be the default file, so that file must be possible."""
    if "store" not in section.data and (problem := folder.new_file_problem(LEDGER_FILE)):
        section.add_problem("path", f"{LEDGER_FILE}, the ledger's default path, {problem}")
    store = _store(section, folder, sources)
    former_section = section.section("migrate_from")
    former = _store(former_section, folder, sources)
    if former is not None and former == store:
        former_section.add_problem("store", "is the same ledger; remove migrate_from, or name the former ledger")
    keep = duration(section, "keep", "30 days", least=DAY, most=5 * 366 * DAY, bounds="from 1 day to 5 years")
    return LedgerSettings(store=store, migrate_from=former, keep=keep)


def _store(section: Section, folder: ClubFolder, sources: Sequence[ProviderSection]) -> Store | None:
    match section.text("store").value:
        case "git":
            branch = section.text("branch", ledger_branch(folder.name)).value
            if branch and (problem := branch_problem(branch) or branch_conflict(branch, folder)):
                section.add_problem("branch", problem)
            return GitStore(branch)
        case "calendar":
            if len(sources) > 1:
                section.add_problem("store", "must be git or file: there are several calendars")
            elif isinstance(sources[0], LocalSection | AddressSection):
                place = "in a file" if isinstance(sources[0], LocalSection) else "that is only read"
                reason = f"a calendar {place} (provider: {sources[0].provider}) can't store the ledger"
                section.add_problem("store", f"must be git or file: {reason}")
            return CalendarStore()
        case "file":
            path = section.text("path", LEDGER_FILE).value
            return FileStore(path_of(section, "path", path, folder, partial(ledger_file_problem, folder)))
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


def credentials(section: Section, folder: ClubFolder, others: frozenset[str]) -> Credentials:
    """Where rotation writes the credential. ``others`` are the secrets of accounts that the club does not use."""
    secret = section.text("secret").value
    if problem := secret_problem(secret, others):
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
    for entry, first in repeated(entries, fold):
        problems.add(entry.key_path, f"is the same address as {first.name}; keep one of the two")

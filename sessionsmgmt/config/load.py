"""Loads a sessions.yml as a Config, or raises all of its problems. This module is the entry point of the package.

Only the file itself and the templates that it names are read. Other files that it names must exist, but they are not
read. Nothing is written.

A file is read in two passes: ``document`` and ``schema`` find the problems of form, and ``sections`` and this module
find the problems of content. ``model`` defines the Config.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.config.clubs import MAX_BYTES
from sessionsmgmt.config.document import Document, parse
from sessionsmgmt.config.durations import DAY, duration
from sessionsmgmt.config.model import CalendarStore, Config, FileStore, LocalSection
from sessionsmgmt.config.notices import locale, notices
from sessionsmgmt.config.paths import ClubFolder, find_club_folder, is_file, path_for_messages, real_path
from sessionsmgmt.config.problems import ProblemList
from sessionsmgmt.config.providers import ProviderSections, check_present, read_section
from sessionsmgmt.config.reading import WHOLE_FILE, UnreadableFileError, read_text
from sessionsmgmt.config.schema import check_schema
from sessionsmgmt.config.sections import Section, Text, choice_or_default, repeated, texts
from sessionsmgmt.config.sources import alerts, calendar_sections, calendars, contact, credentials, ledger, mail, sample
from sessionsmgmt.config.validators import role_problem, zone_problem, zone_warning
from sessionsmgmt.config.wording import WordingChecks
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem
from sessionsmgmt.safe_files import resolved

FORMAT_VERSION = 1
"""The newest version of the file format that this program knows."""

YEAR = 366 * DAY

DEFAULT_LOCALE = "en_US"
"""The locale of a club whose sessions.yml names none."""


def load(path: Path, providers: ProviderSections, wording: WordingChecks, workspace: Path | None = None) -> Config:
    """The configuration in a file. In a job of GitHub Actions, ``workspace`` is the folder of its checkout.

    Raises InputError with all problems by file and line. They name the file by the path that was given.
    """
    folder = find_club_folder(path, workspace)
    try:
        document = parse(_text(path, folder))
        _refuse_newer_version(document)
    except UnreadableFileError as error:
        raise _refusal(path, [Problem(str(path), *error.position, error.where, error.text)]) from None
    problems = ProblemList(str(path), document)
    for problem in document.problems:
        problems.add_yaml_problem(problem)
    check_schema(document, problems)
    top = Section(document.value if isinstance(document.value, dict) else {}, (), problems)
    config = _config(path, folder, top, providers, wording)
    _check_ledger_file(config, folder, top)
    _check_room_in_ledger(config, top)
    if reported := problems.all():
        raise _refusal(path, reported)
    return replace(config, warnings=_warnings(config, problems))


def _warnings(config: Config, problems: ProblemList) -> tuple[ReportWarning, ...]:
    """What a person should know of a valid sessions.yml."""
    where = f"{path_for_messages(config.path)}:{problems.line(('timezone',))}"
    text = zone_warning(config.zone)
    return (ReportWarning("timezone-abbreviation", f"timezone: {text}", where),) if text else ()


def _refusal(path: Path, problems: list[Problem]) -> InputError:
    count = len(problems)
    return InputError(f"{path} has {count} {'problem' if count == 1 else 'problems'}.", problems=problems)


def _text(path: Path, folder: ClubFolder) -> str:
    if not is_file(path):
        raise UnreadableFileError(WHOLE_FILE, "there is no such file; run `sessionsmgmt init` to make one")
    if not real_path(path).is_relative_to(folder.root):
        raise UnreadableFileError(WHOLE_FILE, "the file is a link that leads out of the repository; put the file here")
    try:
        resolved(path.parent, folder.root)
    except OSError as error:
        raise UnreadableFileError(WHOLE_FILE, f"{error.strerror}; name the folder that it leads to") from None
    return read_text(path, MAX_BYTES)


def _refuse_newer_version(document: Document) -> None:
    """Refuse a file of a newer version of the format, since every key may mean something else in it."""
    version = document.value.get("version") if isinstance(document.value, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        text = f"is newer than this program, which knows version {FORMAT_VERSION}; use a newer sessionsmgmt"
        raise UnreadableFileError(document.position_of_value(("version",)), text, "version")


def _config(
    path: Path, folder: ClubFolder, top: Section, providers: ProviderSections, wording: WordingChecks
) -> Config:
    """The configuration. If problems were found, it has stand-in values and must not be used."""
    roles = _roles(top.section("roles"))
    for section in calendar_sections(top):
        check_present(section, providers.calendar, providers.absent["calendar"])
    check_present(top.section("contacts"), providers.contacts, providers.absent["contacts"])
    check_present(top.section("mail"), providers.mail, providers.absent["mail"])
    sources = calendars(top, folder, providers.calendar)
    transport = read_section(top.section("mail"), folder, providers.mail)
    return Config(
        path=path,
        root=folder.root,
        folder=folder.name,
        team=top.text("team").value,
        zone=_zone(top),
        locale=locale(top) or DEFAULT_LOCALE,
        calendars=sources,
        contacts=read_section(top.section("contacts"), folder, providers.contacts),
        mail=mail(top.section("mail"), transport, folder, wording),
        contact=contact(top.section("contact")) if "contact" in top.data else None,
        roles=roles,
        ledger=ledger(top.section("ledger"), folder, [entry.section for entry in sources]),
        notices=notices(top, roles, folder, wording),
        credentials=credentials(top.section("credentials"), folder, _other_credentials(top, providers))
        if "credentials" in top.data
        else None,
        sample=sample(top.section("preview").section("sample"), folder) if "preview" in top.data else None,
        alerts=alerts(top.section("alerts")),
        silence=duration(top, "silence", "", least=DAY, most=YEAR, bounds="from 1 day to 1 year")
        if "silence" in top.data
        else None,
    )


def _other_credentials(top: Section, providers: ProviderSections) -> frozenset[str]:
    """The secrets of the accounts that the club does not use; empty if it uses no account."""
    sections = (*calendar_sections(top), top.section("contacts"), top.section("mail"))
    used = {section.text("provider").value for section in sections} & providers.credentials.keys()
    return frozenset(secret for name, secret in providers.credentials.items() if used and name not in used)


def _check_ledger_file(config: Config, folder: ClubFolder, top: Section) -> None:
    """Report a ledger file whose path is that of a file that people write."""
    taken = [real_path(config.path)]
    taken += [folder.path(notice.template.name) for notice in config.notices if notice.template]
    sources = (*(entry.section for entry in config.calendars), config.contacts)
    taken += [section.path for section in sources if isinstance(section, LocalSection)]
    taken += [folder.path(config.mail.signature.name)] if config.mail.signature else []
    taken += [config.sample.calendar, config.sample.contacts] if config.sample else []
    store = config.ledger.store
    if isinstance(store, FileStore) and store.path in taken:
        top.section("ledger").add_problem(
            "path", "is a file that is used for something else; the ledger needs its own file"
        )


def _check_room_in_ledger(config: Config, top: Section) -> None:
    """Report what a ledger on the calendar's events can't remember: what belongs to no event."""
    if isinstance(config.ledger.store, CalendarStore):
        for key in _NO_ROOM_IN_CALENDAR & top.data.keys():
            top.add_problem(
                key, "a ledger in the calendar has no room for this; remove it, or use another ledger.store"
            )


_NO_ROOM_IN_CALENDAR = frozenset({"alerts", "silence"})


def _zone(top: Section) -> ZoneInfo:
    name = top.text("timezone")
    if problem := zone_problem(name.value):
        if "timezone" in top.data:  # the schema reports that it is missing
            top.problems.add(name.key_path, problem)
        return ZoneInfo("UTC")
    return ZoneInfo(name.value)


def _roles(section: Section) -> tuple[Role, ...]:
    """The roles, without those that have an invalid name."""
    roles = []
    for name, value in section.data.items():
        if problem := role_problem(name):
            section.problems.add_key((*section.key_path, name), problem)
            continue
        role = section.section(name)
        labels: list[Text] = role.texts("labels") if role.data else texts(value, role.key_path)
        for label, first in repeated(labels):
            section.problems.add(label.key_path, f"is the same label as {first.name}; case is ignored")
        disclose = choice_or_default(role.text("disclose").value, Disclose.NAMES)
        roles.append(Role(name, tuple(label.value for label in labels), disclose))
    return tuple(roles)

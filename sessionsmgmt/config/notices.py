"""The notices of sessions.yml with their templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time, timedelta

from sessionsmgmt.characters import find_invisible, without_typography
from sessionsmgmt.config.durations import parse_duration, to_timedelta
from sessionsmgmt.config.model import NoticeSettings, Template
from sessionsmgmt.config.owner_rules import premises
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.problems import ProblemList
from sessionsmgmt.config.reading import Position, UnreadableFileError, position_at, read_text
from sessionsmgmt.config.sections import Section, repeated, values
from sessionsmgmt.config.sources import check_addresses
from sessionsmgmt.config.validators import locale_problem
from sessionsmgmt.config.wording import WordingChecks
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Kind
from sessionsmgmt.domain.model.people import Attending, Role
from sessionsmgmt.domain.model.rule import Digest, PresenceMode, Require, Rule, Unit, Within

MAX_TEMPLATE_BYTES = 131_072
"""The most bytes of a template. ``email.template_syntax`` limits its characters."""

MAX_WITHIN = timedelta(days=366)
"""The longest time ahead of a session at which a notice may be sent."""

NO_WORDING = (
    "there is built-in wording in English (en), French (fr), Spanish (es) and German (de) only; "
    "choose one, or write a template"
)
"""The problem with the locale of a notice without a template."""

DEFAULT_WITHIN = Within(1, Unit.DAYS)
"""The time ahead of a session for a notice without ``within``."""


def notices(
    top: Section, roles: Sequence[Role], folder: ClubFolder, wording: WordingChecks
) -> tuple[NoticeSettings, ...]:
    """The entries of ``notices`` in their order. A template that several entries use is read and checked once."""
    sections = top.sections("notices")
    for again, first in repeated([section.text("id") for section in sections if section.text("id").value]):
        top.problems.add(again.key_path, f"is the same id as {first.name}; each notice needs its own (case is ignored)")
    templates: dict[str, Template | None] = {}
    for section in sections:
        name = section.text("template").value
        if name and name not in templates:
            templates[name] = _template(section, name, roles, folder, wording)
    _check_languages(top, sections, wording)
    attending = top.choice("attending", Attending.INVITED)
    return tuple(_notice(section, roles, templates, attending) for section in sections)


def locale(section: Section) -> str:
    """The locale that the section of the club or of a notice names; empty if it names none."""
    name = section.text("locale").value
    if not name:
        return ""
    if problem := locale_problem(name):
        section.add_problem("locale", problem)
    return name.replace("-", "_")


def _check_languages(top: Section, sections: Sequence[Section], wording: WordingChecks) -> None:
    """Report a locale without built-in wording, if the notice has no template. ``locale`` reports unknown locales."""
    for section in sections:
        if "template" in section.data:
            continue
        owner = section if "locale" in section.data else top
        name = owner.text("locale").value
        if name and not locale_problem(name) and not wording.has_wording(name):
            owner.add_problem("locale", NO_WORDING)


def _notice(
    section: Section, roles: Sequence[Role], templates: Mapping[str, Template | None], attending: Attending
) -> NoticeSettings:
    to, cc = section.texts("to"), section.texts("cc")
    check_addresses([*to, *cc], section.problems)
    rule = Rule(
        id=section.text("id").value,
        match=section.text("match").value,
        within=_within(section),
        presence=section.choice("presence", PresenceMode.WHOLE_DAY),
        kinds=_kinds(section),
        require=_require(section.section("require"), {role.name for role in roles}),
        include=_include(section),
        attending=attending,
        combine=section.flag("combine", False),
        premises=premises(section.section("premises")),
        digest=_digest(section.section("digest")),
    )
    template = templates.get(section.text("template").value)
    if template and not _names_sessions(template.text):
        for key in ("combine",) * rule.combine + ("digest",) * (rule.digest is not None):
            section.add_problem(key, _ONE_SESSION)
    return NoticeSettings(
        rule=rule,
        to=values(to),
        cc=values(cc),
        template=template,
        attach_calendar=section.flag("attach_calendar", True),
        locale=locale(section),
        line=section.line,
    )


def _within(section: Section) -> Within:
    if "within" not in section.data:
        return DEFAULT_WITHIN
    within = parse_duration(section.text("within").value)
    if within is not None and to_timedelta(within) > MAX_WITHIN:
        section.add_problem("within", "must be at most 1 year ahead, such as 2 weeks")
    return within or DEFAULT_WITHIN


def _digest(section: Section) -> Digest | None:
    """The day of the week and the time of a digest; None if there is none, or if the schema check reports it."""
    match = _CLOCK.fullmatch(section.text("at").value)
    day = section.text("on").value
    if day not in WEEKDAYS or not match:
        return None
    return Digest(WEEKDAYS.index(day), time(int(match[1]), int(match[2])))


_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of the week as ``digest`` names them, a Monday first."""


def _kinds(section: Section) -> frozenset[Kind]:
    if "kinds" not in section.data:
        return DEFAULT_KINDS
    entries = section.texts("kinds")
    for again, first in repeated(entries):
        section.problems.add(again.key_path, f"is the same as {first.name}; keep one of the two")
    known = [entry for entry in entries if entry.value in frozenset(Kind)]
    if known == entries and entries and Kind.NEW not in values(entries):
        section.add_problem("kinds", "has no new, and without a first notice there are no later notices: add new")
    return frozenset(Kind(entry.value) for entry in known)


def _include(section: Section) -> tuple[str, ...]:
    labels = section.texts("include")
    for again, first in repeated(labels):
        section.problems.add(again.key_path, f"is the same label as {first.name}; case is ignored")
    return values(labels)


def _require(section: Section, roles: set[str]) -> Require:
    """The checks of a notice. Each check needs the roles that it counts."""
    for key, counted in (("adults", ("adults",)), ("students_per_adult", ("adults", "students"))):
        missing = [role for role in counted if role not in roles]
        if key in section.data and roles and missing:
            section.add_problem(
                key, f"can't be checked: roles has no {' and no '.join(missing)}; add it or remove this check"
            )
    return Require(section.number("adults"), section.number("students_per_adult"))


def _template(
    section: Section, name: str, roles: Sequence[Role], folder: ClubFolder, wording: WordingChecks
) -> Template | None:
    """The club's own template; None if it can't be read."""
    if problem := folder.file_problem(name):
        section.add_problem("template", problem)
        return None
    shown = folder.display_path(name)
    try:
        text = read_text(folder.path(name), MAX_TEMPLATE_BYTES)
    except UnreadableFileError as error:
        section.problems.add_in_file(shown, error.position, error.text)
        return None
    _check_template(text, shown, roles, section.problems, wording)
    return Template(name, text)


_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SUBJECT = re.compile(r"[^\n:]*:?")


def _invisible_characters(text: str) -> Iterator[tuple[int, str]]:
    """The invisible characters in a template's subject line and in braces, each with its index and a sentence about it.

    In the prose of a template, invisible characters do no harm.
    """
    first = text.partition("\n")[0]
    word = _SUBJECT.match(first)
    subject_start = word.end() if word else 0
    parts = [(0, first[:subject_start]), (subject_start, without_typography(first)[subject_start:])]
    parts += [(match.start(), match[0]) for match in _CODE.finditer(text) if match.start() > len(first)]
    for start, part in parts:
        if character := find_invisible(part):
            yield start + character.index, character.sentence


def _names_sessions(template: str) -> bool:
    return any(_SESSIONS.search(code[0]) for code in _CODE.finditer(template))


_SESSIONS = re.compile(r"\bsessions\b")

_ONE_SESSION = (
    "joins several sessions in one email, and the template tells of the first one alone; put what it says of a session "
    "into {% for session in sessions %} … {% endfor %}"
)


def _check_template(
    text: str, shown: str, roles: Sequence[Role], problems: ProblemList, wording: WordingChecks
) -> None:
    """Add the problems of a template, with positions in the template's own file."""
    hidden = list(_invisible_characters(text))
    for index, problem in hidden:
        problems.add_in_file(shown, position_at(text, index), problem)
    if hidden:
        return
    for line, column, problem in wording.template_problems(text, roles) if roles else ():
        problems.add_in_file(shown, Position(line, column), problem)

"""The notices of sessions.yml, with their templates read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from sessionsmgmt.characters import typeset, unseen
from sessionsmgmt.config.durations import length, written_length
from sessionsmgmt.config.findings import Findings
from sessionsmgmt.config.model import NoticeSettings, Template
from sessionsmgmt.config.names import language_fault, locale_fault
from sessionsmgmt.config.paths import Folder
from sessionsmgmt.config.reading import Place, UnreadableError, position, read
from sessionsmgmt.config.sections import Section, repeated, values
from sessionsmgmt.config.sources import check_addresses
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Kind
from sessionsmgmt.domain.model.people import Role
from sessionsmgmt.domain.model.rule import PresenceMode, Require, Rule, Unit, Within

LARGEST_TEMPLATE = 131_072
"""Bytes a template may have; the characters it may have are bounded where it is read as a template."""

FURTHEST = timedelta(days=366)
"""How far ahead a notice may look."""

WITHIN = Within(1, Unit.DAYS)
"""How far ahead a notice looks that does not say."""


def notices(top: Section, roles: Sequence[Role], folder: Folder) -> tuple[NoticeSettings, ...]:
    """The entries of ``notices``, in their order. Each template is read and checked once, however many use it."""
    sections = top.sections("notices")
    for again, first in repeated([section.text("id") for section in sections if section.text("id").value]):
        top.findings.add(again.trail, f"is the same id as {first.name}; each notice needs its own (case is ignored)")
    templates: dict[str, Template | None] = {}
    for section in sections:
        name = section.text("template").value
        if name and name not in templates:
            templates[name] = _template(section, name, roles, folder)
    _check_languages(top, sections)
    return tuple(_notice(section, roles, templates) for section in sections)


def locale(section: Section) -> str:
    """The locale of the club or of a notice; empty where it names none."""
    name = section.text("locale").value
    if not name:
        return ""
    if fault := locale_fault(name):
        section.wrong("locale", fault)
    return name.replace("-", "_")


def _check_languages(top: Section, sections: Sequence[Section]) -> None:
    """See that whatever has no template can be worded; a locale that does not exist has been reported by itself."""
    for section in sections:
        if "template" in section.data:
            continue
        teller = section if "locale" in section.data else top
        name = teller.text("locale").value
        if name and not locale_fault(name) and (fault := language_fault(name)):
            teller.wrong("locale", fault)


def _notice(section: Section, roles: Sequence[Role], templates: Mapping[str, Template | None]) -> NoticeSettings:
    to, cc = section.texts("to"), section.texts("cc")
    check_addresses([*to, *cc], section.findings)
    rule = Rule(
        id=section.text("id").value,
        match=section.text("match").value,
        within=_within(section),
        presence=section.choice("presence", PresenceMode.WHOLE_DAY),
        kinds=_kinds(section),
        require=_require(section.section("require"), {role.name for role in roles}),
    )
    return NoticeSettings(
        rule=rule,
        to=values(to),
        cc=values(cc),
        template=templates.get(section.text("template").value),
        attach_calendar=section.flag("attach_calendar", True),
        locale=locale(section),
        line=section.line,
    )


def _within(section: Section) -> Within:
    if "within" not in section.data:
        return WITHIN
    within = written_length(section.text("within").value)
    if within is not None and length(within) > FURTHEST:
        section.wrong("within", "must be at most 1 year ahead, such as 2 weeks")
    return within or WITHIN


def _kinds(section: Section) -> frozenset[Kind]:
    if "kinds" not in section.data:
        return DEFAULT_KINDS
    entries = section.texts("kinds")
    for again, first in repeated(entries):
        section.findings.add(again.trail, f"is the same as {first.name}; keep one of the two")
    known = [entry for entry in entries if entry.value in frozenset(Kind)]
    if known == entries and entries and Kind.NEW not in values(entries):
        section.wrong("kinds", "has no new, and what has not been announced is never followed up: add new")
    return frozenset(Kind(entry.value) for entry in known)


def _require(section: Section, roles: set[str]) -> Require:
    """The checks of a notice; each needs the roles it counts."""
    for key, counted in (("adults", ("adults",)), ("students_per_adult", ("adults", "students"))):
        missing = [role for role in counted if role not in roles]
        if key in section.data and roles and missing:
            section.wrong(key, f"can't be judged: roles has no {' and no '.join(missing)}; add it or remove this check")
    return Require(section.number("adults"), section.number("students_per_adult"))


def _template(section: Section, name: str, roles: Sequence[Role], folder: Folder) -> Template | None:
    """A club's own wording; None where it can't be read."""
    if fault := folder.file_fault(name):
        section.wrong("template", fault)
        return None
    shown = folder.shown(name)
    try:
        text = read(folder.path(name), LARGEST_TEMPLATE)
    except UnreadableError as error:
        section.findings.add_elsewhere(shown, error.place, error.text)
        return None
    _check_template(text, shown, roles, section.findings)
    return Template(name, text)


_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SUBJECT = re.compile(r"[^\n:]*:?")


def _hidden(text: str) -> Iterator[tuple[int, str]]:
    """What nobody sees in the parts of a template that have to be understood, each with its index and what to do.

    That is the subject's line and what stands in braces; in prose it does no harm.
    """
    first = text.partition("\n")[0]
    word = _SUBJECT.match(first)
    begun = word.end() if word else 0
    parts = [(0, first[:begun]), (begun, typeset(first)[begun:])]
    parts += [(found.start(), found[0]) for found in _CODE.finditer(text) if found.start() > len(first)]
    for start, part in parts:
        if found := unseen(part):
            yield start + found.index, found.fault


def _check_template(text: str, shown: str, roles: Sequence[Role], findings: Findings) -> None:
    """Add what is wrong with a template, at its own lines."""
    hidden = list(_hidden(text))
    for index, fault in hidden:
        findings.add_elsewhere(shown, position(text, index), fault)
    if hidden:
        return
    from sessionsmgmt.email.template import check

    for line, column, fault in check(text, roles) if roles else ():
        findings.add_elsewhere(shown, Place(line, column), fault)

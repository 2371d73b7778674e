"""Where in a calendar file each event and each definition of a time zone stands.

Looks at the lines that begin and end something and at nothing else, so that one damaged event costs only itself, and
so that a hundred thousand events are told apart before any of them is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sessionsmgmt.adapters.files.content_lines import UnreadableError
from sessionsmgmt.errors import InputError


@dataclass(frozen=True, slots=True)
class Block:
    """An event or the definition of a zone: its lines between BEGIN and END, folds included.

    ``line`` is the number of the BEGIN line, ``calendar`` says to which VCALENDAR of the file it belongs (0: none),
    ``damage`` why its lines can't be relied on, if they can't.
    """

    line: int
    lines: tuple[bytes, ...]
    calendar: int
    damage: str = ""


@dataclass(slots=True)
class Outline:
    """What the file consists of. ``strays`` are places where something can't even be identified."""

    events: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    strays: list[UnreadableError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Open:
    """A part that has begun: its name and the index of its BEGIN line."""

    name: bytes
    begin: int


_MARKS = frozenset((b"B", b"b", b"E", b"e"))
_NO_END = "it has no END line"
_INNER = "a part of it has no END line"


def outline(data: bytes, shown_as: str) -> Outline:
    """The outline of the whole file. Raises InputError if it is no calendar, or one that was cut off."""
    found = Outline()
    lines = data.split(b"\n")
    stack: list[_Open] = []
    calendar = 0

    def close(end: int, damage: str = "") -> None:
        part = stack.pop()
        if part.name in _KEPT:
            block = Block(part.begin + 1, tuple(lines[part.begin + 1 : end]), calendar if stack else 0, damage)
            (found.events if part.name == b"VEVENT" else found.zones).append(block)

    for index, line in enumerate(lines):
        if line[:1] not in _MARKS:
            if not stack and line.strip():
                _stray(found, index, "a line outside of every calendar")
            continue
        mark, _, rest = line.partition(b":")
        mark, name = mark.upper(), rest.strip().upper()
        if mark == b"BEGIN":
            if name in _OUTER:
                while stack and not (name in _KEPT and stack[-1].name == b"VCALENDAR"):
                    if stack[-1].name == b"VCALENDAR":
                        _stray(found, stack[-1].begin, "a calendar without an END line")
                    close(index, _NO_END)
                calendar += name == b"VCALENDAR"
            stack.append(_Open(name, index))
            if len(stack) > _DEEPEST:
                raise InputError(f"{shown_as} is not a calendar: line {index + 1} is nested too deeply.", _EXPORT)
        elif mark == b"END":
            names = [part.name for part in stack]
            if name not in names:
                if name in _OUTER:
                    _stray(found, index, "an END line without its BEGIN line")
                continue
            while stack[-1].name != name:
                close(index, _NO_END)
            close(index, _INNER if names[-1] != name and name in _KEPT else "")
        elif not stack:
            _stray(found, index, "a line outside of every calendar")
    if not calendar and not found.events and not stack:
        raise InputError(f"{shown_as} is not a calendar: it {_looks(data)}.", _EXPORT)
    if stack:
        raise InputError(f"{shown_as} is cut off: the part begun in line {stack[-1].begin + 1} has no end.", _EXPORT)
    return found


_KEPT = frozenset((b"VEVENT", b"VTIMEZONE"))
_OUTER = _KEPT | {b"VCALENDAR"}
_DEEPEST = 8
"""An alarm in an event in a calendar is three deep; the bound keeps a hostile file's work linear."""

_EXPORT = "Export the calendar again as iCalendar (.ics) and put that file in its place."


def _stray(found: Outline, index: int, reason: str) -> None:
    """Each reason is said once, with its first place: a damaged file would fill the report otherwise."""
    if all(one.reason != reason for one in found.strays):
        found.strays.append(UnreadableError(reason, index + 1))


def _looks(data: bytes) -> str:
    """What the file seems to be instead, for the person who has to find the right one."""
    start = data[:512].lstrip().lower()
    if not start:
        return "is empty"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, perhaps one that asks to sign in"
    return "has no BEGIN:VCALENDAR"

"""Finds the events and the time zone definitions in a calendar file.

Only the BEGIN and END lines are read here. So a damaged event does not affect other events, and a file of a hundred
thousand events is split before any event is parsed.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import field

from sessionsmgmt.adapters.files.content_lines import UnreadableError, parse_line
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError


class CutOffError(InputError):
    """The end of a calendar is missing."""


@dataclass(frozen=True, slots=True)
class Block:
    """An event or a time zone definition: its lines between BEGIN and END, still folded.

    ``line`` is the number of the BEGIN line. ``calendar`` is the number of its VCALENDAR in the file, or 0 if it is in
    none. ``damage`` says why its lines can't be used, and is empty if they can.
    """

    line: int
    lines: tuple[bytes, ...]
    calendar: int
    damage: str = ""


@dataclasses.dataclass(slots=True)
class CalendarBlocks:
    """The blocks of a file. ``unidentified`` are lines that belong to no block.

    ``methods`` and ``default_zones`` are the values of METHOD, in upper case, and of X-WR-TIMEZONE by the number of
    their VCALENDAR.
    """

    events: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    unidentified: list[UnreadableError] = field(default_factory=list)
    methods: dict[int, str] = field(default_factory=dict)
    default_zones: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _OpenPart:
    """A part without its END line so far: its name and the index of its BEGIN line."""

    name: bytes
    begin: int


_FIRST_LETTERS = frozenset((b"B", b"b", b"E", b"e"))
_CALENDAR_LETTERS = frozenset((b"M", b"m", b"X", b"x"))
_GLUED = re.compile(rb"(END:(?:VEVENT|VTIMEZONE|VCALENDAR))[ \t]*(?=BEGIN:)", re.IGNORECASE)
_NO_END = "it has no END line"
_INNER_WITHOUT_END = "a part of it has no END line"


def find_blocks(data: bytes, shown_as: str) -> CalendarBlocks:
    """The blocks of the whole file. Raises InputError if it is not a calendar, and CutOffError if it is cut off."""
    blocks = CalendarBlocks()
    lines = _GLUED.sub(rb"\1\n", data).split(b"\n") if _GLUED.search(data) else data.split(b"\n")
    stack: list[_OpenPart] = []
    calendar = 0

    def close(end: int, damage: str = "") -> None:
        part = stack.pop()
        if part.name in _BLOCK_NAMES:
            block = Block(part.begin + 1, tuple(lines[part.begin + 1 : end]), calendar if stack else 0, damage)
            (blocks.events if part.name == b"VEVENT" else blocks.zones).append(block)

    for index, line in enumerate(lines):
        if line[:1] not in _FIRST_LETTERS:
            if not stack and line.strip():
                _add_unidentified(blocks, index, "a line outside of every calendar")
            elif stack and stack[-1].name == b"VCALENDAR" and line[:1] in _CALENDAR_LETTERS:
                _add_property(blocks, calendar, line, index + 1)
            continue
        keyword, _, rest = line.partition(b":")
        keyword, name = keyword.upper(), rest.strip().upper()
        if keyword == b"BEGIN":
            if name in _OUTER_NAMES:
                while stack and not (name in _BLOCK_NAMES and stack[-1].name == b"VCALENDAR"):
                    if stack[-1].name == b"VCALENDAR":
                        _add_unidentified(blocks, stack[-1].begin, "a calendar without an END line")
                    close(index, _NO_END)
                calendar += name == b"VCALENDAR"
            stack.append(_OpenPart(name, index))
            if len(stack) > _MAX_DEPTH:
                raise InputError(f"{shown_as} is not a calendar: line {index + 1} is nested too deeply.", _EXPORT)
        elif keyword == b"END":
            names = [part.name for part in stack]
            if name not in names:
                if name in _OUTER_NAMES:
                    _add_unidentified(blocks, index, "an END line without its BEGIN line")
                continue
            while stack[-1].name != name:
                close(index, _NO_END)
            close(index, _INNER_WITHOUT_END if names[-1] != name and name in _BLOCK_NAMES else "")
        elif not stack:
            _add_unidentified(blocks, index, "a line outside of every calendar")
    if not calendar and not blocks.events and not stack:
        raise InputError(f"{shown_as} is not a calendar: it {_appearance(data)}.", _EXPORT)
    if stack:
        raise CutOffError(f"{shown_as} is cut off: the part begun in line {stack[-1].begin + 1} has no end.", _EXPORT)
    return blocks


def _add_property(blocks: CalendarBlocks, calendar: int, line: bytes, number: int) -> None:
    """Add the property of a calendar if it says what its events mean. The first of each counts."""
    prop = parse_line(line.decode("utf-8", "replace"), number)
    if prop and prop.name == "METHOD":
        blocks.methods.setdefault(calendar, prop.value.strip().upper())
    elif prop and prop.name == "X-WR-TIMEZONE":
        blocks.default_zones.setdefault(calendar, prop.value.strip())


_BLOCK_NAMES = frozenset((b"VEVENT", b"VTIMEZONE"))
_OUTER_NAMES = _BLOCK_NAMES | {b"VCALENDAR"}
_MAX_DEPTH = 8
"""The most levels of nesting: an alarm in an event in a calendar has three. The limit keeps the work linear."""

_EXPORT = "Export the calendar again as iCalendar (.ics) and put that file in its place."


def _add_unidentified(blocks: CalendarBlocks, index: int, reason: str) -> None:
    """Add the line, unless another line has the same reason: a damaged file would fill the report otherwise."""
    if all(known.reason != reason for known in blocks.unidentified):
        blocks.unidentified.append(UnreadableError(reason, index + 1))


def _appearance(data: bytes) -> str:
    """What the file seems to be instead of a calendar, to help a person find the right file."""
    start = data[:512].lstrip().lower()
    if not start:
        return "is empty"
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "is a web page, perhaps one that asks to sign in"
    return "has no BEGIN:VCALENDAR"

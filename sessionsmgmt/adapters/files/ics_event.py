"""One VEVENT: first when it is and what series it belongs to; only if it is wanted, what it says and who attends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from urllib.parse import unquote

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError, parse, unescape, unfold
from sessionsmgmt.adapters.files.ics_outline import Block
from sessionsmgmt.adapters.files.ics_values import Length, When, ZoneOf, one_duration, one_moment, span
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import Attendee, Status

LONGEST_DAYS = 3_660
"""An event may take ten years; what takes longer is a mistake, and would be under way in every run."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A VEVENT as far as its times go.

    ``original`` is its RECURRENCE-ID: which instance of its series it replaces, and ``onward`` whether it replaces all
    that follow too (RANGE=THISANDFUTURE). ``rules``, ``extra`` and ``except_`` are its RRULE, RDATE and EXDATE lines.
    """

    block: Block
    uid: str
    start: When
    length: Length
    status: Status
    original: When | None = None
    onward: bool = False
    rules: tuple[ContentLine, ...] = ()
    extra: tuple[ContentLine, ...] = ()
    except_: tuple[ContentLine, ...] = ()

    @property
    def revision(self) -> tuple[int, str, tuple[bytes, ...]]:
        """What is greater for the newer of two drafts of the same thing, and unlike for any two that differ."""
        lines = (parse(raw.decode(), number) for number, raw in unfold(self.block.lines, self.block.line + 1))
        found = {prop.name: prop.value.strip() for prop in lines if prop}
        sequence = found.get("SEQUENCE", "")
        number = int(sequence) if _SEQUENCE.fullmatch(sequence) else 0
        return number, found.get("LAST-MODIFIED") or found.get("DTSTAMP", ""), self.block.lines

    @property
    def recurs(self) -> bool:
        """Whether it makes a series."""
        return bool(self.rules or self.extra)

    @property
    def zone(self) -> tzinfo | None:
        """The zone whose wall clock the series goes by; None for an all-day one."""
        return self.start.tzinfo if isinstance(self.start, datetime) else None


@dataclass(frozen=True, slots=True)
class Details:
    """What a VEVENT says. ``nameless`` are the lines of attendees whose address can't be told.

    ``organizer`` is None where there is none: the calendar itself organises it then (RFC 5545, 3.8.4.3). Otherwise it
    is an address, empty if that can't be told.
    """

    title: str
    location: str
    description: str
    attendees: tuple[Attendee, ...]
    nameless: tuple[int, ...] = ()
    organizer: str | None = None


def draft(block: Block, zone_of: ZoneOf, floating: tzinfo) -> Draft:
    """The times of a VEVENT; ``floating`` is the zone of times that name none. Raises UnreadableError."""
    if block.damage:
        raise UnreadableError(block.damage, block.line)
    found = _decisive(block)
    start_line = found.get("DTSTART")
    if start_line is None:
        raise UnreadableError("it has no DTSTART", block.line)
    start = one_moment(start_line[0], zone_of, floating)
    length = _length(found, start, zone_of, floating)
    original, onward = None, False
    if "RECURRENCE-ID" in found:
        line = found["RECURRENCE-ID"][0]
        original = one_moment(line, zone_of, floating)
        onward = line.param("RANGE").upper() == "THISANDFUTURE"
    status = _first(found, "STATUS").strip().lower()
    return Draft(
        block,
        _first(found, "UID").strip(),
        start,
        length,
        Status(status) if status in frozenset(Status) else Status.CONFIRMED,
        original,
        onward,
        tuple(found.get("RRULE", ())),
        tuple(found.get("RDATE", ())),
        tuple(found.get("EXDATE", ())),
    )


def details(block: Block, shown_as: str) -> Details:
    """What a VEVENT says and who attends; ``shown_as`` is how messages write the file. Raises UnreadableError."""
    texts: dict[str, str] = {}
    attendees: dict[str, Attendee] = {}
    nameless: list[int] = []
    organizers: set[str] = set()
    for prop in _properties(block, _TELLING):
        if prop.name == "ORGANIZER":
            organizers.add(_address(prop))
            continue
        if prop.name != "ATTENDEE":
            if texts.setdefault(prop.name, prop.value) != prop.value and prop.name == "SUMMARY":
                raise UnreadableError("it has two different SUMMARY lines", prop.line)
            continue
        if prop.param("CUTYPE").upper() in {"ROOM", "RESOURCE"}:
            continue
        address = _address(prop)
        if not address:
            nameless.append(prop.line)
            continue
        one = Attendee(address, prop.param("PARTSTAT").upper() == "DECLINED", f"{shown_as}:{prop.line}")
        known = attendees.get(fold(address))
        if known is None or (known.declined and not one.declined):
            attendees[fold(address)] = one
    title, location, text = (unescape(texts.get(name, "")) for name in ("SUMMARY", "LOCATION", "DESCRIPTION"))
    organizer = None if not organizers else organizers.pop() if len(organizers) == 1 else ""
    return Details(title, location, text, tuple(attendees.values()), tuple(nameless), organizer)


def uids(block: Block) -> frozenset[str]:
    """Every UID in the lines of a VEVENT that may be damaged."""
    found = set()
    for number, raw in unfold(block.lines, block.line + 1):
        if raw[:3].upper() == b"UID" and (prop := parse(raw.decode(), number)) and prop.name == "UID":
            found.add(prop.value.strip())
    return frozenset(found - {""})


def organizer(block: Block) -> str | None:
    """Who organises a VEVENT, damaged or not, as ``Details`` has it: empty if that can't be told."""
    found = set()
    for number, raw in unfold(block.lines, block.line + 1):
        if raw[:9].upper() == b"ORGANIZER" and raw[9:10] in {b":", b";", b""}:
            prop = parse(raw.decode(), number)
            found.add(_address(prop) if prop else "")
    return None if not found else found.pop() if len(found) == 1 else ""


def replaces(block: Block, zone_of: ZoneOf, floating: tzinfo) -> When | None:
    """Which instance a VEVENT replaces that can't be read otherwise, or None where it stands for a whole series."""
    if block.damage:
        return None
    try:
        found = {prop.value: prop for prop in _properties(block, {b"RECURRENCE-ID"})}
        lines = list(found.values())
        return one_moment(lines[0], zone_of, floating) if len(lines) == 1 and not lines[0].param("RANGE") else None
    except UnreadableError:
        return None


def title(block: Block) -> str:
    """The raw SUMMARY, for an event that has nothing better to be told by."""
    return next((prop.value for prop in _properties(block, {b"SUMMARY"})), "")


_ONCE = frozenset((b"UID", b"DTSTART", b"DTEND", b"DURATION", b"RECURRENCE-ID", b"STATUS"))
_TIMING = _ONCE | {b"RRULE", b"RDATE", b"EXDATE"}
_TELLING = frozenset((b"SUMMARY", b"LOCATION", b"DESCRIPTION", b"ATTENDEE", b"ORGANIZER"))
_COUNTING = _TIMING | {b"SUMMARY", b"ATTENDEE"}
_NAME = re.compile(rb"[A-Za-z0-9-]+(?=[;:])")


def _properties(block: Block, names: frozenset[bytes] | set[bytes]) -> Iterator[ContentLine]:
    """The properties of those names, of the event itself and not of its alarms.

    A line that is none goes on the one before, whose fold was lost. That spoils what counts; elsewhere it is a text
    with a line break that nobody escaped.
    """
    inner, counts = 0, False
    for number, raw in unfold(block.lines, block.line + 1):
        name = raw.partition(b":")[0].partition(b";")[0].upper()
        if name in _NESTING:
            inner = inner + 1 if name == b"BEGIN" else max(inner - 1, 0)
        elif inner:
            continue
        elif name in _COUNTING:
            counts = True
        elif _NAME.match(raw):
            counts = False
        elif counts and raw.strip():
            raise UnreadableError("a line of it is broken in two", number)
        if name in names and not inner:
            prop = parse(raw.decode(), number)
            if prop is None:
                raise UnreadableError(f"its {name.decode()} is not valid", number)
            yield prop


_NESTING = frozenset((b"BEGIN", b"END"))


def _decisive(block: Block) -> dict[str, list[ContentLine]]:
    """The properties that say when the event is and which, by name. What may stand there once stands there once."""
    found: dict[str, list[ContentLine]] = {}
    for prop in _properties(block, _TIMING):
        same = found.setdefault(prop.name, [])
        if same and prop.name.encode() in _ONCE:
            if replace(prop, line=0) != replace(same[0], line=0):
                raise UnreadableError(f"it has two different {prop.name} lines", prop.line)
            continue
        same.append(prop)
    return found


def _length(found: Mapping[str, list[ContentLine]], start: When, zone_of: ZoneOf, floating: tzinfo) -> Length:
    """How long the event takes; without DTEND and DURATION, a day or no time at all (RFC 5545, 3.6.1)."""
    timed = isinstance(start, datetime)
    length = Length(days=0 if timed else 1)
    line = found["DTSTART"][0].line
    if "DTEND" in found:
        line = found["DTEND"][0].line
        end = one_moment(found["DTEND"][0], zone_of, floating)
        try:
            length = span(start, end)
        except ValueError:
            raise UnreadableError("it ends before it begins, or one of the two is a day and not a time", line) from None
    elif "DURATION" in found:
        length = one_duration(found["DURATION"][0])
        line = found["DURATION"][0].line
        if not timed:
            length = Length(days=length.days + length.exact.days)
    if not timed:
        length = replace(length, days=max(length.days, 1))  # some programs write the last day for the day after it
    if length.longest.days > LONGEST_DAYS:
        raise UnreadableError("it takes longer than ten years", line)
    try:
        length.after(start)
    except OverflowError:
        raise UnreadableError("it ends after the year 9999", line) from None
    return length


def _first(found: Mapping[str, list[ContentLine]], name: str) -> str:
    return found[name][0].value if name in found else ""


_SEQUENCE = re.compile(r"[0-9]{1,9}")
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")


def _address(prop: ContentLine) -> str:
    """The attendee's email address: the value if it is one, else the EMAIL parameter (RFC 7986, 6.2), else nothing."""
    value = prop.value.strip()
    if value[:7].lower() == "mailto:":
        value = unquote(value[7:].partition("?")[0])
    for candidate in (value, prop.param("EMAIL")):
        text = candidate.strip().removeprefix("<").removesuffix(">").strip()
        if _ADDRESS.fullmatch(text) and text.isprintable():
            return text
    return ""

"""Reads one VEVENT in two steps: first its times and its series, and then, if it is wanted, its text and attendees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError, parse_line, unescape, unfold
from sessionsmgmt.adapters.files.ics_blocks import Block
from sessionsmgmt.adapters.files.ics_values import Duration, When, ZoneOf, duration_between, read_duration, read_time
from sessionsmgmt.adapters.written_address import written_address
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.html_text import text_of_html
from sessionsmgmt.domain.model.event import Attendee, Response, Status

MAX_DAYS = 3_660
"""The most days of an event: ten years. A longer event is a mistake, and it would be under way in every run."""


@dataclass(frozen=True, slots=True)
class EventTimes:
    """The times of a VEVENT.

    ``recurrence_id`` names the instance of its series that it replaces. ``this_and_future`` is true if it replaces all
    later instances too (RANGE=THISANDFUTURE). ``rrules``, ``rdates``, ``exdates`` and ``exrules`` are its lines of
    these names. ``unknown_status`` is true if the STATUS is none of the standard's, so that nobody knows what it means.
    ``is_floating`` is true if the start has no zone. ``cancelled_by_method`` is true if its calendar is the
    cancellation of an invitation (METHOD:CANCEL).
    """

    block: Block
    uid: str
    start: When
    duration: Duration
    status: Status
    recurrence_id: When | None = None
    this_and_future: bool = False
    rrules: tuple[ContentLine, ...] = ()
    rdates: tuple[ContentLine, ...] = ()
    exdates: tuple[ContentLine, ...] = ()
    exrules: tuple[ContentLine, ...] = ()
    unknown_status: bool = False
    is_floating: bool = False
    cancelled_by_method: bool = False

    @property
    def revision(self) -> tuple[int, str, bool, tuple[bytes, ...]]:
        """A sort key that is greater for the newer of two revisions of an event. Different revisions never share it."""
        lines = (parse_line(raw.decode(), number) for number, raw in unfold(self.block.lines, self.block.line + 1))
        properties = {prop.name: prop.value.strip() for prop in lines if prop}
        sequence = properties.get("SEQUENCE", "")
        number = int(sequence) if _SEQUENCE.fullmatch(sequence) else 0
        changed = properties.get("LAST-MODIFIED") or properties.get("DTSTAMP", "")
        return number, changed, self.cancelled_by_method, self.block.lines

    @property
    def recurs(self) -> bool:
        """Whether the event is a series."""
        return bool(self.rrules or self.rdates)

    @property
    def zone(self) -> tzinfo | None:
        """The zone on whose wall clock the series repeats; None for an all-day event."""
        return self.start.tzinfo if isinstance(self.start, datetime) else None


@dataclass(frozen=True, slots=True)
class EventDetails:
    """The text and the people of a VEVENT.

    ``without_address`` are the lines of attendees without a usable address. ``delegated`` are the lines of attendees
    who sent somebody else that is not among the attendees.

    ``organizer`` is None if the VEVENT has none, since it is then the calendar's own event (RFC 5545, 3.8.4.3).
    Otherwise it is an address, or empty if the address is not usable.
    """

    title: str
    location: str
    description: str
    attendees: tuple[Attendee, ...]
    without_address: tuple[int, ...] = ()
    organizer: str | None = None
    delegated: tuple[int, ...] = ()


def read_times(block: Block, zone_of: ZoneOf, floating: tzinfo) -> EventTimes:
    """The times of a VEVENT. ``floating`` is the zone of times without a zone. Raises UnreadableError."""
    if block.damage:
        raise UnreadableError(block.damage, block.line)
    properties = _time_properties(block)
    start_line = properties.get("DTSTART")
    if start_line is None:
        raise UnreadableError("it has no DTSTART", block.line)
    start = read_time(start_line[0], zone_of, floating)
    duration = _duration(properties, start, zone_of, floating)
    recurrence_id, this_and_future = None, False
    if "RECURRENCE-ID" in properties:
        line = properties["RECURRENCE-ID"][0]
        recurrence_id = read_time(line, zone_of, floating)
        this_and_future = line.param("RANGE").upper() == "THISANDFUTURE"
    word = unescape(_first(properties, "STATUS")).strip().lower()
    status = Status.CANCELLED if word in _CANCELLED else _STATUSES.get(word, Status.TENTATIVE)
    return EventTimes(
        block,
        _first(properties, "UID").strip(),
        start,
        duration,
        status,
        recurrence_id,
        this_and_future,
        tuple(prop for prop in properties.get("RRULE", ()) if prop.value.strip()),  # some programs write an empty one
        tuple(properties.get("RDATE", ())),
        tuple(properties.get("EXDATE", ())),
        tuple(properties.get("EXRULE", ())),
        unknown_status=word not in _CANCELLED and word not in _STATUSES,
        is_floating=isinstance(start, datetime)
        and not (start_line[0].param("TZID") or start_line[0].value.strip()[-1:] in "Zz"),
    )


_CANCELLED = frozenset(("cancelled", "canceled", "cancel"))
_RESPONSES = {"DECLINED": Response.DECLINED, "DELEGATED": Response.DECLINED, "ACCEPTED": Response.ACCEPTED}
"""Answers by PARTSTAT (RFC 5545, 3.2.12). An attendee who delegated does not come; the delegate is listed too."""

_STATUSES = {"": Status.CONFIRMED, "confirmed": Status.CONFIRMED, "tentative": Status.TENTATIVE}


def read_details(block: Block, shown_as: str) -> EventDetails:
    """The text and the people of a VEVENT. ``shown_as`` is how messages write the path. Raises UnreadableError."""
    texts: dict[str, str] = {}
    attendees: dict[str, Attendee] = {}
    without_address: list[int] = []
    organizers: set[str] = set()
    delegates: dict[int, frozenset[str]] = {}
    for prop in _properties(block, _DETAIL_NAMES):
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
            without_address.append(prop.line)
            continue
        answer = prop.param("PARTSTAT").upper()
        if answer == "DELEGATED":
            delegates[prop.line] = frozenset(
                map(fold, filter(None, map(written_address, prop.params.get("DELEGATED-TO", ()))))
            )
        attendee = Attendee(address, _RESPONSES.get(answer, Response.NONE), f"{shown_as}:{prop.line}")
        known = attendees.get(fold(address))
        if known is None or known.response < attendee.response:
            attendees[fold(address)] = attendee
    title, location, text = (unescape(texts.get(name, "")) for name in ("SUMMARY", "LOCATION", "DESCRIPTION"))
    text = text_of_html(text)
    organizer = None if not organizers else organizers.pop() if len(organizers) == 1 else ""
    missing = tuple(line for line, addresses in delegates.items() if addresses.isdisjoint(attendees))
    return EventDetails(title, location, text, tuple(attendees.values()), tuple(without_address), organizer, missing)


def read_uids(block: Block) -> frozenset[str]:
    """All UIDs in the lines of a VEVENT, which may be damaged."""
    addresses = set()
    for number, raw in unfold(block.lines, block.line + 1):
        if raw[:3].upper() == b"UID" and (prop := parse_line(raw.decode(), number)) and prop.name == "UID":
            addresses.add(prop.value.strip())
    return frozenset(addresses - {""})


def read_organizer(block: Block) -> str | None:
    """The organizer of a VEVENT, which may be damaged. The values are those of ``EventDetails.organizer``."""
    addresses = set()
    for number, raw in unfold(block.lines, block.line + 1):
        if raw[:9].upper() == b"ORGANIZER" and raw[9:10] in {b":", b";", b""}:
            prop = parse_line(raw.decode(), number)
            addresses.add(_address(prop) if prop else "")
    return None if not addresses else addresses.pop() if len(addresses) == 1 else ""


def replaced_instance(block: Block, zone_of: ZoneOf, floating: tzinfo) -> When | None:
    """The instance that an otherwise unreadable VEVENT replaces; None if the VEVENT may stand for the whole series."""
    if block.damage:
        return None
    try:
        lines = list({prop.value: prop for prop in _properties(block, {b"RECURRENCE-ID"})}.values())
        return read_time(lines[0], zone_of, floating) if len(lines) == 1 and not lines[0].param("RANGE") else None
    except UnreadableError:
        return None


def raw_summary(block: Block) -> str:
    """The raw SUMMARY, which identifies an event without a UID."""
    return next((prop.value for prop in _properties(block, {b"SUMMARY"})), "")


_SINGLE_NAMES = frozenset((b"UID", b"DTSTART", b"DTEND", b"DURATION", b"RECURRENCE-ID", b"STATUS"))
_TIME_NAMES = _SINGLE_NAMES | {b"RRULE", b"RDATE", b"EXDATE", b"EXRULE"}
_DETAIL_NAMES = frozenset((b"SUMMARY", b"LOCATION", b"DESCRIPTION", b"ATTENDEE", b"ORGANIZER"))
_UNBROKEN_NAMES = _TIME_NAMES | {b"SUMMARY", b"ATTENDEE"}
_NAME = re.compile(rb"[A-Za-z0-9-]+(?=[;:])")


def _properties(block: Block, names: frozenset[bytes] | set[bytes]) -> Iterator[ContentLine]:
    """The properties with these names, of the event itself and not of its alarms.

    A line that is not a property is the rest of the line before, whose fold was lost. This makes the event unreadable
    if the broken property matters. In other properties, the line is ignored as an unescaped line break.
    """
    inner, must_be_whole = 0, False
    for number, raw in unfold(block.lines, block.line + 1):
        name = raw.partition(b":")[0].partition(b";")[0].upper()
        if name in _NESTING:
            inner = inner + 1 if name == b"BEGIN" else max(inner - 1, 0)
        elif inner:
            continue
        elif name in _UNBROKEN_NAMES:
            must_be_whole = True
        elif _NAME.match(raw):
            must_be_whole = False
        elif must_be_whole and raw.strip():
            raise UnreadableError("a line of it is broken in two", number)
        if name in names and not inner:
            prop = parse_line(raw.decode(), number)
            if prop is None:
                raise UnreadableError(f"its {name.decode()} is not valid", number)
            yield prop


_NESTING = frozenset((b"BEGIN", b"END"))


def _time_properties(block: Block) -> dict[str, list[ContentLine]]:
    """The properties about the event's times and identity, by name. Raises UnreadableError for contradicting lines."""
    properties: dict[str, list[ContentLine]] = {}
    for prop in _properties(block, _TIME_NAMES):
        same = properties.setdefault(prop.name, [])
        if same and prop.name.encode() in _SINGLE_NAMES:
            if replace(prop, line=0) != replace(same[0], line=0):
                raise UnreadableError(f"it has two different {prop.name} lines", prop.line)
            continue
        same.append(prop)
    return properties


def _duration(properties: Mapping[str, list[ContentLine]], start: When, zone_of: ZoneOf, floating: tzinfo) -> Duration:
    """The duration of the event. Without DTEND and DURATION, it is a day or no time at all (RFC 5545, 3.6.1)."""
    timed = isinstance(start, datetime)
    duration = Duration(days=0 if timed else 1)
    line = properties["DTSTART"][0].line
    if "DTEND" in properties:
        line = properties["DTEND"][0].line
        end = read_time(properties["DTEND"][0], zone_of, floating)
        try:
            duration = duration_between(start, end)
        except ValueError:
            raise UnreadableError("it ends before it begins, or one of the two is a day and not a time", line) from None
    elif "DURATION" in properties:
        duration = read_duration(properties["DURATION"][0])
        line = properties["DURATION"][0].line
        if not timed:
            duration = Duration(days=duration.days + duration.exact.days)
    if not timed:
        duration = replace(duration, days=max(duration.days, 1))  # some programs write the last day as DTEND
    if duration.longest.days > MAX_DAYS:
        raise UnreadableError("it takes longer than ten years", line)
    try:
        duration.after(start)
    except OverflowError:
        raise UnreadableError("it ends after the year 9999", line) from None
    return duration


def _first(properties: Mapping[str, list[ContentLine]], name: str) -> str:
    return properties[name][0].value if name in properties else ""


_SEQUENCE = re.compile(r"[0-9]{1,9}")


def _address(prop: ContentLine) -> str:
    """The email address of a person: the value, else the EMAIL parameter (RFC 7986, 6.2); empty if neither is one."""
    return written_address(prop.value) or written_address(prop.param("EMAIL"))

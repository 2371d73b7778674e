"""Dates, times and durations as calendars write them (RFC 5545, 3.3).

An instant stays in the zone it was written in, since recurrences go by the wall clock; a day is a ``date``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError

T = TypeVar("T")

When = date | datetime
"""A day, or an aware datetime in the zone that the file gives it."""

ZoneOf = Callable[[str], tzinfo]
"""What a TZID stands for; raises ValueError if that can't be told."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long an event takes: ``days`` on the wall clock, then ``exact`` on a stopwatch.

    RFC 5545, 3.8.5.3: the instances of a series keep the exact length if DTEND gave it, the nominal one if it was
    DURATION.
    """

    days: int = 0
    exact: timedelta = timedelta(0)

    def after(self, start: When) -> When:
        """When an event that begins at ``start`` ends: a date for a date, else an instant in UTC."""
        later = start + timedelta(days=self.days)
        return later.astimezone(UTC) + self.exact if isinstance(later, datetime) else later

    @property
    def longest(self) -> timedelta:
        """No event of this length takes longer, whatever the clocks do."""
        return timedelta(days=self.days + 1) + self.exact


_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?")


def moment(text: str, zone: tzinfo) -> When:
    """One DATE or DATE-TIME; a time without a ``Z`` is one of ``zone``. Raises ValueError if there is no such time."""
    found = _WHEN.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second, utc = found.groups()
    if hour is None:
        return date(int(year), int(month), int(day))
    clock = (int(hour), int(minute), min(int(second), 59))  # 60 is a leap second, which Python does not have
    value = datetime(int(year), int(month), int(day), *clock, tzinfo=UTC if utc else zone)
    value.astimezone(UTC)  # raises OverflowError beyond the calendar's ends
    return value


def duration(text: str) -> Length:
    """A DURATION. Raises ValueError if it is none, or a negative one."""
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()[1:]) or found[1] == "-":
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return Length(weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def one_moment(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> When:
    """The property's one DATE or DATE-TIME; ``floating`` is the zone of a time that names none."""
    return _guarded(prop, lambda: moment(prop.value, _zone(prop, zone_of, floating)))


def moments(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> list[tuple[When, Length | None]]:
    """The property's list of dates, times and periods (RDATE, EXDATE), each with its own length if it has one."""

    def each() -> list[tuple[When, Length | None]]:
        zone = _zone(prop, zone_of, floating)
        found = []
        for text in filter(None, (part.strip() for part in prop.value.split(","))):
            begin, _, end = text.partition("/")
            start = moment(begin, zone)
            found.append((start, _period(start, end, zone) if end else None))
        return found

    return _guarded(prop, each)


def one_duration(prop: ContentLine) -> Length:
    """The property's DURATION."""
    return _guarded(prop, lambda: duration(prop.value))


def span(start: When, end: When) -> Length:
    """From start to end, both days or both times. Raises ValueError if that is no span."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        exact = end.astimezone(UTC) - start.astimezone(UTC)
        if exact >= timedelta(0):
            return Length(exact=exact)
    elif not isinstance(start, datetime) and not isinstance(end, datetime) and end >= start:
        return Length(days=(end - start).days)
    raise ValueError(end)


def _period(start: When, end: str, zone: tzinfo) -> Length:
    return duration(end) if end.lstrip("+-").startswith("P") else span(start, moment(end, zone))


def _zone(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> tzinfo:
    name = prop.param("TZID")
    if not name:
        return floating
    try:
        return zone_of(name)
    except ValueError:
        raise UnreadableError("its time zone is neither known nor defined in the file", prop.line) from None


def _guarded(prop: ContentLine, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, OverflowError):
        raise UnreadableError(f"its {prop.name} is no valid date, time or length", prop.line) from None

"""Reads the dates, times and durations of calendars (RFC 5545, 3.3).

An instant keeps the zone that it was written in, since a series repeats on the wall clock. A day is a ``date``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.domain.frozen import dataclass

T = TypeVar("T")

When = date | datetime
"""A day, or an aware datetime in the zone that the file names."""

ZoneOf = Callable[[str], tzinfo]
"""Returns the zone of a TZID. Raises ValueError if the zone is unknown."""


@dataclass(frozen=True, slots=True)
class Duration:
    """The duration of an event: ``days`` on the wall clock, and then the ``exact`` time.

    By RFC 5545, 3.8.5.3, the instances of a series keep the exact duration if DTEND gave it, and the nominal duration
    if DURATION gave it.
    """

    days: int = 0
    exact: timedelta = timedelta(0)

    def after(self, start: When) -> When:
        """The end of an event that begins at ``start``: a date for a date, else an instant in UTC."""
        later = start + timedelta(days=self.days)
        return later.astimezone(UTC) + self.exact if isinstance(later, datetime) else later

    @property
    def longest(self) -> timedelta:
        """The longest time that this duration can take when clocks change."""
        return timedelta(days=self.days + 1) + self.exact


_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_DURATION = re.compile(r"([+-]?)P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?")


def parse_time(text: str, zone: tzinfo) -> When:
    """A DATE or DATE-TIME. A time without a ``Z`` is in ``zone``. Raises ValueError if there is no such time."""
    match = _WHEN.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    year, month, day, hour, minute, second, utc = match.groups()
    if hour is None:
        return date(int(year), int(month), int(day))
    clock = (int(hour), int(minute), min(int(second), 59))  # Python has no leap second 60
    value = datetime(int(year), int(month), int(day), *clock, tzinfo=UTC if utc else zone)
    value.astimezone(UTC)  # raises OverflowError beyond the range of datetime
    return value


def parse_duration(text: str) -> Duration:
    """A DURATION. Raises ValueError if it is invalid or negative."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()[1:]) or match[1] == "-":
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return Duration(weeks * 7 + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def read_time(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> When:
    """The property's DATE or DATE-TIME. ``floating`` is the zone of a time without a zone. Raises UnreadableError."""
    return _checked(prop, lambda: parse_time(prop.value, _zone(prop, zone_of, floating)))


def read_time_list(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> list[tuple[When, Duration | None]]:
    """The property's list of dates, times and periods (RDATE, EXDATE), each with its own duration if it has one."""

    def read_all() -> list[tuple[When, Duration | None]]:
        zone = _zone(prop, zone_of, floating)
        match = []
        for text in filter(None, (part.strip() for part in prop.value.split(","))):
            begin, _, end = text.partition("/")
            start = parse_time(begin, zone)
            match.append((start, _period(start, end, zone) if end else None))
        return match

    return _checked(prop, read_all)


def read_duration(prop: ContentLine) -> Duration:
    """The property's DURATION. Raises UnreadableError."""
    return _checked(prop, lambda: parse_duration(prop.value))


def duration_between(start: When, end: When) -> Duration:
    """The duration from start to end, both days or both times. Raises ValueError if there is none."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        exact = end.astimezone(UTC) - start.astimezone(UTC)
        if exact >= timedelta(0):
            return Duration(exact=exact)
    elif not isinstance(start, datetime) and not isinstance(end, datetime) and end >= start:
        return Duration(days=(end - start).days)
    raise ValueError(end)


def _period(start: When, end: str, zone: tzinfo) -> Duration:
    return parse_duration(end) if end.lstrip("+-").startswith("P") else duration_between(start, parse_time(end, zone))


def _zone(prop: ContentLine, zone_of: ZoneOf, floating: tzinfo) -> tzinfo:
    name = prop.param("TZID")
    if not name:
        return floating
    try:
        return zone_of(name)
    except ValueError:
        raise UnreadableError("its time zone is neither known nor defined in the file", prop.line) from None


def _checked(prop: ContentLine, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, OverflowError):
        raise UnreadableError(f"its {prop.name} is no valid date, time or length", prop.line) from None

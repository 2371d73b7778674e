"""The ids of events of a calendar file, which stay the same when an event is edited or moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, tzinfo

from sessionsmgmt.adapters.event_ids import OriginalStart, instance_id
from sessionsmgmt.adapters.files.ics_event import EventTimes
from sessionsmgmt.adapters.files.ics_values import When, parse_time


def replaced_id(series: str, value: When, master: EventTimes | None, zone: tzinfo) -> str:
    """The id of the instance with the RECURRENCE-ID ``value``. ``master`` is None if the file has no master."""
    return instance_id(series, original_start(value, master.start if master else value, zone))


def start_key(start: When) -> str:
    """The start as text that does not depend on the name of its zone."""
    return start.astimezone(UTC).isoformat() if isinstance(start, datetime) else start.isoformat()


def original_start(value: When, like: When, zone: tzinfo) -> OriginalStart:
    """The original start that ``value`` names, in the form of the series that begins at ``like``: a day or an instant.

    Programs mix the two forms. A day names the instance on that day. A time names its day in the zone, but midnight
    names the day as it is written, since it stands for a day in whatever zone it is.
    """
    if isinstance(like, datetime):
        if not isinstance(value, datetime):
            value = datetime.combine(value, like.timetz())
        return value.astimezone(UTC)
    if isinstance(value, datetime):
        return value.date() if value.time() == time.min else value.astimezone(zone).date()
    return value


def wanted_starts(ids: Iterable[str]) -> dict[str, frozenset[OriginalStart]]:
    """The original starts in the wanted ids, by the series' part of the id."""
    wanted: defaultdict[str, set[OriginalStart]] = defaultdict(set)
    for id_ in ids:
        series, _, start = id_.partition("_")
        try:
            wanted[series].add(parse_time(start, UTC))
        except (ValueError, OverflowError):
            continue  # the id of a single event, or of another kind of calendar
    return {series: frozenset(starts) for series, starts in wanted.items()}

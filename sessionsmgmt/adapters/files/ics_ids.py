"""The ids of events of a calendar file, which stay the same when an event is edited or moved."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, tzinfo

from sessionsmgmt.adapters.files.ics_event import EventTimes
from sessionsmgmt.adapters.files.ics_values import When

OriginalStart = date | datetime
"""The start of an instance by the series' rules, before any change: a day, or an instant in UTC."""


def id_prefix(*parts: str) -> str:
    """The prefix of an id: 80 bits of a digest, so that the calendar's own ids are not disclosed."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def instance_id(series: str, original: OriginalStart) -> str:
    """The id of an instance: the id of the series, and the original start of the instance."""
    if isinstance(original, datetime):
        utc = original.astimezone(UTC).isoformat(timespec="seconds")
        return f"{series}_{utc[:19].replace('-', '').replace(':', '')}Z"
    return f"{series}_{original.isoformat().replace('-', '')}"


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

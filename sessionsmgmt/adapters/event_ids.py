"""The ids of events by iCalendar UID and original start, which are the same in every calendar that has the event."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

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

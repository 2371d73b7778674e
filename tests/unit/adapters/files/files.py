"""Calendar and address book files of a few lines, read as the product reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.calendar import IcsFile
from sessionsmgmt.adapters.files.contacts import VcardFile
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.people import ContactsReading
from tests.builders import NEW_YORK

FIXTURES = Path(__file__).parents[3] / "fixtures"
EARLY, LATE = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """What a clock on a wall shows, wherever that is."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a wall clock has no zone


def vevent(*lines: str, uid: str = "lab@example.org", start: str = ":20261107T170000", summary: str = "S") -> str:
    """An event of one UID, start and summary, and more lines; an empty one of the three is left out."""
    own = [f"UID:{uid}"] * bool(uid) + [f"DTSTART{start}"] * bool(start) + [f"SUMMARY:{summary}"] * bool(summary)
    return "\r\n".join(["BEGIN:VEVENT", *own, *lines, "END:VEVENT"])


def vcalendar(*parts: str) -> str:
    """A calendar of those events and zones. Its first event begins in line 3."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])


def read_ics(
    data: str | bytes,
    since: datetime = EARLY,
    until: datetime = LATE,
    ids: Collection[str] = (),
    zone: ZoneInfo = NEW_YORK,
) -> CalendarReading:
    """What a calendar file of these bytes says, from October to January unless another time is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.ics"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return IcsFile(path, "calendar.ics", zone).read(since, until, ids)


def events(
    *parts: str, since: datetime = EARLY, until: datetime = LATE, ids: Collection[str] = (), zone: ZoneInfo = NEW_YORK
) -> list[Event]:
    """The events of a calendar that has nothing wrong with it, by their start."""
    reading = read_ics(vcalendar(*parts), since, until, ids, zone)
    assert (reading.warnings, reading.unreadable, reading.blind) == ((), frozenset(), False)
    return sorted(reading.events, key=lambda event: (str(event.start), event.title, event.id))


def read_vcf(data: str | bytes) -> ContactsReading:
    """What an address book file of these bytes says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.vcf"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return VcardFile(path, "contacts.vcf").read()

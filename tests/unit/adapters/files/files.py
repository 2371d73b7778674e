"""Builds small calendar and address book files, and reads them with the product's readers."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.files.calendar import IcsFile
from sessionsmgmt.adapters.files.contacts import VcardFile
from sessionsmgmt.adapters.files.csv_people import CsvPeople
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.people import ContactsReading
from tests.builders import NEW_YORK

FIXTURES = Path(__file__).parents[3] / "fixtures"
EARLY, LATE = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A wall-clock time without a zone."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a wall-clock time has no zone


def vevent(*lines: str, uid: str = "lab@example.org", start: str = ":20261107T170000", summary: str = "S") -> str:
    """An event with a UID, a start, a summary and more lines. An empty UID, start or summary is left out."""
    own = [f"UID:{uid}"] * bool(uid) + [f"DTSTART{start}"] * bool(start) + [f"SUMMARY:{summary}"] * bool(summary)
    return "\r\n".join(["BEGIN:VEVENT", *own, *lines, "END:VEVENT"])


def vcalendar(*parts: str) -> str:
    """A calendar with these events and zones. The first event begins in line 3."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])


def read_ics(
    data: str | bytes,
    since: datetime = EARLY,
    until: datetime = LATE,
    ids: Collection[str] = (),
    zone: ZoneInfo = NEW_YORK,
) -> CalendarReading:
    """The reading of a calendar file with these bytes, by default from October to January."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.ics"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return IcsFile(path, "calendar.ics", zone).read(since, until, ids)


def events(
    *parts: str, since: datetime = EARLY, until: datetime = LATE, ids: Collection[str] = (), zone: ZoneInfo = NEW_YORK
) -> list[Event]:
    """The events of a calendar without problems, sorted by start."""
    reading = read_ics(vcalendar(*parts), since, until, ids, zone)
    assert (reading.warnings, reading.unreadable, reading.blind) == ((), frozenset(), False)
    return sorted(reading.events, key=lambda event: (str(event.start), event.title, event.id))


def read_vcf(data: str | bytes) -> ContactsReading:
    """The reading of an address book file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.vcf"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return VcardFile(path, "contacts.vcf").read()


def read_csv(data: str | bytes) -> ContactsReading:
    """The reading of a CSV file with these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return CsvPeople(path, "people.csv").read()

"""Calendars to read from, described as a coach would; each implementation of the port has a world that makes them so.

A world is an empty calendar in New York. ``put`` makes it hold exactly the entries given, as if they had been edited
there; ``spoil`` makes it impossible to read. To have another implementation pass the suite, add its world to
``WORLDS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.feeds.calendar import SubscribedCalendar
from sessionsmgmt.adapters.feeds.download import Download
from sessionsmgmt.adapters.files.calendar import IcsFile, IcsReader
from sessionsmgmt.ports.calendar import Calendar
from tests.builders import NEW_YORK
from tests.emulators.feed import FeedServer


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody, or a room, that an entry invites. ``answer`` is accepted, tentative, declined or needs-action."""

    address: str
    answer: str = "accepted"
    room: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the calendar. ``name`` is what stays when it is edited.

    Times are aware and in the zone they are meant in. ``weeks`` repeats it weekly, so many times; ``without`` are the
    starts that are deleted from the series, ``changed`` those that were edited, by their original start. Without an
    ``organizer`` it was made in the calendar itself.
    """

    name: str = "lab"
    title: str = "Team Session"
    start: datetime | date = datetime(2026, 11, 7, 17, tzinfo=NEW_YORK)
    end: datetime | date = datetime(2026, 11, 7, 20, tzinfo=NEW_YORK)
    guests: Sequence[Guest] = (Guest("ann@example.org"), Guest("sam@example.org"))
    location: str = ""
    description: str = ""
    status: str = "confirmed"
    organizer: str = ""
    weeks: int = 1
    without: Sequence[datetime | date] = ()
    changed: Mapping[datetime | date, Entry] = field(default_factory=dict)


class CalendarWorld(Protocol):
    """A calendar that a test can edit."""

    def put(self, *entries: Entry) -> None:
        """Make the calendar hold these entries and no others."""
        ...

    def spoil(self) -> None:
        """Make the calendar impossible to read."""
        ...

    def open(self) -> Calendar:
        """The calendar as the product reads it."""
        ...


@dataclass(frozen=True, slots=True)
class IcsWorld:
    """An .ics file in a folder of its own."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "calendar.ics"

    def put(self, *entries: Entry) -> None:
        lines = [line for entry in entries for line in _vevents(entry)]
        self.path.write_bytes(ics(*lines))

    def spoil(self) -> None:
        self.path.write_bytes(b"<!DOCTYPE html><title>Sign in</title>")

    def open(self) -> Calendar:
        return IcsFile(self.path, "calendar.ics", NEW_YORK)


@dataclass(frozen=True, slots=True)
class FeedWorld:
    """A feed on loopback."""

    server: FeedServer

    def put(self, *entries: Entry) -> None:
        self.server.feed = ics(*(line for entry in entries for line in _vevents(entry)))

    def spoil(self) -> None:
        self.server.feed = self.server.feed[:-20]

    def open(self) -> Calendar:
        return SubscribedCalendar(self.server.address, Download("CALENDAR_URL", True), IcsReader("feed", NEW_YORK))


def ics(*lines: str) -> bytes:
    """A calendar file of those content lines, folded at 75 octets and ended as RFC 5545, 3.1 wants it."""
    return b"".join(_folded(line) for line in ("BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR"))


def _vevents(entry: Entry) -> Iterator[str]:
    yield from _vevent(entry, entry.name)
    for original, edited in entry.changed.items():
        yield from _vevent(edited, entry.name, _moment("RECURRENCE-ID", original))


def _vevent(entry: Entry, uid: str, *more: str) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{uid}@example.org", "DTSTAMP:20261001T000000Z", *more)
    yield _moment("DTSTART", entry.start)
    yield _moment("DTEND", entry.end)
    if entry.weeks > 1:
        yield f"RRULE:FREQ=WEEKLY;COUNT={entry.weeks}"
    yield from (_moment("EXDATE", start) for start in entry.without)
    yield f"STATUS:{entry.status.upper()}"
    for name, text in (("SUMMARY", entry.title), ("LOCATION", entry.location), ("DESCRIPTION", entry.description)):
        if text:
            yield f"{name}:{escaped(text)}"
    if entry.organizer:
        yield f"ORGANIZER;CN=Somebody:mailto:{entry.organizer}"
    for guest in entry.guests:
        kind = "ROOM" if guest.room else "INDIVIDUAL"
        yield f"ATTENDEE;CUTYPE={kind};PARTSTAT={guest.answer.upper()}:mailto:{guest.address}"
    yield "END:VEVENT"


def _moment(name: str, value: datetime | date) -> str:
    if not isinstance(value, datetime):
        return f"{name};VALUE=DATE:{value:%Y%m%d}"
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key != "UTC":
        return f"{name};TZID={value.tzinfo.key}:{value:%Y%m%dT%H%M%S}"
    return f"{name}:{value:%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text as it stands in an .ics or a .vcf (RFC 5545 3.3.11, RFC 6350 3.4)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    octets, pieces = line.encode(), []
    while len(octets) > 75:
        pieces.append(octets[:75])  # in the middle of a character too, as some programs do
        octets = b" " + octets[75:]
    return b"\r\n".join([*pieces, octets, b""])

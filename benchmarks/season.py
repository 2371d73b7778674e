"""Decides and composes a season of the given size once, and prints its cost as JSON.

``python -m benchmarks.season SESSIONS ATTENDEES CONTACTS``
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sessionsmgmt.application.job import Job, Mailing
from sessionsmgmt.application.notices.pipeline import plan_notices
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Step
from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event
from sessionsmgmt.domain.model.people import Contact, ContactsReading, Disclose, Role
from sessionsmgmt.domain.model.rule import PresenceMode, Rule, Unit, Within
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.ports.ledger import WriteResult

NOW = datetime(2026, 10, 30, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
STRIDE = 97
"""Coprime to the usual numbers of contacts, so that sessions have different people."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """A calendar in memory."""

    events: tuple[Event, ...]

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """All of it."""
        del since, until, ids
        return CalendarReading(self.events)


@dataclass(frozen=True, slots=True)
class People:
    """An address book in memory."""

    contacts: tuple[Contact, ...]

    def read(self) -> ContactsReading:
        """All of it."""
        return ContactsReading(self.contacts)


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty ledger that stores nothing, since deciding never writes."""

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """No entries."""
        del now, earlier
        return LedgerSnapshot(b"an invented secret of 32 bytes..")

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Accept and store nothing."""
        del steps, now
        return WriteResult(snapshot)


def season(sessions: int, attendees: int, contacts: int) -> Job:
    """A club of this size whose sessions are all near enough for its one rule. One contact in five is an adult."""
    address = "member{}@example.org".format
    people = tuple(
        Contact(f"Member {number}", (address(number),), ("Adult" if number % 5 == 0 else "Student",))
        for number in range(contacts)
    )
    step = timedelta(weeks=4) / (sessions + 1)
    events = tuple(
        Event(
            f"session-{number}",
            "Team Session",
            NOW + step * (number + 1),
            NOW + step * (number + 1) + timedelta(hours=3),
            tuple(Attendee(address((number * attendees + seat) * STRIDE % contacts)) for seat in range(attendees)),
            "Room 101",
        )
        for number in range(sessions)
    )
    roles = (Role("adults", ("Adult",)), Role("students", ("Student",)))
    rule = Rule("campus", "Team Session", Within(4, Unit.WEEKS), PresenceMode.WHOLE_DAY)
    wording = Wording("Harbor Otters", "en_US", ZONE, {role.name: Disclose.NAMES for role in roles})
    mailing = Mailing(rule, wording, Envelope(("office@example.org",), (), "coaches@example.org"))
    return Job(ZONE, roles, (mailing,), Sessions(events), People(people), Blank())


def main() -> None:
    """Measure one season."""
    sessions, attendees, contacts = map(int, sys.argv[1:])
    plan_notices(
        season(1, attendees, attendees), NOW
    )  # a warm-up, so that loading libraries and locale data is not counted
    before, started = peak(), time.process_time()
    planned = plan_notices(season(sessions, attendees, contacts), NOW)
    seconds = time.process_time() - started
    if len(planned.emails) != sessions:
        sys.exit(f"{sessions} emails were to be composed, and {len(planned.emails)} were")
    print(json.dumps({"seconds": seconds, "peak": max(1, peak() - before)}))


def peak() -> int:
    """The peak memory of this process in bytes (getrusage counts in KiB, and on macOS in bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    main()

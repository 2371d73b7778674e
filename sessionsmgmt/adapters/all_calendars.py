"""The calendars of a club, read as one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.sessions.calendars import united, with_trust
from sessionsmgmt.ports.calendar import Calendar


@dataclass(frozen=True, slots=True)
class TrustingCalendar:
    """A calendar, and whose events in it count besides its own (folded addresses; None means everybody's)."""

    calendar: Calendar
    organizers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class AllCalendars:
    """The calendars in the order of sessions.yml, at least one."""

    calendars: tuple[TrustingCalendar, ...]

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. Raises as the calendars do: where one can't be read, nothing is returned.

        A calendar is asked only for those ``ids`` that no calendar before it has shown.
        """
        readings: list[CalendarReading] = []
        missing = frozenset(ids)
        for entry in self.calendars:
            reading = with_trust(entry.calendar.read(since, until, missing), entry.organizers)
            missing -= {event.id for event in reading.events}
            readings.append(reading)
        return united(readings, ids)

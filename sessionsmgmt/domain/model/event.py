"""Events of a calendar, before it is known which of them are sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sessionsmgmt.domain.cancelled_titles import says_cancelled
from sessionsmgmt.domain.model.warning import ReportWarning


class Status(StrEnum):
    """Whether an event takes place, as its calendar says it (RFC 5545, 3.8.1.11)."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attendee:
    """An address on an event. ``where`` is the place it was read from (``calendar.ics:31``), if that is known."""

    address: str
    declined: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the calendar, before it is known whether it is a session.

    ``id`` stays the same when the event is edited or moved; for an instance of a series it is made of the series and
    the instance's original start. ``start`` and ``end`` are both UTC datetimes or, for an all-day event, both dates,
    the end being the day after the last one. ``complete`` is false where the calendar would not show every attendee:
    nothing can be concluded from who is missing then. Rooms and other resources are never among the attendees.
    ``own`` is true where the calendar itself organises it; otherwise ``organizer`` is the address of whoever does,
    empty where it can't be told.
    """

    id: str
    title: str
    start: datetime | date
    end: datetime | date
    attendees: tuple[Attendee, ...] = ()
    location: str = ""
    description: str = ""
    status: Status = Status.CONFIRMED
    complete: bool = True
    where: str = ""
    organizer: str = ""
    own: bool = True

    @property
    def confirmed(self) -> bool:
        """Whether it is certain to take place."""
        return self.status is Status.CONFIRMED and not says_cancelled(self.title)

    @property
    def cancelled(self) -> bool:
        """Whether its status or the word in front of its title says that it does not take place."""
        return self.status is Status.CANCELLED or says_cancelled(self.title)

    @property
    def all_day(self) -> bool:
        """Whether the event has days instead of times."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What a calendar said.

    ``events`` are those asked for, in no particular order, cancelled ones possibly among them. ``unreadable`` are ids
    of events, or of whole series, that are there but could not be read: absence of evidence is no cancellation.
    ``blind`` is true where something unreadable could not even be identified: then nothing that is missing from
    ``events`` is known to be gone. ``empty`` is true of a file that has no event at all, past ones included.
    """

    events: tuple[Event, ...]
    unreadable: frozenset[str] = frozenset()
    blind: bool = False
    warnings: tuple[ReportWarning, ...] = ()
    empty: bool = False

    def knows_gone(self, session: str) -> bool:
        """Whether the event's absence from this reading means that it is gone."""
        return not self.blind and not any(session == one or session.startswith(f"{one}_") for one in self.unreadable)

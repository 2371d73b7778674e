"""The events of a calendar, before it is known which of them are sessions.

In the whole domain an instant is an aware datetime in UTC, so that a comparison of two instants is right on the days
the clocks change: Python compares datetimes of the same zone by their wall-clock text. The configured zone is an
argument where days matter and where text is made. An all-day event has dates, and they stay dates.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum, StrEnum

from sessionsmgmt.domain.cancelled_titles import says_cancelled
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Attending
from sessionsmgmt.domain.model.warning import ReportWarning


class Status(StrEnum):
    """Whether an event takes place, by its calendar (RFC 5545, 3.8.1.11)."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Response(IntEnum):
    """What an attendee answered to the invitation. Of two answers of the same address the greater one counts."""

    DECLINED = 0
    NONE = 1  # no answer, "maybe", or one that is not known
    ACCEPTED = 2


@dataclass(frozen=True, slots=True)
class Attendee:
    """An address that is invited to an event. ``where`` is where it was read (``calendar.ics:31``), if known."""

    address: str
    response: Response = Response.NONE
    where: str = ""

    @property
    def declined(self) -> bool:
        """Whether the attendee said no."""
        return self.response is Response.DECLINED

    def counts(self, attending: Attending) -> bool:
        """Whether the answer makes the attendee one who comes."""
        return self.response is Response.ACCEPTED or (attending is Attending.INVITED and not self.declined)


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the calendar, before it is known whether it is a session.

    ``id`` stays the same when the event is edited or moved; for an instance of a series it is made of the series and
    the instance's original start. ``start`` and ``end`` are both UTC datetimes or, for an all-day event, both dates;
    the end is then the day after the last one. ``complete`` is false where the calendar does not show every attendee:
    then nothing can be concluded from who is missing. Rooms and other resources are never among the attendees. ``own``
    is true where the calendar itself is the organizer; otherwise ``organizer`` is the organizer's address, empty where
    the calendar does not say it. ``trusted`` is false where that organizer does not count: anybody can send an
    invitation that looks like a session. ``shared_id`` is the same in every calendar that has the event; it is made of
    the iCalendar UID (RFC 5545, 3.8.4.7) and, for an instance of a series, the original start. It is empty if unknown.
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
    trusted: bool = True
    shared_id: str = ""

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
    """What was read from a calendar.

    ``events`` are those asked for, in no particular order, possibly cancelled ones too. ``unreadable`` are the ids of
    events, or of whole series, that are there but could not be read: they don't count as cancelled. ``blind`` is true
    where an unreadable event has no id: then no event that is missing from ``events`` counts as gone. ``empty`` is true
    of a file that has no event at all, not even a past one.
    """

    events: tuple[Event, ...]
    unreadable: frozenset[str] = frozenset()
    blind: bool = False
    warnings: tuple[ReportWarning, ...] = ()
    empty: bool = False

    def knows_gone(self, session: str) -> bool:
        """Whether the event's absence from this reading means that it is gone."""
        return not self.blind and not any(session == id_ or session.startswith(f"{id_}_") for id_ in self.unreadable)

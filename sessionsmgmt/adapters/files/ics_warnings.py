"""What a coach reads about the entries of a calendar file that are not clear. The texts name nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from sessionsmgmt.adapters.files.ics_event import EventTimes

FOREIGN = (
    "an entry has the UID of another event, or none, and its organizer is not in calendar.organizers, "
    "so it is left out. Decline the invitation, or add the organizer there if they belong to the club"
)
REPLY = "an entry is an attendee's reply to an event of the calendar and not the event itself, so it is left out"
STALE = "a change of one date refers to a date that its series does not have; it is read as an event of its own"
STALE_REPLACED = (
    "a change of one date refers to a start that its series no longer has, and the series has another one on that day, "
    "so the change is left out. Delete it in the calendar, or make it again"
)
DELEGATED = "{} attendee(s) of the event sent somebody else who is not invited, so nobody is named in their place"
UNKNOWN_STATUS = "the event has a STATUS that the standard does not know, so it is read as tentative"
CANCELLED_BY_METHOD = "the event is in a calendar with METHOD:CANCEL, so it is read as cancelled"
CALENDAR_ZONE = (
    "the event's times have no zone, so they are read in the zone that its calendar names (X-WR-TIMEZONE), and that is "
    "not the club's"
)
UNKNOWN_CALENDAR_ZONE = (
    "the calendar names a zone that is not known (X-WR-TIMEZONE), so times without a zone are read in the club's zone"
)
BLIND = "a missing event is not taken for cancelled until this is corrected. Export the calendar again"
NO_UID = "the event has no UID, so it is known by its start and title: if either changes, it counts as another event"
SHARED = (
    "several events have the same UID, so each is known by its start too: if its start changes, it counts as "
    "another event. Create all but one of them again in the calendar"
)


def unclear(times: EventTimes, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The warnings, as code and text, about what a VEVENT says in an unclear way. ``zone`` is the club's."""
    if times.unknown_status:
        yield "event-status-unknown", UNKNOWN_STATUS
    if times.cancelled_by_method:
        yield "event-cancelled-by-method", CANCELLED_BY_METHOD
    start = times.start if times.is_floating and isinstance(times.start, datetime) else None
    if start and start.replace(tzinfo=zone).utcoffset() != start.utcoffset():
        yield "calendar-zone", CALENDAR_ZONE

"""The attached .ics: the announced session as an entry for the owner's own calendar.

Its times are those of the announced window and never those of the event. A session that moves within its window is not
announced again, so an entry with the event's own times would then be wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Key, Kind, Notice
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.email.time_window import whole_days

if TYPE_CHECKING:
    from icalendar import Event


def calendar_attachment(
    notices: Sequence[Notice], team: str, zone: ZoneInfo, organizer: str, now: datetime, cancelled: str = "Cancelled: "
) -> bytes:
    """The iCalendar object about the notices (RFC 5545; PUBLISH of RFC 5546, 3.2.1). It names none of the people.

    It has an entry for each session, with a UID and a SEQUENCE of its own: a PUBLISH may have several UIDs, which a
    REQUEST may not.

    ``organizer`` is an address of the club. RFC 5546 requires an organizer, but ``organizer`` may be empty: some clubs
    leave the sender to the account that sends, and the address is then not known here. ``cancelled`` is what the title
    of a cancelled session begins with, since many calendar programs show no STATUS.
    """
    from icalendar import Calendar  # this import takes 0.1 s, and a run without a notice saves it

    calendar = Calendar()
    calendar.add("prodid", "-//sessionsmgmt//sessionsmgmt//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for notice in notices:
        calendar.add_component(_entry(notice, team, zone, organizer, now, cancelled))
    return bytes(calendar.to_ical())


def _entry(notice: Notice, team: str, zone: ZoneInfo, organizer: str, now: datetime, cancelled: str) -> Event:
    """The entry of one session."""
    from icalendar import Event, vCalAddress  # as above

    event = Event()
    event.add("uid", uid(notice.key))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", notice.announcement.sequence)
    event.add("status", "CANCELLED" if notice.kind is Kind.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # the owner is not busy while the team is in the building
    title = clean(notice.session.title)
    summary = f"{clean(team)}: {title}" if title else clean(team)
    event.add("summary", f"{cancelled}{summary}" if notice.kind is Kind.CANCELLED else summary)
    location = clean(notice.session.location)
    if location:
        event.add("location", location)
    if organizer:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    days = whole_days(notice.presence, zone)
    if days:
        event.add("dtstart", days[0])
        event.add("dtend", days[1] + timedelta(days=1))  # DTEND is the day after the last (RFC 5545, 3.6.1)
    else:
        event.add("dtstart", notice.presence.start.astimezone(UTC))
        if notice.presence.end > notice.presence.start:  # without DTEND an event has no length (RFC 5545, 3.6.1)
            event.add("dtend", notice.presence.end.astimezone(UTC))
    return event


def uid(key: Key) -> str:
    """The UID by which calendars recognise the session: the same in every notice about it. It reveals neither id."""
    digest = hashlib.sha256(f"{key.notice}\0{key.session}".encode(errors="surrogatepass")).hexdigest()
    return f"{digest[:32]}@sessionsmgmt.invalid"

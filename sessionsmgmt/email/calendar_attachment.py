"""The attached .ics: what was announced, as an entry for the owner's own calendar.

Its times are those of the announced window and never the event's own: a session that moves within the window is not
announced anew, and an entry that said more than the notice would then be wrong.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Key, Kind, Notice
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.email.time_window import whole_days


def attachment(notice: Notice, team: str, zone: ZoneInfo, organizer: str, now: datetime) -> bytes:
    """The iCalendar object (RFC 5545, published by RFC 5546, 3.2.1) about the notice, naming none of its people.

    ``organizer`` is an address of the club's own. RFC 5546 wants one in everything that is published; it may be
    empty all the same, where only the account that sends knows its address.
    """
    from icalendar import Calendar, Event, vCalAddress  # a tenth of a second, which a run with nothing to say saves

    event = Event()
    event.add("uid", uid(notice.key))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", notice.announcement.sequence)
    event.add("status", "CANCELLED" if notice.kind is Kind.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # that a team is in the building keeps its owner from nothing
    title = clean(notice.session.title)
    event.add("summary", f"{clean(team)}: {title}" if title else clean(team))
    location = clean(notice.session.location)
    if location:
        event.add("location", location)
    if organizer:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    days = whole_days(notice.presence, zone)
    if days:
        event.add("dtstart", days[0])
        event.add("dtend", days[1] + timedelta(days=1))  # DTEND is the day after (RFC 5545, 3.6.1)
    else:
        event.add("dtstart", notice.presence.start.astimezone(UTC))
        if notice.presence.end > notice.presence.start:  # without DTEND it ends as it begins (RFC 5545, 3.6.1)
            event.add("dtend", notice.presence.end.astimezone(UTC))
    calendar = Calendar()
    calendar.add("prodid", "-//sessionsmgmt//sessionsmgmt//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def uid(key: Key) -> str:
    """What calendars know the session by: the same for every notice about it, and telling nothing of either id."""
    digest = hashlib.sha256(f"{key.notice}\0{key.session}".encode(errors="surrogatepass")).hexdigest()
    return f"{digest[:32]}@sessionsmgmt.invalid"

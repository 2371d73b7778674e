"""The attached .ics: the announced session as an entry for the owner's own calendar.

Its times are those of the announced window and never those of the event. A session that moves within its window is not
announced again, so an entry with the event's own times would then be wrong.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Presence
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.email.time_window import whole_days

_MAX_OCTETS = 75
_UNITS = re.compile(r"\\.|.", re.DOTALL)
"""An escape sequence, or any other character."""


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
    return content_lines(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//sessionsmgmt//sessionsmgmt//EN",
        "METHOD:PUBLISH",
        *(line for notice in notices for line in _entry(notice, team, zone, organizer, now, cancelled)),
        "END:VCALENDAR",
    )


def _entry(notice: Notice, team: str, zone: ZoneInfo, organizer: str, now: datetime, cancelled: str) -> Iterator[str]:
    """The entry of one session."""
    title, location = clean(notice.session.title), clean(notice.session.location)
    summary = f"{clean(team)}: {title}" if title else clean(team)
    is_cancelled = notice.kind is Kind.CANCELLED
    yield "BEGIN:VEVENT"
    yield f"SUMMARY:{escaped(f'{cancelled}{summary}' if is_cancelled else summary)}"
    yield from _times(notice.presence, zone)
    yield f"DTSTAMP:{_instant(now)}"
    yield f"UID:{uid(notice.key)}"
    yield f"SEQUENCE:{notice.announcement.sequence}"
    if location:
        yield f"LOCATION:{escaped(location)}"
    if organizer:
        yield f"ORGANIZER:mailto:{organizer}"
    yield f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"  # the owner is not busy while the team is in the building
    yield "END:VEVENT"


def _times(window: Presence, zone: ZoneInfo) -> Iterator[str]:
    """The begin and the end. An event of whole days has days, and ends on the day after the last (RFC 5545, 3.6.1)."""
    days = whole_days(window, zone)
    if days:
        yield f"DTSTART;VALUE=DATE:{days[0]:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{days[1] + timedelta(days=1):%Y%m%d}"
        return
    yield f"DTSTART:{_instant(window.start)}"
    if window.end > window.start:  # without DTEND an event has no length (RFC 5545, 3.6.1)
        yield f"DTEND:{_instant(window.end)}"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text as the value of a property (RFC 5545, 3.3.11). The text is one line, as ``clean`` makes it."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def content_lines(*lines: str) -> bytes:
    """The lines in UTF-8, each folded so that no part is longer than 75 octets (RFC 5545, 3.1).

    A fold splits no character and no escape sequence, since some programs decode each part by itself.
    """
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _folded(line: str) -> Iterator[str]:
    part, octets = "", 0
    for piece in _UNITS.findall(line):
        size = len(piece.encode())
        if octets + size > _MAX_OCTETS:
            yield part
            part, octets = " ", 1
        part, octets = part + piece, octets + size
    yield part


def uid(key: Key) -> str:
    """The UID by which calendars recognise the session: the same in every notice about it. It reveals neither id."""
    digest = hashlib.sha256(f"{key.notice}\0{key.session}".encode(errors="surrogatepass")).hexdigest()
    return f"{digest[:32]}@sessionsmgmt.invalid"

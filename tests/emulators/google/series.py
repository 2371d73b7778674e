"""Series of events, taken apart into their instances as ``singleEvents=true`` does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.emulators.google.description import Json
from tests.emulators.google.world import Calendar, when

FAR = timedelta(days=730)
"""How far an endless series is followed where the request sets no end."""


def instant(moment: Json, zone: str) -> datetime:
    """A start or end as an instant; a date begins at midnight in the calendar's zone."""
    if "date" in moment:
        return datetime.combine(date.fromisoformat(moment["date"]), time(), ZoneInfo(zone)).astimezone(UTC)
    at = datetime.fromisoformat(moment["dateTime"])
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(moment.get("timeZone", zone)))).astimezone(UTC)


def expanded(calendar: Calendar, until: datetime | None) -> Iterator[Json]:
    """Every single event and every instance: the stored ones, and those that follow from a master alone."""
    for identity, one in calendar.events.items():
        if "recurrence" not in one:
            yield stored(calendar, identity) or one
        elif one["status"] != "cancelled":
            yield from (made for made in instances(calendar, one, until) if made["id"] not in calendar.events)


def stored(calendar: Calendar, id: str) -> Json | None:  # noqa: A002  the API has this word
    """What is stored under the id; an instance of a series that is cancelled is cancelled with it."""
    one = calendar.events.get(id)
    master = calendar.events.get((one or {}).get("recurringEventId") or "", {})
    return {**one, "status": "cancelled"} if one and master.get("status") == "cancelled" else one


def instance(calendar: Calendar, id: str) -> Json | None:  # noqa: A002  the API has this word
    """The instance of that id, if a series has it and nothing is stored under it."""
    series, _, start = id.rpartition("_")
    master = calendar.events.get(series, {})
    if "recurrence" not in master:
        return None
    until = datetime.strptime(start[:8], "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=2)
    found = next((one for one in instances(calendar, master, until) if one["id"] == id), None)
    return {**found, "status": "cancelled"} if found and master["status"] == "cancelled" else found


def instances(calendar: Calendar, master: Json, until: datetime | None) -> Iterator[Json]:
    """The instances of a series that begin before an instant, as its rule makes them."""
    first, last = instant(master["start"], calendar.zone), instant(master["end"], calendar.zone)
    for start in _starts(calendar, master, until or first + FAR):
        identity = start.strftime("%Y%m%d") if not isinstance(start, datetime) else _stamp(start)
        end: date = start + (last - first) if isinstance(start, datetime) else start + _days(master)
        made = {name: value for name, value in master.items() if name != "recurrence"}
        zone = master["start"].get("timeZone", "")
        yield made | {
            "id": f"{master['id']}_{identity}",
            "recurringEventId": master["id"],
            "originalStartTime": when(start, zone),
            "start": when(start, zone),
            "end": when(end, zone),
        }


def _stamp(start: datetime) -> str:
    return start.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _days(master: Json) -> timedelta:
    return date.fromisoformat(master["end"]["date"]) - date.fromisoformat(master["start"]["date"])


def _starts(calendar: Calendar, master: Json, until: datetime) -> Iterator[date]:
    """The starts, in the zone of the series. The rule lines are those of RFC 5545, which is what Google stores."""
    import icalendar
    import recurring_ical_events

    begins = master["start"]
    if "date" in begins:
        dtstart = f"DTSTART;VALUE=DATE:{begins['date'].replace('-', '')}"
    else:
        zone = begins.get("timeZone", calendar.zone)
        local = instant(begins, zone).astimezone(ZoneInfo(zone))
        dtstart = f"DTSTART;TZID={zone}:{local:%Y%m%dT%H%M%S}"
    lines = ["BEGIN:VEVENT", "UID:series", dtstart, *master["recurrence"], "END:VEVENT"]
    event = icalendar.Event.from_ical("\r\n".join(lines))
    found = recurring_ical_events.of(event).between(instant(begins, calendar.zone) - timedelta(days=1), until)
    yield from sorted(one.start for one in found)

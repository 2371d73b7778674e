"""When people are in the building: the window that is announced, and how far ahead a rule announces."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import Presence, Session
from sessionsmgmt.domain.model.rule import PresenceMode, Unit, Within

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def at(day: date, clock: time, zone: tzinfo) -> datetime:
    """The instant at which a wall clock in the zone shows this time.

    A time that is skipped in spring counts as the time after the change. A time that comes twice in autumn is the first
    of the two (PEP 495, ``fold=0``).
    """
    return datetime.combine(day, clock, zone).astimezone(UTC)


def dawn(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day: midnight, or the instant of the clock change where midnight is skipped."""
    return at(day, time.min, zone)


def begin(event: Event | Session, zone: tzinfo) -> datetime:
    """The instant the event begins; an all-day event begins with its first day in the zone."""
    return event.start if isinstance(event.start, datetime) else dawn(event.start, zone)


def finish(event: Event | Session, zone: tzinfo) -> datetime:
    """The instant the event ends, never before it begins; an all-day event ends with its last day in the zone.

    An all-day event whose end is its start lasts that one day, although its end should be the day after.
    """
    if isinstance(event.start, datetime) or isinstance(event.end, datetime):
        end = event.end if isinstance(event.end, datetime) else dawn(event.end, zone)
        return max(end, begin(event, zone))
    return dawn(max(event.end, event.start + DAY), zone)


def is_over(event: Event | Session, now: datetime, zone: tzinfo) -> bool:
    """Whether the event has ended. An event without length is not over at its own instant."""
    return now >= finish(event, zone) and now > begin(event, zone)


def presence(event: Event | Session, mode: PresenceMode, zone: tzinfo) -> Presence:
    """The window to announce: whole days of the zone, or the event's own times.

    A day's last minute is the one before the next day begins: 23:59 even where the clocks change at midnight. An event
    that ends at midnight does not reach into the next day, so its window ends with that minute too.
    """
    start, end = begin(event, zone), finish(event, zone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    if end > start and end == dawn(last, zone):
        last -= DAY
        end -= MINUTE
    if mode is PresenceMode.WHOLE_DAY:
        return Presence(dawn(first, zone), dawn(last + DAY, zone) - MINUTE)
    return Presence(start, max(start, end))


def horizon(now: datetime, within: Within, zone: tzinfo) -> datetime:
    """The last instant at which a session may begin to be announced now.

    Hours are elapsed time. Days and weeks are counted on the wall clock of the zone, as people do.
    """
    if within.unit is Unit.HOURS:
        return now + timedelta(hours=within.amount)
    days = timedelta(days=within.amount * (7 if within.unit is Unit.WEEKS else 1))
    local = now.astimezone(zone)
    return at((local + days).date(), local.timetz().replace(tzinfo=None), zone)


def told_first(start: datetime, within: Within, zone: tzinfo) -> datetime:
    """The first instant at which a session that begins at ``start`` may be announced.

    It may be off by the hour by which the clocks are changed in between.
    """
    return horizon(start, Within(-within.amount, within.unit), zone)

"""The announced window in words: which day, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from sessionsmgmt.domain.model.notice import Presence
from sessionsmgmt.domain.sessions.presence import DAY, MINUTE, dawn
from sessionsmgmt.email.language import Language


@dataclass(frozen=True, slots=True)
class Window:
    """A presence window as a template sees it; ``start`` and ``end`` are in the club's time zone.

    ``all_day`` is true of whole days; ``text`` says all of it in one line, however long it is.
    """

    start: datetime
    end: datetime
    all_day: bool
    text: str

    def __str__(self) -> str:
        """What the window is in words, so that ``{{ presence }}`` reads well."""
        return self.text


def window(presence: Presence, zone: ZoneInfo, language: Language) -> Window:
    """The window in the zone and in words, as short as is clear: a day is said twice only if there are two."""
    start, end = presence.start.astimezone(zone), presence.end.astimezone(zone)
    all_day = whole_days(presence, zone) is not None
    if all_day:
        text = _joined(days(start, end, language), language.all_day, language)
    elif start.date() == end.date():
        hours = f"{clock(start, language)}\u00a0\u2013\u00a0{clock(end, language)}"  # stays on one line
        text = _joined(day(start, language), hours, language)
    else:
        text = f"{moment(start, language)} \u2013 {moment(end, language)}"
    return Window(start, end, all_day, text)


def whole_days(presence: Presence, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last day of a window that is whole days of the zone, else None."""
    first, last = presence.start.astimezone(zone).date(), presence.end.astimezone(zone).date()
    whole = presence == Presence(dawn(first, zone), dawn(last + DAY, zone) - MINUTE)
    return (first, last) if whole else None


def days(start: datetime, end: datetime, language: Language) -> str:
    """The day of a window, or its first and its last."""
    if start.date() == end.date():
        return day(start, language)
    return f"{day(start, language)} \u2013 {day(end, language)}"


def day(when: datetime, language: Language) -> str:
    """A day with its weekday, as the locale writes it: ``Saturday, March 8, 2025``."""
    return format_date(when, "full", language.locale)


def clock(when: datetime, language: Language) -> str:
    """A time of day, as the locale writes it, in 12 or 24 hours."""
    return format_time(when, "short", locale=language.locale)


def moment(when: datetime, language: Language) -> str:
    """An instant with its day and its time."""
    return _joined(day(when, language), clock(when, language), language)


def _joined(day: str, hours: str, language: Language) -> str:
    pattern: str = language.locale.datetime_formats["full"]
    return pattern.replace("{1}", day).replace("{0}", hours)

"""The announced window in words: the day, and the times from and to."""

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

    ``all_day`` is true if the window consists of whole days. ``text`` is the whole window in words, on one line.
    """

    start: datetime
    end: datetime
    all_day: bool
    text: str

    def __str__(self) -> str:
        """The window in words, so that ``{{ presence }}`` reads well."""
        return self.text


def localized_window(presence: Presence, zone: ZoneInfo, language: Language) -> Window:
    """The window in the zone, and its words. The words name a second day only if the window ends on another day."""
    start, end = presence.start.astimezone(zone), presence.end.astimezone(zone)
    all_day = whole_days(presence, zone) is not None
    if all_day:
        text = _joined(format_days(start, end, language), language.all_day, language)
    elif start.date() == end.date():
        from_time, to_time = format_time_of_day(start, language), format_time_of_day(end, language)
        hours = f"{from_time}\u00a0\u2013\u00a0{to_time}"  # unbreakable spaces, so that both stay on one line
        text = _joined(format_day(start, language), hours, language)
    else:
        text = f"{format_instant(start, language)} \u2013 {format_instant(end, language)}"
    return Window(start, end, all_day, text)


def whole_days(presence: Presence, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last day of a window that consists of whole days in the zone, else None."""
    first, last = presence.start.astimezone(zone).date(), presence.end.astimezone(zone).date()
    whole = presence == Presence(dawn(first, zone), dawn(last + DAY, zone) - MINUTE)
    return (first, last) if whole else None


def format_days(start: datetime, end: datetime, language: Language) -> str:
    """The day of a window, or its first and its last day."""
    if start.date() == end.date():
        return format_day(start, language)
    return f"{format_day(start, language)} \u2013 {format_day(end, language)}"


def format_day(when: datetime, language: Language) -> str:
    """The day with its weekday, in the form of the locale: ``Saturday, March 8, 2025``."""
    return format_date(when, "full", language.locale)


def format_time_of_day(when: datetime, language: Language) -> str:
    """The time of day, in the locale's form of 12 or 24 hours.

    In the hour that comes twice when clocks go back, the time has the zone's letters, or its distance from UTC where
    the zone has no letters: ``1:30 AM EDT``.
    """
    words: str = format_time(when, "short", locale=language.locale)
    if when.replace(fold=0).utcoffset() == when.replace(fold=1).utcoffset():
        return words
    letters = when.tzname() or ""
    return f"{words}\u00a0{letters if letters.isalpha() else f'UTC{when.isoformat()[-6:]}'}"


def format_instant(when: datetime, language: Language) -> str:
    """The day and the time of an instant."""
    return _joined(format_day(when, language), format_time_of_day(when, language), language)


def _joined(day: str, hours: str, language: Language) -> str:
    pattern: str = language.locale.datetime_formats["full"]
    return pattern.replace("{1}", day).replace("{0}", hours)

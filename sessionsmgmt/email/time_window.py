"""The announced window in words: the day, and the times from and to."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from sessionsmgmt.domain.frozen import dataclass
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
    if all_day or start.date() == end.date():
        text = _joined(format_days(start, end, language), format_hours(start, end, all_day, language), language)
    else:
        patterns = _patterns(language)
        first = _day(start, patterns.in_year if start.year == end.year else patterns.full, language)
        last = _day(end, patterns.full, language)
        text = language.days.format(
            start=_instant(first, format_time_of_day(start, language), language),
            end=_instant(last, format_time_of_day(end, language), language),
        )
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
    patterns = _patterns(language)
    same_month = (start.year, start.month) == (end.year, end.month)
    short = patterns.in_month if same_month else patterns.in_year if start.year == end.year else patterns.full
    days = (_day(start, short, language), _day(end, patterns.full, language))
    return language.days.format(start=days[0], end=days[1])


def format_hours(start: datetime, end: datetime, all_day: bool, language: Language) -> str:
    """The times of a window on one day, or the words for the whole day."""
    if all_day:
        return language.all_day
    return language.hours.format(start=format_time_of_day(start, language), end=format_time_of_day(end, language))


@dataclass(frozen=True, slots=True)
class _DayPatterns:
    """How a locale writes a day (CLDR date patterns): whole, and where the year, or month and year, follow later."""

    full: str
    in_year: str
    in_month: str


def _patterns(language: Language) -> _DayPatterns:
    """The patterns of the locale; all are the full one where the locale does not write the year last."""
    full = str(language.locale.date_formats["full"].pattern)
    if language.locale.language == "es":
        full = full.replace("EEEE, ", "EEEE ")  # "del sábado 7 al domingo 8": a comma would tear the phrase
    in_year = re.sub(r",?\s+('de'\s+)?y$", "", full)
    return _DayPatterns(full, in_year, re.sub(r"\s+('de'\s+)?MMMM$", "", in_year))


def format_day(when: datetime, language: Language) -> str:
    """The day with its weekday, in the form of the locale: ``Saturday, March 8, 2025``."""
    return _day(when, "full", language)


def _day(when: datetime, pattern: str, language: Language) -> str:
    text: str = format_date(when, pattern, language.locale)
    return _FRENCH_FIRST.sub("1er", text) if language.locale.language == "fr" else text


_FRENCH_FIRST = re.compile(r"(?<!\d)1(?!\d|er)")
"""The first of a month is the only day that French writes as an ordinal. CLDR does so in some countries only."""


def format_time_of_day(when: datetime, language: Language) -> str:
    """The time of day, in the locale's form of 12 or 24 hours.

    In the hour that comes twice when clocks go back, the time has the zone's letters, or its distance from UTC where
    the zone has no letters: ``1:30 AM EDT``.
    """
    words = _clock(when, language)
    if when.replace(fold=0).utcoffset() == when.replace(fold=1).utcoffset():
        return words
    letters = when.tzname() or ""
    return f"{words}\u00a0{letters if letters.isalpha() else f'UTC{when.isoformat()[-6:]}'}"


def _clock(when: datetime, language: Language) -> str:
    """The time of day, whose parts stay on one line.

    Where the locale writes "18 h 30", the full hour is "18 h" and there is no leading zero, as the Office québécois de
    la langue française advises ("Heure"). CLDR has "18 h 00" and "09 h 00".
    """
    pattern = str(language.locale.time_formats["short"].pattern)
    if pattern == _FRENCH_HOURS:
        pattern = "H 'h' mm" if when.minute else "H 'h'"
    words: str = format_time(when, pattern if "'" in pattern else "short", locale=language.locale)
    return words.replace(" ", "\u00a0")


_FRENCH_HOURS = "HH 'h' mm"
"""How CLDR writes a time of day in French Canada."""


def format_instant(when: datetime, language: Language) -> str:
    """The day and the time of an instant."""
    return _instant(format_day(when, language), format_time_of_day(when, language), language)


def _instant(day: str, time: str, language: Language) -> str:
    if not language.instant:
        return _joined(day, time, language)
    text = language.instant.format(day=day, time=time)
    return _SPANISH_ONE.sub(r"a la\1", text) if language.locale.language == "es" else text


_SPANISH_ONE = re.compile("a las(\u00a00?1:)")
"""One o'clock is the only time of day that Spanish has in the singular."""


def _joined(day: str, hours: str, language: Language) -> str:
    pattern: str = language.locale.datetime_formats["full"]
    return pattern.replace("{1}", day).replace("{0}", hours)

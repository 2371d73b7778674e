"""Recurrence rules (RFC 5545, 3.3.10): where they begin an event within a stretch of time, with bounded work.

``dateutil`` knows the rules; what it does not know is when to stop. A rule such as "every 30th of February" makes it
walk to the year 9999, one that began in 1970 makes it walk from there, and neither can be interrupted. So a rule is
started close to where it is looked at, in the last 400 years that Python has dates for (the Gregorian calendar repeats
after 400 years, days of the week included), and all the walking of one reading comes out of one allowance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta, tzinfo

from dateutil.rrule import rrulestr

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.adapters.files.ics_values import moment

DENSEST = 24
"""The most instances a day that a rule may give: what repeats more often is no session of people."""

MOST = 2_000
"""The most instances of one series within one look."""

CYCLE = 400
"""After so many years the Gregorian calendar repeats: 146,097 days, which are whole weeks."""

_DAY_COST = {"HOURLY": 2.5, "DAILY": 1.0, "WEEKLY": 0.3, "MONTHLY": 0.1, "YEARLY": 0.06}
"""What it costs to walk over a day with a rule of each frequency, measured; 1 is about 1.5 microseconds."""

_CALL_COST, _COUNT_COST, _START_COST = 20.0, 3.0, 20.0
"""What it costs, in the same measure, to begin, to count a start that is not wanted, and to give one that is."""

_TOO_MUCH = "following its recurrence would take too much work"


@dataclass(slots=True)
class Allowance:
    """How much walking one reading may do in all. It is used up, so it is the one thing here that changes."""

    left: float = 1_500_000.0

    def spend(self, cost: float, line: int) -> None:
        """Raises UnreadableError, about what stands in the line, once nothing is left."""
        self.left -= cost
        if self.left < 0:
            raise UnreadableError(_TOO_MUCH, line)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that is safe to walk. ``until`` is on the wall clock of the series, ``limits`` are its BY parts."""

    frequency: str
    interval: int
    count: int | None
    until: datetime | None
    limits: Mapping[str, str]
    line: int


_DIGITS = 6
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_LISTS = {
    "BYSECOND": range(60),
    "BYMINUTE": range(60),
    "BYHOUR": range(24),
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(-31, 32),
    "BYYEARDAY": range(-366, 367),
    "BYWEEKNO": range(-53, 54),
    "BYSETPOS": range(-366, 367),
}
_WEEKDAY = re.compile(r"(?:[+-]?[1-9]\d?)?(?:MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_SIGNED = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}


def parse_rule(prop: ContentLine, zone: tzinfo) -> Rule:
    """The property's rule, for a series whose wall clock shows the time of ``zone``.

    Raises UnreadableError if it is no rule, or one that would take endless work.
    """
    parts: dict[str, str] = {}
    for part in filter(None, prop.value.upper().replace(" ", "").split(";")):
        name, _, value = part.partition("=")
        if name in parts or not _valid(name, value):
            raise UnreadableError("its recurrence rule is not valid", prop.line)
        parts[name] = value
    frequency = parts.pop("FREQ", "")
    interval, count = int(parts.pop("INTERVAL", "1")), parts.pop("COUNT", None)
    if not frequency or interval < 1 or count == "0":
        raise UnreadableError("its recurrence rule is not valid", prop.line)
    try:
        until = _until(parts.pop("UNTIL", ""), zone)
    except (ValueError, OverflowError):
        raise UnreadableError("its recurrence rule has an UNTIL that is no date or time", prop.line) from None
    rule = Rule(frequency, interval, int(count) if count else None, until, parts, prop.line)
    if _a_day(rule) > DENSEST:
        raise UnreadableError("it repeats more often than once an hour", prop.line)
    return rule


def occurrences(rule: Rule, first: datetime, after: datetime, before: datetime, allowance: Allowance) -> list[datetime]:
    """The starts the rule gives from ``after`` to ``before``, both included, for a series that begins at ``first``.

    All three, and the result, are naive times of the series' own wall clock. Raises UnreadableError where that would
    take more work than is allowed.
    """
    last = min(before, rule.until or before)
    if last < max(after, first):
        return []
    if rule.count is None:
        begin, limits = _near(rule, first, after)
    else:
        begin, limits = first, dict(rule.limits)
    years = (MAXYEAR - last.year) // CYCLE * CYCLE
    text = ";".join(f"{name}={value}" for name, value in {"FREQ": rule.frequency, **limits}.items())
    text += f";INTERVAL={rule.interval}" + (f";COUNT={rule.count}" if rule.count else "")
    cost = _DAY_COST[rule.frequency] / (rule.interval if rule.frequency != "HOURLY" else 1)
    earliest = _moved(max(after, first), years)
    walked = (last - begin).days + 1
    counted = min(rule.count, walked * _a_day(rule)) if rule.count else 0
    allowance.spend(_CALL_COST + walked * cost + counted * _COUNT_COST, rule.line)
    try:
        starts = rrulestr(text, dtstart=_moved(begin, years))
        found, reached = _walk(starts, earliest, _moved(last, years), rule.count)
    except ValueError:
        raise UnreadableError("its recurrence rule never comes true", rule.line) from None
    allowance.spend((reached - _moved(last, years)).days * cost + len(found) * _START_COST, rule.line)
    if len(found) > MOST:
        raise UnreadableError(_TOO_MUCH, rule.line)
    return [_moved(one, -years) for one in found]


def _walk(
    starts: Iterable[datetime], earliest: datetime, last: datetime, count: int | None
) -> tuple[list[datetime], datetime]:
    """The starts from ``earliest`` to ``last``, and how far the walk went to know that there are no more."""
    found: list[datetime] = []
    for given, one in enumerate(starts, 1):
        if one > last:
            return found, one
        if one >= earliest:
            found.append(one)
        if given == count or len(found) > MOST:
            return found, last
    return found, _moved(last, MAXYEAR - last.year)


def _valid(name: str, value: str) -> bool:
    values = value.split(",")
    if name in _LISTS:
        allowed = _LISTS[name]
        numbers = [int(one) for one in values if _NUMBER.fullmatch(one)]
        return len(numbers) == len(values) <= len(allowed) and all(
            one in allowed and (one != 0 or name not in _SIGNED) for one in numbers
        )
    match name:
        case "FREQ":
            return value in {*_DAY_COST, "MINUTELY", "SECONDLY"}
        case "BYDAY":
            return all(_WEEKDAY.fullmatch(one) for one in values)
        case "WKST":
            return value in {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
        case "INTERVAL" | "COUNT":
            return value.isascii() and value.isdigit() and len(value) <= _DIGITS
        case _:
            return name == "UNTIL"


def _until(text: str, zone: tzinfo) -> datetime | None:
    """The last wall-clock time a start may have. A mere date means all of that day."""
    if not text:
        return None
    value = moment(text, zone)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(value, time.max)


def _a_day(rule: Rule) -> int:
    """The most instances the rule gives on one day."""
    if rule.frequency in {"MINUTELY", "SECONDLY"}:
        return DENSEST + 1
    times = 1
    for name in ("BYMINUTE", "BYSECOND"):
        times *= len(rule.limits[name].split(",")) if name in rule.limits else 1
    if "BYHOUR" in rule.limits:
        return times * len(rule.limits["BYHOUR"].split(","))
    return times * (-(-24 // rule.interval) if rule.frequency == "HOURLY" else 1)


def _near(rule: Rule, first: datetime, after: datetime) -> tuple[datetime, dict[str, str]]:
    """A start from which the rule gives the same from ``after`` on, but close to it, and the limits it then has.

    What the rule takes from its start (the day of the month, say) is written down before the start is moved.
    """
    limits = dict(rule.limits)
    gone = max(after - first, timedelta(0))
    match rule.frequency:
        case "HOURLY" | "DAILY" | "WEEKLY":
            step = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
            period = step[rule.frequency] * rule.interval
            return first + max(gone // period - 1, 0) * period, limits
        case "MONTHLY":
            months = (after.year - first.year) * 12 + after.month - first.month - 1
            skipped = max(months // rule.interval, 0) * rule.interval
        case _:
            skipped = max((after.year - 1 - first.year) // rule.interval, 0) * rule.interval * 12
    if not skipped:
        return first, limits
    if not limits.keys() & {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"}:
        limits["BYMONTHDAY"] = str(first.day)
        if rule.frequency == "YEARLY":
            limits.setdefault("BYMONTH", str(first.month))
    year, month = divmod(first.year * 12 + first.month - 1 + skipped, 12)
    begin = date(year, 1 if rule.frequency == "YEARLY" else month + 1, 1)
    return datetime.combine(begin, first.time()), limits


def _moved(value: datetime, years: int) -> datetime:
    return value.replace(year=value.year + years)

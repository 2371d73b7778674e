"""The starts that a recurrence rule gives within a period (RFC 5545, 3.3.10), computed with limited work.

``dateutil`` computes the starts, but it does not limit its work. A rule such as "every 30th of February" makes it walk
to the year 9999, a rule from 1970 makes it walk from there, and neither walk can be interrupted. So a rule is started
close to the wanted period. The period itself is moved to the last 400 years that Python has dates for, so that a walk
ends soon: the Gregorian calendar repeats after 400 years, including the weekdays. All the walking of one reading shares
one budget.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date, datetime, time, timedelta, tzinfo

from dateutil.rrule import rrulestr

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.adapters.files.ics_values import parse_time
from sessionsmgmt.domain.frozen import dataclass

MAX_PER_DAY = 24
"""The most instances of a rule on one day. An event that repeats more often is not a session of people."""

MAX_INSTANCES = 2_000
"""The most instances of one series in the result of one query."""

CYCLE_YEARS = 400
"""The years after which the Gregorian calendar repeats: 146,097 days, which are whole weeks."""

_DAY_COST = {"HOURLY": 2.5, "DAILY": 1.0, "WEEKLY": 0.3, "MONTHLY": 0.1, "YEARLY": 0.06}
"""The measured cost of walking over a day with a rule of each frequency. A cost of 1 is about 1.5 microseconds."""

_CALL_COST, _COUNT_COST, _START_COST = 20.0, 3.0, 20.0
"""The costs, in the same unit, of a walk itself, of an unwanted start that is counted, and of a wanted start."""

_TOO_MUCH = "following its recurrence would take too much work"


@dataclasses.dataclass(slots=True)
class WorkBudget:
    """The work that one reading may still do. It is mutable, since every walk uses up a part of it."""

    left: float = 1_500_000.0

    def spend(self, cost: float, line: int) -> None:
        """Use up a part of the budget. Raises UnreadableError with the line if nothing is left."""
        self.left -= cost
        if self.left < 0:
            raise UnreadableError(_TOO_MUCH, line)


@dataclass(frozen=True, slots=True)
class Rule:
    """A validated rule. ``until`` is a time on the wall clock of the series, and ``limits`` are the BY parts."""

    frequency: str
    interval: int
    count: int | None
    until: datetime | None
    limits: Mapping[str, str]
    line: int


_MAX_DIGITS = 6
_NUMBER = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_NUMBER_RANGES = {
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
_NONZERO = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}


def parse_rule(prop: ContentLine, zone: tzinfo, *, all_day: bool = False) -> Rule:
    """The rule of the property, for a series on the wall clock of ``zone``. ``all_day`` is true for a series of days.

    Raises UnreadableError if the rule is invalid or repeats too often.
    """
    parts: dict[str, str] = {}
    for part in filter(None, prop.value.upper().replace(" ", "").split(";")):
        name, _, value = part.partition("=")
        if name in parts or not _is_valid_part(name, value):
            raise UnreadableError("its recurrence rule is not valid", prop.line)
        parts[name] = value
    frequency = parts.pop("FREQ", "")
    interval, count = int(parts.pop("INTERVAL", "1")), parts.pop("COUNT", None)
    if not frequency or interval < 1 or count == "0":
        raise UnreadableError("its recurrence rule is not valid", prop.line)
    try:
        until = _until(parts.pop("UNTIL", ""), zone, all_day=all_day)
    except (ValueError, OverflowError):
        raise UnreadableError("its recurrence rule has an UNTIL that is no date or time", prop.line) from None
    rule = Rule(frequency, interval, int(count) if count else None, until, parts, prop.line)
    if _instances_per_day(rule) > MAX_PER_DAY:
        raise UnreadableError("it repeats more often than once an hour", prop.line)
    return rule


def occurrences(rule: Rule, first: datetime, after: datetime, before: datetime, budget: WorkBudget) -> list[datetime]:
    """The starts of the rule from ``after`` to ``before``, both included, for a series that begins at ``first``.

    All three, and the result, are naive times on the wall clock of the series. Raises UnreadableError if the work would
    exceed the budget.
    """
    last = min(before, rule.until or before)
    if last < max(after, first):
        return []
    if rule.count is None:
        begin, limits = _nearby_start(rule, first, after)
    else:
        begin, limits = first, dict(rule.limits)
    years = (MAXYEAR - last.year) // CYCLE_YEARS * CYCLE_YEARS
    text = ";".join(f"{name}={value}" for name, value in {"FREQ": rule.frequency, **limits}.items())
    text += f";INTERVAL={rule.interval}" + (f";COUNT={rule.count}" if rule.count else "")
    cost = _DAY_COST[rule.frequency] / (rule.interval if rule.frequency != "HOURLY" else 1)
    earliest = _add_years(max(after, first), years)
    walked = (last - begin).days + 1
    counted = min(rule.count, walked * _instances_per_day(rule)) if rule.count else 0
    budget.spend(_CALL_COST + walked * cost + counted * _COUNT_COST, rule.line)
    try:
        starts = rrulestr(text, dtstart=_add_years(begin, years))
        instances, reached = _walk(starts, earliest, _add_years(last, years), rule.count)
    except ValueError:
        raise UnreadableError("its recurrence rule never comes true", rule.line) from None
    budget.spend((reached - _add_years(last, years)).days * cost + len(instances) * _START_COST, rule.line)
    if len(instances) > MAX_INSTANCES:
        raise UnreadableError(_TOO_MUCH, rule.line)
    return [_add_years(start, -years) for start in instances]


def _walk(
    starts: Iterable[datetime], earliest: datetime, last: datetime, count: int | None
) -> tuple[list[datetime], datetime]:
    """The starts from ``earliest`` to ``last``, and the time that the walk reached."""
    instances: list[datetime] = []
    for count_so_far, start in enumerate(starts, 1):
        if start > last:
            return instances, start
        if start >= earliest:
            instances.append(start)
        if count_so_far == count or len(instances) > MAX_INSTANCES:
            return instances, last
    return instances, _add_years(last, MAXYEAR - last.year)


def _is_valid_part(name: str, value: str) -> bool:
    values = value.split(",")
    if name in _NUMBER_RANGES:
        allowed = _NUMBER_RANGES[name]
        numbers = [int(start) for start in values if _NUMBER.fullmatch(start)]
        return len(numbers) == len(values) <= len(allowed) and all(
            start in allowed and (start != 0 or name not in _NONZERO) for start in numbers
        )
    match name:
        case "FREQ":
            return value in {*_DAY_COST, "MINUTELY", "SECONDLY"}
        case "BYDAY":
            return all(_WEEKDAY.fullmatch(start) for start in values)
        case "WKST":
            return value in {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
        case "INTERVAL" | "COUNT":
            return value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS
        case _:
            return name == "UNTIL"


def _until(text: str, zone: tzinfo, *, all_day: bool) -> datetime | None:
    """The last wall-clock time of a start. A date without a time includes the whole day.

    A series of days ends on a day (RFC 5545, 3.3.10), but some programs write a time. It is the day as it is written,
    unless the time is the begin or the end of a day in ``zone`` only: programs convert midnight to UTC.
    """
    if not text:
        return None
    value = parse_time(text, zone)
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max)
    local = value.astimezone(zone).replace(tzinfo=None)
    if not all_day:
        return local
    is_local_day = value.time() not in _DAY_ENDS and local.time() in _DAY_ENDS
    return datetime.combine((local if is_local_day else value).date(), time.max)


_DAY_ENDS = frozenset((time(0, 0, 0), time(23, 59, 0), time(23, 59, 59)))


def _instances_per_day(rule: Rule) -> int:
    """The most instances of the rule on one day."""
    if rule.frequency in {"MINUTELY", "SECONDLY"}:
        return MAX_PER_DAY + 1
    times = 1
    for name in ("BYMINUTE", "BYSECOND"):
        times *= len(rule.limits[name].split(",")) if name in rule.limits else 1
    if "BYHOUR" in rule.limits:
        return times * len(rule.limits["BYHOUR"].split(","))
    return times * (-(-24 // rule.interval) if rule.frequency == "HOURLY" else 1)


def _nearby_start(rule: Rule, first: datetime, after: datetime) -> tuple[datetime, dict[str, str]]:
    """A start close to ``after`` with which the rule gives the same starts from ``after`` on, and the rule's limits.

    A rule takes some limits from its start, such as the day of the month. They are added before the start is moved.
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


def _add_years(value: datetime, years: int) -> datetime:
    return value.replace(year=value.year + years)

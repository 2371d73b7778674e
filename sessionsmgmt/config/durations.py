"""The durations of sessions.yml: ``36 hours``, ``1 day``, ``2 weeks``."""

from __future__ import annotations

import re
from datetime import timedelta

from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.model.rule import Unit, Within

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

_LENGTHS = {Unit.HOURS: HOUR, Unit.DAYS: DAY, Unit.WEEKS: 7 * DAY}
_FORM = re.compile(r"([1-9][0-9]{0,4}) (hour|day|week)s?")


def to_timedelta(within: Within) -> timedelta:
    """The duration, with 24 hours for each day."""
    return within.amount * _LENGTHS[within.unit]


def parse_duration(text: str) -> Within | None:
    """The number and the unit of a duration; None if the text has another form."""
    match = _FORM.fullmatch(text)
    return Within(int(match[1]), Unit(f"{match[2]}s")) if match else None


def duration(section: Section, key: str, default: str, *, least: timedelta, most: timedelta, bounds: str) -> timedelta:
    """The duration of a key. ``bounds`` says in words that it must be from ``least`` to ``most``."""
    within = parse_duration(section.text(key, default).value)
    if within is None:
        return least  # the schema check has reported the problem
    if not least <= to_timedelta(within) <= most:
        section.add_problem(key, f"must be {bounds}")
    return to_timedelta(within)

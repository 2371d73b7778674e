"""Lengths of time as sessions.yml writes them: ``36 hours``, ``1 day``, ``2 weeks``."""

from __future__ import annotations

import re
from datetime import timedelta

from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.model.rule import Unit, Within

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

_LENGTHS = {Unit.HOURS: HOUR, Unit.DAYS: DAY, Unit.WEEKS: 7 * DAY}
_FORM = re.compile(r"([1-9][0-9]{0,4}) (hour|day|week)s?")


def length(within: Within) -> timedelta:
    """How long it is where each day has 24 hours."""
    return within.amount * _LENGTHS[within.unit]


def written_length(text: str) -> Within | None:
    """The number and the unit; None where the text has another form."""
    found = _FORM.fullmatch(text)
    return Within(int(found[1]), Unit(f"{found[2]}s")) if found else None


def span(section: Section, key: str, default: str, *, least: timedelta, most: timedelta, bounds: str) -> timedelta:
    """The length of time of a key, within its bounds, which ``bounds`` says in words."""
    within = written_length(section.text(key, default).value)
    if within is None:
        return least  # the schema has said so
    if not least <= length(within) <= most:
        section.wrong(key, f"must be {bounds}")
    return length(within)

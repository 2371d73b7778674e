"""The section ``premises`` of a notice: the rules of the premises' owner."""

from __future__ import annotations

import re
from datetime import date, time

from sessionsmgmt.config.durations import parse_duration
from sessionsmgmt.config.sections import Section, Text
from sessionsmgmt.domain.model.rule import Premises

WEEKDAYS = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")
"""The days of the week as ``closed`` names them, a Monday first."""

_HOURS = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


def premises(section: Section) -> Premises:
    """The rules of the owner. A rule that is left out is not asked."""
    closed = section.texts("closed")
    ranges = [days for text in closed if text.value not in WEEKDAYS and (days := _range(text, section))]
    return Premises(
        lead=parse_duration(section.text("lead").value),
        closed=tuple(ranges),
        closed_weekdays=frozenset(WEEKDAYS.index(text.value) for text in closed if text.value in WEEKDAYS),
        hours=_hours(section),
        max_people=section.number("max_people"),
        cancel_by=parse_duration(section.text("cancel_by").value),
    )


def _range(text: Text, section: Section) -> tuple[date, date] | None:
    """A day, or a range of days with both ends (RFC 3339 dates with ``/`` between them, as in ISO 8601)."""
    first, _, last = text.value.partition("/")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError:
        if re.fullmatch(r"[0-9-]{10}(/[0-9-]{10})?", text.value):  # otherwise the schema check reports the problem
            section.problems.add(text.key_path, "is no day of the calendar; write YYYY-MM-DD or YYYY-MM-DD/YYYY-MM-DD")
        return None
    if days[1] < days[0]:
        section.problems.add(text.key_path, "ends before it begins; write the first day before the /")
        return None
    return days


def _hours(section: Section) -> tuple[time, time | None] | None:
    match = _HOURS.fullmatch(section.text("hours").value)
    if not match:
        return None  # the schema check has reported the problem, if there is one
    first, last = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
    try:
        opens, closes = time(*first), None if last == (24, 0) else time(*last)
    except ValueError:
        section.add_problem("hours", 'has a time that no clock shows; write "08:00-22:00"')
        return None
    if closes is not None and closes <= opens:
        section.add_problem("hours", 'ends before it begins; write the opening time first, such as "08:00-22:00"')
        return None
    return opens, closes

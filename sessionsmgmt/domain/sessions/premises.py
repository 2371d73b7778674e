"""The rules of the premises' owner: which of them a session breaks. They never stop an email.

They are measured by the event's own times, in the time zone of the club.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta, tzinfo

from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import Kind, Session, Verdict
from sessionsmgmt.domain.model.rule import Premises, Rule, Within
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.assessment import Assessment, Club, Standing
from sessionsmgmt.domain.sessions.presence import DAY, begin, finish, told_first

INSTANT = timedelta(microseconds=1)


def is_late(kind: Kind, start: datetime, premises: Premises, now: datetime, zone: tzinfo) -> bool:
    """Whether an email of this kind about a session that begins at ``start`` comes later than the owner asks.

    Who comes may be told at any time: only a first announcement, a change of time or place, and a cancellation can be
    late.
    """
    within = premises.cancel_by if kind is Kind.CANCELLED else premises.lead
    if within is None or kind in {Kind.ADDED, Kind.REMOVED}:
        return False
    return now > told_first(start, within, zone)


def late_warning(kind: Kind, premises: Premises, where: str) -> ReportWarning:
    """The warning about an email that comes later than the owner asks."""
    if kind is Kind.CANCELLED:
        text = f"a session is cancelled later than premises.cancel_by ({_words(premises.cancel_by)} before) allows"
        return ReportWarning("premises-cancel-by", text, where)
    text = f"a session is announced later than premises.lead ({_words(premises.lead)} before) allows"
    return ReportWarning("premises-lead", text, where)


def broken_rules(event: Event | Session, people: int, premises: Premises, zone: tzinfo) -> Iterator[ReportWarning]:
    """A warning for each rule that the session itself breaks. ``people`` is how many are expected."""
    start, end = begin(event, zone), finish(event, zone)
    first, last = start.astimezone(zone), max(start, end - INSTANT).astimezone(zone)
    days = [first.date() + number * DAY for number in range((last.date() - first.date()).days + 1)]
    closed = [
        day
        for day in days
        if day.weekday() in premises.closed_weekdays or any(begins <= day <= ends for begins, ends in premises.closed)
    ]
    if closed:
        text = f"a session is on {closed[0].isoformat()}, on which the premises are closed (premises.closed)"
        yield ReportWarning("premises-closed", text, event.id)
    if premises.hours and (event.all_day or len(days) > 1 or not _is_open(first, end.astimezone(zone), premises.hours)):
        text = "a session lasts beyond the hours in which the premises are open (premises.hours)"
        yield ReportWarning("premises-hours", text, event.id)
    if premises.max_people is not None and people > premises.max_people:
        text = f"{people} people are expected at a session, and premises.max_people is {premises.max_people}"
        yield ReportWarning("premises-max-people", text, event.id)


def premises_warnings(
    rule: Rule, verdicts: Iterable[Verdict | None], assessments: Iterable[Assessment], club: Club, now: datetime
) -> Iterator[ReportWarning]:
    """What the sessions ahead, and the emails that are due about them, break of the rules of the premises' owner."""
    for assessment in assessments:
        if assessment.standing in {Standing.SESSION, Standing.LATER}:
            yield from broken_rules(assessment.event, len(assessment.roster.people), rule.premises, club.zone)
            yield from _cancelled_soon(assessment, rule.premises, club.zone, now)
    for verdict in verdicts:
        if verdict and verdict.notice and verdict.notice.late:
            yield late_warning(verdict.notice.kind, rule.premises, verdict.key.session)


def _cancelled_soon(assessment: Assessment, premises: Premises, zone: tzinfo, now: datetime) -> Iterator[ReportWarning]:
    """A warning on the last day on which a session that lacks people can be cancelled as the owner asks."""
    if not (assessment.unmet and premises.cancel_by):
        return
    deadline = told_first(begin(assessment.event, zone), premises.cancel_by, zone)
    if deadline - DAY <= now <= deadline:
        last = f"{deadline.astimezone(zone):%Y-%m-%d %H:%M}"
        text = f"{assessment.unmet}, and the owner asks for a cancellation until {last} (premises.cancel_by)"
        yield ReportWarning("premises-cancel-soon", text, assessment.event.id)


def _is_open(start: datetime, end: datetime, hours: tuple[time, time | None]) -> bool:
    """Whether a session within one day begins and ends in the hours. Both times are in the zone of the club."""
    opens, closes = hours
    if start.time() < opens:
        return False
    ends_at_midnight = end.date() > start.date()
    return closes is None or (not ends_at_midnight and end.time() <= closes)


def _words(within: Within | None) -> str:
    if within is None:
        return ""
    unit = within.unit.value.removesuffix("s") if within.amount == 1 else within.unit.value
    return f"{within.amount} {unit}"

"""``preview``: what ``run`` would send at this moment, composed and not sent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from sessionsmgmt.application.notices.pipeline import Job, plan_notices, undelivered
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.rule import Rule, Within
from sessionsmgmt.domain.sessions.presence import begin, horizon
from sessionsmgmt.errors import Exit, worst


class Data(StrEnum):
    """What a preview is made from."""

    LIVE = "live"  # the club's own calendar and contacts
    SAMPLE = "sample"  # those that preview.sample names
    INVENTED = "invented"  # a club that this program makes up


BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

AHEAD = timedelta(days=732)
"""How far ahead of today a sample's sessions are looked for. A series may have no end."""

MOST = 50
"""Sessions of a rule that are considered for the moment of a sample; the first ones will do."""


def preview(job: Job, now: datetime) -> Result:
    """Look, decide and compose. Changes nothing anywhere; ``now`` is aware."""
    found = plan_notices(job, now)
    deliveries = tuple(undelivered(verdict) for verdict in found.verdicts)
    status = worst(delivery.exit for delivery in deliveries)
    warnings = found.warnings + found.snapshot.warnings
    return Result("preview", now, status, deliveries, warnings, found.emails, found.snapshot)


def sampled(job: Job, chosen: datetime | None, today: datetime) -> Result:
    """The preview of a sample, at the chosen moment or, if there is none, at the first with the most to see.

    Invented people who are too few for a rule's requirement are nobody's task, so it ends with 0 if it ends well.
    """
    moment = chosen
    if moment is None:
        found = job.calendar.read(BEGINNING, today + AHEAD, ())
        moment = telling_moment(found.events, [mailing.rule for mailing in job.mailings], job.zone)
    return replace(preview(job, moment or today), exit=Exit.DONE, invented=True)


def telling_moment(events: Iterable[Event], rules: Sequence[Rule], zone: tzinfo) -> datetime | None:
    """The first moment at which as many rules as possible have a session to tell; None without any session."""
    starts = {rule: _starts(events, rule, zone) for rule in rules}
    moments = {moment for rule in rules for start in starts[rule] for moment in _views(start, rule, zone)}

    def seen(moment: datetime) -> int:
        ahead = {within: horizon(moment, within, zone) for within in {rule.within for rule in rules}}
        return sum(bisect_left(starts[rule], moment) < bisect_right(starts[rule], ahead[rule.within]) for rule in rules)

    return min(moments, key=lambda moment: (-seen(moment), moment), default=None)


def _starts(events: Iterable[Event], rule: Rule, zone: tzinfo) -> list[datetime]:
    """When the first sessions of a rule begin."""
    found = (
        begin(one, zone)
        for one in events
        if one.confirmed and rule.matches(one.title) and not all(attendee.declined for attendee in one.attendees)
    )
    return sorted(found)[:MOST]


def _views(start: datetime, rule: Rule, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first moment at which a session is near enough to be told, and one that is surely near enough.

    The first may be off by the hour by which the clocks are changed in between.
    """
    return horizon(start, Within(-rule.within.amount, rule.within.unit), zone), start - timedelta(hours=1)

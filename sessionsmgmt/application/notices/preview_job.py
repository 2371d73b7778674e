"""The preview: what ``run`` would send at one moment, composed and not sent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from sessionsmgmt.application.job import Delivery, Job
from sessionsmgmt.application.notices.pipeline import plan_notices
from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.digests import looks_until, tells_from
from sessionsmgmt.domain.sessions.presence import begin

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

AHEAD = timedelta(days=732)
"""How far ahead of today a sample's sessions are looked for. A series may have no end."""

MOST = 50
"""Sessions of a rule that are considered for the moment of a sample, from the first on."""


def preview_job(job: Job, now: datetime) -> PreviewResult:
    """Plan and compose. Changes nothing; ``now`` is aware."""
    plan = plan_notices(job, now)
    return PreviewResult(
        now,
        tuple(map(Delivery, plan.verdicts)),
        plan.emails,
        plan.warnings + plan.snapshot.warnings,
        looked_at=plan.looked_at,
    )


def preview_sample(job: Job, data: Data, chosen: datetime | None, today: datetime) -> PreviewResult:
    """The preview of a sample, at the ``chosen`` moment or, if there is none, at the first that shows the most.

    ``today`` is the aware instant from which on sessions are looked for; ``data`` says what the sample is.
    """
    moment = chosen
    if moment is None:
        calendar = job.calendar.read(BEGINNING, today + AHEAD, ())
        moment = fullest_moment(calendar.events, [mailing.rule for mailing in job.mailings], job.zone)
    return replace(preview_job(job, moment or today), data=data)


def fullest_moment(events: Iterable[Event], rules: Sequence[Rule], zone: tzinfo) -> datetime | None:
    """The first moment at which as many rules as possible have a session ahead; None without any session."""
    starts = {rule: _starts(events, rule, zone) for rule in rules}
    moments = {moment for rule in rules for start in starts[rule] for moment in _views(start, rule, zone)}

    def seen(moment: datetime) -> int:
        return sum(
            bisect_left(starts[rule], moment) < bisect_right(starts[rule], looks_until(rule, moment, zone))
            for rule in rules
        )

    return min(moments, key=lambda moment: (-seen(moment), moment), default=None)


def _starts(events: Iterable[Event], rule: Rule, zone: tzinfo) -> list[datetime]:
    """When the first sessions of a rule begin."""
    begins = (
        begin(event, zone)
        for event in events
        if event.confirmed
        and rule.matches(event.title)
        and (rule.include or not all(attendee.declined for attendee in event.attendees))
    )
    return sorted(begins)[:MOST]


def _views(start: datetime, rule: Rule, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first moment at which a session is near enough for the rule, and a moment at which it surely is.

    The first may be off by the hour by which the clocks are changed in between.
    """
    return tells_from(rule, start, zone), start - timedelta(hours=1)

"""The overview of a calendar for a coach: what was read for each rule, and which session is the next."""

from __future__ import annotations

from collections.abc import Iterable

from sessionsmgmt.domain.model.looked_at import LookedAt, NextSession
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.assessment import Assessment, Club, Standing
from sessionsmgmt.domain.sessions.digests import tells_from
from sessionsmgmt.domain.sessions.presence import begin


def looked_at(rule: Rule, assessments: Iterable[Assessment], ahead: int, club: Club) -> LookedAt:
    """What was read for the rule. ``ahead`` is the number of all events that have not ended."""
    matching = [
        assessment for assessment in assessments if not assessment.over and rule.matches(assessment.event.title)
    ]
    sessions = [
        assessment
        for assessment in matching
        if assessment.standing in {Standing.SESSION, Standing.LATER} and assessment.roster.people
    ]
    first = min(
        sessions, key=lambda assessment: (begin(assessment.event, club.zone), assessment.event.id), default=None
    )
    if first is None:
        return LookedAt(rule.id, ahead, len(matching))
    event = first.event
    told_from = tells_from(rule, begin(event, club.zone), club.zone)
    return LookedAt(rule.id, ahead, len(matching), NextSession(first.window.start, told_from, event.start, event.title))

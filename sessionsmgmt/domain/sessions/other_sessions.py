"""The other sessions of a day, which an email about a cancellation names: they take place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sessionsmgmt.domain.model.notice import Key, Kind, Occurrence, Session, Verdict
from sessionsmgmt.domain.sessions.assessment import Assessment, Club, Standing


def with_others(
    verdicts: Sequence[Verdict], by_key: Mapping[Key, Assessment], announced: frozenset[Key], club: Club
) -> Iterator[Verdict]:
    """The verdicts; a cancellation gets the announced sessions of the same day that take place."""
    by_day = defaultdict(list)
    for key in sorted(announced & by_key.keys()):
        assessment, entry = by_key[key], club.snapshot.entry(key)
        if (
            assessment.standing is Standing.SESSION
            and entry.announcement
            and entry.announcement.kind is not Kind.CANCELLED
        ):
            event = assessment.event
            session = Session(event.id, event.title, event.start, event.end, event.location)
            by_day[assessment.window.start.astimezone(club.zone).date()].append(Occurrence(session, assessment.window))
    for verdict in verdicts:
        if verdict.notice and verdict.kind is Kind.CANCELLED:
            others = by_day.get(verdict.start.astimezone(club.zone).date(), ())
            in_order = tuple(sorted(others, key=lambda occurrence: (occurrence.presence.start, occurrence.session.id)))
            yield replace(verdict, notice=replace(verdict.notice, others=in_order))
        else:
            yield verdict

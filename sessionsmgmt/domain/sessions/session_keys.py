"""Which key of the ledger belongs to an event, also after the calendar has given the event another id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot, SetEventId
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import AGAIN, Announcement, Key, Kind
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.assessment import Assessment, Club, Standing
from sessionsmgmt.domain.sessions.identity import Candidate, MissingSession, pair


def keys_by_event(
    rule: Rule, assessments: Mapping[str, Assessment], reading: CalendarReading, club: Club, now: datetime
) -> dict[str, Key]:
    """The key of each event: the one in the ledger, or the one that it gets when it is announced."""
    snapshot = club.snapshot
    announced = frozenset(key for key in snapshot.announced(now) if key.notice == rule.id)
    standing = _key_at_id(announced, snapshot)
    pairs = _pairs(announced, standing, assessments, reading, club, now)
    remembered = sorted(key for key in snapshot.entries if key.notice == rule.id)
    now_at = {snapshot.event_id(key): key for key in remembered if key not in announced}
    now_at |= {id_: key for id_, key in standing.items() if key not in pairs}
    now_at |= {event: key for key, event in pairs.items()}
    return {id_: now_at.get(id_) or _free_key(rule, id_, snapshot) for id_ in assessments}


def current_announcement(entry: Entry, now: datetime) -> Announcement | None:
    """The last announcement, if it is no cancellation and its window is not over."""
    announcement = entry.announcement
    return (
        announcement
        if announcement and announcement.kind is not Kind.CANCELLED and now < announcement.presence.end
        else None
    )


def _key_at_id(announced: frozenset[Key], snapshot: LedgerSnapshot) -> dict[str, Key]:
    """The key of the announced session that has each event's id.

    Of two runs at the same time, one may have announced an event as new, and the other one may have taken it for a
    session whose id was gone. Then the event is the session that was announced under this id, and the other is gone.
    """
    keys: dict[str, Key] = {}
    for key in sorted(announced, key=lambda key: (snapshot.event_id(key) != key.session, key)):
        keys.setdefault(snapshot.event_id(key), key)
    return keys


def _pairs(
    keys: frozenset[Key],
    standing: Mapping[str, Key],
    assessments: Mapping[str, Assessment],
    reading: CalendarReading,
    club: Club,
    now: datetime,
) -> dict[Key, str]:
    """The events that announced sessions are now, for the sessions whose ids are gone or cancelled."""
    lost, current = [], standing.keys()
    for key in sorted(keys):
        id_, last = club.snapshot.event_id(key), _last_announcement(club.snapshot.entry(key), now)
        gone = _is_cancelled(assessments[id_]) if id_ in assessments else reading.knows_gone(id_)
        if last and (gone or standing[id_] != key):
            lost.append(MissingSession(key, last.presence, last.people, last.place))
    if not lost:
        return {}
    candidates = [
        _candidate(assessment, club)
        for id_, assessment in assessments.items()
        if id_ not in current and _may_be_renamed(assessment)
    ]
    return pair(lost, candidates, club.zone)


def _last_announcement(entry: Entry, now: datetime) -> Announcement | None:
    """What was announced or claimed of a session that may go on under another id; None if it was cancelled."""
    announcement = entry.claim.announcement if entry.claim else current_announcement(entry, now)
    return announcement if announcement and announcement.kind is not Kind.CANCELLED else None


def _is_cancelled(assessment: Assessment) -> bool:
    return assessment.event.cancelled and assessment.standing is not Standing.FOREIGN


def _may_be_renamed(assessment: Assessment) -> bool:
    is_there = not assessment.event.cancelled and assessment.standing is not Standing.FOREIGN
    return is_there and not assessment.over


def _candidate(assessment: Assessment, club: Club) -> Candidate:
    people = tuple(club.digests(person) for person in sorted(assessment.roster.people))
    return Candidate(assessment.event.id, assessment.window, people, club.place(assessment.event.location))


def new_event_ids(of_event: Mapping[str, Key], snapshot: LedgerSnapshot) -> Iterator[SetEventId]:
    """The steps for the ledger about the events whose ids differ from those in the ledger."""
    for event, key in of_event.items():
        if snapshot.event_id(key) != event:
            yield SetEventId(key, snapshot.entry(key).event_id, event)


def _free_key(rule: Rule, event_id: str, snapshot: LedgerSnapshot) -> Key:
    """A key for an event that was never announced. Another session may have been announced under its id before."""
    key, number = Key(rule.id, event_id), 1
    while key in snapshot.entries:
        number += 1
        key = Key(rule.id, f"{event_id}{AGAIN}{number}")
    return key

"""Which key of the ledger an event is remembered by, also after the calendar has given it another id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot, SetEventId
from sessionsmgmt.domain.model.event import CalendarReading, Status
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.assessment import Assessment, Club, Standing
from sessionsmgmt.domain.sessions.identity import Candidate, MissingSession, pair

AGAIN = "#"
"""What stands between an event's id and a number, in the key of a session whose id was that of another one before."""

_AGAIN = re.compile(rf"{AGAIN}[0-9]+\Z")


def keys_by_event(
    rule: Rule, assessments: Mapping[str, Assessment], reading: CalendarReading, club: Club, now: datetime
) -> dict[str, Key]:
    """The key that each of the events is remembered by, or would be if it were announced."""
    snapshot = club.snapshot
    announced = frozenset(key for key in snapshot.announced(now) if key.notice == rule.id)
    standing = _standing_at(announced, snapshot)
    pairs = _pairs(announced, standing, assessments, reading, club, now)
    remembered = sorted(key for key in snapshot.entries if key.notice == rule.id)
    now_at = {snapshot.event_id(key): key for key in remembered if key not in announced}
    now_at |= {id_: key for id_, key in standing.items() if key not in pairs}
    now_at |= {event: key for key, event in pairs.items()}
    return {id_: now_at.get(id_) or _free_key(rule, id_, snapshot) for id_ in assessments}


def current_announcement(entry: Entry, now: datetime) -> Announcement | None:
    """The last announcement, if the session was not called off and its announced window is not over."""
    announcement = entry.announcement
    return (
        announcement
        if announcement and announcement.kind is not Kind.CANCELLED and now < announcement.presence.end
        else None
    )


def _standing_at(announced: frozenset[Key], snapshot: LedgerSnapshot) -> dict[str, Key]:
    """The announced session that stands at each event's id.

    Two runs at the same time may have announced an event as new, and taken it for a session that was gone. Then it is
    the one that was announced under this id, and the other one is gone.
    """
    found: dict[str, Key] = {}
    for key in sorted(announced, key=lambda key: (snapshot.event_id(key) != key.session, key)):
        found.setdefault(snapshot.event_id(key), key)
    return found


def _pairs(
    keys: frozenset[Key],
    standing: Mapping[str, Key],
    assessments: Mapping[str, Assessment],
    reading: CalendarReading,
    club: Club,
    now: datetime,
) -> dict[Key, str]:
    """The events as which announced sessions live on whose ids are gone or cancelled."""
    lost, current = [], standing.keys()
    for key in sorted(keys):
        id_, last = club.snapshot.event_id(key), _last_said(club.snapshot.entry(key), now)
        gone = _is_cancelled(assessments[id_]) if id_ in assessments else reading.knows_gone(id_)
        if last and (gone or standing[id_] != key):
            lost.append(MissingSession(key, last.presence, last.people, last.place))
    if not lost:
        return {}
    candidates = [
        _candidate(assessment, club)
        for id_, assessment in assessments.items()
        if id_ not in current and _may_live_on(assessment)
    ]
    return pair(lost, candidates, club.zone)


def _last_said(entry: Entry, now: datetime) -> Announcement | None:
    """What the owner was told of a session that may live on, or may have been told; None if it was called off."""
    announcement = entry.claim.announcement if entry.claim else current_announcement(entry, now)
    return announcement if announcement and announcement.kind is not Kind.CANCELLED else None


def _is_cancelled(assessment: Assessment) -> bool:
    return assessment.event.status is Status.CANCELLED and assessment.standing is not Standing.FOREIGN


def _may_live_on(assessment: Assessment) -> bool:
    is_there = assessment.event.status is not Status.CANCELLED and assessment.standing is not Standing.FOREIGN
    return is_there and not assessment.over


def _candidate(assessment: Assessment, club: Club) -> Candidate:
    people = tuple(club.digests(person) for person in sorted(assessment.roster.people))
    return Candidate(assessment.event.id, assessment.window, people, club.place(assessment.event.location))


def new_event_ids(of_event: Mapping[str, Key], snapshot: LedgerSnapshot) -> Iterator[SetEventId]:
    """What the ledger has to be told of the events that are not where it believes them."""
    for event, key in of_event.items():
        if snapshot.event_id(key) != event:
            yield SetEventId(key, snapshot.entry(key).event_id, event)


def _free_key(rule: Rule, event_id: str, snapshot: LedgerSnapshot) -> Key:
    """A key for what was never announced. Another session may have been announced under this id, and have left it."""
    key, number = Key(rule.id, event_id), 1
    while key in snapshot.entries:
        number += 1
        key = Key(rule.id, f"{event_id}{AGAIN}{number}")
    return key


def first_event_id(key: Key) -> str:
    """The id that the calendar had for the session when the key was made."""
    return _AGAIN.sub("", key.session)

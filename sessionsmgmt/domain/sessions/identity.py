"""The same session under another id: which event an announced session is now, if the session's id is gone.

Calendars change ids. A series is split or merged, a single event becomes a series, an export makes new ids each time.
An owner must not get a cancellation, and then a notice that the same session takes place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Key, Presence


@dataclass(frozen=True, slots=True)
class MissingSession:
    """An announced session whose id is gone, cancelled or turned into a series, and its last announcement.

    ``people`` and ``place`` are digests, as the ledger has them.
    """

    key: Key
    presence: Presence
    people: frozenset[str]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event of the same rule that was not announced, with the parts that an announcement has.

    ``people`` has a set of digests for each person, since a person may be recognised by any of several digests.
    """

    event_id: str
    presence: Presence
    people: tuple[frozenset[str], ...]
    place: str = ""

    @property
    def digests(self) -> frozenset[str]:
        """The digests of all people together."""
        return frozenset[str]().union(*self.people)


def pair(lost: Sequence[MissingSession], candidates: Sequence[Candidate], zone: tzinfo) -> dict[Key, str]:
    """The id that each lost session has now. A session that is really gone has none.

    A session and an event can be the same if their windows overlap or begin on the same day of the zone. Sessions that
    are unchanged are paired first. Then the pair with the most people in common comes first and, among equals, the pair
    whose begins are nearest. Where two pairs that exclude each other are equal, nobody knows which is right, so none of
    their sessions is paired. The order of the arguments does not matter.
    """
    pairs: dict[Key, str] = {}
    _pair_unchanged(pairs, lost, candidates)
    lost_anywhere = [replace(session, place="") for session in lost]
    _pair_unchanged(pairs, lost_anywhere, [replace(event, place="") for event in candidates])
    _pair_nearest(pairs, lost, candidates, zone)
    return pairs


def _pair_unchanged(pairs: dict[Key, str], lost: Iterable[MissingSession], candidates: Iterable[Candidate]) -> None:
    """Pair what is the same. Among several equal sessions it does not matter which is paired with which event."""
    taken = set(pairs.values())
    keys: defaultdict[Hashable, list[Key]] = defaultdict(list)
    events: defaultdict[Hashable, list[str]] = defaultdict(list)
    for session in lost:
        if session.key not in pairs:
            keys[session.presence, session.people, session.place].append(session.key)
    for event in candidates:
        if event.event_id not in taken:
            events[event.presence, event.digests, event.place].append(event.event_id)
    for announced, same in keys.items():
        if len(same) == len(events[announced]):
            pairs.update(zip(sorted(same), sorted(events[announced]), strict=True))


def _pair_nearest(
    pairs: dict[Key, str], lost: Iterable[MissingSession], candidates: Iterable[Candidate], zone: tzinfo
) -> None:
    """Pair the rest by the people in common, then by the begin."""
    free = {session.key for session in lost} - pairs.keys()
    events = {event.event_id for event in candidates} - set(pairs.values())
    ranked: defaultdict[tuple[int, float], list[tuple[Key, str]]] = defaultdict(list)
    free_sessions = [session for session in lost if session.key in free]
    free_events = [event for event in candidates if event.event_id in events]
    for session, event in _near(free_sessions, free_events, zone):
        ranked[_rank(session, event)].append((session.key, event.event_id))
    for rank in sorted(ranked):
        left = [(key, event) for key, event in ranked[rank] if key in free and event in events]
        of_key, of_event = Counter(key for key, _ in left), Counter(event for _, event in left)
        pairs.update((key, event) for key, event in left if of_key[key] == 1 and of_event[event] == 1)
        free -= of_key.keys()
        events -= of_event.keys()


def _near(
    lost: Iterable[MissingSession], candidates: Iterable[Candidate], zone: tzinfo
) -> Iterator[tuple[MissingSession, Candidate]]:
    """The pairs that can be the same session. Sessions and events without a common day are not compared."""
    by_day: defaultdict[date, list[Candidate]] = defaultdict(list)
    for event in candidates:
        for day in _days(event.presence, zone):
            by_day[day].append(event)
    for session in lost:
        on_its_days = {event.event_id: event for day in _days(session.presence, zone) for event in by_day.get(day, ())}
        for event in on_its_days.values():
            if session.presence.meets(event.presence) or _day(session.presence.start, zone) == _day(
                event.presence.start, zone
            ):
                yield session, event


def _rank(session: MissingSession, event: Candidate) -> tuple[int, float]:
    """The lower, the better: people in common first, then the seconds between the two begins."""
    common = sum(bool(person & session.people) for person in event.people)
    return -common, abs(event.presence.start - session.presence.start).total_seconds()


def _days(presence: Presence, zone: tzinfo) -> Iterator[date]:
    day, last = _day(presence.start, zone), _day(presence.end, zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _day(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()

"""The same session under another id: which announced sessions that are gone live on as which events.

Calendars change ids. A series is split or merged, a single event becomes a series, an export makes new ids each time.
An owner must not be told that a session is called off, and then that it takes place after all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from sessionsmgmt.domain.model.notice import Key, Presence


@dataclass(frozen=True, slots=True)
class MissingSession:
    """An announced session whose id is gone, cancelled or turned into a series: what was last said about it.

    ``people`` and ``place`` are digests, as the ledger has them.
    """

    key: Key
    presence: Presence
    people: frozenset[str]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event of the same rule that is not announced, in the terms of an announcement.

    ``people`` has a set of digests for each person, since a person may be recognised by any of several.
    """

    event_id: str
    presence: Presence
    people: tuple[frozenset[str], ...]
    place: str = ""

    @property
    def digests(self) -> frozenset[str]:
        """All that the people may be recognised by."""
        return frozenset[str]().union(*self.people)


def pair(lost: Sequence[MissingSession], candidates: Sequence[Candidate], zone: tzinfo) -> dict[Key, str]:
    """The id that each lost session has now; a session that is really gone is not among them.

    Two can be the same session if their windows overlap or begin on the same day of the zone. Sessions of which
    nothing has changed are paired first. Then come the pair with most people in common and, among equals, the one with
    the nearest begin. Where two pairs that exclude each other are equal, nobody knows which is right, and none of the
    sessions in them is paired. The order of the arguments does not matter.
    """
    pairs: dict[Key, str] = {}
    _pair_unchanged(pairs, lost, candidates)
    _pair_unchanged(pairs, [replace(one, place="") for one in lost], [replace(one, place="") for one in candidates])
    _pair_nearest(pairs, lost, candidates, zone)
    return pairs


def _pair_unchanged(pairs: dict[Key, str], lost: Iterable[MissingSession], candidates: Iterable[Candidate]) -> None:
    """Pair what is the same. Among several that are the same it does not matter which belongs to which."""
    taken = set(pairs.values())
    keys: defaultdict[Hashable, list[Key]] = defaultdict(list)
    events: defaultdict[Hashable, list[str]] = defaultdict(list)
    for one in lost:
        if one.key not in pairs:
            keys[one.presence, one.people, one.place].append(one.key)
    for event in candidates:
        if event.event_id not in taken:
            events[event.presence, event.digests, event.place].append(event.event_id)
    for what, sessions in keys.items():
        if len(sessions) == len(events[what]):
            pairs.update(zip(sorted(sessions), sorted(events[what]), strict=True))


def _pair_nearest(
    pairs: dict[Key, str], lost: Iterable[MissingSession], candidates: Iterable[Candidate], zone: tzinfo
) -> None:
    """Pair the rest by the people in common, then by the begin."""
    free = {one.key for one in lost} - pairs.keys()
    events = {one.event_id for one in candidates} - set(pairs.values())
    ranked: defaultdict[tuple[int, float], list[tuple[Key, str]]] = defaultdict(list)
    for one, event in _near(
        [one for one in lost if one.key in free], [one for one in candidates if one.event_id in events], zone
    ):
        ranked[_rank(one, event)].append((one.key, event.event_id))
    for rank in sorted(ranked):
        left = [(key, event) for key, event in ranked[rank] if key in free and event in events]
        of_key, of_event = Counter(key for key, _ in left), Counter(event for _, event in left)
        pairs.update((key, event) for key, event in left if of_key[key] == 1 and of_event[event] == 1)
        free -= of_key.keys()
        events -= of_event.keys()


def _near(
    lost: Iterable[MissingSession], candidates: Iterable[Candidate], zone: tzinfo
) -> Iterator[tuple[MissingSession, Candidate]]:
    """The pairs that can be the same session; what has no day in common is not looked at."""
    by_day: defaultdict[date, list[Candidate]] = defaultdict(list)
    for event in candidates:
        for day in _days(event.presence, zone):
            by_day[day].append(event)
    for one in lost:
        on_its_days = {event.event_id: event for day in _days(one.presence, zone) for event in by_day.get(day, ())}
        for event in on_its_days.values():
            if one.presence.meets(event.presence) or _day(one.presence.start, zone) == _day(event.presence.start, zone):
                yield one, event


def _rank(one: MissingSession, event: Candidate) -> tuple[int, float]:
    """The lower, the better: people in common first, then the seconds between the two begins."""
    common = sum(bool(person & one.people) for person in event.people)
    return -common, abs(event.presence.start - one.presence.start).total_seconds()


def _days(presence: Presence, zone: tzinfo) -> Iterator[date]:
    day, last = _day(presence.start, zone), _day(presence.end, zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _day(instant: datetime, zone: tzinfo) -> date:
    return instant.astimezone(zone).date()

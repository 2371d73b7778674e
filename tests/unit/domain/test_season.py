"""Whatever happens to the calendar over a season, what the owner was last told is true or a notice is due."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import Kind, Notice
from sessionsmgmt.domain.model.rule import PresenceMode, Require, Rule
from sessionsmgmt.domain.sessions.assessment import Club
from sessionsmgmt.domain.sessions.decide import Decisions, decide
from sessionsmgmt.domain.sessions.presence import horizon
from sessionsmgmt.domain.sessions.roster import directory
from tests.builders import ROLES, accepted, days, hours, rule, snapshot, weeks
from tests.unit.domain.calendar_edits import BEGINNINGS, EDITS, SESSIONS, enter
from tests.unit.domain.season import (
    PEOPLE,
    STEP,
    Owner,
    World,
    believed,
    never_announced,
)

WITHINS = (hours(3), hours(30), days(1), weeks(1))
Thing = TypeVar("Thing")


@dataclass
class Season:
    """The world, what its owner believes, and what the ledger has. ``strict`` has kinds and a requirement."""

    world: World
    whole: tuple[Rule, ...]
    strict: Rule
    owner: Owner = field(default_factory=Owner)
    memory: LedgerSnapshot = field(default_factory=snapshot)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All of them."""
        return (*self.whole, self.strict)

    def decide(self, reading: CalendarReading | None = None) -> Decisions:
        """What there is to say now, of all there is or of what was read of it."""
        club = Club(ROLES, directory(self.world.contacts(), ROLES), self.memory, self.world.zone)
        return decide(self.rules, reading or CalendarReading(tuple(self.world.calendar())), club, self.world.now)

    def send(self, notices: Iterable[Notice]) -> None:
        """Let the owner read them and the ledger know."""
        sent = list(notices)
        for notice in sent:
            if notice.key.notice == self.strict.id:
                self._check(notice)
            [about] = [each for each in self.rules if each.id == notice.key.notice]
            self.owner.receive(notice, about, self.world)
        self.memory = accepted(self.memory, sent, self.world.now)

    def learn(self, decisions: Decisions) -> tuple[Notice, ...]:
        """Let the ledger know of ids that have changed, as a run does before it sends what is due."""
        self.memory, _ = self.memory.advanced(decisions.event_ids, self.world.now)
        return decisions.due

    def _check(self, notice: Notice) -> None:
        assert notice.kind in self.strict.kinds
        if notice.kind is not Kind.CANCELLED:  # one adult was required, and one for two students
            present = self.world.present(notice.key.session)
            adults = [name for name in present if "Adult" in self.world.labels[name]]
            students = [name for name in present if "Student" in self.world.labels[name]]
            assert adults
            assert len(students) <= 2 * len(adults)


def a_season(data: st.DataObject) -> Season:
    zone = data.draw(st.sampled_from(list(BEGINNINGS)), label="zone")
    world = World(zone, BEGINNINGS[zone])
    world.labels = {name: {"Adult" if name.startswith(("Ann", "Pat")) else "Student"} for name in PEOPLE}
    first, second = data.draw(st.tuples(st.sampled_from(WITHINS), st.sampled_from(WITHINS)), label="within")
    kinds = data.draw(st.sets(st.sampled_from(Kind), min_size=1), label="kinds")
    whole = rule("times", within=first), rule("days", within=second, presence=PresenceMode.WHOLE_DAY)
    return Season(world, whole, rule("strict", within=first, kinds=kinds, require=Require(1, 2)))


def time_passes(season: Season, data: st.DataObject) -> None:
    """To a moment at which something begins, ends or comes within reach, or by a while."""
    world = season.world
    edges = [edge for entered in world.events.values() for edge in entered.span(world.zone)]
    edges += [edge - timedelta(hours=far) for edge in edges for far in (3, 30)]
    edges += [
        announcement.presence.end
        for announcement in (entry.announcement for entry in season.memory.entries.values())
        if announcement
    ]
    ahead = sorted({edge for edge in edges if edge > world.now})
    whiles = [world.now + STEP * quarters for quarters in (0, 0, 0, 1, 5, 24)]
    world.now = data.draw(st.sampled_from([*whiles, *ahead[:4]]), label="now")


# What the job does


def run(season: Season, data: st.DataObject) -> None:  # noqa: ARG001  it has the shape of a run
    """Everything is read and every mail leaves."""
    season.send(season.learn(season.decide()))
    assert not season.decide().due
    for each in season.whole:
        keys = believed(season.memory, each, season.world.now)
        for event in {*SESSIONS, *keys}:
            key = keys.get(event, never_announced(each, event))
            assert season.owner.was_told_the_truth(key, event, each, season.world), (key, event)


def run_while_some_mails_do_not_leave(season: Season, data: st.DataObject) -> None:
    """What did not leave is due again, as it was."""
    lost = data.draw(st.sets(st.sampled_from(SESSIONS), min_size=1))
    due = season.learn(season.decide())
    kept_back = [one for one in due if one.key.session in lost]
    season.send(one for one in due if one.key.session not in lost)
    assert [(one.key, one.announcement) for one in season.decide().due] == [
        (one.key, one.announcement) for one in kept_back
    ]


def run_without_reading_all_of_it(season: Season, data: st.DataObject) -> None:
    """What could not be read is not called off, and what was not shown whole is not spoken of."""
    hidden = data.draw(st.sets(st.sampled_from(SESSIONS)), label="hidden")
    incomplete = data.draw(st.sets(st.sampled_from(SESSIONS)), label="incomplete")
    blind = data.draw(st.booleans(), label="blind")
    calendar = (event for event in season.world.calendar() if event.id not in hidden)
    events = {event.id: replace(event, complete=event.id not in incomplete) for event in calendar}
    unreadable = frozenset() if blind else frozenset(hidden)
    due = season.learn(season.decide(CalendarReading(tuple(events.values()), unreadable, blind)))
    for notice in due:
        event = events.get(notice.session.id)
        if event is None:
            assert notice.session.id not in hidden
            assert not blind
        elif not event.complete:
            assert notice.kind is Kind.CANCELLED
            assert not event.confirmed
    season.send(due)


Run = Callable[[Season, st.DataObject], None]
RUNS: tuple[Run, ...] = (run, run, run, run, run_while_some_mails_do_not_leave, run_without_reading_all_of_it)


@settings(max_examples=5 * settings().max_examples)
@given(st.data())
def test_what_the_owner_was_last_told_is_true_or_a_notice_is_due(data: st.DataObject) -> None:
    season = a_season(data)
    for _ in SESSIONS:
        enter(season.world, data)
    for _ in range(data.draw(st.integers(3, 12), label="edits")):
        run_so = data.draw(st.sampled_from(RUNS), label="run")
        run_so(season, data)
        edit = data.draw(st.sampled_from(EDITS), label="edit") if season.world.events else enter
        edit(season.world, data)
        time_passes(season, data)
    run(season, data)


@given(st.data(), st.randoms(use_true_random=False))
def test_the_order_of_events_attendees_contacts_and_rules_never_matters(
    data: st.DataObject, chance: random.Random
) -> None:
    season = _begun(data)
    world, found = season.world, season.decide()
    events = [replace(event, attendees=_shuffled(event.attendees, chance)) for event in world.calendar()]
    people = directory(_shuffled(world.contacts(), chance), _shuffled(ROLES, chance))
    club = Club(ROLES, people, season.memory, world.zone)
    again = decide(_shuffled(season.rules, chance), CalendarReading(_shuffled(events, chance)), club, world.now)
    assert again.verdicts == found.verdicts
    assert set(again.warnings) == set(found.warnings)


@given(st.data())
def test_a_calendar_that_shows_no_more_than_it_was_asked_for_will_do(data: st.DataObject) -> None:
    season = _begun(data)
    world = season.world
    until = max(horizon(world.now, each.within, world.zone) for each in season.rules)
    asked_for = {season.memory.event_id(key) for key in season.memory.announced(world.now)}
    ends = [entry.end for entry in season.memory.entries.values() if entry.end]
    until = max([until, *(end + timedelta(days=2) for end in ends)])
    shown = [event for event in world.calendar() if event.id in asked_for or _near(world, event.id, until)]
    assert season.decide(CalendarReading(tuple(shown))).due == season.decide().due


def _begun(data: st.DataObject) -> Season:
    """A season in which something was said and then something edited."""
    season = a_season(data)
    enter(season.world, data)
    season.send(season.learn(season.decide()))
    for edit in (enter, data.draw(st.sampled_from(EDITS), label="edit")):
        edit(season.world, data)
    time_passes(season, data)
    return season


def _near(world: World, session: str, until: datetime) -> bool:
    start, end = world.events[session].span(world.zone)
    return end >= world.now and start <= until


def _shuffled(things: Iterable[Thing], chance: random.Random) -> tuple[Thing, ...]:
    return tuple(sorted(things, key=lambda _: chance.random()))

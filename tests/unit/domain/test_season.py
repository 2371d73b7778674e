"""Whatever happens to the calendar over a season, what the owner was last told is true or a notice is due."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sessionsmgmt.domain.decide import Club, Decisions, decide
from sessionsmgmt.domain.model import CalendarReading, Event, Key, Kind, Notice, PresenceMode, Require, Within
from sessionsmgmt.domain.model import Rule as NoticeRule
from sessionsmgmt.domain.presence import horizon
from sessionsmgmt.domain.roster import directory
from tests import builders
from tests.builders import ROLES, accepted, book, hours, utc
from tests.unit.domain.season import ADDRESSES, LABELS, OTHER_TITLE, PEOPLE, STEP, TITLE, Entered, Owner, World

BEGINNINGS = {  # each two days before the clocks change
    ZoneInfo("America/New_York"): utc(2026, 10, 30, 5),
    ZoneInfo("Europe/Paris"): utc(2026, 3, 27, 0),
    ZoneInfo("Africa/Cairo"): utc(2026, 10, 27, 20),
    ZoneInfo("Australia/Lord_Howe"): utc(2026, 10, 1, 15),
    ZoneInfo("Asia/Kathmandu"): utc(2026, 4, 1, 18, 15),
}
Thing = TypeVar("Thing")
SESSIONS = ("lab", "hall", "camp")
withins = st.sampled_from([hours(3), hours(30), builders.days(1), builders.days(3), builders.weeks(1)])
sessions = st.sampled_from(SESSIONS)
spans = st.sampled_from([0, 1, 4, 12, 40, 96, 200])  # in quarters of an hour
offsets = st.integers(-60, 500)
strict_kinds = st.sets(st.sampled_from(Kind), min_size=1).map(frozenset)


class Season(RuleBasedStateMachine):
    """A coach edits, time passes, and now and then the job runs."""

    @initialize(zone=st.sampled_from(list(BEGINNINGS)), first=withins, second=withins, kinds=strict_kinds)
    def begin(self, zone: ZoneInfo, first: Within, second: Within, kinds: frozenset[Kind]) -> None:
        self.world = World(zone, BEGINNINGS[zone])
        self.world.labels = {name: {"Adult" if name.startswith(("Ann", "Pat")) else "Student"} for name in PEOPLE}
        self.all = (
            builders.rule("times", within=first),
            builders.rule("days", within=second, presence=PresenceMode.WHOLE_DAY),
        )
        self.strict = builders.rule("strict", within=first, kinds=kinds, require=Require(1, 2))
        self.owner = Owner()
        self.memory = book()

    # What the coach does

    @rule(
        session=sessions,
        offset=offsets,
        span=spans,
        days=st.sampled_from([0, 0, 1, 3]),
        guests=st.sets(st.sampled_from(ADDRESSES)),
    )
    def enter(self, session: str, offset: int, span: int, days: int, guests: set[str]) -> None:
        self.world.events[session] = Entered(
            self.world.now + STEP * offset, STEP * span, guests=dict.fromkeys(sorted(guests), False), days=days
        )

    @precondition(lambda self: self.world.events)
    @rule(data=st.data(), offset=st.integers(-40, 200))
    def move(self, data: st.DataObject, offset: int) -> None:
        self._pick(data).begins += STEP * offset

    @precondition(lambda self: self.world.events)
    @rule(data=st.data(), span=spans)
    def resize(self, data: st.DataObject, span: int) -> None:
        self._pick(data).lasts = STEP * span

    @precondition(lambda self: self.world.events)
    @rule(data=st.data(), title=st.sampled_from([TITLE, OTHER_TITLE]), confirmed=st.booleans())
    def rename_or_cancel(self, data: st.DataObject, title: str, confirmed: bool) -> None:
        entered = self._pick(data)
        entered.title, entered.confirmed = title, confirmed

    @precondition(lambda self: self.world.events)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        del self.world.events[data.draw(st.sampled_from(sorted(self.world.events)))]

    @precondition(lambda self: self.world.events)
    @rule(data=st.data(), address=st.sampled_from(ADDRESSES), declined=st.sampled_from([False, False, True, None]))
    def invite(self, data: st.DataObject, address: str, declined: bool | None) -> None:
        guests = self._pick(data).guests
        if declined is None:
            guests.pop(address, None)
        else:
            guests[address] = declined

    @rule(name=st.sampled_from(sorted(PEOPLE)), labels=st.sets(st.sampled_from(LABELS)))
    def relabel(self, name: str, labels: set[str]) -> None:
        self.world.labels[name] = labels

    @rule(quarters=st.sampled_from([1, 2, 7, 24, 96, 250]), seconds=st.sampled_from([0, 0, 30]))
    def time_passes(self, quarters: int, seconds: int) -> None:
        self.world.now += STEP * quarters + timedelta(seconds=seconds)

    # What the job does

    @rule()
    def run(self) -> None:
        """A run that reads everything and whose mails all leave."""
        self._send(self._decide())
        assert not self._decide().due
        for each in self.all:
            for session in SESSIONS:
                assert self.owner.was_told_the_truth(Key(each.id, session), each, self.world), (each.id, session)

    @rule(lost=st.sets(sessions, min_size=1))
    def run_while_some_mails_do_not_leave(self, lost: set[str]) -> None:
        """What was not sent is due again, as it was."""
        decisions = self._decide()
        kept_back = [one for one in decisions.due if one.key.session in lost]
        self._send(Decisions(tuple(one for one in decisions.verdicts if one.notice not in kept_back)))
        assert list(self._decide().due) == kept_back

    @rule(hidden=st.sets(sessions), blind=st.booleans(), incomplete=st.sets(sessions))
    def run_without_reading_all_of_it(self, hidden: set[str], blind: bool, incomplete: set[str]) -> None:
        """What could not be read is not called off, and what was not shown whole is not spoken of."""
        events = tuple(
            replace(event, complete=event.id not in incomplete)
            for event in self.world.calendar()
            if event.id not in hidden
        )
        decisions = self._decide(CalendarReading(events, frozenset() if blind else frozenset(hidden), blind))
        shown = {event.id: event for event in events}
        for notice in decisions.due:
            session = notice.key.session
            assert session not in hidden
            assert session in shown or not blind
            if session in shown and session in incomplete:
                assert notice.kind is Kind.CANCELLED
                assert shown[session].title == OTHER_TITLE or not shown[session].confirmed
        self._send(decisions)

    @rule(chance=st.randoms(use_true_random=False))
    def the_order_of_things_never_matters(self, chance: random.Random) -> None:
        found = self._decide()
        shuffled = [replace(event, attendees=_shuffled(event.attendees, chance)) for event in self.world.calendar()]
        rules, contacts = _shuffled(self._rules(), chance), _shuffled(self.world.contacts(), chance)
        club = Club(ROLES, directory(contacts, ROLES), self.memory, self.world.zone)
        again = decide(rules, CalendarReading(_shuffled(shuffled, chance)), club, self.world.now)
        assert again.verdicts == found.verdicts
        assert set(again.cautions) == set(found.cautions)

    @rule()
    def a_calendar_that_shows_no_more_than_it_was_asked_for_will_do(self) -> None:
        now, zone = self.world.now, self.world.zone
        until = max(horizon(now, each.within, zone) for each in self._rules())
        asked_for = {key.session for key in self.memory.announced(now)}
        shown = [event for event in self.world.calendar() if event.id in asked_for or self._near(event, until)]
        assert self._decide(CalendarReading(tuple(shown))).due == self._decide().due

    def _near(self, event: Event, until: datetime) -> bool:
        start, end = self.world.events[event.id].span(self.world.zone)
        return end >= self.world.now and start <= until

    def _rules(self) -> list[NoticeRule]:
        return [*self.all, self.strict]

    def _decide(self, reading: CalendarReading | None = None) -> Decisions:
        club = Club(ROLES, directory(self.world.contacts(), ROLES), self.memory, self.world.zone)
        return decide(self._rules(), reading or CalendarReading(tuple(self.world.calendar())), club, self.world.now)

    def _send(self, decisions: Decisions) -> None:
        for notice in decisions.due:
            if notice.key.notice == self.strict.id:
                self._check(notice)
            self.owner.receive(notice, self.world)
        self.memory = accepted(self.memory, decisions.due, self.world.now)

    def _check(self, notice: Notice) -> None:
        """A rule that requires one adult, and one for two students at least, was heeded."""
        assert notice.kind in self.strict.kinds
        if notice.kind is not Kind.CANCELLED:
            present = self.world.present(notice.key.session)
            adults = [name for name in present if "Adult" in self.world.labels[name]]
            students = [name for name in present if "Student" in self.world.labels[name]]
            assert adults
            assert len(students) <= 2 * len(adults)

    def _pick(self, data: st.DataObject) -> Entered:
        return self.world.events[data.draw(st.sampled_from(sorted(self.world.events)))]


def _shuffled(things: Iterable[Thing], chance: random.Random) -> tuple[Thing, ...]:
    return tuple(sorted(things, key=lambda _: chance.random()))


TestSeason = Season.TestCase

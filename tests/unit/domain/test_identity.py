"""The same session under another id: a slot that was announced and takes place is no news, whatever ids do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.delivery.claims import Begin, Hold, LedgerSnapshot, NotSent, SetEventId
from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.notice import Key, Kind
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.decide import Decisions, decide
from tests.builders import CONTACTS, NOW, accepted, club, contact, event, local, reading, rule, snapshot, weeks, window
from tests.unit.domain.announced_session import LAB, WHOLE_DAY, after

RULE = rule(within=weeks(1))


def told(*events: Event, by: Rule = RULE, memory: LedgerSnapshot | None = None) -> LedgerSnapshot:
    """The ledger after a run whose every mail left."""
    found = decide([by], reading(*events), club(memory=memory), NOW)
    known, _ = (memory or snapshot()).advanced(found.event_ids, NOW)
    return accepted(known, found.due, NOW)


def now(*events: Event, by: Rule = RULE, memory: LedgerSnapshot, unreadable: tuple[str, ...] = ()) -> Decisions:
    return decide([by], reading(*events, unreadable=unreadable), club(memory=memory), NOW)


def announcement(decisions: Decisions) -> list[tuple[Kind, str]]:
    return [(one.kind, one.session.id) for one in decisions.due]


@pytest.mark.parametrize("by", [RULE, WHOLE_DAY], ids=["times", "whole days"])
def test_an_unchanged_session_under_another_id_is_no_news(by: Rule) -> None:
    memory = told(event("old"), by=by)
    assert announcement(now(event("new"), by=by, memory=memory)) == []


def test_the_entry_goes_over_to_the_new_id_and_stays_there() -> None:
    memory = told(event("new"), memory=told(event("old")))
    assert memory.event_id(Key("campus", "old")) == "new"
    assert Key("campus", "new") not in memory.entries
    moved = event("new", start=local(2026, 11, 12, 9))
    [notice] = now(moved, memory=memory).due
    assert (notice.key, notice.kind, notice.announcement.sequence) == (Key("campus", "old"), Kind.CHANGED, 1)


def test_a_session_that_gets_its_first_id_back_is_no_news() -> None:
    memory = told(event("old"), memory=told(event("new"), memory=told(event("old"))))
    assert memory.event_id(Key("campus", "old")) == "old"
    assert announcement(now(event("old"), memory=memory)) == []


@pytest.mark.parametrize(
    "other",
    [
        event("new", start=local(2026, 11, 7, 9)),
        event("new", end=local(2026, 11, 7, 22)),
        event("new", location="Gym"),
    ],
    ids=["earlier that day", "longer", "elsewhere"],
)
def test_what_takes_the_place_of_an_announced_session_has_changed(other: Event) -> None:
    assert announcement(now(other, memory=told(event("old")))) == [(Kind.CHANGED, "new")]


def test_somebody_new_is_added_although_the_id_is_another() -> None:
    more = event("new", who=("ann@example.org", "sam@example.org", "sue@example.org"))
    assert announcement(now(more, memory=told(event("old")))) == [(Kind.ADDED, "new")]


def test_an_event_on_another_day_is_another_session() -> None:
    other = event("new", start=local(2026, 11, 8, 17))
    assert announcement(now(other, memory=told(event("old")))) == [(Kind.CANCELLED, "old"), (Kind.NEW, "new")]


def test_windows_that_overlap_over_midnight_are_the_same_session() -> None:
    late = event("old", start=local(2026, 11, 7, 22), end=local(2026, 11, 8, 4))
    later = event("new", start=local(2026, 11, 8, 1), end=local(2026, 11, 8, 4))
    assert announcement(now(later, memory=told(late))) == []


def test_a_cancelled_event_lives_on_as_another_one() -> None:
    off = event("old", status=Status.CANCELLED)
    assert announcement(now(off, event("new"), memory=told(event("old")))) == []
    assert announcement(now(off, memory=told(event("old")))) == [(Kind.CANCELLED, "old")]


def test_an_event_that_is_still_there_is_not_replaced() -> None:
    both = now(event("old", who=()), event("new"), memory=told(event("old")))
    assert sorted(announcement(both)) == [(Kind.CANCELLED, "old"), (Kind.NEW, "new")]


def test_what_could_not_be_read_is_not_replaced() -> None:
    found = now(event("new"), memory=told(event("old")), unreadable=("old",))
    assert announcement(found) == [(Kind.NEW, "new")]


def test_most_people_in_common_decide_before_the_nearest_begin() -> None:
    before = event("old", start=local(2026, 11, 7, 12), who=("ann@example.org", "sam@example.org"))
    near = event("near", start=local(2026, 11, 7, 12, 30), who=("alf@example.org",))
    like = event("like", start=local(2026, 11, 7, 18), who=("ann@example.org", "sam@example.org"))
    assert announcement(now(near, like, memory=told(before))) == [(Kind.NEW, "near"), (Kind.CHANGED, "like")]


def test_the_nearest_begin_decides_among_equals() -> None:
    before = event("old", start=local(2026, 11, 7, 12))
    near, far = event("near", start=local(2026, 11, 7, 13)), event("far", start=local(2026, 11, 7, 18))
    assert announcement(now(near, far, memory=told(before))) == [(Kind.CHANGED, "near"), (Kind.NEW, "far")]


def test_none_is_taken_for_the_session_where_two_are_equal() -> None:
    before = event("old", start=local(2026, 11, 7, 12))
    one, other = event("one", start=local(2026, 11, 7, 13)), event("other", start=local(2026, 11, 7, 11))
    found = announcement(now(one, other, memory=told(before)))
    assert sorted(found) == [(Kind.CANCELLED, "old"), (Kind.NEW, "one"), (Kind.NEW, "other")]


def test_two_sessions_that_can_not_be_told_apart_are_no_news() -> None:
    memory = told(event("a"), event("b"))
    assert announcement(now(event("c"), event("d"), memory=memory)) == []


def test_a_place_tells_two_sessions_apart_that_are_alike_otherwise() -> None:
    memory = told(event("a", location="Gym"), event("b", location="Lab"))
    assert announcement(now(event("c", location="Lab"), event("d", location="Gym"), memory=memory)) == []


def test_a_held_notice_keeps_its_session_from_being_announced_under_another_id() -> None:
    key = Key("campus", "old")
    [notice] = decide([RULE], reading(event("old")), club(), NOW).due
    held, _ = snapshot().advanced([Begin(key, "run", None, notice.announcement), Hold(key, "run")], NOW)
    found = now(event("new"), memory=held)
    assert announcement(found) == []
    assert [(verdict.key, verdict.state.value) for verdict in found.verdicts] == [(key, "held")]


def test_a_held_cancellation_does_not_keep_a_new_session_back() -> None:
    memory = told(event("old"))
    [gone] = now(memory=memory).due
    held, _ = memory.advanced(
        [Begin(gone.key, "run", memory.entry(gone.key).announcement, gone.announcement), Hold(gone.key, "run")], NOW
    )
    assert announcement(now(event("new"), memory=held)) == [(Kind.NEW, "new")]


def test_a_cancellation_that_leaves_later_names_what_takes_place_that_day() -> None:
    lone = event("old", who=("alf@example.org",))
    memory = told(lone)
    [gone] = now(memory=memory).due
    free, _ = memory.advanced(
        [Begin(gone.key, "run", memory.entry(gone.key).announcement, gone.announcement), NotSent(gone.key, "run")], NOW
    )
    there = event("old", who=())  # the event is there, so nothing takes its place
    announced = told(there, event("new", title="Team Session B"), memory=free)
    [again] = now(there, event("new", title="Team Session B"), memory=_uncancelled(announced, memory)).due
    assert again.kind is Kind.CANCELLED
    assert [(other.session.title, other.presence) for other in again.others] == [
        ("Team Session B", window(local(2026, 11, 7, 17), local(2026, 11, 7, 20)))
    ]


def _uncancelled(memory: LedgerSnapshot, before: LedgerSnapshot) -> LedgerSnapshot:
    """The ledger as if the cancellation had not left."""
    key = Key("campus", "old")
    return replace(memory, entries={**memory.entries, key: before.entry(key)})


def test_a_new_session_under_an_id_that_another_one_has_left_has_a_key_of_its_own() -> None:
    memory = told(event("b"), memory=told(event("a")))  # the session of a is b now
    other = event("a", start=local(2026, 11, 10, 9))
    memory = told(event("b"), other, memory=memory)
    assert sorted(memory.event_id(key) for key in memory.entries) == ["a", "b"]
    assert announcement(now(event("b"), other, memory=memory)) == []
    assert announcement(now(event("b"), replace(other, location="Gym"), memory=memory)) == [(Kind.CHANGED, "a")]


def test_an_event_that_two_runs_at_once_took_for_two_sessions_is_the_one_it_was_announced_as() -> None:
    both = told(event("old"), event("new", start=local(2026, 11, 7, 9)))
    stale, _ = both.advanced([SetEventId(Key("campus", "old"), "", "new")], NOW)
    found = now(event("new", start=local(2026, 11, 7, 9)), memory=stale)
    assert [(one.key.session, one.kind) for one in found.due] == [("old", Kind.CANCELLED)]
    again = now(event("old"), event("new", start=local(2026, 11, 7, 9)), memory=stale)
    assert again.due == ()


def test_a_tentative_event_is_the_session_that_it_replaces() -> None:
    maybe = event("new", status=Status.TENTATIVE)
    found = now(maybe, memory=told(event("old")))
    assert announcement(found) == []
    assert [warning.code for warning in found.warnings] == ["event-tentative"]


# By property: whatever ids do, an unchanged session is never called off and announced anew.

STARTS = [local(2026, 11, day, hour) for day in (7, 8, 10) for hour in (9, 13, 17)]
WHO = [("ann@example.org",), ("alf@example.org", "sam@example.org"), ("ann@example.org", "sue@example.org")]

slots = st.lists(
    st.builds(
        lambda start, hours, who, place: event(
            "x", start=start, end=start + timedelta(hours=hours), who=who, location=place
        ),
        st.sampled_from(STARTS),
        st.sampled_from([1, 3]),
        st.sampled_from(WHO),
        st.sampled_from(["", "Gym"]),
    ),
    min_size=1,
    max_size=5,
)


def _named(events: list[Event], ids: list[int]) -> list[Event]:
    return [replace(one, id=f"id{number}") for one, number in zip(events, ids, strict=False)]


@given(slots, st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=4), st.sampled_from([RULE, WHOLE_DAY]))
def test_unchanged_sessions_are_no_news_whatever_their_ids_do(
    events: list[Event], exports: list[set[int]], by: Rule
) -> None:
    """In each export some get an id that nothing has: a fresh one, or one that is free again."""
    look, ids = replace(by, within=weeks(1)), list(range(5))
    memory = told(*_named(events, ids), by=look)
    for changed in exports:
        free = iter(sorted(set(range(10)) - set(ids)))
        ids = [next(free) if number in changed else id_ for number, id_ in enumerate(ids)]
        found = now(*_named(events, ids), by=look, memory=memory)
        assert found.due == ()
        memory = told(*_named(events, ids), by=look, memory=memory)


@given(slots, st.permutations(range(10, 20)), st.integers(0, 4))
def test_of_changed_ids_at_most_what_really_went_is_called_off(events: list[Event], ids: list[int], which: int) -> None:
    memory = told(*_named(events, list(range(10))))
    left = [one for number, one in enumerate(_named(events, ids)) if number != which]
    kinds = [one.kind for one in now(*left, memory=memory).due]
    assert kinds.count(Kind.CANCELLED) - kinds.count(Kind.NEW) == len(events) - len(left)


def test_the_order_of_what_is_paired_does_not_matter() -> None:
    memory = told(
        *(event(f"old{hour}", start=local(2026, 11, 7, hour), end=local(2026, 11, 7, hour + 1)) for hour in (8, 10, 12))
    )
    events = [
        event(f"new{hour}", start=_half_past(hour), end=_half_past(hour) + timedelta(hours=1)) for hour in (8, 10, 12)
    ]
    forward, backward = (now(*order, memory=memory) for order in (events, events[::-1]))
    assert (forward.due, forward.event_ids) == (backward.due, backward.event_ids)
    assert [one.kind for one in forward.due] == [Kind.CHANGED] * 3


def _half_past(hour: int) -> datetime:
    return local(2026, 11, 7, hour, 30)


def test_whoever_has_no_contact_any_more_is_paired_by_the_time() -> None:
    memory = after(LAB)
    found = decide([rule()], reading(event("new")), club((*CONTACTS[2:], contact("Zoe")), memory=memory), NOW)
    assert found.due == ()

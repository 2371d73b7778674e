"""The contract's "What is said when": its row `cancelled`, and what is no cancellation."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.sessions.decide import decide
from tests.builders import NOW, accepted, attendees, club, event, hours, local, reading, rule
from tests.unit.domain.announced_session import KEY, LAB, WHOLE_DAY, after, due, kinds, named, verdicts

HOUR = timedelta(hours=1)

# | a notice was sent, the announced window is not over | it is no session any more | `cancelled`, once |

NO_SESSION_ANY_MORE = [
    pytest.param((), id="deleted"),
    pytest.param((event(status=Status.CANCELLED),), id="cancelled"),
    pytest.param((event(title="Dentist"),), id="renamed"),
    pytest.param((event(title=f"Canceled: {LAB.title}"),), id="cancelled by the title"),
    pytest.param((event(who=()),), id="nobody left"),
    pytest.param((event(who=attendees("ann@example.org", declined=["ann@example.org"])),), id="all declined"),
    pytest.param((event(start=local(2026, 11, 14, 17)),), id="moved a week ahead"),
    pytest.param((event(start=local(2026, 11, 7, 19), end=local(2026, 11, 7, 22)),), id="moved just out of reach"),
    pytest.param((event(start=local(2026, 11, 6, 9)),), id="moved into the past"),
]


@pytest.mark.parametrize("by", [rule(), WHOLE_DAY], ids=["event", "whole-day"])
@pytest.mark.parametrize("events", [one for one in NO_SESSION_ANY_MORE if one.id != "moved just out of reach"])
def test_a_session_that_is_none_any_more_is_called_off_once(events: tuple[Event, ...], by: Rule) -> None:
    memory = after(LAB, by=by)
    [notice] = due(*events, by=by, memory=memory)
    announced = memory.entry(KEY).announcement
    assert announced
    assert (notice.kind, notice.presence, notice.before) == (Kind.CANCELLED, announced.presence, announced)
    assert named(notice) == {"adults": [], "students": []}
    assert notice.announcement.sequence == 1
    again = accepted(memory, [notice], NOW)
    assert due(*events, by=by, memory=again) == ()
    assert due(*events, by=by, memory=again, now=NOW + HOUR) == ()


def test_a_session_moved_just_out_of_reach_is_called_off_where_its_own_times_were_announced() -> None:
    moved = event(start=local(2026, 11, 7, 19), end=local(2026, 11, 7, 22))
    assert kinds(moved, memory=after(LAB)) == [Kind.CANCELLED]


def test_a_session_moved_within_a_day_that_was_announced_whole_is_not_called_off() -> None:
    moved = event(start=local(2026, 11, 7, 19), end=local(2026, 11, 7, 22))
    assert kinds(moved, by=WHOLE_DAY, memory=after(LAB, by=WHOLE_DAY)) == []


def test_a_session_that_begins_later_within_its_announced_window_is_not_called_off() -> None:
    by, now = rule(within=hours(3)), local(2026, 11, 7, 15)
    shorter = event(start=local(2026, 11, 7, 19), end=local(2026, 11, 7, 20))
    assert kinds(shorter, by=by, memory=after(LAB, by=by, now=now), now=now) == []


def test_a_cancellation_says_nothing_of_what_the_event_was_renamed_to() -> None:
    [notice] = due(event(title="Dentist", location="Main Street"), memory=after(LAB))
    assert (notice.session.title, notice.session.location) == ("Team Session", "")


@pytest.mark.parametrize("events", NO_SESSION_ANY_MORE)
def test_what_comes_back_is_new_with_a_sequence_that_goes_on(events: tuple[Event, ...]) -> None:
    called_off = after(*events, memory=after(LAB))
    [notice] = due(LAB, memory=called_off)
    assert (notice.kind, notice.before, notice.announcement.sequence) == (Kind.NEW, None, 2)
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sam Student"]}
    assert notice.newcomers == notice.people.people


def test_what_comes_back_can_be_called_off_again() -> None:
    memory = after(memory=after(LAB, memory=after(memory=after(LAB))))
    entry = memory.entry(KEY).announcement
    assert entry
    assert (entry.kind, entry.sequence) == (Kind.CANCELLED, 3)


def test_a_session_called_off_that_was_moved_a_week_ahead_is_new_when_it_comes_within_reach() -> None:
    moved = event(start=local(2026, 11, 14, 17))
    memory = after(moved, memory=after(LAB))
    assert kinds(moved, memory=memory, now=local(2026, 11, 13, 18)) == [Kind.NEW]


@pytest.mark.parametrize("events", [one for one in NO_SESSION_ANY_MORE if "moved" not in str(one.id)])
def test_nothing_is_called_off_once_the_announced_window_is_over(events: tuple[Event, ...]) -> None:
    assert kinds(*events, memory=after(LAB), now=local(2026, 11, 7, 19, 59)) == [Kind.CANCELLED]
    assert kinds(*events, memory=after(LAB), now=local(2026, 11, 7, 20)) == []


def test_a_session_that_took_place_is_not_called_off_although_the_announced_day_goes_on() -> None:
    memory = after(LAB, by=WHOLE_DAY)
    for now in (local(2026, 11, 7, 20), local(2026, 11, 7, 22), local(2026, 11, 8)):
        assert verdicts(LAB, by=WHOLE_DAY, memory=memory, now=now) == ()


def test_a_session_that_was_shortened_while_under_way_is_not_called_off_when_it_ends() -> None:
    shorter = event(end=local(2026, 11, 7, 18))
    assert verdicts(shorter, memory=after(LAB), now=local(2026, 11, 7, 19)) == ()


def test_a_session_moved_to_just_before_its_announced_window_is_called_off_once_it_is_over() -> None:
    sooner = event(start=local(2026, 11, 7, 14), end=local(2026, 11, 7, 17))
    assert kinds(sooner, memory=after(LAB), now=local(2026, 11, 7, 17, 5)) == [Kind.CANCELLED]


@pytest.mark.parametrize("at", [local(2026, 11, 7, 17), local(2026, 11, 7, 18)])
def test_a_session_shortened_to_a_moment_of_its_announced_window_took_place(at: datetime) -> None:
    assert kinds(event(start=at, end=at), memory=after(LAB), now=local(2026, 11, 7, 19)) == []


def test_a_deleted_session_is_called_off_while_its_day_is_announced_although_it_may_have_taken_place() -> None:
    assert kinds(by=WHOLE_DAY, memory=after(LAB, by=WHOLE_DAY), now=local(2026, 11, 7, 21)) == [Kind.CANCELLED]


@pytest.mark.parametrize("end", [local(2026, 11, 7, 20), local(2026, 11, 7, 22)], ids=["as it was", "extended too"])
def test_a_rule_that_looks_less_far_than_before_calls_nothing_off(end: datetime) -> None:
    memory = after(LAB)
    [verdict] = verdicts(event(end=end), by=rule(within=hours(2)), memory=memory)
    assert (verdict.state, verdict.reason) == (State.SKIPPED, "announced; a change will be announced on Nov 7")


def test_a_session_moved_after_it_took_place_is_said_when_it_comes_within_reach() -> None:
    moved = event(start=local(2026, 11, 14, 17))
    memory = after(LAB)
    assert kinds(moved, memory=memory, now=local(2026, 11, 8, 9)) == []
    assert kinds(moved, memory=memory, now=local(2026, 11, 13, 18)) == [Kind.CHANGED]


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.TENTATIVE])
def test_an_event_that_is_cancelled_by_its_title_is_warned_about(status: Status) -> None:
    marked = event(title=f"Canceled: {LAB.title}", status=status)
    for memory in (None, after(LAB)):
        decisions = decide([rule()], reading(marked), club(memory=memory) if memory else club(), NOW)
        assert [(warning.code, warning.where) for warning in decisions.warnings] == [
            ("event-cancelled-by-title", "lab")
        ]
        assert [one.kind for one in decisions.due] == ([Kind.CANCELLED] if memory else [])


def test_an_event_with_a_cancelled_status_needs_no_warning_about_its_title() -> None:
    marked = event(title=f"Canceled: {LAB.title}", status=Status.CANCELLED)
    assert decide([rule()], reading(marked, event("other", title="Canceled: Dentist")), club(), NOW).warnings == ()

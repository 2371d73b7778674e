"""The rules of the premises' owner: what breaks them, and which email is late."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import Kind
from sessionsmgmt.domain.model.rule import Premises, Rule
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.premises import broken_rules, is_late
from tests.builders import NEW_YORK, NOW, accepted, attendees, club, days, event, hours, local, reading, rule, snapshot
from tests.unit.domain.announced_session import LAB, due


def codes(of: Event, premises: Premises, people: int = 2) -> list[str]:
    return [warning.code.removeprefix("premises-") for warning in broken_rules(of, people, premises, NEW_YORK)]


def lasting(start: datetime, end: datetime) -> Event:
    return event(start=start, end=end)


OPEN = Premises(hours=(time(8), time(22)))


@pytest.mark.parametrize(
    ("start", "end", "breaks"),
    [
        (local(2026, 11, 7, 8), local(2026, 11, 7, 22), False),
        (local(2026, 11, 7, 7, 59), local(2026, 11, 7, 9), True),
        (local(2026, 11, 7, 21), local(2026, 11, 7, 22, 1), True),
        (local(2026, 11, 7, 21), local(2026, 11, 8), True),  # until midnight
        (local(2026, 11, 7, 21), local(2026, 11, 8, 9), True),  # over midnight
        (local(2026, 11, 7, 9), local(2026, 11, 8, 10), True),
        (local(2026, 11, 7, 22), local(2026, 11, 7, 22), False),  # an instant
    ],
)
def test_a_session_beyond_the_hours_breaks_them(start: datetime, end: datetime, breaks: bool) -> None:
    assert codes(lasting(start, end), OPEN) == ["hours"] * breaks


def test_a_session_of_a_whole_day_breaks_hours() -> None:
    assert codes(event(start=date(2026, 11, 7)), OPEN) == ["hours"]


def test_premises_that_are_open_until_midnight_let_a_session_end_then() -> None:
    until_midnight = Premises(hours=(time(8), None))
    assert codes(lasting(local(2026, 11, 7, 21), local(2026, 11, 8)), until_midnight) == []
    assert codes(lasting(local(2026, 11, 7, 21), local(2026, 11, 8, 0, 1)), until_midnight) == ["hours"]


HOLIDAYS = Premises(closed=((date(2026, 12, 24), date(2027, 1, 1)),))


@pytest.mark.parametrize(
    ("start", "end", "breaks"),
    [
        (local(2026, 12, 24, 0), local(2026, 12, 24, 1), True),
        (local(2027, 1, 1, 23), local(2027, 1, 1, 23, 30), True),
        (local(2026, 12, 23, 20), local(2026, 12, 24), False),  # ends at midnight, so it does not touch the next day
        (local(2026, 12, 23, 20), local(2026, 12, 24, 0, 1), True),
        (local(2027, 1, 2, 0), local(2027, 1, 2, 1), False),
        (local(2026, 12, 1, 9), local(2027, 2, 1, 9), True),
    ],
)
def test_both_days_of_a_range_are_closed(start: datetime, end: datetime, breaks: bool) -> None:
    assert codes(lasting(start, end), HOLIDAYS) == ["closed"] * breaks


def test_a_day_of_the_week_is_closed_also_for_a_session_that_reaches_into_it() -> None:
    no_sundays = Premises(closed_weekdays=frozenset({6}))
    assert codes(event(start=local(2026, 11, 8, 9)), no_sundays) == ["closed"]
    assert codes(event(start=local(2026, 11, 7, 9)), no_sundays) == []
    assert codes(lasting(local(2026, 11, 7, 20), local(2026, 11, 8, 2)), no_sundays) == ["closed"]
    assert codes(event(start=date(2026, 11, 8)), no_sundays) == ["closed"]
    assert codes(event(start=date(2026, 11, 7)), no_sundays) == []


def test_the_clock_on_the_wall_counts_when_the_clocks_change() -> None:
    night = Premises(hours=(time(1, 30), time(3)))
    spring = lasting(local(2026, 3, 8, 1, 30), local(2026, 3, 8, 1, 30) + timedelta(minutes=90))
    autumn = lasting(local(2026, 11, 1, 1, 30), local(2026, 11, 1, 1, 30) + timedelta(minutes=150))
    assert codes(spring, night) == ["hours"]  # until 4:00 on the wall
    assert codes(autumn, night) == []  # until 3:00 on the wall


def test_more_people_than_allowed_are_a_warning_with_their_number() -> None:
    assert codes(LAB, Premises(max_people=40), 40) == []
    [warning] = broken_rules(LAB, 41, Premises(max_people=40), NEW_YORK)
    assert (warning.code, "41 people" in warning.text) == ("premises-max-people", True)


@pytest.mark.parametrize(
    ("kind", "late"),
    [(Kind.NEW, True), (Kind.CHANGED, True), (Kind.ADDED, False), (Kind.REMOVED, False), (Kind.CANCELLED, False)],
)
def test_who_comes_may_be_told_at_any_time(kind: Kind, late: bool) -> None:
    assert is_late(kind, local(2026, 11, 7, 17), Premises(lead=days(3)), NOW, NEW_YORK) is late


def test_an_announcement_at_the_very_moment_is_not_late() -> None:
    start, premises = local(2026, 11, 7, 17), Premises(lead=days(3), cancel_by=hours(2))
    at_the_edge = local(2026, 11, 4, 17)
    assert not is_late(Kind.NEW, start, premises, at_the_edge, NEW_YORK)
    assert is_late(Kind.NEW, start, premises, at_the_edge + timedelta(seconds=1), NEW_YORK)
    assert not is_late(Kind.CANCELLED, start, premises, local(2026, 11, 7, 15), NEW_YORK)
    assert is_late(Kind.CANCELLED, start, premises, local(2026, 11, 7, 15, 1), NEW_YORK)


def with_premises(premises: Premises) -> Rule:
    by = rule()
    return Rule(by.id, by.match, by.within, by.presence, by.kinds, premises=premises)


def test_a_late_announcement_is_marked_with_a_warning_and_a_second_run_says_nothing() -> None:
    by = with_premises(Premises(lead=days(3)))
    decisions = decide([by], reading(LAB), club(), NOW)
    [notice] = decisions.due
    assert notice.late
    assert [warning.code for warning in decisions.warnings] == ["premises-lead"]
    memory = accepted(snapshot(), [notice], NOW)
    again = decide([by], reading(LAB), club(memory=memory), NOW)
    assert (again.due, again.warnings) == ((), ())


def test_a_late_cancellation_is_marked_with_a_warning() -> None:
    by = with_premises(Premises(cancel_by=days(7)))
    memory = accepted(snapshot(), due(LAB, by=by), NOW)
    decisions = decide([by], reading(), club(memory=memory), NOW)
    assert [notice.late for notice in decisions.due] == [True]
    assert [warning.code for warning in decisions.warnings] == ["premises-cancel-by"]


def test_what_the_session_itself_breaks_is_a_warning_in_every_run_and_stops_no_email() -> None:
    by = with_premises(Premises(closed_weekdays=frozenset({5}), max_people=1))
    decisions = decide([by], reading(LAB), club(), NOW)
    assert [notice.late for notice in decisions.due] == [False]
    memory = accepted(snapshot(), decisions.due, NOW)
    again = decide([by], reading(LAB), club(memory=memory), NOW)
    for warnings in (decisions.warnings, again.warnings):
        assert [warning.code for warning in warnings] == ["premises-closed", "premises-max-people"]
        assert all(warning.where == LAB.id for warning in warnings)


def test_a_session_that_does_not_take_place_breaks_nothing() -> None:
    by = with_premises(Premises(closed_weekdays=frozenset({5})))
    nobody = event(who=attendees("ann@example.org", declined=["ann@example.org"]))
    assert decide([by], reading(nobody), club(), NOW).warnings == ()


minutes = st.integers(0, 400 * 24 * 60).map(lambda minute: local(2026, 1, 1) + timedelta(minutes=minute))


@given(minutes, st.integers(0, 72 * 60))
def test_a_session_on_closed_days_is_found_by_any_of_its_minutes(start: datetime, length: int) -> None:
    session = lasting(start, start + timedelta(minutes=length))
    touched = {(start + timedelta(minutes=minute)).astimezone(NEW_YORK).weekday() for minute in range(length or 1)}
    for weekday in range(7):
        assert bool(codes(session, Premises(closed_weekdays=frozenset({weekday})))) == (weekday in touched)

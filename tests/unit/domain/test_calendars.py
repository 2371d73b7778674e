"""Several calendars read as one: which events are the same, and what of each counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event, Response, Status
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.calendars import united, with_trust
from tests.builders import attendees, event, local, reading


def copy(id_: str, uid: str = "uid", **changes: object) -> Event:
    """An event as one calendar has it. ``uid`` is its shared id."""
    return replace(event(id_), shared_id=uid, **changes)  # type: ignore[arg-type]  # the fields of an event


def one(*readings: CalendarReading, known: tuple[str, ...] = ()) -> Event:
    [found] = united(readings, known).events
    return found


def test_a_single_calendar_is_read_as_it_is() -> None:
    alone = reading(copy("a"), copy("a"))
    assert united([alone], ()) is alone


def test_an_event_of_two_calendars_has_the_first_ones_time_and_place_and_the_people_of_both() -> None:
    first = copy("a", attendees=attendees("ann@example.org", "sam@example.org"))
    second = copy(
        "b",
        start=local(2026, 11, 7, 9),
        location="Elsewhere",
        attendees=attendees("SAM@example.org", "sue@example.org"),
    )
    found = one(reading(first), reading(second))
    assert (found.id, found.start, found.location) == ("a", first.start, first.location)
    assert [who.address for who in found.attendees] == ["ann@example.org", "sam@example.org", "sue@example.org"]


def test_who_is_invited_in_two_calendars_counts_by_the_greater_answer() -> None:
    first = copy("a", attendees=(Attendee("ann@example.org", Response.DECLINED),))
    second = copy("b", attendees=(Attendee("ann@example.org", Response.ACCEPTED),))
    for order in ((first, second), (second, first)):
        assert [who.response for who in one(*map(reading, order)).attendees] == [Response.ACCEPTED]


def test_events_with_the_same_id_are_the_same_without_a_uid_too() -> None:
    assert len(united([reading(copy("a", "")), reading(copy("a"))], ()).events) == 1
    assert len(united([reading(copy("a", "")), reading(copy("b", ""))], ()).events) == 2


@pytest.mark.parametrize("known", ["a", "b"])
def test_the_id_that_the_ledger_remembers_stays(known: str) -> None:
    assert one(reading(copy("a")), reading(copy("b")), known=(known,)).id == known
    assert one(reading(copy("b")), reading(copy("a")), known=(known,)).id == known


def test_an_event_that_one_calendar_has_as_cancelled_takes_place_with_a_warning() -> None:
    gone, there = copy("a", status=Status.CANCELLED), copy("b", start=local(2026, 11, 7, 9))
    for order in ((gone, there), (there, gone)):
        both = united([reading(event) for event in order], ())
        assert [found.start for found in both.events] == [there.start]
        assert [warning.code for warning in both.warnings] == ["calendars-differ"]
    assert one(reading(gone), reading(replace(gone, id="b"))).cancelled


def test_a_strangers_copy_says_nothing_about_an_event_that_counts() -> None:
    own = copy("a", attendees=attendees("ann@example.org"))
    spam = copy("b", own=False, organizer="outsider@example.net", attendees=attendees("x@example.net"))
    trusting = with_trust(reading(spam), frozenset())
    for order in ((trusting, reading(own)), (reading(own), trusting)):
        both = united(order, ())
        assert both.events == (own,)
        assert [warning.code for warning in both.warnings] == ["organizer-unknown"]
    assert [found.trusted for found in united([trusting, reading()], ()).events] == [False]


def test_guests_that_one_calendar_shows_whole_are_whole() -> None:
    assert one(reading(copy("a", complete=False)), reading(copy("b"))).complete
    assert not one(reading(copy("a", complete=False)), reading(copy("b", complete=False))).complete


def test_what_could_not_be_read_and_every_warning_stays() -> None:
    warning = ReportWarning("event-unreadable", "an event can't be read", "b.ics:7")
    first = CalendarReading((copy("a"),), frozenset({"x"}))
    second = CalendarReading((), frozenset({"y"}), blind=True, warnings=(warning,), empty=True)
    both = united([first, second], ())
    assert (both.unreadable, both.blind, both.warnings, both.empty) == (frozenset({"x", "y"}), True, (warning,), False)
    assert united([second, second], ()).empty


starts = st.sampled_from([local(2026, 11, 7, 9), local(2026, 11, 8, 9)])


@st.composite
def calendars(draw: st.DrawFn) -> list[CalendarReading]:
    """Up to three calendars with the same few events, each at times of its own."""

    def entered(uid: str, number: int, start: datetime) -> Event:
        return copy(f"{uid}{number}", uid, start=start, status=draw(st.sampled_from(Status)))

    return [
        reading(*(entered(uid, number, draw(starts)) for uid in draw(st.sets(st.sampled_from("pqr")))))
        for number in range(draw(st.integers(2, 3)))
    ]


@given(calendars(), st.sets(st.sampled_from(["p0", "p1", "q1", "r2"])))
def test_every_event_is_there_once_and_none_is_lost(given_calendars: list[CalendarReading], known: set[str]) -> None:
    both = united(given_calendars, known)
    every = {found.shared_id for reading_ in given_calendars for found in reading_.events}
    assert sorted(found.shared_id for found in both.events) == sorted(every)
    assert len({found.id for found in both.events}) == len(both.events)
    ids = {found.id for reading_ in given_calendars for found in reading_.events}
    assert {found.id for found in both.events} <= ids


@given(calendars())
def test_an_event_without_a_copy_in_another_calendar_is_as_it_was(given_calendars: list[CalendarReading]) -> None:
    alone = given_calendars[0]
    assert united([alone, reading()], ()).events == alone.events
    assert united([reading(), alone], ()).events == alone.events

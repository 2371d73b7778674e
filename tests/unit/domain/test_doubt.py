"""What is not known is no reason to cancel; and a claim that stands is left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sessionsmgmt.domain.delivery.claims import LEASE, Claim, Entry
from sessionsmgmt.domain.model.event import CalendarReading, Status
from sessionsmgmt.domain.model.notice import Key, Kind, State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.decide import decide
from tests.builders import NOW, announcement, claim, club, event, local, reading, rule, snapshot
from tests.unit.domain.announced_session import KEY, LAB, after, kinds

SERIES = event("practice_20261107T220000Z")


@pytest.mark.parametrize(
    "what_was_read",
    [
        pytest.param(reading(blind=True), id="something unreadable could be anything"),
        pytest.param(reading(unreadable=["lab"]), id="the event itself could not be read"),
        pytest.param(reading(unreadable=["x", "lab"]), id="nor could another"),
    ],
)
def test_an_event_that_could_not_be_read_is_not_called_off(what_was_read: CalendarReading) -> None:
    found = decide([rule()], what_was_read, club(memory=after(LAB)), NOW)
    [verdict] = found.verdicts
    assert (verdict.key, verdict.state, verdict.start) == (KEY, State.SKIPPED, LAB.start)
    assert "nothing is concluded" in verdict.reason


def test_an_instance_of_a_series_that_could_not_be_read_is_not_called_off() -> None:
    memory = after(SERIES)
    assert not decide([rule()], reading(unreadable=["practice"]), club(memory=memory), NOW).due
    assert not decide([rule()], reading(unreadable=[SERIES.id]), club(memory=memory), NOW).due


@pytest.mark.parametrize("unreadable", ["pract", "practice_2026", "lab", "practice_20261107T220000Z_1", ""])
def test_what_is_gone_is_called_off_although_something_else_could_not_be_read(unreadable: str) -> None:
    found = decide([rule()], reading(unreadable=[unreadable]), club(memory=after(SERIES)), NOW)
    assert [one.kind for one in found.due] == [Kind.CANCELLED]


def test_what_could_be_read_is_decided_although_something_else_could_not() -> None:
    found = decide([rule()], reading(LAB, event("off", status=Status.CANCELLED), blind=True), club(), NOW)
    assert [one.key.session for one in found.due] == ["lab"]
    off = decide([rule()], reading(event(status=Status.CANCELLED), blind=True), club(memory=after(LAB)), NOW)
    assert [one.kind for one in off.due] == [Kind.CANCELLED]


@pytest.mark.parametrize("who", [(), ("ann@example.org",), ("ann@example.org", "sue@example.org")])
def test_an_event_whose_attendees_are_not_all_shown_is_held_back_and_said_so(who: tuple[str, ...]) -> None:
    hidden = event(who=who, end=local(2026, 11, 7, 22), complete=False)
    for memory in (snapshot(), after(LAB)):
        found = decide([rule()], reading(hidden), club(memory=memory), NOW)
        assert [(verdict.state, verdict.kind) for verdict in found.verdicts] == [(State.SKIPPED, None)]
        assert [(warning.code, warning.where) for warning in found.warnings] == [("event-incomplete", "lab")]


def test_a_cancelled_event_is_called_off_whoever_of_its_attendees_is_shown() -> None:
    assert kinds(event(status=Status.CANCELLED, complete=False), memory=after(LAB)) == [Kind.CANCELLED]


@pytest.mark.parametrize("title", ["", "Busy", "Dentist"])
def test_an_event_that_became_private_is_neither_renamed_nor_called_off(title: str) -> None:
    private = event(title=title, who=(), complete=False)
    found = decide([rule()], reading(private), club(memory=after(LAB)), NOW)
    assert [(verdict.state, verdict.kind) for verdict in found.verdicts] == [(State.SKIPPED, None)]
    assert [(warning.code, warning.where) for warning in found.warnings] == [("event-incomplete", "lab")]


def test_a_private_event_that_was_never_announced_is_not_spoken_of() -> None:
    found = decide([rule()], reading(event(title="Busy", complete=False)), club(), NOW)
    assert (found.verdicts, found.warnings) == ((), ())


def test_what_the_calendar_cautions_of_is_passed_on_once() -> None:
    warning = ReportWarning("event-unreadable", "an event can't be read", "calendar.ics:12")
    found = decide([rule("a"), rule("b")], reading(warnings=[warning, warning]), club(), NOW)
    assert found.warnings == (warning,)


# Claims


def test_a_notice_that_another_run_is_sending_is_left_alone() -> None:
    memory = snapshot({KEY: Entry(claim=claim())})
    for events in ([LAB], [], [event(status=Status.CANCELLED)]):
        [verdict] = decide([rule()], reading(*events), club(memory=memory), NOW + LEASE - timedelta(seconds=1)).verdicts
        assert (verdict.state, verdict.kind, verdict.notice) == (State.SKIPPED, Kind.NEW, None)
        assert verdict.reason == "another run is sending it"


@pytest.mark.parametrize("held", [claim(held=True), claim(at=NOW - LEASE)], ids=["held", "its run died"])
@pytest.mark.parametrize("now", [NOW, NOW + timedelta(days=10)], ids=["ahead", "over"])
def test_a_notice_nobody_knows_of_whether_it_left_waits_for_a_person(held: Claim, now: datetime) -> None:
    memory = snapshot({KEY: Entry(claim=held)})
    for events in ([LAB], [], [event(end=local(2026, 11, 7, 22))]):
        [verdict] = decide([rule()], reading(*events), club(memory=memory), now).verdicts
        assert (verdict.state, verdict.kind, verdict.notice) == (State.HELD, Kind.NEW, None)
        assert verdict.start == local(2026, 11, 7, 17)


def test_a_claim_on_one_session_holds_up_no_other() -> None:
    memory = snapshot({KEY: Entry(claim=claim(held=True))})
    found = decide([rule(), rule("hall")], reading(LAB, event("b")), club(memory=memory), NOW)
    assert {one.key for one in found.due} == {Key("campus", "b"), Key("hall", "lab"), Key("hall", "b")}


# Notices that are not in sessions.yml any more


def test_of_a_rule_that_was_removed_the_coach_is_told_and_the_owner_is_not() -> None:
    found = decide([rule("hall", match="Hall")], reading(), club(memory=after(LAB)), NOW)
    assert found.verdicts == ()
    assert [(warning.code, warning.where) for warning in found.warnings] == [("notice-removed", "lab")]


def test_of_a_rule_that_was_removed_a_held_notice_still_waits_for_a_person() -> None:
    memory = snapshot(
        {KEY: Entry(announcement=announcement(), claim=claim(held=True, what=announcement(Kind.CHANGED, sequence=1)))}
    )
    [verdict] = decide([], reading(), club(memory=memory), NOW).verdicts
    assert (verdict.key, verdict.state, verdict.kind) == (KEY, State.HELD, Kind.CHANGED)


def test_of_a_rule_that_was_removed_nothing_is_said_once_its_sessions_are_over_or_called_off() -> None:
    over = decide([], reading(), club(memory=after(LAB)), local(2026, 11, 7, 20))
    off = decide([], reading(), club(memory=after(memory=after(LAB))), NOW)
    assert over.warnings == off.warnings == ()


# The machine

ELSEWHERE = """
import json, sys
from datetime import date
from tests.builders import NOW, club, event, reading, rule
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.model.rule import PresenceMode
events = [event(), event("all-day", start=date(2026, 11, 7)), event("b", who=("sue@example.org", "alf@example.org"))]
rules = [rule(), rule("days", presence=PresenceMode.WHOLE_DAY)]
found = decide(rules, reading(*events), club(), NOW)
json.dump(
    [
        [repr(one.key), repr(one.presence), repr(one.people), sorted(one.announcement.people)]
        for one in found.due
    ],
    sys.stdout,
)
"""


def test_the_zone_of_the_machine_and_the_chance_in_its_hashes_decide_nothing() -> None:
    root = Path(__file__).parents[3]
    answers = {
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            cwd=root,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for zone, seed in (("UTC", "1"), ("Asia/Tokyo", "2"), ("America/Los_Angeles", "3"))
    }
    [answer] = answers
    assert len(json.loads(answer)) == 6

"""What a rule's `kinds` and `require` keep from being sent."""

from __future__ import annotations

import pytest

from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.rule import Require
from sessionsmgmt.domain.sessions.decide import decide
from tests.builders import ALF, ANN, SAM, club, contact, event, local, reading, rule
from tests.unit.domain.announced_session import LAB, after, due, kinds, verdicts


@pytest.mark.parametrize(
    ("allowed", "now_true", "expected"),
    [
        ([Kind.CHANGED, Kind.ADDED, Kind.CANCELLED], LAB, []),
        ([Kind.NEW, Kind.ADDED, Kind.CANCELLED], event(end=local(2026, 11, 7, 22)), []),
        ([Kind.NEW, Kind.CHANGED, Kind.CANCELLED], event(who=("ann@example.org", "sue@example.org")), []),
        ([Kind.NEW, Kind.CHANGED, Kind.ADDED], event(status=Status.CANCELLED), []),
        ([Kind.NEW, Kind.ADDED], event(end=local(2026, 11, 7, 22), who=("sue@example.org",)), [Kind.ADDED]),
        ([Kind.NEW, Kind.CHANGED], event(end=local(2026, 11, 7, 22), who=("sue@example.org",)), [Kind.CHANGED]),
    ],
)
def test_a_kind_the_rule_does_not_want_is_not_said(allowed: list[Kind], now_true: Event, expected: list[Kind]) -> None:
    memory = after(LAB) if Kind.NEW in allowed else None
    [verdict] = verdicts(now_true, by=rule(kinds=allowed), memory=memory)
    assert ([verdict.kind] if verdict.kind else []) == expected
    assert verdict.state is (State.DUE if expected else State.SKIPPED)
    assert expected or "is not among the rule's kinds" in verdict.reason


@pytest.mark.parametrize(
    ("require", "who", "reason"),
    [
        (Require(adults=2), ("ann@example.org", "sam@example.org"), "1 of at least 2 adults attend"),
        (Require(adults=1), ("sam@example.org",), "0 of at least 1 adults attend"),
        (Require(adults=2), ("ann@example.org", "alf@example.org", "sam@example.org"), ""),
        (Require(students_per_adult=1), ("ann@example.org", "sam@example.org"), ""),
        (
            Require(students_per_adult=1),
            ("ann@example.org", "sam@example.org", "sue@example.org"),
            "2 students for 1 adults; at most 1 for each are allowed",
        ),
        (
            Require(students_per_adult=8),
            ("sam@example.org",),
            "1 students for 0 adults; at most 8 for each are allowed",
        ),
        (Require(students_per_adult=8), ("ann@example.org",), ""),
        (Require(adults=1, students_per_adult=1), ("ann@example.org", "sam@example.org"), ""),
    ],
)
def test_a_notice_whose_requirement_is_not_met_fails_with_the_reason(
    require: Require, who: tuple[str, ...], reason: str
) -> None:
    [verdict] = verdicts(event(who=who), by=rule(require=require))
    expected = (State.FAILED, reason) if reason else (State.DUE, "not announced yet")
    assert (verdict.state, verdict.reason, verdict.kind) == (*expected, Kind.NEW)
    assert bool(verdict.notice) == (not reason)


def test_a_requirement_is_of_everyone_present_and_not_of_those_who_are_added() -> None:
    strict = rule(require=Require(adults=1, students_per_adult=2))
    memory = after(LAB, by=strict)
    two = event(who=("ann@example.org", "sam@example.org", "sue@example.org"))
    assert kinds(two, by=strict, memory=memory) == [Kind.ADDED]
    alone = event(who=("sam@example.org", "sue@example.org"))
    [verdict] = verdicts(alone, by=strict, memory=memory)
    assert (verdict.state, verdict.kind) == (State.FAILED, Kind.ADDED)


def test_a_change_that_does_not_meet_the_requirement_fails_and_a_cancellation_needs_none() -> None:
    strict = rule(require=Require(adults=1))
    memory = after(LAB, by=strict)
    [verdict] = verdicts(event(end=local(2026, 11, 7, 22), who=("sam@example.org",)), by=strict, memory=memory)
    assert (verdict.state, verdict.kind) == (State.FAILED, Kind.CHANGED)
    assert kinds(by=strict, memory=memory) == [Kind.CANCELLED]


def test_a_requirement_that_an_announced_session_does_not_meet_any_more_wants_a_person() -> None:
    strict = rule(require=Require(adults=1))
    found = decide(
        [strict], reading(event(who=("sam@example.org",))), club(memory=after(LAB, by=strict)), local(2026, 11, 6, 18)
    )
    [verdict] = found.verdicts
    assert (verdict.state, verdict.attention) == (State.SKIPPED, True)
    assert [(warning.code, warning.where) for warning in found.warnings] == [("require-unmet", "lab")]
    [met] = verdicts(LAB, by=strict, memory=after(LAB, by=strict))
    assert not met.attention


def test_a_person_with_both_roles_counts_as_an_adult_and_as_a_student() -> None:
    mentor = contact("Mia Mentor", labels=("Adult", "Student"))
    by = rule(require=Require(adults=1, students_per_adult=1))
    assert due(event(who=("mia@example.org",)), by=by, contacts=(mentor,))
    [verdict] = verdicts(event(who=("mia@example.org", "sam@example.org")), by=by, contacts=(mentor, SAM))
    assert verdict.reason == "2 students for 1 adults; at most 1 for each are allowed"


def test_an_adult_who_is_in_the_address_book_twice_does_not_count_as_two() -> None:
    twice = (ANN, contact("Ann Adult", "ann@example.org", "ann@work.example.org"))
    both = event(who=("ann@example.org", "ann@work.example.org"))
    [verdict] = verdicts(both, by=rule(require=Require(adults=2)), contacts=twice)
    assert (verdict.state, verdict.reason) == (State.FAILED, "1 of at least 2 adults attend")
    assert due(
        event(who=("ann@example.org", "alf@example.org")), by=rule(require=Require(adults=2)), contacts=(ANN, ALF)
    )

"""Lost sight is not absence: who can't be seen any more has not left, and what can't be seen is not called off."""

from __future__ import annotations

import pytest

from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.domain.sessions.decide import Decisions, decide
from tests.builders import ALF, ANN, CONTACTS, NOW, SAM, attendees, club, contact, event, reading, rule
from tests.unit.domain.announced_session import LAB, after

ALL_KINDS = rule(kinds=Kind)


def found(*events: Event, contacts: tuple[Contact, ...] = CONTACTS, announced: bool = True) -> Decisions:
    memory = after(LAB, by=ALL_KINDS) if announced else None
    return decide([ALL_KINDS], reading(*events), club(contacts, memory=memory), NOW)


def codes(decisions: Decisions) -> list[tuple[str, str]]:
    return [(warning.code, warning.where) for warning in decisions.warnings]


@pytest.mark.parametrize(
    ("now_true", "contacts"),
    [
        pytest.param(LAB, (ALF,), id="contacts deleted"),
        pytest.param(LAB, (contact("Ann Adult", labels=()), contact("Sam Student", labels=())), id="labels taken off"),
        pytest.param(
            LAB,
            (contact("Ann Adult", "ann@new.example.org"), contact("Sam Student", "sam@new.example.org")),
            id="addresses changed",
        ),
        pytest.param(event(who=("team@example.org",)), CONTACTS, id="a group's address in place of names"),
    ],
)
def test_an_announced_session_whose_people_are_not_recognised_any_more_stays_as_it_was_told(
    now_true: Event, contacts: tuple[Contact, ...]
) -> None:
    decided = found(now_true, contacts=contacts)
    assert [(verdict.state, verdict.notice) for verdict in decided.verdicts] == [(State.SKIPPED, None)]
    assert codes(decided) == [("attendees-unknown", "lab")]


def test_it_is_called_off_once_nobody_is_left_who_did_not_decline() -> None:
    for who in ((), attendees("ann@example.org", "x@example.org", declined=["ann@example.org", "x@example.org"])):
        assert [one.kind for one in found(event(who=who)).due] == [Kind.CANCELLED]


def test_if_nobody_on_a_new_event_is_recognised_that_is_a_warning() -> None:
    decided = found(event(who=("team@example.org",)), announced=False)
    assert not decided.due
    assert codes(decided) == [("attendees-unknown", "lab")]


def test_if_nobody_is_invited_to_a_new_event_that_is_a_warning() -> None:
    assert codes(found(event(who=()), announced=False)) == [("attendees-unknown", "lab")]


def test_an_announced_session_that_became_tentative_stays_as_it_was_told_until_it_is_confirmed() -> None:
    maybe = event(status=Status.TENTATIVE, location="Gym", who=("ann@example.org", "sue@example.org"))
    decided = found(maybe)
    assert not decided.due
    assert codes(decided) == [("event-tentative", "lab")]
    confirmed = event(location="Gym", who=("ann@example.org", "sue@example.org"))
    assert [one.kind for one in found(confirmed).due] == [Kind.CHANGED]


def test_a_tentative_event_is_announced_once_it_is_confirmed() -> None:
    decided = found(event(status=Status.TENTATIVE), announced=False)
    assert not decided.due
    assert codes(decided) == [("event-tentative", "lab")]
    assert [one.kind for one in found(LAB, announced=False).due] == [Kind.NEW]


# Who left, for a rule that tells so


def removed(decisions: Decisions) -> list[tuple[Kind, list[str]]]:
    return [(one.kind, sorted(person.name for person in one.people.people)) for one in decisions.due]


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(("ann@example.org",), id="not invited any more"),
        pytest.param(attendees("ann@example.org", "sam@example.org", declined=["sam@example.org"]), id="declined"),
        pytest.param(
            attendees("ann@example.org", "sam@example.org", "x@example.org", declined=["sam@example.org"]),
            id="declined, beside a stranger",
        ),
    ],
)
def test_who_was_named_and_does_not_come_any_more_is_removed(who: tuple[str, ...]) -> None:
    assert removed(found(event(who=who))) == [(Kind.REMOVED, ["Ann Adult"])]
    memory = after(event(who=who), by=ALL_KINDS, memory=after(LAB, by=ALL_KINDS))
    again = decide([ALL_KINDS], reading(event(who=who)), club(memory=memory), NOW)
    assert again.due == ()


@pytest.mark.parametrize(
    ("who", "contacts"),
    [
        pytest.param(("ann@example.org", "sam@example.org"), (ANN, ALF), id="contact gone"),
        pytest.param(("ann@example.org",), (ANN, ALF), id="not invited any more and contact gone"),
        pytest.param(("ann@example.org", "team@example.org"), CONTACTS, id="a group's address in place of a name"),
        pytest.param(
            ("ann@example.org", "sam@example.org"),
            (contact("Ann Other", "ann@example.org", "a@example.org"), SAM),
            id="name and addresses changed",
        ),
    ],
)
def test_who_can_not_be_seen_any_more_has_not_left(who: tuple[str, ...], contacts: tuple[Contact, ...]) -> None:
    assert found(event(who=who), contacts=contacts).due == ()


def test_a_swap_is_added_and_not_removed() -> None:
    assert removed(found(event(who=("ann@example.org", "sue@example.org")))) == [
        (Kind.ADDED, ["Ann Adult", "Sue Student"])
    ]


def test_a_rule_that_does_not_name_the_kind_says_nothing_of_who_left() -> None:
    decided = decide([rule()], reading(event(who=("ann@example.org",))), club(memory=after(LAB)), NOW)
    assert decided.due == ()

"""Whose events count. Anybody can send the team an invitation that looks like a session."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.sessions.calendars import with_trust
from sessionsmgmt.domain.sessions.decide import Decisions, decide
from tests.builders import NOW, club, event, local, reading, rule
from tests.unit.domain.announced_session import LAB, after

COACH = "coach@example.org"
SPAM = event(organizer="outsider@example.net")
FOREIGN = "organizer-unknown"


def found(
    *events: Event, organizers: Collection[str] | None = (COACH,), memory: LedgerSnapshot | None = None
) -> Decisions:
    trusted = None if organizers is None else frozenset(organizers)
    return decide([rule()], with_trust(reading(*events), trusted), club(memory=memory), NOW)


def test_an_invitation_from_outside_is_no_session_and_a_person_is_told_so_without_an_address() -> None:
    decided = found(SPAM)
    [verdict], [warning] = decided.verdicts, decided.warnings
    assert (verdict.state, verdict.kind) == (State.SKIPPED, None)
    assert (warning.code, warning.where) == (FOREIGN, "lab")
    assert "@" not in f"{verdict} {warning}"


@pytest.mark.parametrize("organizers", [[COACH], []], ids=["some are named", "none is named"])
def test_an_event_of_the_calendar_itself_counts_whoever_is_named(organizers: list[str]) -> None:
    decided = found(LAB, organizers=organizers)
    assert [one.kind for one in decided.due] == [Kind.NEW]
    assert decided.warnings == ()


def test_an_event_of_an_organizer_who_is_named_counts_however_the_address_is_written() -> None:
    assert [one.kind for one in found(event(organizer=" Coach@Example.ORG ")).due] == [Kind.NEW]


def test_where_nobody_is_named_everybodys_events_count() -> None:
    assert [one.kind for one in found(SPAM, organizers=None).due] == [Kind.NEW]


def test_an_organizer_whose_address_can_not_be_told_is_an_outsider() -> None:
    nameless = Event(LAB.id, LAB.title, LAB.start, LAB.end, LAB.attendees, own=False)
    assert not found(nameless).due


@pytest.mark.parametrize(
    "now_foreign",
    [
        SPAM,
        event(organizer="outsider@example.net", start=local(2026, 11, 14, 17)),
        event(organizer="outsider@example.net", who=()),
        event(organizer="outsider@example.net", end=local(2026, 11, 7, 23)),
        event(organizer="outsider@example.net", status=Status.CANCELLED),
        event(organizer="outsider@example.net", title="Dentist"),
    ],
    ids=["as it was", "moved far", "nobody attends", "longer", "cancelled", "renamed"],
)
def test_what_was_announced_is_not_called_off_because_its_organizer_does_not_count_any_more(now_foreign: Event) -> None:
    decided = found(now_foreign, memory=after(LAB))
    assert not decided.due
    assert [warning.code for warning in decided.warnings] == [FOREIGN]


def test_events_that_match_nothing_are_not_spoken_of() -> None:
    decided = found(event(title="Win a prize", organizer="outsider@example.net"))
    assert (decided.verdicts, decided.warnings) == ((), ())

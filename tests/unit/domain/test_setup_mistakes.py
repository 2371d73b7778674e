"""What is taken for a mistake of the set-up, so that nothing is sent for it and nothing called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sessionsmgmt.domain.model.people import Contact, Role
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.setup_mistakes import MONTH, mistake, nearest, oddities
from tests.builders import (
    ANN,
    CONTACTS,
    NOW,
    ROLES,
    SAM,
    accepted,
    contact,
    event,
    local,
    reading,
    rule,
    snapshot,
    weeks,
)
from tests.unit.domain.announced_session import LAB, after, due

EMPTY = replace(reading(), empty=True)


@pytest.mark.parametrize(
    ("contacts", "words"),
    [((), "empty"), ((contact("Ann Adult", labels=("Grown-up",)),), "label of any role"), (CONTACTS, "")],
)
def test_an_address_book_in_which_nobody_has_a_role_is_a_mistake(contacts: tuple[Contact, ...], words: str) -> None:
    found = mistake(reading(), contacts, ROLES, snapshot(), NOW)
    assert (words in found.text) if found and words else found is None
    assert not found or "nothing is called off" in found.advice


def test_a_calendar_without_any_event_is_a_mistake_while_more_than_one_announced_session_lies_ahead() -> None:
    two = accepted(snapshot(), due(LAB, event("hall", start=local(2026, 11, 8, 9)), by=rule(within=weeks(1))), NOW)
    found = mistake(EMPTY, CONTACTS, ROLES, two, NOW)
    assert found
    assert "2 announced sessions" in found.text
    assert mistake(reading(), CONTACTS, ROLES, two, NOW) is None
    assert mistake(EMPTY, CONTACTS, ROLES, after(LAB), NOW) is None
    assert mistake(EMPTY, CONTACTS, ROLES, two, NOW + timedelta(days=3)) is None


def test_a_role_without_a_contact_is_a_warning() -> None:
    found = list(oddities([], [], (ANN,), ROLES, NOW + MONTH))
    assert found == [
        ReportWarning(
            "role-without-contact", "no contact has a label of the role students, so it names nobody", about="students"
        )
    ]
    assert list(oddities([], [], (ANN, SAM), (*ROLES, Role("other", ("student", "adult"))), NOW)) == []


def test_a_rule_that_matches_nothing_is_a_warning_with_the_nearest_titles() -> None:
    titles = ["Dentist", "Team Sesion", "team-session at night", "Holiday", "Team Meeting"]
    events = [event(str(number), title=title) for number, title in enumerate(titles)]
    [found] = oddities([rule(match="Team Session")], events, CONTACTS, ROLES, local(2026, 12, 7))
    assert (found.code, found.text) == ("notice-without-event", "no event until 2026-12-07 matches the notice campus")
    assert found.titles == ("Team Sesion", "team-session at night", "Team Meeting")
    assert not list(oddities([rule(match="dentist")], events, CONTACTS, ROLES, NOW))


def test_an_empty_title_is_never_near() -> None:
    assert nearest("Team Session", ["", " ", "x"]) == ("x",)

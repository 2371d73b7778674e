"""docs/premises.md: the owner's rules become warnings and a line in the email, and stop nothing."""

from __future__ import annotations

import pytest

from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, body, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/premises.md"]
[RULES] = PAGE.blocks("yaml")


@pytest.fixture
def strict(club: ClubFolder) -> ClubFolder:
    """The club of an owner with the rules of the page."""
    club.write("sessions.yml", SESSIONS_YML.partition("notices:")[0] + RULES)
    return club


def test_a_session_that_breaks_every_rule_is_announced_all_the_same(strict: ClubFolder) -> None:
    strict.write("sessions.yml", (strict.folder / "sessions.yml").read_text("utf-8").replace("40 ", "1 "))
    strict.calendar(vevent(start="20261108T060000", end="20261108T230000"))
    ran = strict.call("run", now="2026-11-07T12:00:00-05:00")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    codes = {warning["code"].removeprefix("premises-") for warning in ran.report["warnings"]}
    assert codes == {"lead", "closed", "hours", "max-people"}
    assert "Late notice:" in body(strict.emails()[0])


def test_a_late_cancellation_says_so_and_one_in_time_does_not(strict: ClubFolder) -> None:
    assert strict.call("run").states == [("new", "sent")]
    strict.calendar(vevent(more=("STATUS:CANCELLED",)))
    ran = strict.call("run", now="2026-11-06T13:00:00-05:00")

    assert ran.states == [("cancelled", "sent")]
    assert "premises-cancel-by" in {warning["code"] for warning in ran.report["warnings"]}
    assert all("Late notice:" in body(email) for email in strict.emails())


def test_what_is_in_time_is_not_marked(strict: ClubFolder) -> None:
    text = (strict.folder / "sessions.yml").read_text("utf-8")
    strict.write("sessions.yml", text.replace("lead: 3 days", "lead: 3 hours"))
    ran = strict.call("run")

    assert (ran.states, ran.report["warnings"]) == ([("new", "sent")], [])
    assert "Late notice:" not in body(strict.emails()[0])


def test_a_template_may_say_it_in_the_clubs_words(strict: ClubFolder) -> None:
    strict.write("notice.md", "Subject: Hello\n\n{% if late %}Sorry, this is late.{% else %}In time.{% endif %}\n")
    text = (strict.folder / "sessions.yml").read_text("utf-8")
    strict.write("sessions.yml", text.replace("    premises:", "    template: notice.md\n    premises:"))
    strict.call("run")

    assert "Sorry, this is late." in body(strict.emails()[0])


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("2026-12-24/2027-01-01", "2027-01-01/2026-12-24", "ends before it begins; write the first day before the /"),
        ("2026-12-24/2027-01-01", "2026-02-30/2026-03-01", "is no day of the calendar"),
        ("2026-12-24/2027-01-01", "2026-12-24", "YAML takes this for a number, a date or a time; put it in quotes"),
        ("sundays", "sunday", "must be a day, a range of days, or a day of the week"),
        ('"08:00-22:00"', '"22:00-08:00"', "ends before it begins; write the opening time first"),
        ('"08:00-22:00"', '"25:00-26:00"', "has a time that no clock shows"),
        ("max_people: 40", "max_people: 0", "must be from 1 to 100000"),
        ("lead: 3 days", "lead: soon", "must be a whole number of hours, days or weeks"),
    ],
)
def test_a_mistake_is_named_with_its_place(strict: ClubFolder, before: str, after: str, problem: str) -> None:
    text = (strict.folder / "sessions.yml").read_text("utf-8")
    assert before in text
    strict.write("sessions.yml", text.replace(before, after))
    ran = strict.call("validate")

    assert ran.exit == 2
    assert problem in ran.err
    assert "sessions.yml:" in ran.err

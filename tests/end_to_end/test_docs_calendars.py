"""docs/calendars.md: several calendars are read as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.emulators.google import GoogleEmulator, Refusal, World, event
from tests.end_to_end.harness import AT_GOOGLE, SESSIONS_YML, ClubFolder, Ran, body, vcalendar, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/calendars.md"]
[LIST] = PAGE.blocks("yaml")
ONE = "calendar: {provider: ics, path: calendar.ics}\n"
TWO = "calendar: [{provider: ics, path: calendar.ics}, {provider: ics, path: hall.ics}]\n"
LATER = "2026-11-06T13:00:00-05:00"


def two_files(club: ClubFolder, *of_the_hall: str) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace(ONE, TWO))
    club.write("hall.ics", vcalendar(*of_the_hall))


def test_an_event_of_two_calendars_is_told_once_with_the_people_of_both(club: ClubFolder) -> None:
    club.calendar(vevent(attendees=("ada@example.org",)))
    two_files(club, vevent(attendees=("nia@example.org",), start="20261107T100000"), vevent("two"))
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [("new", "sent"), ("new", "sent")])
    first, _ = sorted(map(body, club.emails()), key=lambda text: "Nia" not in text)
    assert "Ada Adult" in first
    assert "9:00" in first
    assert club.call("run", now=LATER).states == [(None, "skipped"), (None, "skipped")]


def test_to_add_or_remove_an_entry_tells_nobody_anything_twice(club: ClubFolder) -> None:
    assert club.call("run").states == [("new", "sent")]
    for before, after in ((ONE, ONE.replace("{", "[{").replace("}", "}]")), (ONE, TWO), (ONE, ONE)):
        club.write("hall.ics", vcalendar(vevent()))
        club.write("sessions.yml", SESSIONS_YML.replace(before, after))
        assert club.call("run", now=LATER).states == [(None, "skipped")]
    assert len(club.emails()) == 1


def test_where_one_can_not_be_read_nothing_is_said_at_all(club: ClubFolder) -> None:
    assert club.call("run").states == [("new", "sent")]
    two_files(club)
    club.write("hall.ics", "<!DOCTYPE html>")
    club.calendar()
    ran = club.call("run", now=LATER)

    assert (ran.exit, len(club.emails())) == (2, 1)
    assert "hall.ics" in ran.err


def test_an_announced_session_is_not_called_off_by_one_empty_calendar(club: ClubFolder) -> None:
    club.calendar(vevent(), vevent("two", start="20261107T103000", end="20261107T110000"))
    assert club.call("run").states == [("new", "sent"), ("new", "sent")]
    two_files(club, vevent(), vevent("two", start="20261107T103000", end="20261107T110000"))
    club.calendar()

    assert club.call("run", now=LATER).states == [(None, "skipped"), (None, "skipped")]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("hall.ics", "calendar.ics", "calendar[1]: is the same calendar as calendar[0]"),
        ("path: hall.ics", "name: Hall", "calendar[1].path: is missing"),
        ("ledger: {store: file, path: .sessionsmgmt/ledger.json}", "ledger: {store: calendar}", "several calendars"),
    ],
)
def test_a_mistake_in_the_list_is_named(club: ClubFolder, before: str, after: str, problem: str) -> None:
    two_files(club)
    text = SESSIONS_YML.replace(ONE, TWO)
    assert before in text
    club.write("sessions.yml", text.replace(before, after))
    ran = club.call("validate")

    assert ran.exit == 2
    assert problem in ran.err


START = datetime(2026, 11, 7, 14, tzinfo=UTC)


def at_google_and_in_a_file(club: ClubFolder, world: World, *, failing: bool = False) -> tuple[Ran, int]:
    """A run with the page's list, and how many emails left."""
    club.write(
        "sessions.yml",
        AT_GOOGLE.replace("calendar: {provider: google, id: team@group.calendar.google.com}\n", LIST),
    )
    with GoogleEmulator(world) as emulator:
        if failing:
            emulator.fail("calendar.events.list", Refusal(503, "backendError", retry_after="3600"), times=99)
        known = {"GOOGLE_CREDENTIALS": emulator.credentials, "SESSIONSMGMT_GOOGLE_ROOT": emulator.root}
        return club.call("run", env=known), len(emulator.sent)


def test_a_calendar_at_google_and_its_export_are_one(club: ClubFolder) -> None:
    world = World()
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    entered = event("lab", START, attendees=["ada@example.org"])
    world.calendar().put(entered)
    uid = world.calendar().events["lab"]["iCalUID"]
    club.calendar(vevent(uid, attendees=("stu@example.org",)))
    ran, sent = at_google_and_in_a_file(club, world)

    assert (ran.exit, ran.states, sent) == (0, [("new", "sent")], 1)


def test_where_google_is_not_reached_nothing_is_said_of_the_file_either(club: ClubFolder) -> None:
    ran, sent = at_google_and_in_a_file(club, World(), failing=True)

    assert (ran.exit, sent) == (5, 0)

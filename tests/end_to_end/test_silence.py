"""Nothing ends in silence: what looks like a mistake stops the run, what can't be seen is a warning, and nothing is
called off for either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sessionsmgmt.entrypoints.cli.main import main
from tests.end_to_end.harness import CONTACTS, NOW, SESSIONS_YML, ClubFolder, make_club, vevent
from tests.settings import process

TWO = (vevent(), vevent("two", start="20261107T100000", end="20261107T110000"))


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    """A club that has announced two sessions."""
    club = make_club(tmp_path)
    club.calendar(*TWO)
    assert run(club)["exit"] == 0
    return club


def run(club: ClubFolder, command: str = "run") -> dict[str, Any]:
    """The report of a run in this process."""
    report = club.folder / "report.json"
    arguments = ["--config", str(club.folder / "sessions.yml"), "--now", NOW, "--report", str(report)]
    status = main([command, *arguments], process({}))
    written: dict[str, Any] = json.loads(report.read_text("utf-8"))
    assert written["exit"] == status
    return written


def codes(report: dict[str, Any]) -> list[str]:
    return [one["code"] for one in report["warnings"]]


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        ("", "is not an address book"),
        (CONTACTS.replace("CATEGORIES:", "CATEGORIES:Former "), "No contact has a label"),
    ],
    ids=["empty", "labels renamed"],
)
@pytest.mark.parametrize("command", ["run", "preview", "status"])
def test_an_address_book_in_which_nobody_has_a_role_stops_the_run(
    contacts: str, words: str, command: str, club: ClubFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    club.write("contacts.vcf", contacts)
    report = run(club, command)
    assert (report["exit"], report["notices"]) == (2, [])
    assert words in capsys.readouterr().err
    assert len(club.emails()) == 2


def test_a_calendar_that_suddenly_is_empty_stops_the_run(club: ClubFolder, capsys: pytest.CaptureFixture[str]) -> None:
    club.calendar()
    report = run(club)
    assert report["exit"] == 2
    assert "no event at all, and 2 announced sessions lie ahead" in capsys.readouterr().err
    assert len(club.emails()) == 2


def test_one_session_that_was_alone_in_its_calendar_is_called_off(tmp_path: Path) -> None:
    club = make_club(tmp_path)
    run(club)
    club.calendar()
    assert [(one["kind"], one["state"]) for one in run(club)["notices"]] == [("cancelled", "sent")]


def test_a_role_whose_label_no_contact_has_is_a_warning(club: ClubFolder) -> None:
    club.write("contacts.vcf", CONTACTS.replace("CATEGORIES:Student", "CATEGORIES:Pupil"))
    report = run(club)
    assert report["exit"] == 0
    assert "role-without-contact" in codes(report)
    assert len(club.emails()) == 2


def test_a_rule_that_matches_nothing_is_a_warning(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("match: Team Session", "match: Robotics Night"))
    report = run(club)
    assert report["exit"] == 0
    [warning] = [one for one in report["warnings"] if one["code"] == "notice-without-event"]
    assert warning["text"].endswith("matches the notice campus. The nearest titles are: 'Team Session'")


def test_a_session_that_lost_an_adult_it_requires_ends_the_run_with_1(club: ClubFolder) -> None:
    strict = "    require: {adults: 1}\n"
    club.write("sessions.yml", SESSIONS_YML + strict)
    assert run(club)["exit"] == 0
    club.calendar(vevent(attendees=("stu@example.org",)), TWO[1])
    report = run(club)
    assert report["exit"] == 1
    assert codes(report) == ["require-unmet"]
    assert [one["state"] for one in report["notices"]] == ["skipped", "skipped"]


def test_an_announced_session_that_became_tentative_stays_as_it_was_told(club: ClubFolder) -> None:
    club.calendar(vevent(more=("STATUS:TENTATIVE",)), TWO[1])
    report = run(club)
    assert (report["exit"], codes(report)) == (0, ["event-tentative"])
    assert len(club.emails()) == 2


def test_a_place_that_has_changed_is_told(club: ClubFolder) -> None:
    club.calendar(vevent(more=("LOCATION:Room 101",)), TWO[1])
    assert [one["kind"] for one in run(club)["notices"]] == [None, None]
    club.calendar(vevent("one", more=("LOCATION:Room 101",), attendees=("ada@example.org", "nia@example.org")), TWO[1])
    assert [one["kind"] for one in run(club)["notices"]] == ["added", None]
    club.calendar(vevent("one", more=("LOCATION:Gym",), attendees=("ada@example.org", "nia@example.org")), TWO[1])
    assert [one["kind"] for one in run(club)["notices"]] == ["changed", None]

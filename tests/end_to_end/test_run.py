"""The contract's "What is said when", through the real command on files."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import jsonschema
import pytest

from tests.end_to_end.harness import NOW, ROOT, ClubFolder, body, vevent

LATER = "2026-11-06T13:00:00-05:00"


def announce(club: ClubFolder) -> None:
    """The first run, which tells the owner of tomorrow's session."""
    ran = club.call("run")
    assert (ran.exit, ran.states[0]) == (0, ("new", "sent"))


def test_a_first_run_tells_the_owner_who_will_be_there(club: ClubFolder) -> None:
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    [email] = club.emails()
    assert email["To"] == "office@example.org"
    assert email["From"] == "coach@example.org"
    text = body(email)
    assert "Ada Adult" in text
    assert "Stu Student" in text
    assert "Nia" not in text


def test_a_second_run_sends_nothing(club: ClubFolder) -> None:
    announce(club)
    ran = club.call("run", now=LATER)

    assert (ran.exit, ran.states) == (0, [(None, "skipped")])
    assert len(club.emails()) == 1


def test_someone_new_is_marked_among_everyone_who_is_expected(club: ClubFolder) -> None:
    announce(club)
    club.calendar(vevent(attendees=("ada@example.org", "stu@example.org", "NIA@example.org")))
    ran = club.call("run", now=LATER)

    assert ran.states == [("added", "sent")]
    text = body(club.emails()[-1])
    assert "Nia Newcomer (new)" in text
    assert "Stu Student\r\n" in text


def test_a_session_that_ends_later_is_said_anew_to_everyone(club: ClubFolder) -> None:
    announce(club)
    club.calendar(vevent(end="20261107T130000"))
    ran = club.call("run", now=LATER)

    assert ran.states == [("changed", "sent")]
    assert "Ada Adult" in body(club.emails()[-1])


def test_a_shorter_session_needs_no_word(club: ClubFolder) -> None:
    announce(club)
    club.calendar(vevent(end="20261107T110000"))

    assert club.call("run", now=LATER).states == [(None, "skipped")]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((), id="deleted"),
        pytest.param((vevent(more=("STATUS:CANCELLED",)),), id="cancelled"),
        pytest.param((vevent(title="Dentist"),), id="renamed"),
        pytest.param((vevent(attendees=()),), id="nobody left"),
        pytest.param((vevent(start="20261109T090000", end="20261109T120000"),), id="moved away"),
    ],
)
def test_a_session_that_falls_through_is_called_off_once(club: ClubFolder, events: tuple[str, ...]) -> None:
    announce(club)
    club.calendar(*events)
    first, second = club.call("run", now=LATER), club.call("run", now="2026-11-06T14:00:00-05:00")

    assert [state for state in first.states if state[0]] == [("cancelled", "sent")]
    assert not [state for state in second.states if state[1] == "sent"]
    last = club.emails()[-1]
    assert "Dentist" not in last.as_string()
    assert len(club.emails()) == 2


def test_a_session_that_comes_back_is_new(club: ClubFolder) -> None:
    announce(club)
    club.calendar()
    club.call("run", now=LATER)
    club.calendar(vevent())

    assert club.call("run", now="2026-11-06T14:00:00-05:00").states == [("new", "sent")]


def test_an_unmet_requirement_keeps_the_notice_back_until_it_is_met(club: ClubFolder) -> None:
    settings = (club.folder / "sessions.yml").read_text("utf-8") + "    require: {adults: 2}\n"
    club.write("sessions.yml", settings)
    ran = club.call("run")
    assert (ran.exit, ran.states) == (1, [("new", "failed")])
    assert "1 of at least 2 adults" in ran.report["notices"][0]["reason"]
    assert club.emails() == []

    club.write("sessions.yml", settings.replace("adults: 2", "adults: 1"))
    assert club.call("run", now=LATER).states == [("new", "sent")]


def test_a_dry_run_says_what_is_due_and_changes_nothing(club: ClubFolder) -> None:
    before = sorted(path.name for path in club.folder.rglob("*"))
    ran = club.call("run", "--dry-run")

    assert (ran.exit, ran.states, ran.report["command"]) == (0, [("new", "due")], "run")
    assert sorted(path.name for path in club.folder.rglob("*") if path.name != "report.json") == before


@pytest.mark.parametrize("damage", ["", "<html>Sign in</html>", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"])
def test_a_calendar_that_is_none_cancels_nothing(club: ClubFolder, damage: str) -> None:
    announce(club)
    club.write("calendar.ics", damage)
    ran = club.call("run", now=LATER)

    assert ran.exit == 2
    assert "calendar.ics" in ran.err
    assert len(club.emails()) == 1


def test_wrong_settings_end_before_anything_is_read_or_sent(club: ClubFolder) -> None:
    club.write(
        "sessions.yml", (club.folder / "sessions.yml").read_text("utf-8").replace("within: 1 day", "witin: 1 day")
    )
    (club.folder / "calendar.ics").unlink()
    ran = club.call("run")

    assert ran.exit == 2
    assert "sessions.yml:14:5: notices[0].witin: " in ran.err
    assert 'did you mean "within"?' in ran.err
    assert not (club.folder / "outbox").exists()
    assert not (club.folder / ".sessionsmgmt").exists()


def test_the_report_is_what_its_schema_says_and_names_nobody(club: ClubFolder) -> None:
    ran = club.call("run")
    schema = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(ran.report)

    [notice] = ran.report["notices"]
    assert notice["notice"] == "campus"
    assert notice["start"] == "2026-11-07T09:00:00-05:00"
    assert notice["message_id"]
    assert ran.report["counts"] == {"sent": 1, "held": 0, "failed": 0, "skipped": 0}
    for text in (json.dumps(ran.report), ran.out, ran.err):
        for secret in ("Ada", "Stu", "ada@", "stu@", "coach@", "office@"):
            assert secret not in text
    assert "Team Session" not in json.dumps(ran.report)
    assert ran.report["looked_at"] == [
        {
            "notice": "campus",
            "events": 1,
            "matching": 1,
            "next": "2026-11-07T09:00:00-05:00",
            "told_from": "2026-11-06T09:00:00-05:00",
        }
    ]


KILLER = """\
import os, signal, sys
def die_while_sending(event, args):
    if event == "os.link" and str(args[1]).endswith(".eml"):  # the outbox puts a message into its folder
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die_while_sending)
"""


def killed_while_sending(club: ClubFolder) -> None:
    club.write("killer/sitecustomize.py", KILLER)
    killed = club.call("run", env={"PYTHONPATH": f"{club.folder / 'killer'}:{ROOT}"})
    assert killed.exit == -signal.SIGKILL


def test_a_run_that_died_while_sending_leaves_its_notice_alone_and_then_held(club: ClubFolder) -> None:
    killed_while_sending(club)
    at_once, later = club.call("run"), club.call("run", now=LATER)

    assert (at_once.exit, at_once.states) == (0, [("new", "skipped")])
    assert (later.exit, later.states) == (1, [("new", "held")])
    assert "resolve" in later.out
    assert club.emails() == []


@pytest.mark.parametrize(("answer", "then"), [("--sent", (None, "skipped")), ("--resend", ("new", "sent"))])
def test_a_held_notice_waits_for_a_persons_answer(club: ClubFolder, answer: str, then: tuple[str | None, str]) -> None:
    killed_while_sending(club)
    assert club.call("resolve", answer, now=NOW).exit == 2  # not held yet: its run may be alive
    resolved = club.call("resolve", answer, "--notice", "campus", now=LATER)

    assert resolved.exit == 0
    assert club.call("run", now=LATER).states == [then]
    assert club.call("resolve", answer, now=LATER).exit == 2


def test_the_machines_own_zone_does_not_matter(club: ClubFolder) -> None:
    here = club.call("run", "--dry-run", env={"TZ": "Asia/Tokyo"}).report["notices"]
    there = club.call("run", "--dry-run", env={"TZ": "America/Los_Angeles"}).report["notices"]

    assert here == there
    assert here[0]["state"] == "due"


def test_status_lists_what_is_ahead_and_what_was_said(club: ClubFolder) -> None:
    club.calendar(vevent(), vevent("two", start="20261121T090000", end="20261121T120000"))
    announce(club)
    ran = club.call("status", now=LATER)

    assert ran.exit == 0
    assert [notice["start"][:10] for notice in ran.report["notices"]] == ["2026-11-07", "2026-11-21"]


def test_preview_writes_a_page_and_every_email_and_sends_nothing(club: ClubFolder) -> None:
    ran = club.call("preview", "--out", "site")

    assert (ran.exit, ran.states) == (0, [("new", "due")])
    files = {path.suffix for path in Path(club.folder / "site").rglob("*") if path.is_file()}
    assert {".eml", ".html", ".txt"} <= files
    page = (club.folder / "site" / "index.html").read_text("utf-8")
    assert "office@example.org" in page
    assert not (club.folder / "outbox").exists()
    assert not (club.folder / ".sessionsmgmt").exists()


@pytest.mark.parametrize("instant", ["yesterday", "2026-11-7", "2026-11-07T09:00:00"])
def test_an_instant_without_its_offset_is_refused(club: ClubFolder, instant: str) -> None:
    ran = club.call("run", now=instant)

    assert ran.exit == 2
    assert "--now" in ran.err


def test_now_may_be_written_in_any_offset(club: ClubFolder) -> None:
    utc = club.call("run", "--dry-run", now="2026-11-06T17:00:00Z").report["notices"]

    assert utc == club.call("run", "--dry-run", now=NOW).report["notices"]

"""The example club lives through its season, and ``make demo`` shows it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.end_to_end.harness import ROOT, ClubFolder, Ran, body
from tests.environment import of_the_machine

EXAMPLE = ROOT / "examples" / "club"
NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = "2026-10-31T08:00:00-04:00"
MONDAY = "2026-11-02T08:00:00-05:00"


@pytest.fixture
def otters(tmp_path: Path) -> ClubFolder:
    shutil.copytree(EXAMPLE, tmp_path / "otters", ignore=shutil.ignore_patterns("outbox", "out", ".sessionsmgmt"))
    return ClubFolder(tmp_path / "otters")


def edit(club: ClubFolder) -> None:
    """What the coaches change between the two days of the demo."""
    subprocess.run(["sed", "-i.before", "-f", "edits.sed", "calendar.ics"], cwd=club.folder, check=True)


def sent(ran: Ran) -> list[tuple[str, str]]:
    """Rule and kind of what was sent, in the order of the sessions."""
    return [(one["notice"], one["kind"]) for one in ran.report["notices"] if one["state"] == "sent"]


def test_the_two_days_of_the_demo_need_a_notice_of_every_kind(otters: ClubFolder) -> None:
    saturday = otters.call("run", now=SATURDAY)
    again = otters.call("run", now=SATURDAY)
    edit(otters)
    monday = otters.call("run", now=MONDAY)

    assert sent(saturday) == [("campus", "new"), ("campus", "new"), ("hall", "new"), ("tournament", "new")]
    assert sent(again) == []
    assert sent(monday) == [("campus", "cancelled"), ("hall", "changed"), ("tournament", "added")]
    assert {saturday.exit, again.exit, monday.exit} == {0}


def test_those_who_can_not_be_placed_are_warned_about_and_nobody_is_named(otters: ClubFolder) -> None:
    ran = otters.call("run", now=SATURDAY)

    assert len(ran.report["warnings"]) == 1  # the cousin, who comes to the tournament and is in no address book
    assert "cousin" not in ran.out + ran.err + str(ran.report)


def weeks() -> list[str]:
    """Every Sunday of the season at noon on the club's clocks."""
    sundays = [date(2026, 9, 6) + timedelta(weeks=week) for week in range(15)]
    return [datetime.combine(day, time(12), NEW_YORK).isoformat() for day in sundays]


def days(first: date, count: int, every: int, *, but: set[date]) -> list[date]:
    return [day for day in (first + timedelta(days=every * number) for number in range(count)) if day not in but]


def test_a_season_is_announced_session_by_session_each_once(otters: ClubFolder) -> None:
    ran = [otters.call("run", now=now) for now in weeks()]

    announced = sorted(
        (one["notice"], datetime.fromisoformat(one["start"]).astimezone(NEW_YORK).date())
        for each in ran
        for one in each.report["notices"]
        if one["state"] == "sent"
    )
    called_off, moved, thanksgiving = date(2026, 10, 13), date(2026, 11, 3), date(2026, 11, 24)
    tuesdays = days(date(2026, 9, 8), 15, 7, but={called_off, moved, thanksgiving})
    saturdays = days(date(2026, 9, 12), 14, 7, but={date(2026, 11, 7), date(2026, 11, 28)})
    one_adult = date(2026, 12, 3)
    thursdays = days(date(2026, 9, 10), 7, 14, but={one_adult})
    assert announced == sorted(
        [("campus", day) for day in [*tuesdays, date(2026, 11, 4), *saturdays]]
        + [("hall", day) for day in thursdays]
        + [("tournament", date(2026, 11, 7))]
    )
    assert {one["kind"] for each in ran for one in each.report["notices"] if one["state"] == "sent"} == {"new"}
    assert [each.exit for each in ran] == [0] * 12 + [1] + [0] * 2  # the hall asks for two adults on 3 December


def test_the_workshop_is_at_the_same_hour_on_the_wall_before_and_after_the_clocks_change(otters: ClubFolder) -> None:
    otters.call("run", now="2026-10-18T12:00:00-04:00")
    otters.call("run", now="2026-11-15T12:00:00-05:00")

    starts = [re.findall(r"\d+:\d\d", body(email))[:1] for email in otters.emails() if "parish" in email["To"]]
    assert starts == [["6:30"], ["6:30"]]


def test_no_students_name_is_in_any_email(otters: ClubFolder) -> None:
    otters.call("run", now=SATURDAY)
    edit(otters)
    otters.call("run", now=MONDAY)

    cards = (EXAMPLE / "contacts.vcf").read_text("utf-8").replace("\r\n", "\n").split("END:VCARD")
    students = [re.findall(r"^FN:(.+)$", card, re.MULTILINE) for card in cards if "CATEGORIES:Student" in card]
    names = [name for found in students for name in found]
    texts = [
        part.get_content()
        for email in otters.emails()
        for part in email.walk()
        if part.get_content_maintype() == "text"
    ]
    assert len(names) == 19
    assert Counter(name for name in names for text in texts if name in text) == {}
    assert any("Rosalind Ratchet" in text for text in texts)


def test_the_school_in_montreal_is_written_to_in_french(otters: ClubFolder) -> None:
    otters.call("run", now=SATURDAY)

    [email] = [email for email in otters.emails() if "erables" in email["To"]]
    assert email["Content-Language"] == "fr"
    assert "du samedi 7 au dimanche 8 novembre 2026" in body(email)


def test_the_demo_says_where_emails_and_pages_lie_and_they_do(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "sessionsmgmt"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/entrypoint.py" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {**of_the_machine(), "PATH": f"{command.parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    demo = [str(ROOT / "scripts" / "demo"), str(tmp_path / "demo")]

    for left_from_before in ("demo/.sessionsmgmt/ledger.json", "demo/outbox/old.eml", "demo/sessions.yml"):
        (tmp_path / left_from_before).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / left_from_before).write_text("It begins anew each time.", encoding="utf-8")

    shown = subprocess.run(demo, env=environment, capture_output=True, text=True, check=True).stdout

    places = set(re.findall(rf"{tmp_path}/demo/(?:outbox/|preview/\w+/index\.html)", shown.partition("Look at it")[2]))
    assert len(places) == 3
    assert [place for place in places if not Path(place).exists()] == []
    assert len(list((tmp_path / "demo" / "outbox").glob("*.eml"))) == 7

"""Situations that people have met with calendars, rebuilt: each is run with the same ledger, once for each calendar.

``expected.md`` of each case says what happens, what is right, and what was wrong once.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from sessionsmgmt.entrypoints.cli.main import main
from tests.emulators.google import Calendar, GoogleEmulator, World
from tests.settings import process

CASES = Path(__file__).parent.parent / "fixtures" / "cases"

Run = tuple[str, str]
"""The calendar's file and the instant."""

Told = list[list[tuple[str, str]]]
"""For each run, the emails that left: kind and times."""

FILES: dict[str, tuple[list[Run], Told]] = {
    "series-split-same-slot": (
        [("calendar-1.ics", "2026-10-12T12:00:00Z"), ("calendar-2.ics", "2026-10-12T13:00:00Z")],
        [[("new", "October 13, 2026, 6:00 PM to 8:00 PM")], []],
    ),
    "second-event-same-uid": (
        [("calendar-1.ics", "2026-10-05T12:00:00Z"), ("calendar-2.ics", "2026-10-05T13:00:00Z")],
        [
            [("new", "October 6, 2026, 6:00 PM to 8:00 PM")],
            [("new", "October 8, 2026, 6:00 PM to 8:00 PM")],
        ],
    ),
    "new-uids-every-export": (
        [
            ("calendar-1.ics", "2026-10-05T12:00:00Z"),
            ("calendar-2.ics", "2026-10-05T13:00:00Z"),
            ("calendar-3.ics", "2026-10-06T12:00:00Z"),
        ],
        [
            [("new", "October 6, 2026, 6:00 PM to 8:00 PM"), ("new", "October 8, 2026, 6:00 PM to 8:00 PM")],
            [],
            [],
        ],
    ),
    "no-break-space-in-the-title": (
        [("calendar.ics", "2026-10-05T12:00:00Z")],
        [[("new", "October 6, 2026, 6:00 PM to 8:00 PM")]],
    ),
}

MADE_WEEKLY: list[Run] = [
    ("events-1.json", "2026-10-12T12:00:00Z"),
    ("events-2.json", "2026-10-12T12:30:00Z"),
    ("events-2.json", "2026-10-13T08:00:00Z"),
]
GOOGLE: dict[str, tuple[list[Run], Told]] = {
    "google-single-made-weekly-first-deleted": (
        MADE_WEEKLY,
        [
            [("new", "October 13, 2026, 6:00 PM to 8:00 PM")],
            [("cancelled", "October 13, 2026, 6:00 PM to 8:00 PM")],
            [],
        ],
    ),
    "google-single-made-weekly-first-moved": (
        MADE_WEEKLY,
        [
            [("new", "October 13, 2026, 6:00 PM to 8:00 PM")],
            [("changed", "October 13, 2026, 4:00 PM to 6:00 PM")],
            [],
        ],
    ),
}


def _copied(case: str, folder: Path) -> Path:
    """The case in a folder of its own."""
    return Path(shutil.copytree(CASES / case, folder / case))


def _told(emails: list[EmailMessage]) -> list[tuple[str, str]]:
    """Kind and times of each email, in the order of the times; the subject says the whole window."""
    return sorted((str(one["X-Sessionsmgmt-Kind"]), str(one["Subject"]).partition("day, ")[2]) for one in emails)


def _plain(when: str) -> str:
    return when.replace("\u202f", " ").replace("\u00a0", " ").replace(" \u2013 ", " to ")


def _run(folder: Path, now: str, environ: dict[str, str]) -> int:
    return main(["run", "--config", str(folder / "sessions.yml"), "--now", now], process(environ))


def _each(case: list[Run], once: Callable[[str, str], list[EmailMessage]]) -> Told:
    return [[(kind, _plain(when)) for kind, when in _told(once(name, now))] for name, now in case]


@pytest.mark.parametrize("case", FILES)
def test_the_owner_of_the_case_is_told_the_truth_once(case: str, tmp_path: Path) -> None:
    folder = _copied(case, tmp_path)
    runs, told = FILES[case]
    seen: set[Path] = set()

    def once(calendar: str, now: str) -> list[EmailMessage]:
        if calendar != "calendar.ics":
            shutil.copy(folder / calendar, folder / "calendar.ics")
        assert _run(folder, now, {}) == 0
        new = set(folder.glob("outbox/*.eml")) - seen
        seen.update(new)
        return [message_from_bytes(path.read_bytes(), EmailMessage, policy=default) for path in sorted(new)]

    assert _each(runs, once) == told


@pytest.mark.parametrize("case", GOOGLE)
def test_the_owner_of_the_case_at_google_is_told_the_truth_once(case: str, tmp_path: Path) -> None:
    folder = _copied(case, tmp_path)
    runs, told = GOOGLE[case]
    calendar = Calendar(summary="Otters Calendar")
    world = World(calendars=[calendar])
    world.contacts.add("Ida Marsh", "ida@example.com", labels=["Adult"])
    world.contacts.add("Tove Lind", "tove@example.com", labels=["Student"])
    with GoogleEmulator(world) as google:
        environ = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}

        def once(events: str, now: str) -> list[EmailMessage]:
            before = len(google.sent)
            calendar.put(*json.loads((folder / events).read_text("utf-8"))["items"])
            assert _run(folder, now, environ) == 0
            return [sent.message for sent in google.sent[before:]]

        assert _each(runs, once) == told

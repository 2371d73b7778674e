"""Situations that people have met with calendars, rebuilt: each is run with the same ledger, once for each calendar.

The ``README.md`` of the cases, or the ``expected.md`` of a case, says what happens and what is right.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
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

DAY = "October 15, 2026, 6:00 PM to 8:00 PM"
ONE_SESSION: tuple[list[Run], Told] = ([("calendar.ics", "2026-10-14T12:00:00Z")], [[("new", DAY)]])
"""One run, in which one session is announced."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the emails of a case have and do not have in them, and the codes of the warnings of all its runs."""

    has: tuple[str, ...] = ("Ida Marsh", "Tove Lind")
    has_not: tuple[str, ...] = ()
    warnings: frozenset[str] = frozenset()


NOTHING_ODD = Content()
NO_EVENT = frozenset({"notice-without-event"})
"""A session that is cancelled was the only one of its rule."""
READ: dict[str, tuple[list[Run], Told, Content]] = {
    "glued-contacts": (*ONE_SESSION, Content(warnings=frozenset({"contact-glued"}))),
    "zone-est-with-summer-time": (*ONE_SESSION, NOTHING_ODD),
    "all-day-until-utc-midnight": (
        [("calendar.ics", "2026-10-12T12:00:00Z")],
        [[("new", f"October {day}, 2026, all day") for day in (13, 20, 27)]],
        NOTHING_ODD,
    ),
    "exrule": (
        [("calendar.ics", "2026-10-05T12:00:00Z")],
        [[("new", f"October {day}, 2026, 6:00 PM to 8:00 PM") for day in (13, 20, 27)]],
        NOTHING_ODD,
    ),
    "status-canceled-one-l": (
        [("calendar-1.ics", "2026-10-14T12:00:00Z"), ("calendar-2.ics", "2026-10-14T13:00:00Z")],
        [[("new", DAY)], [("cancelled", DAY)]],
        Content(warnings=NO_EVENT),
    ),
    "canceled-in-the-title": (
        [("calendar-1.ics", "2026-10-14T12:00:00Z"), ("calendar-2.ics", "2026-10-14T15:00:00Z")],
        [[("new", DAY)], [("cancelled", DAY)]],
        Content(warnings=NO_EVENT | {"event-cancelled-by-title"}),
    ),
    "zone-name-with-commas": (*ONE_SESSION, NOTHING_ODD),
    "address-in-quotes": (*ONE_SESSION, NOTHING_ODD),
    "email-with-a-name": (*ONE_SESSION, NOTHING_ODD),
    "charset-macintosh": (*ONE_SESSION, Content(("Ida Gr\u00fcne", "Tove Lind"))),
    "method-cancel-without-status": (
        [("calendar.ics", "2026-10-05T12:00:00Z")],
        [[]],
        Content((), warnings=NO_EVENT | {"event-cancelled-by-method"}),
    ),
    "zone-of-the-calendar": (
        [("calendar.ics", "2026-10-05T12:00:00Z")],
        [[("new", "October 6, 2026, 9:00 PM to 11:00 PM")]],
        Content(warnings=frozenset({"calendar-zone"})),
    ),
    "name-cut-by-a-blank-line": (*ONE_SESSION, NOTHING_ODD),
    "stale-change-of-one-date": (
        [("calendar-1.ics", "2026-10-12T12:00:00Z"), ("calendar-2.ics", "2026-10-12T13:00:00Z")],
        [
            [("new", "October 13, 2026, 7:00 PM to 9:00 PM")],
            [("changed", "October 13, 2026, 5:30 PM to 7:30 PM")],
        ],
        Content(warnings=frozenset({"event-change-stale"})),
    ),
    "delegated-attendee": (
        *ONE_SESSION,
        Content(("Nils Holt", "Tove Lind"), ("Ida Marsh",)),
    ),
    "end-of-summer-time": (
        [("calendar.ics", "2026-10-30T12:00:00Z")],
        [[("new", "November 1, 2026, 1:30 AM EDT to 1:15 AM EST")]],
        NOTHING_ODD,
    ),
}

MADE_WEEKLY: list[Run] = [
    ("events-1.json", "2026-10-12T12:00:00Z"),
    ("events-2.json", "2026-10-12T12:30:00Z"),
    ("events-2.json", "2026-10-13T08:00:00Z"),
]
AT_GOOGLE: tuple[list[Run], Told] = (
    [("events.json", "2026-10-12T12:00:00Z")],
    [[("new", "October 13, 2026, 6:00 PM to 8:00 PM")]],
)
READ_AT_GOOGLE: dict[str, tuple[list[Run], Told, Content]] = {
    "google-attendee-without-email": (*AT_GOOGLE, Content(warnings=frozenset({"attendee-without-address"}))),
    "google-contact-without-a-name": (*AT_GOOGLE, Content(("Ida Marsh", "Nilo", "Tove Lind"), ("(no name)",))),
    "google-html-description": (
        AT_GOOGLE[0],
        [[("new", "October 13, 2026")]],
        Content(
            ("Please bring gloves.", "Come in by the yard & ring twice", "the yard"),
            ("<b>", "<li>", "&lt;", "&amp;amp;"),
        ),
    ),
}
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
    return sorted((str(email["X-Sessionsmgmt-Kind"]), str(email["Subject"]).partition("day, ")[2]) for email in emails)


def _plain(when: str) -> str:
    return when.replace("\u202f", " ").replace("\u00a0", " ").replace(" \u2013 ", " to ")


def _run(folder: Path, now: str, environ: dict[str, str]) -> int:
    report = str(folder / "report.json")
    return main(["run", "--config", str(folder / "sessions.yml"), "--now", now, "--report", report], process(environ))


def _warnings(folder: Path) -> set[str]:
    """The codes of the warnings of the last run."""
    return {warning["code"] for warning in json.loads((folder / "report.json").read_text("utf-8"))["warnings"]}


def _bodies(email: EmailMessage) -> list[str]:
    """The plain text of an email, and what its HTML shows where it shows text."""
    parts = {part.get_content_type(): str(part.get_content()) for part in email.walk() if not part.is_multipart()}
    return [parts["text/plain"], parts["text/html"].replace("&amp;", "&")]


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


def _check(email: EmailMessage, content: Content) -> None:
    """A new session's email says what the case expects, as text and as HTML."""
    if email["X-Sessionsmgmt-Kind"] == "new":
        for body in _bodies(email):
            assert [text for text in content.has if text not in body] == []
            assert [text for text in content.has_not if text in body] == []


@pytest.mark.parametrize("case", READ)
def test_what_the_files_of_the_case_say_is_read_or_warned_about(case: str, tmp_path: Path) -> None:
    folder = _copied(case, tmp_path)
    runs, told, content = READ[case]
    seen: set[Path] = set()
    warnings: set[str] = set()

    def once(calendar: str, now: str) -> list[EmailMessage]:
        if calendar != "calendar.ics":
            shutil.copy(folder / calendar, folder / "calendar.ics")
        assert _run(folder, now, {}) == 0
        warnings.update(_warnings(folder))
        new = set(folder.glob("outbox/*.eml")) - seen
        seen.update(new)
        emails = [message_from_bytes(path.read_bytes(), EmailMessage, policy=default) for path in sorted(new)]
        for email in emails:
            _check(email, content)
        return emails

    assert _each(runs, once) == told
    assert warnings == content.warnings


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


@pytest.mark.parametrize("case", READ_AT_GOOGLE)
def test_what_google_says_in_the_case_is_read_or_warned_about(case: str, tmp_path: Path) -> None:
    folder = _copied(case, tmp_path)
    runs, told, content = READ_AT_GOOGLE[case]
    calendar = Calendar(summary="Otters Calendar")
    world = World(calendars=[calendar])
    world.contacts.add("Ida Marsh", "ida@example.com", labels=["Adult"])
    world.contacts.add("Tove Lind", "tove@example.com", labels=["Student"])
    if (folder / "contacts.json").exists():
        (nameless,) = (
            person
            for person in json.loads((folder / "contacts.json").read_text("utf-8"))["connections"]
            if "names" not in person
        )
        person = world.contacts.add("", "nils@example.com", labels=["Adult"])
        person.update({name: nameless[name] for name in ("nicknames", "organizations")})
    with GoogleEmulator(world) as google:
        environ = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}

        def once(events: str, now: str) -> list[EmailMessage]:
            calendar.put(*json.loads((folder / events).read_text("utf-8"))["items"])
            assert _run(folder, now, environ) == 0
            emails = [sent.message for sent in google.sent]
            for email in emails:
                _check(email, content)
            return emails

        assert _each(runs, once) == told
        assert _warnings(folder) == content.warnings

"""A club in a folder, and the real command run on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from tests import forks
from tests.environment import of_the_machine
from tests.forks import COMMAND, ROOT

__all__ = ["COMMAND", "ROOT"]

NOW = "2026-11-06T12:00:00-05:00"

SESSIONS_YML = """\
version: 1
team: MantaBots
timezone: America/New_York
calendar: {provider: ics, path: calendar.ics}
contacts: {provider: vcard, path: contacts.vcf}
mail: {provider: outbox, path: outbox, from: coach@example.org}
roles:
  adults: [Adult]
  students: [Student]
ledger: {store: file, path: .sessionsmgmt/ledger.json}
notices:
  - id: campus
    match: Team Session
    within: 1 day
    presence: event
    to: [office@example.org]
"""

AT_GOOGLE = (
    SESSIONS_YML.replace(
        "{provider: ics, path: calendar.ics}", "{provider: google, id: team@group.calendar.google.com}"
    )
    .replace("{provider: vcard, path: contacts.vcf}", "{provider: google}")
    .replace("{provider: outbox, path: outbox, from: coach@example.org}", "{provider: google}")
)
"""The same club with its calendar, its contacts and its mail at Google."""

CONTACTS = """\
BEGIN:VCARD
VERSION:3.0
FN:Ada Adult
EMAIL:ada@example.org
CATEGORIES:Adult
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Stu Student
EMAIL:stu@example.org
CATEGORIES:Student
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Nia Newcomer
EMAIL:nia@example.org
CATEGORIES:Student
END:VCARD
"""


def vevent(
    uid: str = "one",
    *,
    title: str = "Team Session",
    start: str = "20261107T090000",
    end: str = "20261107T120000",
    attendees: tuple[str, ...] = ("ada@example.org", "stu@example.org"),
    more: tuple[str, ...] = (),
) -> str:
    """One event in America/New_York, as a calendar exports it."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"SUMMARY:{title}",
        f"DTSTART;TZID=America/New_York:{start}",
        f"DTEND;TZID=America/New_York:{end}",
        *(f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{address}" for address in attendees),
        *more,
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def vcalendar(*events: str) -> str:
    """A calendar file of those events."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", *events, "END:VCALENDAR", ""])


@dataclass(frozen=True)
class Ran:
    """What one call of the command did."""

    exit: int
    out: str
    err: str
    report: dict[str, Any]

    @property
    def log(self) -> str:
        """What is shown of both: the runner keeps the lines to itself that tell it what to mask."""
        lines = (self.out + self.err).splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("::add-mask::"))

    @property
    def states(self) -> list[tuple[str | None, str]]:
        """Kind and state of every notice in the report."""
        return [(notice["kind"], notice["state"]) for notice in self.report.get("notices", [])]


@dataclass(frozen=True)
class ClubFolder:
    """A folder with a sessions.yml, a calendar, an address book and, once something was sent, an outbox."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        """Write one of the club's files as it is."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def calendar(self, *events: str) -> None:
        """Make the calendar hold just these events."""
        self.write("calendar.ics", vcalendar(*events))

    def call(self, command: str, *options: str, now: str = NOW, env: dict[str, str] | None = None) -> Ran:
        """Run ``entrypoint.py COMMAND`` in the club's folder."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        arguments = [*command.split(), "--now", now, "--report", str(report), *options]
        done = forks.run(arguments, self.folder, {**of_the_machine(), **(env or {})})
        parsed = json.loads(report.read_text("utf-8")) if report.exists() else {}
        return Ran(done.returncode, done.stdout, done.stderr, parsed)

    def emails(self) -> list[EmailMessage]:
        """Every email in the outbox, oldest name first, parsed anew."""
        files = sorted((self.folder / "outbox").glob("*.eml"))
        return [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in files]


def body(email: EmailMessage, kind: str = "plain") -> str:
    """The text of the plain or the html part."""
    part = email.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def make_club(folder: Path) -> ClubFolder:
    """A club with three people and one session tomorrow, Saturday 7 November 2026, 9:00 to 12:00."""
    club = ClubFolder(folder)
    club.write("sessions.yml", SESSIONS_YML)
    club.write("contacts.vcf", CONTACTS.replace("\n", "\r\n"))
    club.calendar(vevent())
    return club

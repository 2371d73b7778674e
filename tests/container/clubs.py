"""Checkouts of a club that has one session tomorrow: on files, and at Google."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.emulators.google import TEAM_CALENDAR, World, event
from tests.end_to_end.harness import CONTACTS, SESSIONS_YML, vcalendar, vevent

NOW = "2026-11-06T12:00:00-05:00"
ON_FILES = {"sessions.yml": SESSIONS_YML, "contacts.vcf": CONTACTS, "calendar.ics": vcalendar(vevent())}
AT_GOOGLE = {
    "sessions.yml": SESSIONS_YML.replace(
        "{provider: ics, path: calendar.ics}", f"{{provider: google, id: {TEAM_CALENDAR}}}"
    )
    .replace("{provider: vcard, path: contacts.vcf}", "{provider: google}")
    .replace("{provider: outbox, path: outbox, from: coach@example.org}", "{provider: google}")
}
WRONG = {"sessions.yml": SESSIONS_YML.replace("within: 1 day", "within: soon")}
"""On line 14, in column 13."""


def world() -> World:
    """The club's account at Google."""
    made = World()
    made.calendar().put(
        event("lab", datetime(2026, 11, 7, 14, tzinfo=UTC), attendees=["ada@example.org", "stu@example.org"])
    )
    made.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    made.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    return made

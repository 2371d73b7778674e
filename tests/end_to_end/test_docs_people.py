"""docs/people.md: children whose parents are invited, people who always come, and members who must say yes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.emulators.google import GoogleEmulator, World, event
from tests.end_to_end.harness import AT_GOOGLE, CONTACTS, SESSIONS_YML, ClubFolder, body, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/people.md"]

CHILD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Kim Child\r\n{more}CATEGORIES:Student\r\nEND:VCARD\r\n"


def a_child(club: ClubFolder, more: str = "") -> None:
    club.write("contacts.vcf", CONTACTS.replace("\n", "\r\n") + CHILD.format(more=more))


def the_block(word: str) -> str:
    """The page's yaml block about a key."""
    [block] = [block for block in PAGE.blocks("yaml") if f"{word}:" in block]
    return block


def test_the_line_for_a_vcf_file_names_the_child_of_an_invited_parent(club: ClubFolder) -> None:
    [line] = re.findall(r"`(RELATED;[^`]+)`", PAGE.text)
    a_child(club, f"{line}\r\n")
    club.calendar(vevent(attendees=("ada@example.org", "pat@example.org")))

    assert club.call("run").states == [("new", "sent")]
    text = body(club.emails()[0])
    assert "Kim Child" in text
    assert "pat@example.org" not in text


def test_the_people_of_include_come_although_nobody_invited_them(club: ClubFolder) -> None:
    a_child(club)
    club.write("sessions.yml", SESSIONS_YML.partition("notices:")[0] + the_block("include"))
    club.calendar(vevent(attendees=("ada@example.org",)))
    ran = club.call("run")

    assert ran.states == [("new", "sent")]
    text = body(club.emails()[0])
    assert all(name in text for name in ("Ada Adult", "Stu Student", "Nia Newcomer", "Kim Child"))
    assert [warning["code"] for warning in ran.report["warnings"]] == ["include-without-contact"]
    assert "Coach" in ran.report["warnings"][0]["text"]
    assert club.call("run", now="2026-11-06T13:00:00-05:00").states == [(None, "skipped")]


def test_where_only_a_yes_counts_an_invitation_without_an_answer_waits(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML + the_block("attending"))
    waiting = vevent(attendees=()).replace("END:VEVENT", "ATTENDEE:mailto:ada@example.org\r\nEND:VEVENT")
    club.calendar(waiting)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [(None, "skipped")])
    assert [warning["code"] for warning in ran.report["warnings"]] == ["attendees-undecided"]
    club.calendar(vevent(attendees=("ada@example.org",)))
    assert club.call("run").states == [("new", "sent")]
    club.calendar(waiting)
    assert club.call("run", now="2026-11-06T13:00:00-05:00").states == [(None, "skipped")]
    assert len(club.emails()) == 1


@pytest.mark.parametrize("key", ["include", "attending"])
def test_a_misspelt_value_is_found_with_its_line(club: ClubFolder, key: str) -> None:
    block = {"include": "    include: Student\n", "attending": "attending: yes\n"}[key]
    club.write("sessions.yml", SESSIONS_YML + block)
    ran = club.call("validate")

    assert ran.exit == 2
    assert f"sessions.yml:{(SESSIONS_YML + block).count(chr(10))}:" in ran.err


def test_a_custom_field_of_google_contacts_names_the_child(club: ClubFolder) -> None:
    club.write("sessions.yml", AT_GOOGLE)
    world = World()
    world.contacts.add("Pat Parent", "pat@example.org")
    world.contacts.add("Kim Child", labels=["Student"], guardians=["pat@example.org"])
    world.calendar().put(event("lab", datetime(2026, 11, 7, 14, tzinfo=UTC), attendees=["pat@example.org"]))
    with GoogleEmulator(world) as emulator:
        known = {"GOOGLE_CREDENTIALS": emulator.credentials, "SESSIONSMGMT_GOOGLE_ROOT": emulator.root}
        ran = club.call("run", env=known)

    assert ran.states == [("new", "sent")]
    [sent] = emulator.sent
    assert "Kim Child" in body(message_from_bytes(bytes(sent.message), EmailMessage, policy=policy.default))

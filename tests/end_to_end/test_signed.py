"""The named contact and the signature of sessions.yml, through ``entrypoint.py``, on files and at Google."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.emulators.github import OWNER, REPOSITORY
from tests.emulators.google import GoogleEmulator, World, event
from tests.emulators.google.world import PREDECESSOR
from tests.end_to_end.harness import AT_GOOGLE, SESSIONS_YML, ClubFolder, body, make_club, vevent
from tests.end_to_end.pages import PAGES

PAGE = next(page for page in PAGES if page.path == "docs/templates.md")
[SIGNATURE] = PAGE.blocks("markdown")
[CONTACT] = [block.splitlines()[0] for block in PAGE.blocks("yaml") if block.startswith("contact:")]
SIGNED = SESSIONS_YML.replace("from: coach@example.org", "from: coach@example.org, signature: signature.md")


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    club = make_club(tmp_path)
    club.write("sessions.yml", f"{SIGNED}{CONTACT}\n")
    club.write("signature.md", SIGNATURE)
    return club


def is_signed(email: EmailMessage) -> bool:
    """Whether both parts of the email name the contact of the docs and end with the signature of the docs."""
    text, html = body(email).replace("\r\n", "\n"), body(email, "html")
    return (
        re.search(r"Contact( on site)? +Coach Lee, \+1 555 0100\n", text) is not None
        and "\n-- \nMantaBots, the robotics team of Queens\n" in text
        and "Coach Lee, +1 555 0100" in html
        and re.search(r"<strong[^>]*>MantaBots</strong>, the robotics team of Queens", html) is not None
    )


def test_the_example_of_the_docs_is_in_every_kind_of_email(club: ClubFolder) -> None:
    club.call("run")
    club.calendar(vevent(start="20261107T080000"))
    club.call("run", now="2026-11-06T13:00:00-05:00")
    club.calendar()
    club.calendar(vevent("another", title="Something else"))
    club.call("run", now="2026-11-06T14:00:00-05:00")

    assert [email["X-Sessionsmgmt-Kind"] for email in club.emails()] == ["new", "changed", "cancelled"]
    assert all(is_signed(email) for email in club.emails())


def test_a_preview_that_is_mailed_is_signed_as_the_notice_is(club: ClubFolder) -> None:
    club.call("preview", "--mail", "coach@example.org")
    [email] = club.emails()
    assert is_signed(email)


def test_at_google_it_is_the_same(tmp_path: Path) -> None:
    club = ClubFolder(tmp_path)
    signed = AT_GOOGLE.replace("mail: {provider: google}", "mail: {provider: google, signature: signature.md}")
    club.write("sessions.yml", f"{signed}{CONTACT}\n")
    club.write("signature.md", SIGNATURE)
    world = World()
    world.consent.granted = PREDECESSOR
    world.calendar().put(event("lab", datetime(2026, 11, 7, 14, tzinfo=UTC), attendees=["ada@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    with GoogleEmulator(world) as google:
        ran = club.call("run", env={"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root})
        assert ran.states == [("new", "sent")]
        [sent] = google.sent
    assert is_signed(BytesParser(policy=policy.default).parsebytes(sent.original))
    assert "Lee" not in ran.log + json.dumps(ran.report)


def test_a_problem_of_the_signature_is_an_error_at_its_line_and_nothing_is_sent(club: ClubFolder) -> None:
    club.write("signature.md", "MantaBots\n\n[call us](tel:+15550100)\n")
    for command in ("validate", "run"):
        ran = club.call(command)
        assert ran.exit == 2
        assert "signature.md:3:11: a link must begin with https://" in ran.err
    assert club.emails() == []


def test_the_contact_and_the_signature_are_in_the_emails_and_an_invented_contact_in_a_preview_for_all(
    club: ClubFolder,
) -> None:
    ran = club.call("run")
    assert [is_signed(email) for email in club.emails()] == [True]
    assert "Lee" not in ran.log + json.dumps(ran.report)

    sample = "preview: {sample: {calendar: calendar.ics, contacts: contacts.vcf}}"
    club.write("sessions.yml", f"{SIGNED}{CONTACT}\n{sample}\n")
    event_file = club.folder / "event.json"
    event_file.write_text(json.dumps({"repository": {"id": 1, "private": False}}), encoding="utf-8")
    in_public = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(club.folder),
        "GITHUB_EVENT_NAME": "schedule",
        "GITHUB_EVENT_PATH": str(event_file),
        "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
    }
    ran = club.call("preview", "--out", "page", env=in_public)
    page = "".join(path.read_text("utf-8") for path in sorted((club.folder / "page").glob("*.[ht][tx]*")))
    assert ran.states == [("new", "due")]
    assert "Charlie Contact" in page
    assert "Coach Lee" not in page + ran.log

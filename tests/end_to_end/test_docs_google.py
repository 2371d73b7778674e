"""docs/google.md: what it tells a coach to type works, and every message it explains is one that is really said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sessionsmgmt.adapters.google.credentials import stored_credential
from sessionsmgmt.adapters.google.scopes import CONTACTS, NEEDED_FOR
from sessionsmgmt.adapters.google.sent import GmailSent
from sessionsmgmt.application.job import Delivery, Lookup
from sessionsmgmt.application.notices.run import sender_seen
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.domain.sessions.assessment import Club as Deciding
from sessionsmgmt.domain.sessions.calendars import with_trust
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.roster import Directory
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.mail import Delivered, Undelivered
from tests.builders import NEW_YORK
from tests.contract.mailers import message
from tests.emulators.google import (
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_RAPT,
    Calendar,
    Consent,
    GoogleEmulator,
    Refusal,
    TokenRefusal,
    World,
    attendee,
    event,
)
from tests.emulators.google.world import PREDECESSOR
from tests.end_to_end.harness import ROOT, ClubFolder
from tests.settings import load, secret
from tests.wire.google import READING, Club, google

PAGE = (ROOT / "docs" / "google.md").read_text(encoding="utf-8")
SESSIONS_YML = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
TYPED = re.findall(r"^\$ sessionsmgmt (.*)$", PAGE, re.MULTILINE)
NOW = datetime(2026, 11, 6, 23, tzinfo=UTC)
START = NOW + timedelta(hours=15)


def test_the_sessions_yml_it_shows_is_valid(tmp_path: Path) -> None:
    (tmp_path / "sessions.yml").write_text(SESSIONS_YML, encoding="utf-8")

    assert load(tmp_path / "sessions.yml").team == "MantaBots"


def test_the_commands_it_shows_work(tmp_path: Path) -> None:
    folder = ClubFolder(tmp_path)
    folder.write("sessions.yml", SESSIONS_YML)
    assert TYPED == [
        "auth login --client client.json --save credential.json",  # tried in test_google_login.py
        "doctor",
        "preview --out preview",
        "auth revoke",
    ]
    world = World()
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    with GoogleEmulator(world) as emulator:
        env = {"GOOGLE_CREDENTIALS": emulator.credentials, "SESSIONSMGMT_GOOGLE_ROOT": emulator.root}
        for command in TYPED[1:]:
            ran = folder.call(command, env=env)
            assert ran.exit == 0, ran.err

    assert (tmp_path / "preview" / "index.html").exists()


def test_it_lists_every_permission_that_is_asked_for() -> None:
    listed = set(re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE))

    assert listed == {scope.rpartition("/")[2] for scope in NEEDED_FOR}


def said(act: Callable[[], object]) -> str:
    with pytest.raises(SessionsError) as caught:
        act()
    return str(caught.value)


def credential(text: str) -> str:
    return said(lambda: stored_credential(secret(text)))


def reading(club: Club) -> CalendarReading:
    return club.calendar().read(NOW, NOW + timedelta(days=2), ())


def refused(call: str, trouble: Refusal | TokenRefusal) -> str:
    with google(World()) as club:
        club.google.fail(call, trouble)
        return said(lambda: reading(club))


def unticked() -> str:
    world = World()
    world.consent.granted = READING - {CONTACTS}
    with GoogleEmulator(world) as emulator:
        return said(lambda: Club(emulator).contacts().read())


def by_name(calendars: int) -> str:
    world = World()
    world.calendars = [Calendar(f"c{number}@example.org", "Team") for number in range(calendars)]
    with google(world) as club:
        return said(lambda: club.calendar_by_name("Team").read(NOW, NOW, ()))


def busy_only() -> str:
    world = World()
    world.calendar().role = "freeBusyReader"
    with google(world) as club:
        return said(lambda: reading(club))


def warnings(shown: dict[str, object], tmp_path: Path, organizers: frozenset[str] | None = None) -> str:
    """What is said of an event of this kind, by the settings the page shows."""
    (tmp_path / "sessions.yml").write_text(SESSIONS_YML, encoding="utf-8")
    rules = [notice.rule for notice in load(tmp_path / "sessions.yml").notices]
    world = World()
    world.calendar().put(event("lab", START) | shown)
    with google(world) as club:
        found = decide(
            rules,
            with_trust(reading(club), organizers),
            Deciding((), Directory(), LedgerSnapshot(b"key"), NEW_YORK),
            NOW,
        )
    return " ".join(warning.text for warning in found.warnings)


def unsent(message_of_google: str = "") -> str:
    with google(World()) as club:
        club.google.fail("gmail.users.messages.send", Refusal(400, "badRequest", message_of_google))
        outcome = club.mailer().send(message())
    assert isinstance(outcome, Undelivered)
    return str(outcome.cause)


def wide() -> str:
    with google(World(consent=Consent(granted=PREDECESSOR))) as club:
        return " ".join(warning.text for warning in reading(club).warnings)


def replaced() -> str:
    mail = message()
    mail["From"] = "elsewhere@example.org"
    with google(World()) as club:
        sent = club.mailer().send(mail)
        assert isinstance(sent, Delivered)
        delivery = Delivery(Verdict(Key("campus", "lab"), NOW, State.SENT), sent.message_id)
        lookup = Lookup(GmailSent(club.account()), "MantaBots", "elsewhere@example.org")
        return " ".join(one.text for one in sender_seen(lookup, [delivery]))


LIST = "calendar.events.list"
MESSAGES: Mapping[str, Callable[[Path], str]] = {
    "GOOGLE_CREDENTIALS is not set": lambda _: credential(""),
    "GOOGLE_CREDENTIALS is not JSON": lambda _: credential("{"),
    "lacks …": lambda _: credential("{}"),
    "Google does not accept the stored consent any more": lambda _: refused("oauth.token", INVALID_GRANT),
    "Google wants the account's owner to sign in again": lambda _: refused("oauth.token", INVALID_RAPT),
    "Consent is missing for …": lambda _: unticked(),
    "Google does not know the client": lambda _: refused("oauth.token", INVALID_CLIENT),
    "the API is not enabled": lambda _: refused(LIST, Refusal(403, "accessNotConfigured")),
    "the account's list has no calendar of this name": lambda _: by_name(0),
    "2 calendars of the account have this name": lambda _: by_name(2),
    "may see when the calendar is busy, and nothing else": lambda _: busy_only(),
    "the calendar does not show this account every attendee": lambda path: warnings({"attendeesOmitted": True}, path),
    "somebody organises it whom calendar.organizers does not name": lambda path: warnings(
        {"organizer": {"email": "outsider@example.net"}}, path, frozenset()
    ),
    "guest(s) come along with attendees and cannot be named": lambda path: warnings(
        {"attendees": [attendee("ann@example.org", additionalGuests=2)]}, path
    ),
    "Google could not be reached": lambda _: refused(LIST, Refusal(503, "backendError", retry_after="3600")),
    "Google's limits do not allow …": lambda _: refused(LIST, Refusal(403, "dailyLimitExceeded", retry_after="3600")),
    "Google refuses to sign in": lambda _: refused("oauth.token", TokenRefusal("disabled_client")),
    "consent covers more than is needed": lambda _: wide(),
    "The account that agreed can't send mail by Gmail": lambda _: unsent("Mail service not enabled"),
    "Gmail does not take the recipients": lambda _: unsent("Invalid To header"),
    "Gmail does not take the sender": lambda _: unsent("Invalid From header"),
    "Gmail refuses the email as it is": lambda _: unsent(),
    "the mail left from the account's own address": lambda _: replaced(),
}


def test_it_explains_these_messages_and_no_others() -> None:
    table = PAGE.partition("| it says | what to do |")[2]
    explained = [
        text for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for text in re.findall(r"\*(.+?)\*", row)
    ]

    assert sorted(explained) == sorted(MESSAGES)


@pytest.mark.parametrize("text", MESSAGES)
def test_every_message_it_explains_is_said(text: str, tmp_path: Path) -> None:
    assert text.removesuffix("…").strip() in MESSAGES[text](tmp_path)

"""A consent to more than is needed: it is used as narrowly as it can be, and a person is told."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest

from sessionsmgmt.adapters.google.account import VERSIONS
from sessionsmgmt.adapters.google.health_checks import consent
from sessionsmgmt.adapters.google.scopes import (
    CALENDAR_LIST,
    CONTACTS,
    COVERED_BY,
    EVENTS,
    EVENTS_WRITE,
    METADATA,
    SEND,
)
from sessionsmgmt.adapters.google.sent import GmailSent
from sessionsmgmt.adapters.google.token_refresher import GoogleTokenRefresher
from sessionsmgmt.adapters.google.tokens import refresh
from sessionsmgmt.errors import ConsentError
from sessionsmgmt.ports.health import Health
from sessionsmgmt.ports.mail import Delivered
from tests.builders import NOW
from tests.contract.mailers import message
from tests.emulators.google import Consent, World
from tests.emulators.google.world import CALENDAR, GMAIL_SEND, PREDECESSOR
from tests.settings import secret
from tests.wire.google import READING, google

PREFIX = "https://www.googleapis.com/auth/"
MAIL = "https://mail.google.com/"

CALLS = {
    EVENTS: ["calendar.events.list", "calendar.events.get"],
    EVENTS_WRITE: ["calendar.events.list", "calendar.events.get", "calendar.events.patch"],
    CALENDAR_LIST: ["calendar.calendarList.list"],
    CONTACTS: ["people.people.connections.list", "people.contactGroups.list"],
    SEND: ["gmail.users.messages.send"],
    METADATA: ["gmail.users.messages.list", "gmail.users.messages.get"],
}
"""What each of our scopes is asked for."""


def a_club(*scopes: str) -> Any:
    return google(World(consent=Consent(granted=frozenset(scopes))))


def allowed(call: str) -> set[str]:
    """The scopes that the description of the API names for the call."""
    service, *path, name = call.split(".")
    documents = resources.files("googleapiclient.discovery_cache") / "documents"
    node = json.loads((documents / f"{service}.{VERSIONS[service]}.json").read_text("utf-8"))
    for step in path:
        node = node["resources"][step]
    return set(node["methods"][name]["scopes"])


@pytest.mark.parametrize("scope", COVERED_BY)
def test_a_scope_that_covers_another_is_good_for_all_that_this_one_is_asked_for(scope: str) -> None:
    for call in CALLS[scope]:
        assert {scope, *COVERED_BY[scope]} <= allowed(call)


def test_with_the_consent_of_the_earlier_script_everything_works_and_a_person_is_told() -> None:
    with a_club(*PREDECESSOR) as club:
        reader, mailer = club.calendar(), club.mailer()
        warnings = reader.read(NOW, NOW, ()).warnings
        mailer.prepare()
        sent = mailer.send(message())

        assert isinstance(sent, Delivered)
        assert [warning.code for warning in warnings] == ["consent-wider"]
        assert "(calendar)" in warnings[0].text
        assert club.google.scopes_used("calendar.events.list") == {frozenset({CALENDAR, CONTACTS})}
        assert club.google.scopes_used("gmail.users.messages.send") == {frozenset({GMAIL_SEND})}
        assert mailer.warnings() == ()  # to send, there is a scope that covers no more


def test_each_stage_gets_the_narrowest_of_what_was_agreed_to() -> None:
    with a_club(MAIL, f"{PREFIX}gmail.modify", f"{PREFIX}gmail.readonly", f"{PREFIX}contacts", CALENDAR) as club:
        mailer = club.mailer()
        assert isinstance(mailer.send(message()), Delivered)
        assert [warning.code for warning in mailer.warnings()] == ["consent-wider"]
        GmailSent(club.account()).since(NOW)
        club.contacts().read()

        assert club.google.scopes_used("gmail.users.messages.send") == {frozenset({f"{PREFIX}gmail.modify"})}
        assert club.google.scopes_used("gmail.users.messages.list") == {frozenset({f"{PREFIX}gmail.readonly"})}
        assert club.google.scopes_used("people.contactGroups.list") == {frozenset({f"{PREFIX}contacts", CALENDAR})}


def test_a_consent_to_what_is_needed_costs_one_request_and_no_warning() -> None:
    with a_club(*READING, SEND) as club:
        assert club.calendar().read(NOW, NOW, ()).warnings == ()
        assert len(club.google.calls("oauth.token")) == 1


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ({CALENDAR}, "names and labels"),
        ({CONTACTS, f"{PREFIX}calendar.events.owned.readonly"}, "reading the sessions"),
        ({CONTACTS, f"{PREFIX}calendar.events.freebusy"}, "reading the sessions"),
        ({SEND}, "reading the sessions"),
    ],
)
def test_what_no_scope_covers_is_missing_and_named(granted: set[str], missing: str) -> None:
    with a_club(*granted) as club, pytest.raises(ConsentError, match=missing) as caught:
        refresh(club.account().credential, READING, club.connection)
    assert "auth login" in str(caught.value)


def test_what_is_there_is_not_named_as_missing() -> None:
    with a_club(CALENDAR) as club, pytest.raises(ConsentError) as caught:
        refresh(club.account().credential, READING, club.connection)
    assert "reading the sessions" not in str(caught.value)


def test_renewing_warns_of_a_consent_that_is_too_wide_and_keeps_the_credential() -> None:
    with a_club(*PREDECESSOR) as club:
        renewed = GoogleTokenRefresher(READING | {SEND}, club.connection).renew(secret(club.google.credentials))

        assert renewed.credential.reveal() == club.google.credentials
        assert [warning.code for warning in renewed.warnings] == ["consent-wider"]


def test_a_credential_that_is_issued_while_the_scopes_are_looked_for_is_not_lost() -> None:
    with a_club(*PREDECESSOR) as club:
        club.google.world.consent.renews = True
        granted = refresh(club.account().credential, READING, club.connection)

        assert granted.refresh_token
        assert granted.wider == {CALENDAR}


def test_doctor_takes_a_wider_scope_for_the_one_that_is_needed() -> None:
    with a_club(*PREDECESSOR) as club:
        rows = {one.topic: one for one in consent(club.account(), READING | {SEND})}

        assert rows["scope calendar.events.readonly"].health is Health.NOTE
        assert "part of calendar" in rows["scope calendar.events.readonly"].text
        assert rows["scope gmail.send"].health is Health.GOOD
        assert rows["scope gmail.readonly"].text == "Granted, but not needed."
        assert "scope calendar" not in rows
        assert not [row for row in rows.values() if row.health is Health.BAD]

"""The whole job at Google, through ``entrypoint.py`` and over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest

from sessionsmgmt.adapters.google import scopes
from sessionsmgmt.adapters.google.scopes import CALENDAR_LIST, CONTACTS, EVENTS
from tests.emulators.google import INVALID_GRANT, Break, GoogleEmulator, Refusal, TokenRefusal, World, event
from tests.emulators.google.world import PREDECESSOR
from tests.end_to_end.harness import AT_GOOGLE, ClubFolder, Ran

START = datetime(2026, 11, 7, 14, tzinfo=UTC)
LATER = "2026-11-06T13:00:00-05:00"
SEND = "gmail.users.messages.send"
NEEDED = frozenset({EVENTS, CALENDAR_LIST, CONTACTS, scopes.SEND})


@dataclass(frozen=True)
class GoogleClub:
    folder: ClubFolder
    google: GoogleEmulator
    seen: list[str] = field(default_factory=list)

    def call(self, command: str, *options: str, now: str = "2026-11-06T12:00:00-05:00", **env: str) -> Ran:
        known = {"GOOGLE_CREDENTIALS": self.google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": self.google.root}
        ran = self.folder.call(command, *options, now=now, env=known | env)
        self.seen.append(ran.out + ran.err + json.dumps(ran.report))
        return ran

    def used(self) -> list[str]:
        return [request.call for request in self.google.requests]


@pytest.fixture
def granted() -> frozenset[str]:
    """What the account's owner agreed to: one scope more than is needed."""
    return NEEDED | {"https://www.googleapis.com/auth/gmail.metadata"}


@pytest.fixture
def world(granted: frozenset[str]) -> World:
    world = World()
    world.consent.granted = granted
    world.calendar().put(event("lab", START, attendees=["ada@example.org", "stu@example.org", "who@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    return world


@pytest.fixture
def club(tmp_path: Path, world: World) -> Iterator[GoogleClub]:
    folder = ClubFolder(tmp_path)
    folder.write("sessions.yml", AT_GOOGLE)
    with GoogleEmulator(world) as google:
        club = GoogleClub(folder, google)
        yield club
        assert google.violations == ()
        secrets = [*json.loads(google.credentials).values()][1:]
        for seen in club.seen:
            for private in (*secrets, "Ada", "Stu Student", "ada@", "who@", "office@", "Bearer"):
                assert private not in seen


def test_a_run_tells_the_owner_and_the_next_one_sends_nothing(club: GoogleClub) -> None:
    first, second = club.call("run"), club.call("run", now=LATER)

    assert (first.exit, first.states) == (0, [("new", "sent")])
    assert (second.exit, second.states) == (0, [(None, "skipped")])
    [sent] = club.google.sent
    assert first.report["notices"][0]["message_id"] == sent.id
    email = BytesParser(policy=policy.default).parsebytes(sent.original)
    assert email["To"] == "office@example.org"
    assert email["From"] is None  # Gmail fills in the account's own
    assert b"Ada Adult" in sent.original
    assert {one["code"] for one in first.report["warnings"]} == {"attendee-without-contact"}


def test_nothing_to_send_takes_four_requests(club: GoogleClub) -> None:
    club.google.world.calendar().cancel("lab")
    assert club.call("run").states == []

    assert sorted(club.used()) == [
        "calendar.events.list",
        "oauth.token",
        "people.contactGroups.list",
        "people.people.connections.list",
    ]


def test_the_name_of_a_calendar_costs_one_request_more(club: GoogleClub) -> None:
    by_name = AT_GOOGLE.replace("id: team@group.calendar.google.com", "name: 2026-2027 Team Calendar")
    club.folder.write("sessions.yml", by_name)
    club.google.world.calendar().cancel("lab")

    assert club.call("run").exit == 0
    assert len(club.used()) == 5


def test_each_notice_adds_one_request_and_sending_one_token(club: GoogleClub) -> None:
    club.google.world.calendar().put(*(event(f"e{n}", START, attendees=["ada@example.org"]) for n in range(6)))

    assert club.call("run").report["counts"]["sent"] == 7
    assert len(club.used()) == 4 + 1 + 7


@pytest.mark.parametrize(("sessions", "most"), [(1, 8), (5, 12), (20, 28)])
def test_a_run_stays_within_its_requests(club: GoogleClub, sessions: int, most: int) -> None:
    club.google.world.calendar().put(
        *(event(f"e{n}", START, attendees=["ada@example.org"]) for n in range(sessions - 1))
    )

    assert club.call("run").report["counts"]["sent"] == sessions
    assert len(club.used()) <= most


def test_a_session_that_is_deleted_is_called_off(club: GoogleClub) -> None:
    club.call("run")
    club.google.world.calendar().cancel("lab")

    assert club.call("run", now=LATER).states == [("cancelled", "sent")]
    assert len(club.google.sent) == 2


@pytest.mark.parametrize(
    "trouble", [Break.CLOSE_AFTER_ACCEPTING, Break.RESET_BEFORE_ACCEPTING, Refusal(503, "backendError")]
)
def test_a_send_nobody_knows_the_end_of_is_held_and_never_repeated(club: GoogleClub, trouble: Break | Refusal) -> None:
    club.google.fail(SEND, trouble)
    first, second = club.call("run"), club.call("run", now=LATER)

    assert (first.exit, first.states) == (1, [("new", "held")])
    assert (second.exit, second.states) == (1, [("new", "held")])
    assert len(club.google.calls(SEND)) == 1
    assert club.call("resolve", "--resend", now=LATER).exit == 0
    assert club.call("run", now=LATER).states == [("new", "sent")]


@pytest.mark.parametrize(
    "trouble",
    [Refusal(429, "rateLimitExceeded", retry_after="1"), Refusal(403, "userRateLimitExceeded", retry_after="1")],
    ids=lambda one: str(one.status),
)
def test_a_send_that_a_limit_turned_away_is_made_in_the_same_run(club: GoogleClub, trouble: Refusal) -> None:
    club.google.fail(SEND, trouble)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    assert len(club.google.calls(SEND)) == 2
    assert len(club.google.sent) == 1


def test_the_consent_of_the_earlier_script_is_good_enough_and_a_person_is_told(club: GoogleClub) -> None:
    club.google.grant(PREDECESSOR)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    assert "consent-wider" in [one["code"] for one in ran.report["warnings"]]
    assert club.call("doctor").exit == 0


def test_a_run_that_can_not_sign_in_to_send_claims_nothing(club: GoogleClub) -> None:
    club.google.fail("oauth.token", TokenRefusal("disabled_client", "The OAuth client was disabled."), after=1)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (3, [("new", "failed")])
    assert "Enable the client" in ran.report["notices"][0]["reason"]
    assert club.call("status").states == [("new", "due")]
    assert club.call("run").states == [("new", "sent")]


def test_a_send_that_is_refused_is_made_by_the_next_run(club: GoogleClub) -> None:
    club.google.fail(SEND, Refusal(429, "rateLimitExceeded", retry_after="3600"))
    first, second = club.call("run"), club.call("run", now=LATER)

    assert (first.exit, first.states) == (5, [("new", "failed")])
    assert (second.exit, second.states) == (0, [("new", "sent")])


@pytest.mark.parametrize(
    "call", ["calendar.events.list", "people.people.connections.list", "people.contactGroups.list"]
)
def test_what_could_not_be_read_whole_cancels_nothing_and_names_nobody_missing(club: GoogleClub, call: str) -> None:
    club.call("run")
    club.google.fail(call, Refusal(503, "backendError", retry_after="3600"))
    ran = club.call("run", now=LATER)

    assert ran.exit == 5
    assert "next run" in ran.err
    assert len(club.google.sent) == 1


def test_a_lost_consent_ends_with_three_and_says_what_to_do(club: GoogleClub) -> None:
    club.google.fail("oauth.token", INVALID_GRANT)
    ran = club.call("run")

    assert ran.exit == 3
    assert "In production" in ran.err
    assert "auth login" in ran.err


def test_an_event_that_hides_its_guests_is_held_back_and_said(club: GoogleClub) -> None:
    club.google.world.calendar().edit("lab", attendeesOmitted=True)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [(None, "skipped")])
    assert {one["code"] for one in ran.report["warnings"]} == {"event-incomplete"}


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"GOOGLE_CREDENTIALS": ""}, "GOOGLE_CREDENTIALS is not set"),
        ({"GOOGLE_CREDENTIALS": "{}"}, "lacks client_id"),
        ({"SESSIONSMGMT_GOOGLE_ROOT": "http://evil.example.org"}, "is refused"),
    ],
)
def test_a_missing_credential_and_a_refused_root_end_with_two_before_any_request(
    club: GoogleClub, env: dict[str, str], says: str
) -> None:
    ran = club.call("run", **env)

    assert ran.exit == 2
    assert says in ran.err
    assert club.google.requests == ()


def test_preview_and_status_work_and_never_ask_for_leave_to_send(club: GoogleClub) -> None:
    assert club.call("preview", "--out", "site").states == [("new", "due")]
    assert club.call("status").exit == 0

    assert "gmail.send" not in str(club.google.scopes_used("calendar.events.list"))
    assert len(club.google.calls("oauth.token")) == 2
    assert club.google.sent == ()
    assert "Ada Adult" in (club.folder.folder / "site" / "index.html").read_text("utf-8")


def test_doctor_says_row_by_row_what_is_there(club: GoogleClub) -> None:
    club.google.world.contacts.add("Nobody", "nobody@example.org")
    ran = club.call("doctor")

    assert ran.exit == 0
    for row in ("token", "scope gmail.send", "calendar", "label Adult", "label Student", "attendees", "mail.from"):
        assert row in ran.out
    assert "not needed" in ran.out
    assert "1 have no contact" in ran.out


@pytest.mark.parametrize("granted", [frozenset({EVENTS})])
def test_doctor_says_what_is_missing_and_goes_on(club: GoogleClub) -> None:
    ran = club.call("doctor")

    assert ran.exit == 3
    assert "auth login" in ran.out
    assert "scope contacts.readonly" in ran.out


def test_doctor_without_a_credential_says_so(club: GoogleClub) -> None:
    ran = club.call("doctor", GOOGLE_CREDENTIALS="")

    assert ran.exit == 2
    assert "GOOGLE_CREDENTIALS is not set" in ran.out


def test_revoking_withdraws_the_grant_and_a_dry_run_does_not(club: GoogleClub) -> None:
    assert club.call("auth revoke", "--dry-run").exit == 0
    assert club.google.requests == ()
    assert club.call("auth revoke").exit == 0
    assert club.used() == ["oauth.revoke"]

    assert club.call("run").exit == 3
    again = club.call("auth revoke")
    assert again.exit == 0
    assert "ended already" in again.out


def test_a_consent_about_to_end_is_warned_about(club: GoogleClub) -> None:
    club.google.world.consent.refresh_lifetime = timedelta(days=7)

    assert "consent-ends" in {one["code"] for one in club.call("run").report["warnings"]}

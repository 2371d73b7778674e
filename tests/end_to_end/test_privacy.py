"""PRIVACY.md: what it promises, tried on the real command, with every socket and every canary watched."""

from __future__ import annotations

import ast
import base64
import json
import re
import socket
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sessionsmgmt.adapters.google import scopes
from sessionsmgmt.adapters.google.scopes import (
    CALENDAR_LIST,
    CONTACTS,
    EVENTS,
    EVENTS_WRITE,
    METADATA,
    SEND,
    needed_scopes,
)
from tests.emulators.google import Break, event
from tests.end_to_end.harness import AT_GOOGLE, ROOT, ClubFolder
from tests.end_to_end.private_club import (
    CANARIES,
    OFFICE,
    PEOPLE,
    START,
    STRANGER,
    TITLE,
    PrivateClub,
    canaries,
    private_club,
)
from tests.end_to_end.process_watch import Watch
from tests.end_to_end.rotation_club import NAME, RotationClub, rotation_club
from tests.settings import load

PAGE = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
HOSTS = {
    "accounts.google.com",
    "api.github.com",
    "gmail.googleapis.com",
    "oauth2.googleapis.com",
    "people.googleapis.com",
    "www.googleapis.com",
}
SHOWN = {"github.com", "mail.google.com", "proxy.example.org", "support.github.com"}
"""Hosts of addresses that are shown to people, or name a permission, and are never asked."""
SENDING = "gmail.users.messages.send"


def noon(minute: int) -> str:
    return f"2026-11-06T12:{minute:02}:00-05:00"


# What is asked for


LEDGER = "{store: file, path: .sessionsmgmt/ledger.json}"
CALENDAR = "{provider: google, id: team@group.calendar.google.com}"
BY_NAME = frozenset({EVENTS, CALENDAR_LIST, CONTACTS, SEND})
VARIANTS: Mapping[str, tuple[str, str, frozenset[str]]] = {
    "by id": (CALENDAR, CALENDAR, frozenset({EVENTS, CONTACTS, SEND})),
    "by name": (CALENDAR, "{provider: google, name: Team}", BY_NAME),
    "remembering in the calendar": (LEDGER, "{store: calendar}", frozenset({EVENTS_WRITE, CONTACTS, SEND})),
    "looking into the Sent folder": (
        "mail: {provider: google}",
        "mail: {provider: google, confirm: sent-folder}",
        frozenset({EVENTS, CONTACTS, SEND, METADATA}),
    ),
    "mail into a folder": (
        "mail: {provider: google}",
        "mail: {provider: outbox, path: outbox}",
        frozenset({EVENTS, CONTACTS}),
    ),
    "calendar in a file": (CALENDAR, "{provider: ics, path: calendar.ics}", frozenset({CONTACTS, SEND})),
    "contacts in a file": (
        "contacts: {provider: google}",
        "contacts: {provider: vcard, path: contacts.vcf}",
        frozenset({EVENTS, SEND}),
    ),
}
"""What sessions.yml may choose, as a change of one that has all at Google, and the permissions that it then takes."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_permissions_asked_for_are_those_the_configuration_needs(variant: str, tmp_path: Path) -> None:
    old, new, needed = VARIANTS[variant]
    assert old in AT_GOOGLE
    for name in ("calendar.ics", "contacts.vcf"):
        (tmp_path / name).touch()
    (tmp_path / "sessions.yml").write_text(AT_GOOGLE.replace(old, new), encoding="utf-8")

    assert needed_scopes(load(tmp_path / "sessions.yml")) == needed


def test_the_page_lists_every_permission_there_is_and_no_other() -> None:
    listed = set(re.findall(r"^- `([a-z.]+)`", PAGE, re.MULTILINE))
    every = {scope.rpartition("/")[2] for scope in scopes.NEEDED_FOR}

    assert listed == every == {scope.rpartition("/")[2] for _, _, needed in VARIANTS.values() for scope in needed}


def document(api: str) -> dict[str, object]:
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    parsed: dict[str, object] = json.loads((folder / f"{api}.json").read_text(encoding="utf-8"))
    return parsed


APIS = ("calendar.v3", "people.v1", "gmail.v1")


def methods(resource: Mapping[str, object]) -> list[dict[str, object]]:
    """Every method of a discovery document."""
    found = list(dict(resource.get("methods", {})).values())  # type: ignore[call-overload]
    for inner in dict(resource.get("resources", {})).values():  # type: ignore[call-overload]
        found += methods(inner)
    return found


def test_a_stolen_credential_can_send_mail_and_read_the_calendar_and_the_contacts_and_nothing_else() -> None:
    allowed = {
        str(method["id"]): str(method["httpMethod"])
        for api in APIS
        for method in methods(document(api))
        if BY_NAME & set(method.get("scopes", ()))  # type: ignore[call-overload]
    }
    changing = {name for name, verb in allowed.items() if verb != "GET"}

    watching = {"calendar.events.watch", "calendar.calendarList.watch", "calendar.channels.stop"}  # reading, too
    assert changing == {SENDING} | watching
    assert not [name for name in allowed if name.startswith("gmail.users.") and name != SENDING]


def test_of_a_contact_only_names_addresses_labels_and_custom_fields_are_asked_for_and_of_an_event_what_a_notice_needs(
    tmp_path: Path,
) -> None:
    with private_club(tmp_path) as club:
        assert club.call("run", now=noon(0)).exit == 0
        [people] = club.google.calls("people.people.connections.list")
        [events] = club.google.calls("calendar.events.list")
        asked, fields = dict(people.request.query), dict(events.request.query)["fields"]

    assert asked["personFields"] == "names,nicknames,organizations,emailAddresses,memberships,userDefined"
    assert asked["sources"] == "READ_SOURCE_TYPE_CONTACT"
    never = ("attachments", "conferenceData", "hangoutLink", "comment", "creator", "displayName", "extendedProperties")
    assert not [word for word in never if word in fields]


def test_without_the_calendar_ledger_nothing_is_written_at_google_but_the_notices(tmp_path: Path) -> None:
    with private_club(tmp_path) as club:
        club.call("run", now=noon(0))
        club.call("status", now=noon(1))
        written = {request.call for request in club.google.requests if request.request.method != "GET"}

    assert written == {"oauth.token", SENDING}


# Whom it talks to


def a_season(club: PrivateClub, folder: Path) -> None:
    """Whatever can happen: every kind of notice, one held and one that failed, looking, renewing, taking back."""
    calendar = club.google.world.calendar()
    people = [*list(PEOPLE)[:2], STRANGER]
    everybody = [{"email": one, "responseStatus": "accepted"} for one in [*PEOPLE, STRANGER]]
    club.call("validate", now=noon(0))
    club.call("doctor", now=noon(0))
    assert club.call("run", "--dry-run", now=noon(0)).states == [("new", "due")]
    assert club.call("run", now=noon(1)).states == [("new", "sent")]
    calendar.edit("lab", attendees=everybody)
    assert club.step(folder, now=noon(2)).outputs["sent"] == "1"
    calendar.edit("lab", end={"dateTime": "2026-11-07T20:00:00-05:00"})
    club.google.fail(SENDING, Break.CLOSE_BEFORE_ACCEPTING)
    assert club.call("run", now=noon(3)).states == [("changed", "held")]
    club.call("status", now=noon(4))
    assert club.call("run", now=noon(5)).states == [("changed", "held")]
    assert club.call("resolve", "--resend", now=noon(6)).exit == 0
    assert club.call("run", now=noon(7)).states == [("changed", "sent")]
    calendar.cancel("lab")
    assert club.call("run", now=noon(8)).states == [("cancelled", "sent")]
    calendar.put(_another(people))
    club.google.fail(SENDING, Break.CLOSE_AFTER_ACCEPTING)
    assert club.call("run", now=noon(9)).exit == 1
    club.call("export", now=noon(10))
    assert club.call("forget", "--person", list(PEOPLE)[1], "--yes", now=noon(10)).exit == 0
    club.call("rotate", now=noon(10))
    club.call("auth revoke", now=noon(11))
    assert club.call("run", now=noon(12)).exit == 3
    club.call("forget", "--yes", now=noon(13))


def _another(people: list[str]) -> dict[str, object]:
    return event("shop", START, summary=TITLE, attendees=people)


@pytest.fixture(scope="module", params=["git", "calendar", "file"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> object:
    """The club after a season, its ledger in each store; with that in a file, its processes start as Python does."""
    path = tmp_path_factory.mktemp("private")
    with private_club(path, request.param, in_forks=request.param != "file") as club:
        a_season(club, path)
        yield club


def test_a_run_talks_to_the_services_it_is_configured_for_and_to_nobody_else(lived: PrivateClub) -> None:
    assert lived.watch.reached == lived.services
    assert lived.watch.named <= {"127.0.0.1"}


def test_no_other_program_is_started(lived: PrivateClub) -> None:
    assert lived.watch.started == set()


def test_nothing_is_written_outside_of_the_clubs_folder_and_the_runners(lived: PrivateClub) -> None:
    around = lived.folder.folder.parent
    assert [path for path in lived.watch.written if not path.is_relative_to(around) and path != Path("/dev/null")] == []


def test_a_club_on_files_talks_to_nobody(club: ClubFolder, tmp_path: Path) -> None:
    watch = Watch(tmp_path / "watch")
    for command in ("validate", "preview --out preview", "run", "status", "doctor"):
        assert club.call(command, env=watch.environ).exit == 0

    assert (watch.reached, watch.named, watch.started) == (set(), set(), set())
    assert club.folder / "outbox" in {path.parent for path in watch.written}


@pytest.mark.parametrize("in_forks", [False, True], ids=["processes", "forks"])
def test_a_connection_that_somebody_planted_would_be_seen(club: ClubFolder, tmp_path: Path, in_forks: bool) -> None:
    watch = Watch(tmp_path / "watch", in_forks)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        assert club.call("validate", env={**watch.environ, "PLANTED": str(port)}).exit == 0

    assert watch.reached == {f"127.0.0.1:{port}"}


def literal(path: Path) -> set[str]:
    """The hosts of the addresses that stand in a module as text, but not in its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken
    ]
    return {host for text in texts for host in re.findall(r"https?://([a-z0-9.-]+\.[a-z]+)", text)}


def test_the_only_hosts_in_the_program_are_those_the_page_lists() -> None:
    found = set().union(*(literal(path) for path in (ROOT / "sessionsmgmt").rglob("*.py")))
    roots = {urlsplit(str(document(api)["rootUrl"])).hostname for api in APIS}
    listed = set(re.findall(r"`([a-z0-9.]+\.com)`", PAGE))

    assert (found | roots) - SHOWN == listed == HOSTS


# Who gets to know


def test_names_addresses_and_texts_go_into_the_emails_and_nowhere_else_but_titles_to_those_let_in(
    lived: PrivateClub,
) -> None:
    leaks = {(what, canary) for what, text in lived.left() for canary in canaries(text)}

    assert leaks == {("shown", TITLE)}


def test_on_files_the_emails_lie_in_the_folders_that_were_named_and_nothing_else_names_anybody(
    club: ClubFolder,
) -> None:
    before = {path for path in club.folder.rglob("*") if path.is_file()}
    shown = [club.call(command) for command in ("preview --out looked-at", "run", "status", "doctor")]
    left = [path for path in club.folder.rglob("*") if path.is_file() and path not in before]
    naming = {path.relative_to(club.folder).parts[0] for path in left if b"Ada Adult" in path.read_bytes()}

    assert naming == {"looked-at", "outbox"}
    assert {str(path.relative_to(club.folder).parts[0]) for path in left} == {
        "looked-at",
        "outbox",
        ".sessionsmgmt",
        "report.json",
    }
    for ran in shown:
        assert not [name for name in ("Ada", "Stu Student", "ada@", "stu@") if name in ran.out + ran.err]


def test_the_emails_go_to_the_recipients_in_sessions_yml_and_to_nobody_else(lived: PrivateClub) -> None:
    assert len(lived.google.sent) >= 4
    assert {sent.recipients for sent in lived.google.sent} == {(OFFICE,)}
    assert any(b"Canary" in sent.original for sent in lived.google.sent)


@pytest.mark.parametrize("canary", sorted(CANARIES))
def test_a_canary_that_got_out_would_be_found(canary: str) -> None:
    assert canary in canaries(f"see {canary.upper()}!")
    assert canary in canaries(base64.b64encode(f"see {canary}!".encode()).decode())


def test_no_credential_is_written_anywhere_but_sealed_into_the_secret(tmp_path: Path) -> None:
    with private_club(tmp_path) as club:
        club.google.world.consent.renews = True
        club.call("rotate", now=noon(0))
        club.call("run", now=noon(1))
        fields = [json.loads(text) for text in (club.google.credentials, club.repository.secrets.text(NAME))]
        secrets = {field[name] for field in fields for name in ("refresh_token", "client_secret")}
        given = {
            request.request.headers.get("Authorization", "").rpartition(" ")[2] for request in club.google.requests
        }
        found = {
            what
            for what, text in club.left()
            if not what.startswith("Google oauth.")  # whose it is
            for secret in (secrets | given) - {""}
            if secret in "\n".join(line for line in text.splitlines() if not line.startswith("::add-mask::"))
        }

    assert len(secrets) >= 3
    assert found == set()


# Taking it back


@pytest.fixture
def rotating(tmp_path: Path) -> object:
    with rotation_club(tmp_path) as club:
        yield club


def test_auth_revoke_leaves_nothing_that_could_be_used(rotating: RotationClub) -> None:
    rotating.google.world.consent.renews = True
    assert rotating.call("rotate").exit == 0
    newest = rotating.stored
    assert rotating.call("auth revoke", GOOGLE_CREDENTIALS=newest).exit == 0

    assert NAME not in rotating.secrets
    assert not rotating.works(rotating.held)
    assert not rotating.works(newest)
    secrets = {json.loads(newest)["refresh_token"], json.loads(rotating.held)["refresh_token"]}
    files = [path.read_text("utf-8", "replace") for path in rotating.folder.folder.rglob("*") if path.is_file()]
    assert not [secret for secret in secrets for text in files if secret in text]


def test_what_is_kept_can_be_shown_whole_and_for_one_person(tmp_path: Path) -> None:
    with private_club(tmp_path) as club:
        assert club.call("run", now=noon(0)).states == [("new", "sent")]
        whole = json.loads(club.call("export", now=noon(1)).out)
        [theirs, nobodys] = [
            json.loads(club.call("export", "--person", address, now=noon(2)).out)
            for address in ("Canary-STU@example.org", "somebody@example.net")
        ]

    assert [one["session"] for one in whole["ledgers"][0]["notices"]] == ["lab"]
    assert whole["credential"]["secret"] == NAME
    assert [one["session"] for one in theirs["ledgers"][0]["notices"]] == ["lab"]
    assert nobodys["ledgers"][0]["notices"] == []
    assert canaries(json.dumps([whole, theirs, nobodys])) == set()


def test_after_the_consent_was_taken_back_nothing_is_read_and_nothing_is_sent(tmp_path: Path) -> None:
    with private_club(tmp_path) as club:
        club.google.end_grant()
        ran = club.call("run", now=noon(0))
        asked = {request.call for request in club.google.requests}

    assert ran.exit == 3
    assert asked == {"oauth.token"}

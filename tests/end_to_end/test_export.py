"""``export`` as a person runs it: everything that is kept, in a document that its reader can make sense of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.google import Refusal
from tests.end_to_end.club_with_stored_data import KEY, LEDGERS, OTHER_KEY, ClubWithStoredData, club_with_stored_data
from tests.end_to_end.harness import Ran

DIGEST = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def club(tmp_path: Path) -> Iterator[ClubWithStoredData]:
    with club_with_stored_data(tmp_path) as club:
        yield club


def busy(club: ClubWithStoredData, ledger: str = "git") -> ClubWithStoredData:
    club.remembers(LEDGERS[ledger])
    club.announces()
    club.publishes()
    return club


def document(ran: Ran) -> dict[str, Any]:
    """What is on standard output: the document, and nothing else but orders to the runner."""
    found: dict[str, Any] = json.loads("\n".join(one for one in ran.out.splitlines() if not one.startswith("::")))
    return found


@pytest.mark.parametrize("ledger", LEDGERS)
def test_it_has_all_that_is_kept_in_words_and_in_the_clubs_zone(club: ClubWithStoredData, ledger: str) -> None:
    ran = busy(club, ledger).call("export", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 0
    found = document(ran)
    assert "everything that sessionsmgmt keeps about MantaBots" in found["about"][0]
    lab, shop = found["ledgers"][0]["notices"]
    assert (lab["notice"], lab["session"], lab["state"]) == ("campus", "lab", "sent")
    assert lab["said"] == {
        "kind": "new",
        "from": "2026-11-07T09:00:00-05:00",
        "to": "2026-11-07T12:00:00-05:00",
        "sequence": 0,
        "place_remembered": False,
    }
    assert lab["mail"] == club.google.sent[0].id
    assert re.fullmatch(r"2026-11-06T12:\d\d:\d\d-05:00", lab["sent"])  # the time that a run takes counts
    assert lab["people_remembered"] == 8, (
        "an address alone and with a name, for each of their own; shared ones with a name"
    )
    assert (shop["state"], shop["being_said"]["kind"], shop["mail"]) == ("held", "new", None)
    assert (found["credential"]["secret"], found["credential"]["scope"]) == ("GOOGLE_CREDENTIALS", "repository")
    assert found["credential"]["written"] == "2026-11-06T18:00:00-05:00"
    assert [one["what"] for one in found["made_to_be_read"]] == ["issue #1", "a comment on a pull request"]
    assert all(one["link"].startswith("http") for one in found["made_to_be_read"])
    assert found["problems"] == []


def test_it_has_no_digest_no_key_and_no_secret(club: ClubWithStoredData) -> None:
    busy(club)
    for options in ((), ("--person", "stu@example.org")):
        ran = club.call("export", *options, SECRETS_TOKEN=club.may_write())
        assert not DIGEST.search(json.dumps(document(ran)))
        assert KEY not in ran.out


def test_it_only_reads(club: ClubWithStoredData) -> None:
    busy(club)
    before, revision = len(club.github.requests), club.google.world.calendar().revision
    club.call("export", SECRETS_TOKEN=club.may_write())

    assert {request.request.method for request in club.github.requests[before:]} == {"GET"}
    assert club.google.world.calendar().revision == revision


def test_a_person_gets_what_is_about_them_and_nothing_about_others(club: ClubWithStoredData) -> None:
    busy(club)
    found = {
        person: document(club.call("export", "--person", person))
        for person in ("ada@example.org", "stu2@example.org", "family@example.org", "nobody@example.org")
    }

    sessions = {who: [one["session"] for one in doc["ledgers"][0]["notices"]] for who, doc in found.items()}
    assert sessions == {
        "ada@example.org": ["lab"],
        "stu2@example.org": ["lab", "shop"],
        "family@example.org": ["lab"],
        "nobody@example.org": [],
    }
    for who, doc in found.items():
        assert who not in json.dumps(doc)
        assert "people_remembered" not in json.dumps(doc["ledgers"])
        assert doc.keys() == {"version", "about", "exported", "ledgers", "problems"}


def test_without_contacts_it_says_that_those_who_share_an_address_can_not_be_told_apart(
    club: ClubWithStoredData,
) -> None:
    busy(club)
    club.google.fail("people.people.connections.list", Refusal(403, "accessNotConfigured"), times=9)

    ran = club.call("export", "--person", "family@example.org")

    assert ran.exit == 3
    assert [one["where"] for one in document(ran)["problems"]] == ["contacts"]
    assert "told apart" in document(ran)["problems"][0]["text"]


def test_what_can_not_be_read_is_a_problem_and_the_rest_is_there(club: ClubWithStoredData) -> None:
    busy(club)
    ran = club.call("export", SESSIONSMGMT_KEY=OTHER_KEY, SECRETS_TOKEN=club.may_write())

    assert ran.exit == 4
    found = document(ran)
    assert found["ledgers"][0]["notices"] is None
    assert "sealed with another key" in found["problems"][0]["text"]
    assert found["credential"]["written"]


def test_it_goes_into_a_new_file_that_its_owner_alone_can_read(club: ClubWithStoredData) -> None:
    busy(club)
    ran = club.call("export", "--out", "kept.json", SECRETS_TOKEN=club.may_write())
    path = club.folder.folder / "kept.json"

    assert (ran.exit, "Everything that is kept is in kept.json." in ran.out) == (0, True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text("utf-8"))["version"] == 1
    again = club.call("export", "--out", "kept.json")
    assert again.exit == 2
    assert "Choose a new file" in again.err

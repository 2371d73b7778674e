"""``forget`` as a person runs it: everything that is kept about a club, wherever it can be."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.github import Refusal as GitHubRefusal
from tests.emulators.google import Refusal
from tests.end_to_end.club_with_stored_data import (
    CREDENTIALS,
    KEY,
    LATER,
    LEDGERS,
    OTHER_KEY,
    ClubWithStoredData,
    club_with_stored_data,
)
from tests.end_to_end.harness import COMMAND, SESSIONS_YML, ClubFolder, Ran, vevent
from tests.environment import of_the_machine

BRANCH = "refs/heads/sessionsmgmt-ledger"
PATCH = "calendar.events.patch"
NOTHING = "There is nothing."


@pytest.fixture
def club(tmp_path: Path) -> Iterator[ClubWithStoredData]:
    with club_with_stored_data(tmp_path) as club:
        yield club


@pytest.fixture(params=LEDGERS)
def busy(club: ClubWithStoredData, request: pytest.FixtureRequest) -> ClubWithStoredData:
    """A club that has something everywhere, with each ledger."""
    return made_busy(club, request.param)


def made_busy(club: ClubWithStoredData, ledger: str, more: str = CREDENTIALS) -> ClubWithStoredData:
    club.remembers(LEDGERS[ledger], more)
    club.announces()
    club.publishes()
    return club


def left_in_ledgers(club: ClubWithStoredData) -> list[str]:
    """What there is of a ledger, in whichever place."""
    events = club.google.world.calendar().events.values()
    private = [event.get("extendedProperties", {}).get("private", {}) for event in events]
    return [
        *(name for name in club.repository.objects.refs if name == BRANCH),
        *(name for one in private for name in one if name.startswith("sessionsmgmt")),
        *(path.name for path in (club.folder.folder / ".sessionsmgmt").glob("*")),
    ]


def published(club: ClubWithStoredData) -> list[str]:
    """The texts of ours that anybody can still read in the repository."""
    issues = club.repository.issues.values()
    texts = [issue.body or "" for issue in issues] + [comment.body for issue in issues for comment in issue.comments]
    return [text for text in texts if "sessionsmgmt" in text]


def consents(club: ClubWithStoredData) -> bool:
    """Whether nobody has withdrawn the consent."""
    return not any(call.status == 200 for call in club.google.calls("oauth.revoke"))


def test_everything_is_deleted_everywhere_and_the_receipt_says_so_row_by_row(busy: ClubWithStoredData) -> None:
    assert left_in_ledgers(busy)
    assert len(published(busy)) == 2

    ran = busy.call("forget", "--yes", SECRETS_TOKEN=busy.may_write())

    assert ran.exit == 0, ran.out
    assert left_in_ledgers(busy) == []
    assert published(busy) == []
    assert "GOOGLE_CREDENTIALS" not in busy.repository.secrets
    rows = busy.rows(ran)
    ledger = next(topic for topic in rows if topic.startswith("ledger"))
    assert rows[ledger] == ("ok", "Deleted: what was remembered of 2 notices.")
    assert "issue #1" in rows["issues"][1]
    assert rows["comments"][1].startswith("Deleted: a comment on a pull request (http")
    assert rows["consent"] == ("ok", "Deleted: the account's consent.")
    assert rows["secret"] == ("ok", "Deleted: the repository's secret GOOGLE_CREDENTIALS.")
    assert "mailboxes" in rows["left"][1]
    assert not consents(busy)


def test_what_others_wrote_stays(busy: ClubWithStoredData) -> None:
    lab = busy.google.world.calendar().events["lab"]
    private = lab.get("extendedProperties", {}).get("private", {})
    busy.google.world.calendar().edit("lab", extendedProperties={"private": {**private, "somebody": "else"}})
    mine = busy.repository.open("A question", labels=["sessionsmgmt"])

    busy.call("forget", "--yes", SECRETS_TOKEN=busy.may_write())

    assert busy.google.world.calendar().events["lab"]["extendedProperties"]["private"] == {"somebody": "else"}
    assert (mine.title, mine.state, mine.labels) == ("A question", "open", ["sessionsmgmt"])
    comments = [comment.body for issue in busy.repository.issues.values() for comment in issue.comments]
    assert comments == ["Shall we?"]
    assert "refs/heads/main" in busy.repository.objects.refs


@pytest.mark.parametrize("ledger", ["file", "git"])
def test_a_second_time_there_is_nothing(club: ClubWithStoredData, ledger: str) -> None:
    made_busy(club, ledger)
    club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 0
    rows = club.rows(ran)
    assert {text for topic, (_, text) in rows.items() if topic != "left"} == {NOTHING}


def test_a_second_time_the_calendar_can_not_be_looked_at_any_more_and_that_is_said(club: ClubWithStoredData) -> None:
    made_busy(club, "calendar")
    club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 3
    rows = club.rows(ran)
    assert rows["ledger in the calendar"][0] == "bad"
    assert (rows["consent"][1], rows["secret"][1]) == (NOTHING, NOTHING)


def test_a_dry_run_says_what_would_be_deleted_and_changes_nothing(busy: ClubWithStoredData) -> None:
    before = (left_in_ledgers(busy), published(busy), len(busy.github.requests))

    ran = busy.call("forget", "--dry-run", SECRETS_TOKEN=busy.may_write())

    assert ran.exit == 0
    assert (left_in_ledgers(busy), published(busy)) == before[:2]
    assert {request.request.method for request in busy.github.requests[before[2] :]} == {"GET"}
    assert not busy.google.calls("oauth.revoke")
    rows = busy.rows(ran)
    assert {text.partition(":")[0] for topic, (_, text) in rows.items() if topic != "left"} == {"Would be deleted"}


def test_without_a_terminal_and_without_a_word_nothing_is_done(club: ClubWithStoredData) -> None:
    busy = made_busy(club, "git")
    before = (left_in_ledgers(busy), len(busy.github.requests), len(busy.google.requests))

    ran = busy.call("forget", SECRETS_TOKEN=busy.may_write())

    assert ran.exit == 2
    assert "--yes" in ran.err
    assert (left_in_ledgers(busy), len(busy.github.requests), len(busy.google.requests)) == before


@pytest.mark.parametrize(("answer", "status", "stays"), [("n", 1, True), ("y", 0, False)])
def test_on_a_terminal_it_asks_first(tmp_path: Path, answer: str, status: int, stays: bool) -> None:
    club = on_files(tmp_path)
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())

    done = subprocess.run(
        [*COMMAND, "forget", "--now", LATER],
        cwd=tmp_path,
        env={**of_the_machine()},
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    os.close(ours)
    os.close(theirs)

    assert "nobody can bring it back" in done.stderr
    assert done.returncode == status
    assert (club.folder / ".sessionsmgmt" / "ledger.json").exists() is stays


def on_files(folder: Path) -> ClubFolder:
    """A club on files alone, with a notice that was sent."""
    club = ClubFolder(folder)
    club.write("sessions.yml", SESSIONS_YML)
    club.write(
        "contacts.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEMAIL:a@example.org\r\nCATEGORIES:Adult\r\nEND:VCARD\r\n"
    )
    club.calendar(vevent(attendees=("a@example.org",)))
    assert club.call("run").exit == 0
    return club


def test_a_club_without_github_and_without_an_account_is_forgotten_as_well(tmp_path: Path) -> None:
    club = on_files(tmp_path)

    ran = club.call("forget", "--yes")

    assert ran.exit == 0
    assert not (tmp_path / ".sessionsmgmt").exists()
    assert "outbox" in ran.out
    assert (tmp_path / "outbox").exists()
    assert club.call("forget", "--yes").out.startswith(f"ok    ledger in .sessionsmgmt/ledger.json  {NOTHING}")


def test_one_part_that_fails_stops_none_of_the_others(club: ClubWithStoredData) -> None:
    made_busy(club, "git")
    club.token = club.github.world.job_token({"contents": "write", "pull_requests": "write"})

    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 4
    rows = club.rows(ran)
    assert rows["issues"][0] == "bad"
    assert "issues: write" in rows["issues"][1]
    assert left_in_ledgers(club) == []
    assert "GOOGLE_CREDENTIALS" not in club.repository.secrets
    assert not consents(club)


def test_the_consent_stays_until_the_calendar_is_clean(club: ClubWithStoredData) -> None:
    made_busy(club, "calendar")
    club.google.fail(PATCH, Refusal(503, "backendError", retry_after="3600"))

    first = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert first.exit == 5
    kept = club.rows(first)
    assert "needed for what failed: ledger in the calendar" in kept["consent"][1]
    assert "needed for what failed: consent" in kept["secret"][1]
    assert "GOOGLE_CREDENTIALS" in club.repository.secrets
    assert club.call("forget", "--yes", SECRETS_TOKEN=club.may_write()).exit == 0
    assert left_in_ledgers(club) == []
    assert "GOOGLE_CREDENTIALS" not in club.repository.secrets


def test_the_secret_stays_until_the_consent_is_withdrawn(club: ClubWithStoredData) -> None:
    made_busy(club, "git")
    club.google.fail("oauth.revoke", Refusal(403, "forbidden"))

    first = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert first.exit == 3
    assert "GOOGLE_CREDENTIALS" in club.repository.secrets


@pytest.mark.parametrize("key", [OTHER_KEY, "", "no key"])
@pytest.mark.parametrize("ledger", ["git", "calendar"])
def test_a_ledger_whose_key_is_lost_is_deleted_all_the_same(club: ClubWithStoredData, ledger: str, key: str) -> None:
    made_busy(club, ledger)

    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write(), SESSIONSMGMT_KEY=key)

    assert ran.exit == 0
    assert "a ledger that can't be read" in ran.out
    assert left_in_ledgers(club) == []


def test_a_branch_that_bears_something_else_is_not_deleted(club: ClubWithStoredData) -> None:
    made_busy(club, "git")
    club.repository.write("thesis.txt", b"years of work", "sessionsmgmt-ledger")

    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 4
    assert "more than the ledger" in ran.out
    assert club.repository.read("thesis.txt", "sessionsmgmt-ledger") == b"years of work"


def test_with_nothing_that_may_delete_the_secret_it_is_left_and_named(club: ClubWithStoredData) -> None:
    made_busy(club, "git")

    ran = club.call("forget", "--yes")

    assert ran.exit == 4
    assert "SECRETS_TOKEN" in ran.out
    assert not consents(club)


def test_both_ledgers_of_a_club_that_moves_are_deleted(club: ClubWithStoredData) -> None:
    made_busy(club, "calendar")
    club.remembers("ledger: {store: git, migrate_from: {store: calendar}}")
    club.call("run")
    assert {name.partition(".")[0] for name in left_in_ledgers(club)} == {BRANCH, "sessionsmgmt"}

    assert club.call("forget", "--yes", SECRETS_TOKEN=club.may_write()).exit == 0
    assert left_in_ledgers(club) == []


def notices_about(club: ClubWithStoredData, address: str) -> list[str]:
    """The sessions of the notices that are known to have named the person."""
    document = json.loads(club.call("export", "--person", address).out)
    return [one["session"] for ledger in document["ledgers"] for one in ledger["notices"]]


def test_a_person_is_taken_out_of_all_that_is_remembered(busy: ClubWithStoredData) -> None:
    address = "stu@example.org"
    assert notices_about(busy, address) == ["lab", "shop"]

    ran = busy.call("forget", "--person", address, "--yes")

    assert ran.exit == 0
    assert "Taken out of 2 notices of 2." in ran.out
    assert "named as new" in ran.out
    assert notices_about(busy, address) == []
    assert notices_about(busy, "ada@example.org") == ["lab"]
    again = busy.call("forget", "--person", address, "--yes")
    assert (again.exit, "Nobody who is known by this address is remembered." in again.out) == (0, True)


@pytest.mark.parametrize("address", ["STU@example.org ", "stu2@example.org"])
def test_a_person_is_taken_out_of_all_that_is_remembered_by_any_of_their_addresses(
    club: ClubWithStoredData, address: str
) -> None:
    made_busy(club, "git")
    club.call("forget", "--person", address, "--yes")

    assert notices_about(club, "stu@example.org") == []


def test_who_was_forgotten_and_still_attends_is_named_as_new_and_nobody_else(busy: ClubWithStoredData) -> None:
    busy.call("resolve", "--session", "shop", "--sent")
    busy.call("forget", "--person", "stu@example.org", "--yes")

    ran = busy.call("run")

    assert {(one["session"], one["kind"], one["state"]) for one in ran.report["notices"]} == {
        ("lab", "added", "sent"),
        ("shop", "added", "sent"),
    }
    lab = busy.google.sent[-1].message.get_body(("plain",))
    assert lab is not None
    assert "Stu Student (new)" in lab.get_content()
    assert "Ada Adult (new)" not in lab.get_content()


def test_whoever_shares_an_address_is_forgotten_by_it_with_the_others(club: ClubWithStoredData) -> None:
    busy = made_busy(club, "git")
    assert notices_about(busy, "family@example.org") == ["lab"]
    busy.call("forget", "--person", "family@example.org", "--yes")

    assert notices_about(busy, "family@example.org") == []
    assert notices_about(busy, "stu@example.org") == ["lab", "shop"]


def test_a_dry_run_about_a_person_changes_nothing(club: ClubWithStoredData) -> None:
    busy = made_busy(club, "git")
    ran = busy.call("forget", "--person", "stu@example.org", "--dry-run")

    assert ran.exit == 0
    assert "Would be taken out of 2 notices of 2." in ran.out
    assert notices_about(busy, "stu@example.org") == ["lab", "shop"]


def test_where_the_contacts_can_not_be_read_it_is_said_that_some_may_not_be_found(club: ClubWithStoredData) -> None:
    made_busy(club, "git")
    club.google.fail("people.people.connections.list", Refusal(403, "accessNotConfigured"), times=9)

    ran = club.call("forget", "--person", "stu@example.org", "--yes")

    assert ran.exit == 3
    assert "only the address alone was looked for" in ran.out


@pytest.mark.parametrize("person", ["", " ", "Stu"])
@pytest.mark.parametrize("command", ["forget", "export"])
def test_a_person_without_an_address_is_nobody_and_not_everybody(
    club: ClubWithStoredData, command: str, person: str
) -> None:
    made_busy(club, "git")
    before = left_in_ledgers(club)
    options = ("--yes",) if command == "forget" else ()

    ran = club.call(command, "--person", person, *options)

    assert ran.exit == 2
    assert left_in_ledgers(club) == before


def test_a_service_that_is_down_costs_five_and_the_next_time_goes_on(club: ClubWithStoredData) -> None:
    made_busy(club, "file")
    club.github.fail("issues/list-for-repo", GitHubRefusal(404, "Not Found"))

    assert club.call("forget", "--yes", SECRETS_TOKEN=club.may_write()).exit == 4
    ran = club.call("forget", "--yes", SECRETS_TOKEN=club.may_write())

    assert ran.exit == 0
    assert "issue #1" in ran.out
    assert published(club) == []


def said_by(ran: Ran) -> str:
    return ran.log


def test_no_key_is_ever_shown(club: ClubWithStoredData) -> None:
    made_busy(club, "git")
    for options in (("--dry-run",), ("--yes",)):
        assert KEY not in said_by(club.call("forget", *options))

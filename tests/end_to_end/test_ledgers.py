"""Each store of the ledger in a whole run: a club at Google, in a repository at GitHub, through ``entrypoint.py``."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.emulators.github import GitHubEmulator
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import Break, GoogleEmulator, TokenRefusal, World, event
from tests.end_to_end.harness import AT_GOOGLE, ClubFolder, Ran
from tests.pull_request_events import EVENT

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
FIRST, LATER = "2026-11-06T12:00:00-05:00", "2026-11-06T13:00:00-05:00"
LEDGERS = {
    "file": "{store: file, path: .sessionsmgmt/ledger.json}",
    "git": "{store: git}",
    "calendar": "{store: calendar}",
}
INVALID_SCOPE = TokenRefusal("invalid_scope")
SEND = "gmail.users.messages.send"
PRIVATE = ("Ada", "Stu", "ada@", "stu@", "office@", KEY, OTHER_KEY, "Bearer", "1//")


@dataclass
class Club:
    """The club, and everything anybody could read of what it did."""

    folder: ClubFolder
    google: GoogleEmulator
    github: GitHubEmulator
    token: str
    seen: list[str] = field(default_factory=list)

    def remembers(self, ledger: str, *, more: str = "") -> None:
        """Keep the ledger there."""
        self.folder.write("sessions.yml", AT_GOOGLE.replace(LEDGERS["file"], ledger) + more)

    def call(self, command: str, *options: str, now: str = FIRST, **env: str) -> Ran:
        """Run a command as a job of the club's repository does."""
        known = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": "example-club/premises",
            "GITHUB_TOKEN": self.token,
            "GOOGLE_CREDENTIALS": self.google.credentials,
            "SESSIONSMGMT_GOOGLE_ROOT": self.google.root,
            "SESSIONSMGMT_KEY": KEY,
        }
        ran = self.folder.call(command, *options, now=now, env=known | env)
        self.seen.append(ran.log + json.dumps(ran.report))
        return ran

    @property
    def open_issues(self) -> list[str]:
        """The texts of the issues that are open."""
        return [issue.body or "" for issue in self.github.world.repository().issues.values() if issue.state == "open"]


@pytest.fixture
def club(tmp_path: Path) -> Iterator[Club]:
    google, github = World(), GitHubWorld()
    google.calendar().put(event("lab", START, attendees=["ada@example.org", "stu@example.org"]))
    google.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    google.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    token = github.job_token({"contents": "write", "issues": "write"})
    with GoogleEmulator(google) as at_google, GitHubEmulator(github) as at_github:
        club = Club(ClubFolder(tmp_path), at_google, at_github, token)
        yield club
        assert (at_google.violations, at_github.violations) == ((), ())
        for seen in [*club.seen, *club.open_issues]:
            assert [private for private in (*PRIVATE, token) if private in seen] == []


@pytest.fixture(params=LEDGERS)
def remembering(club: Club, request: pytest.FixtureRequest) -> Club:
    club.remembers(LEDGERS[request.param])
    return club


def test_a_second_run_has_nothing_to_send(remembering: Club) -> None:
    first, second = remembering.call("run"), remembering.call("run", now=LATER)

    assert (first.exit, first.states) == (0, [("new", "sent")])
    assert (second.exit, second.states) == (0, [(None, "skipped")])
    assert "announced already" in second.out
    assert len(remembering.google.sent) == 1


def test_what_is_deleted_later_is_called_off_once(remembering: Club) -> None:
    remembering.call("run")
    remembering.google.world.calendar().cancel("lab")

    assert remembering.call("run", now=LATER).states == [("cancelled", "sent")]
    assert remembering.call("run", now="2026-11-06T14:00:00-05:00").states == []
    assert len(remembering.google.sent) == 2


def test_what_is_held_is_told_in_one_issue_until_a_person_has_looked(remembering: Club) -> None:
    remembering.google.fail(SEND, Break.CLOSE_AFTER_ACCEPTING)
    assert remembering.call("run").states == [("new", "held")]
    [told] = remembering.open_issues
    assert "resolve --notice campus --session lab --sent" in told

    held = remembering.call("run", now=LATER)
    assert (held.exit, held.states) == (1, [("new", "held")])
    assert remembering.open_issues == [told]
    assert "Sent folder" in held.out
    assert "held" in remembering.call("status", now=LATER).out

    assert remembering.call("resolve", "--sent", now=LATER).exit == 0
    assert remembering.open_issues == []
    assert remembering.call("run", now=LATER).states == [(None, "skipped")]
    assert len(remembering.google.sent) == 1


def test_a_token_that_may_not_write_issues_costs_a_warning_and_nothing_else(club: Club) -> None:
    club.remembers(LEDGERS["git"])
    club.token = club.github.world.job_token({"contents": "write"})
    assert club.call("run").report["warnings"] == []

    club.google.world.calendar().put(event("shop", START, attendees=["ada@example.org"]))
    club.google.fail(SEND, Break.CLOSE_AFTER_ACCEPTING)
    ran = club.call("run", now=LATER)

    assert ran.exit == 1
    [warning] = ran.report["warnings"]
    assert "issues: write" in warning["text"]


@pytest.mark.parametrize("ledger", ["git", "calendar"])
def test_without_a_key_nothing_is_asked_and_the_message_says_how_to_make_one(club: Club, ledger: str) -> None:
    club.remembers(LEDGERS[ledger])
    ran = club.call("run", SESSIONSMGMT_KEY="")

    assert ran.exit == 2
    assert "openssl rand -base64 32" in ran.err
    assert (club.google.requests, club.github.requests) == ((), ())


@pytest.mark.parametrize("ledger", ["git", "calendar"])
def test_another_key_ends_with_four_and_sends_nothing(club: Club, ledger: str) -> None:
    club.remembers(LEDGERS[ledger])
    club.call("run")
    ran = club.call("run", now=LATER, SESSIONSMGMT_KEY=OTHER_KEY)

    assert ran.exit == 4
    assert "SESSIONSMGMT_KEY_OLD" in ran.err
    assert len(club.google.sent) == 1


@pytest.mark.parametrize("ledger", ["git", "calendar"])
def test_a_key_can_be_changed(club: Club, ledger: str) -> None:
    club.remembers(LEDGERS[ledger])
    club.call("run")

    assert club.call("run", now=LATER, SESSIONSMGMT_KEY=OTHER_KEY, SESSIONSMGMT_KEY_OLD=KEY).exit == 0
    assert club.call("run", now=LATER, SESSIONSMGMT_KEY=OTHER_KEY).states == [(None, "skipped")]
    assert len(club.google.sent) == 1


def test_in_actions_it_is_remembered_in_the_repository_if_nothing_is_said(club: Club) -> None:
    club.folder.write("sessions.yml", AT_GOOGLE.replace(f"ledger: {LEDGERS['file']}\n", ""))

    assert club.call("run").exit == 0
    assert "sessionsmgmt-ledger" in str(club.github.calls("git/create-ref")[0].request.body)
    assert not (club.folder.folder / ".sessionsmgmt").exists()


def test_git_without_leave_to_write_says_which_line_to_add_and_sends_nothing(club: Club) -> None:
    club.remembers(LEDGERS["git"])
    club.token = club.github.world.job_token({"contents": "read", "issues": "write"})
    ran = club.call("run")

    assert ran.exit == 4
    assert "'contents: write'" in ran.out + ran.err
    assert club.google.sent == ()


@pytest.mark.parametrize("before", LEDGERS)
@pytest.mark.parametrize("after", LEDGERS)
def test_moving_from_one_ledger_to_another_tells_nobody_anything_again(club: Club, before: str, after: str) -> None:
    if before == after:
        return
    club.remembers(LEDGERS[before])
    club.call("run")
    club.remembers(LEDGERS[after][:-1] + f", migrate_from: {LEDGERS[before]}}}")

    assert club.call("run", now=LATER).states == [(None, "skipped")]
    club.remembers(LEDGERS[after])
    assert club.call("run", now=LATER).states == [(None, "skipped")]
    club.google.world.calendar().edit("lab", attendees=[{"email": "ada@example.org", "responseStatus": "accepted"}])
    assert club.call("run", now=LATER).states == [(None, "skipped")]
    club.google.world.calendar().cancel("lab")
    assert club.call("run", now=LATER).states == [("cancelled", "sent")]
    assert len(club.google.sent) == 2


def test_what_the_earlier_script_announced_is_not_announced_again(club: Club) -> None:
    people = {"ada@example.org": "Ada Adult", "stu@example.org": "Stu Student"}
    marks = {
        "sent": "true",
        "start": "2026-11-07T09:00:00.000000-0500",
        "end": "2026-11-07T12:00:00.000000-0500",
        "adults": json.dumps({"mail": "ada@example.org", "name": people["ada@example.org"]}),
        "students": json.dumps({"mail": "stu@example.org", "name": people["stu@example.org"]}),
    }
    club.google.world.calendar().edit("lab", extendedProperties={"private": marks})
    club.remembers(LEDGERS["calendar"])

    assert club.call("run").states == [(None, "skipped")]
    assert club.google.sent == ()
    club.google.world.contacts.add("Nia Newcomer", "nia@example.org", labels=["Student"])
    club.google.world.calendar().edit(
        "lab", attendees=[{"email": one, "responseStatus": "accepted"} for one in (*people, "nia@example.org")]
    )
    assert club.call("run", now=LATER).states == [("added", "sent")]


CONFIRMING = AT_GOOGLE.replace("mail: {provider: google}", "mail: {provider: google, confirm: sent-folder}")


@pytest.mark.parametrize("trouble", [Break.CLOSE_AFTER_ACCEPTING, Break.CLOSE_BEFORE_ACCEPTING])
@pytest.mark.parametrize("keeps", [True, False])
def test_the_sent_folder_settles_what_is_held(club: Club, trouble: Break, keeps: bool) -> None:
    club.folder.write("sessions.yml", CONFIRMING)
    club.google.world.mailbox.keeps_own_headers = keeps
    club.google.world.now = datetime.fromisoformat(FIRST).astimezone(UTC)
    club.google.fail(SEND, trouble)
    assert club.call("run").states == [("new", "held")]

    looks = [club.call("run", now=f"2026-11-06T12:{minute}:00-05:00") for minute in ("01", "05", "12")]
    if trouble.accepted:
        assert [ran.states for ran in looks] == [[(None, "skipped")]] * 3
    else:
        assert [ran.states for ran in looks] == [[("new", "held")], [("new", "held")], [("new", "sent")]]
    assert "held-settled" in {one["code"] for ran in looks for one in ran.report["warnings"]}
    assert len(club.google.sent) == 1
    assert club.open_issues == []


def test_a_sent_folder_that_can_not_be_read_leaves_it_held_and_the_others_go_out(club: Club) -> None:
    club.folder.write("sessions.yml", CONFIRMING)
    club.google.fail(SEND, Break.CLOSE_BEFORE_ACCEPTING)
    club.call("run")
    club.google.world.calendar().put(event("shop", START + timedelta(hours=1), attendees=["ada@example.org"]))
    club.google.fail("oauth.token", INVALID_SCOPE)
    ran = club.call("run", now=LATER)

    assert ran.exit == 3
    assert sorted(ran.states) == [("new", "held"), ("new", "sent")]
    assert "lookup-failed" in {one["code"] for one in ran.report["warnings"]}


@pytest.mark.parametrize("command", ["run", "resolve --sent"])
def test_in_a_repository_that_is_called_otherwise_now_its_new_name_is_told(club: Club, command: str) -> None:
    club.remembers(LEDGERS["git"])
    club.github.world.rename("venue")
    ran = club.call(*command.split())

    assert ran.exit == 4
    assert "The repository example-club/premises is called example-club/venue now." in ran.err
    assert not club.google.sent


def test_what_a_repository_remembers_goes_on_under_its_new_name(club: Club) -> None:
    club.remembers(LEDGERS["git"])
    club.call("run")
    club.github.world.rename("venue")
    ran = club.call("run", now=LATER, GITHUB_REPOSITORY="example-club/venue")

    assert (ran.exit, len(club.google.sent)) == (0, 1)

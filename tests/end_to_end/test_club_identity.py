"""Which club a run is of, wherever its checkout is, and that its ledger stays the club's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionsmgmt.adapters.github.issue_notifier import LABEL, marker
from sessionsmgmt.config.model import topic
from tests.emulators.github import Refusal, Repository
from tests.end_to_end.many_clubs import FIRST, IN_GIT, KEY, LATER, OTHER_KEY, ManyClubs, many_clubs

CLUBS = ("", "clubs/otters", "clubs/sharks")
LEDGER = "refs/heads/sessionsmgmt-ledger"
WITNESSES = "refs/sessionsmgmt/ledger/"


@pytest.fixture
def clubs(tmp_path: Path) -> Iterator[ManyClubs]:
    with many_clubs(tmp_path / "checkout") as found:
        yield found


@pytest.mark.parametrize("git_first", [True, False])
def test_a_checkout_without_git_changes_nobodys_ledger(clubs: ManyClubs, git_first: bool) -> None:
    for folder in CLUBS:
        clubs.club(folder)
    for has_git in (git_first, not git_first, git_first):
        if has_git:
            (clubs.checkout / ".git").mkdir()
        for folder in CLUBS:
            ran = clubs.call(folder, "run")
            assert ran.exit == 0, ran.err
        shutil.rmtree(clubs.checkout / ".git", ignore_errors=True)

    assert [clubs.emails(folder) for folder in CLUBS] == [["new"]] * 3
    assert len([ref for ref in clubs.refs if ref.startswith(LEDGER)]) == 3
    assert len([ref for ref in clubs.refs if ref.startswith(WITNESSES)]) == 3


@pytest.mark.parametrize("keys", [(KEY, KEY), (KEY, OTHER_KEY)], ids=["one key for all", "a key of its own"])
def test_a_club_that_moves_is_told_what_to_do_and_tells_nothing_again(clubs: ManyClubs, keys: tuple[str, str]) -> None:
    clubs.club("otters")
    clubs.club("sharks")
    clubs.call("otters", "run")
    clubs.call("sharks", "run", SESSIONSMGMT_KEY=keys[1])
    shutil.move(clubs.checkout / "otters", clubs.checkout / "teams")

    refused = clubs.call("teams", "run", now=LATER)
    assert refused.exit == 4
    assert "resolve --adopt" in refused.err
    assert clubs.emails("teams") == ["new"]

    looked = clubs.call("teams", "forget", "--dry-run", now=LATER)
    assert "can't be read" not in looked.out

    taken = clubs.call("teams", "resolve", "--adopt", now=LATER)
    assert (taken.exit, "1 notice" in taken.out) == (0, True), taken.err
    assert clubs.call("teams", "run", now=LATER).states == [(None, "skipped")]
    assert clubs.call("sharks", "run", now=LATER, SESSIONSMGMT_KEY=keys[1]).states == [(None, "skipped")]
    assert {ref for ref in clubs.refs if "otters" in ref} == set()
    assert clubs.call("teams", "resolve", "--adopt", now=LATER).exit == 2


def test_a_club_that_moves_from_the_root_into_a_folder_tells_nothing_again(clubs: ManyClubs) -> None:
    clubs.club("")
    clubs.call("", "run")
    (clubs.checkout / "otters").mkdir()
    for path in [*clubs.checkout.iterdir()]:
        if path.name != "otters":
            shutil.move(path, clubs.checkout / "otters")

    assert clubs.call("otters", "run", now=LATER).exit == 4
    assert clubs.call("otters", "resolve", "--adopt", now=LATER).exit == 0
    assert clubs.call("otters", "run", now=LATER).states == [(None, "skipped")]


def test_a_repository_that_was_pushed_elsewhere_takes_its_ledger_over(clubs: ManyClubs) -> None:
    clubs.club("otters")
    clubs.call("otters", "run", GITHUB_REPOSITORY_ID="1")
    clubs.github.world.repositories.append(Repository("elsewhere", 2, objects=clubs.repository.objects))
    token = clubs.github.world.job_token({"contents": "write", "issues": "write"}, "elsewhere")
    there = {"GITHUB_REPOSITORY": "example-club/elsewhere", "GITHUB_REPOSITORY_ID": "2", "GITHUB_TOKEN": token}

    refused = clubs.call("otters", "run", now=LATER, **there)
    assert (refused.exit, "another repository (number 1)" in refused.err) == (4, True)
    assert clubs.call("otters", "resolve", "--adopt", now=LATER, **there).exit == 0
    assert clubs.call("otters", "run", now=LATER, **there).states == [(None, "skipped")]
    assert clubs.call("otters", "run", now=LATER, GITHUB_REPOSITORY_ID="1").exit == 4


@pytest.mark.parametrize("options", [["--adopt", "--sent"], ["--adopt", "--notice", "campus"], []])
def test_adopting_goes_with_nothing_else(clubs: ManyClubs, options: list[str]) -> None:
    clubs.club("otters")

    assert clubs.call("otters", "resolve", *options).exit == 2
    assert clubs.github.requests == ()


def test_a_club_that_remembers_in_a_file_has_nothing_to_take_over(clubs: ManyClubs) -> None:
    clubs.club(
        "otters", text=clubs.club("otters").folder.joinpath("sessions.yml").read_text("utf-8").replace("git", "file")
    )

    refused = clubs.call("otters", "resolve", "--adopt")
    assert (refused.exit, "ledger.store" in refused.err) == (2, True)


@pytest.mark.parametrize("accident", ["deleted", "forced back"])
def test_a_branch_that_somebody_took_away_is_restored_with_a_warning(clubs: ManyClubs, accident: str) -> None:
    clubs.club("")
    clubs.call("", "run", now=FIRST)
    last = clubs.refs[LEDGER]
    if accident == "deleted":
        del clubs.refs[LEDGER]
    else:
        clubs.refs[LEDGER] = clubs.repository.objects.commits[last].parents[0]

    ran = clubs.call("", "run", now=LATER)
    assert (ran.exit, ran.states) == (0, [(None, "skipped")])
    assert [one["code"] for one in ran.report["warnings"]] == ["ledger-restored"]
    assert clubs.refs[LEDGER] == last
    assert clubs.call("", "run", now=LATER).report["warnings"] == []
    assert clubs.emails("") == ["new"]


def test_commands_that_only_read_restore_nothing_and_say_so(clubs: ManyClubs) -> None:
    clubs.club("")
    clubs.call("", "run", now=FIRST)
    del clubs.refs[LEDGER]
    before = dict(clubs.refs)

    for reading in (["status"], ["preview"], ["run", "--dry-run"], ["doctor"], ["export"], ["forget", "--dry-run"]):
        looked = clubs.call("", *reading, now=LATER)
        assert "the next run restores it" in looked.out + looked.err, reading
        assert clubs.refs == before


def test_a_witness_that_may_not_be_written_is_a_warning(clubs: ManyClubs) -> None:
    clubs.club("")
    rule = Refusal(422, "Repository rule violations found\n\nCannot create ref due to creations being restricted.")
    clubs.github.fail("git/create-ref", rule, times=9, after=1)

    ran = clubs.call("", "run")
    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    [warning] = ran.report["warnings"]
    assert warning["code"] == "ledger-witness"
    assert "creations being restricted" in warning["text"]


def test_what_is_forgotten_does_not_come_back(clubs: ManyClubs) -> None:
    clubs.club("")
    clubs.call("", "run")

    assert clubs.call("", "forget", "--yes").exit == 0
    assert {ref for ref in clubs.refs if ref != "refs/heads/main"} == set()


def issue(clubs: ManyClubs, topic: str) -> int:
    """An open issue of ours about a topic."""
    found = clubs.repository.open(f"About {topic}", author="github-actions[bot]", labels=[LABEL])
    found.body = f"{marker(topic)}Text."
    return found.number


def test_each_club_forgets_and_shows_its_own_issues_and_nobody_elses(clubs: ManyClubs) -> None:
    for folder in ("", "otters", "clubs/otters"):
        clubs.club(folder)
        clubs.call(folder, "run")
    numbers = {
        (folder, about): issue(clubs, topic(about, folder))
        for folder in ("", "otters", "clubs/otters")
        for about in ("held", "consent")
    }

    shown = json.loads(clubs.call("otters", "export").out)["made_to_be_read"]
    assert [one["what"] for one in shown] == [f"issue #{numbers['otters', about]}" for about in ("held", "consent")]
    assert clubs.call("otters", "forget", "--yes").exit == 0
    states = {key: clubs.repository.issues[number].state for key, number in numbers.items()}
    assert {folder for (folder, _), state in states.items() if state == "closed"} == {"otters"}
    assert [state for (folder, _), state in states.items() if folder == "otters"] == ["closed"] * 2
    left = {ref for ref in clubs.refs if ref != "refs/heads/main"}
    assert len(left) == 4
    assert not [ref for ref in left if ref.endswith("-otters")]


@pytest.mark.parametrize("command", ["validate", "run", "forget --yes", "export", "status"])
def test_a_club_that_names_another_ones_ledger_or_environment_touches_nothing(clubs: ManyClubs, command: str) -> None:
    clubs.club("sharks")
    clubs.call("sharks", "run")
    asked, refs = len(clubs.github.requests), dict(clubs.refs)
    for text in (
        IN_GIT.replace("{store: git}", "{store: git, branch: sessionsmgmt-ledger-sharks}"),
        IN_GIT.replace("{store: git}", "{store: file, path: ../sharks/.sessionsmgmt/ledger.json}"),
        f"{IN_GIT}credentials: {{secret: OTTERS, scope: environment, environment: sharks}}\n",
        f"{IN_GIT}credentials: {{secret: Sessionsmgmt_App_Private_Key}}\n",
    ):
        clubs.club("otters", text)
        ran = clubs.call("otters", command)
        assert ran.exit == 2, ran.out
    assert (len(clubs.github.requests), clubs.refs) == (asked, refs)

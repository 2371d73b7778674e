"""Who can read what a job shows, where its event does not say whether the repository is private."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sessionsmgmt.bootstrap.readers import addressed, readers, readers_of_repository
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.signals import StopRequests
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.ports.stop import UNSTOPPED
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.settings import Settings
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Refusal
from tests.settings import settings

RESULT = Presentation("run", datetime(2026, 11, 6, tzinfo=UTC), warnings=(ReportWarning("x", "y"),))


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator() as emulator:
        yield emulator
        assert emulator.violations == ()
        assert emulator.unmet == ()


def known(github: GitHubEmulator, **more: str) -> Settings:
    known = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": github.root,
        "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
        "GITHUB_TOKEN": github.world.job_token({}),
    }
    return settings(known | more)


@pytest.mark.parametrize(("private", "expected"), [(True, Readers.CLUB), (False, Readers.ANYBODY)])
def test_github_says_whether_the_repository_is_private(
    github: GitHubEmulator, private: bool, expected: Readers
) -> None:
    github.world.repository().private = private

    assert readers(known(github)) is expected
    assert addressed(RESULT, known(github), UNSTOPPED).readers is expected


@pytest.mark.parametrize("status", [401, 403, 404, 451])
def test_where_github_does_not_say_it_counts_as_not_private(github: GitHubEmulator, status: int) -> None:
    github.fail("repos/get", Refusal(status, "No"))

    assert readers(known(github)) is Readers.ANYBODY


@pytest.mark.parametrize("lacking", [{"GITHUB_TOKEN": ""}, {"GITHUB_REPOSITORY": ""}, {"GITHUB_API_URL": "ftp://x"}])
def test_without_a_way_to_ask_it_counts_as_not_private(github: GitHubEmulator, lacking: dict[str, str]) -> None:
    assert readers(known(github, **lacking)) is Readers.ANYBODY
    assert github.requests == ()


def test_a_repository_that_is_called_otherwise_now_counts_as_not_private(github: GitHubEmulator) -> None:
    here = known(github)
    github.world.rename("venue")

    assert readers(here) is Readers.ANYBODY


def test_a_terminal_is_the_clubs_but_the_repositorys_issues_are_read_by_whoever_can(github: GitHubEmulator) -> None:
    github.world.repository().private = False
    here = known(github, GITHUB_ACTIONS="")

    assert readers(here) is Readers.CLUB
    assert addressed(RESULT, here, UNSTOPPED).readers is Readers.CLUB
    assert github.requests == ()
    assert readers_of_repository(here) is Readers.ANYBODY


def test_a_process_that_was_told_to_end_asks_nobody(github: GitHubEmulator) -> None:
    stop = StopRequests()
    stop.defer()
    stop.heed(signal.SIGTERM)

    assert addressed(RESULT, known(github), stop).readers is Readers.ANYBODY
    assert github.requests == ()


@pytest.mark.parametrize("result", [replace(RESULT, invented=True), replace(RESULT, warnings=())])
def test_nothing_is_asked_for_what_everybody_may_see(github: GitHubEmulator, result: Presentation) -> None:
    assert addressed(result, known(github), UNSTOPPED) == result
    assert github.requests == ()

from __future__ import annotations

from datetime import timedelta

import pytest
from github import GithubException, UnknownObjectException

from tests.emulators.github import GitHubEmulator, World
from tests.unit.emulators.hub import HERE, ask, furnished, repository_of

WRITE = {"issues": "write"}


def test_an_issue_lives_from_its_creation_to_its_end() -> None:
    world = World()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        issue = repository.create_issue("Held", body="Who knows?", labels=["held"])
        assert [label.name for label in issue.labels] == ["held"]
        assert issue.user.login == "github-actions[bot]"
        github.advance(timedelta(hours=1))
        issue.edit(title="Settled", body="", state="closed", labels=[])
        again = repository.get_issue(issue.number)
        assert (again.title, again.body, again.state, again.labels) == ("Settled", "", "closed", [])
        assert again.closed_at == world.now
        assert again.created_at == world.now - timedelta(hours=1)
        issue.edit(state="open")
    assert world.repository().issues[1].closed is None
    assert not github.violations


def test_a_label_that_is_not_there_is_made_and_case_does_not_matter() -> None:
    world = World()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        repository.create_issue("a", labels=["Held", "held"])
        assert ask(github, world.job_token(WRITE), "GET", f"{HERE}/labels/held").json()["name"] == "Held"
        repository.create_label("other", "ff0000")
        with pytest.raises(GithubException) as caught:
            repository.create_label("Other", "ff0000")
        assert caught.value.status == 422
    assert world.repository().labels == {"Held": "ededed", "other": "ff0000"}
    assert world.repository().issues[1].labels == ["Held"]


def test_issues_are_listed_over_pages_newest_first() -> None:
    world = World()
    for number in range(65):
        world.repository().open(f"Number {number}")
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        assert [issue.number for issue in repository.get_issues()] == list(range(65, 0, -1))
        pages = github.calls("issues/list-for-repo")
        first = ask(github, world.job_token(WRITE), "GET", f"{HERE}/issues?per_page=20")
        last = ask(github, world.job_token(WRITE), "GET", first.links["last"]["url"].removeprefix(github.root))
    assert len(pages) == 3
    assert first.links.keys() == {"next", "last"}
    assert last.links.keys() == {"prev", "first"}
    assert [one["number"] for one in last.json()] == [5, 4, 3, 2, 1]
    assert not github.violations


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 2, 1]),
        ("state=closed", [3]),
        ("state=all", [4, 3, 2, 1]),
        ("labels=held", [2]),
        ("labels=held,urgent&state=all", [3]),
        ("creator=somebody", [4]),
        ("direction=asc", [1, 2, 4]),
        ("per_page=1&page=2", [2]),
        ("per_page=1&page=9", []),
    ],
)
def test_issues_are_filtered(query: str, numbers: list[int]) -> None:
    world = furnished()
    repository = world.repository()
    repository.open("Held", labels=["held"])
    repository.open("Over", labels=["held", "urgent"]).state = "closed"
    repository.open("Other", author="somebody")
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "GET", f"{HERE}/issues?{query}")
    assert [one["number"] for one in answer.json()] == numbers


def test_a_pull_request_is_listed_as_an_issue_that_says_so() -> None:
    world = furnished()
    world.repository().open("Held")
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        assert [issue.pull_request is not None for issue in repository.get_issues()] == [False, True]


def test_a_comment_lives_from_its_creation_to_its_end() -> None:
    world = furnished()
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        issue = repository.get_issue(1)
        comment = issue.create_comment("<!-- marker -->\nHello")
        comment.edit("<!-- marker -->\nHello again")
        assert [one.body for one in issue.get_comments()] == ["<!-- marker -->\nHello again"]
        assert [one.user.login for one in issue.get_comments()] == ["github-actions[bot]"]
        comment.delete()
        with pytest.raises(UnknownObjectException):
            comment.edit("Too late")
    assert world.repository().issues[1].comments == []
    assert not github.violations


def test_a_text_has_a_longest_length() -> None:
    world = furnished()
    token = world.job_token(WRITE)
    with GitHubEmulator(world) as github:
        url = f"{HERE}/issues/1/comments"
        assert ask(github, token, "POST", url, {"body": "x" * 65_536}).status_code == 201
        assert not github.violations
        answer = ask(github, token, "POST", url, {"body": "x" * 65_537})
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            ["body is too long (maximum is 65536 characters)"],
        )
        assert ask(github, token, "POST", f"{HERE}/issues", {"title": "a", "body": "x" * 65_537}).status_code == 422
        assert len(github.violations) == 2


@pytest.mark.parametrize(("path", "body"), [("issues", {"title": " "}), ("issues/1/comments", {"body": ""})])
def test_a_text_that_must_be_there_is_missed(path: str, body: object) -> None:
    world = furnished()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token(WRITE), "POST", f"{HERE}/{path}", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "missing_field"


@pytest.mark.parametrize("path", ["issues/9", "issues/9/comments", "labels/none"])
def test_what_is_not_there_is_404(path: str) -> None:
    world = World()
    with GitHubEmulator(world) as github:
        assert ask(github, world.job_token(WRITE), "GET", f"{HERE}/{path}").status_code == 404

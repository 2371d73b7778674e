from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.github import GitHubEmulator
from tests.unit.emulators.hub import HERE, ask, furnished, message, repository_of

WRITE = {"checks": "write"}
OUTPUT = {"title": "Two notices", "summary": "One is new."}


def annotation(line: int) -> dict[str, Any]:
    return {
        "path": "sessions.yml",
        "start_line": line,
        "end_line": line,
        "annotation_level": "warning",
        "message": "Look here.",
    }


def test_a_check_run_lives_from_its_creation_to_its_conclusion() -> None:
    world = furnished()
    head = world.repository().pulls[1].head
    with GitHubEmulator(world) as github, repository_of(github, world.job_token(WRITE)) as repository:
        run = repository.create_check_run("Preview", head, status="in_progress", external_id="x")
        assert (run.status, run.app.slug) == ("in_progress", "github-actions")
        run.edit(conclusion="neutral", output={**OUTPUT, "annotations": [annotation(1)]})
        assert (run.status, run.conclusion, run.completed_at) == ("completed", "neutral", world.now)
        assert (run.output.title, run.output.annotations_count) == ("Two notices", 1)
    assert not github.violations


def test_annotations_are_added_to_those_before_fifty_at_a_time() -> None:
    world = furnished()
    token, head = world.job_token(WRITE), world.repository().head()
    with GitHubEmulator(world) as github:
        body = {"name": "Preview", "head_sha": head, "output": {**OUTPUT, "annotations": [annotation(1)] * 50}}
        run = ask(github, token, "POST", f"{HERE}/check-runs", body).json()
        more = {"output": {**OUTPUT, "annotations": [annotation(2)]}}
        changed = ask(github, token, "PATCH", f"{HERE}/check-runs/{run['id']}", more).json()
        assert changed["output"]["annotations_count"] == 51
        assert not github.violations
        many = {"output": {**OUTPUT, "annotations": [annotation(3)] * 51}}
        assert ask(github, token, "PATCH", f"{HERE}/check-runs/{run['id']}", many).status_code == 422
    assert len(world.repository().checks[0].annotations) == 51
    assert len(github.violations) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "completed"},
        {"completed_at": "2026-11-06T23:00:00Z"},
        {"conclusion": "stale"},
        {"output": {"title": "Two notices"}},
        {"output": {"summary": "One is new."}},
        {"output": {"title": "", "summary": ""}},
        {"output": OUTPUT | {"summary": "x" * 65_536}},
        {"output": OUTPUT | {"text": "x" * 65_536}},
        {"actions": [{"label": "x" * 21, "description": "d", "identifier": "i"}]},
    ],
)
def test_a_rule_that_is_broken_is_told_when_creating_and_when_updating(wrong: dict[str, Any]) -> None:
    world = furnished()
    token, head = world.job_token(WRITE), world.repository().head()
    with GitHubEmulator(world) as github:
        named = {"name": "Preview", "head_sha": head}
        run = ask(github, token, "POST", f"{HERE}/check-runs", named).json()
        assert ask(github, token, "POST", f"{HERE}/check-runs", named | wrong).status_code == 422
        assert ask(github, token, "PATCH", f"{HERE}/check-runs/{run['id']}", wrong).status_code == 422
    assert len(github.violations) == 2
    assert len(world.repository().checks) == 1


def test_a_person_makes_no_check_runs() -> None:
    world = furnished()
    body = {"name": "Preview", "head_sha": world.repository().head()}
    with GitHubEmulator(world) as github:
        for token in (world.fine_grained_token(WRITE), world.classic_token("repo")):
            assert ask(github, token, "POST", f"{HERE}/check-runs", body).status_code == 403
        assert ask(github, world.installation_token(WRITE, None), "POST", f"{HERE}/check-runs", body).status_code == 201


def test_a_check_run_belongs_to_the_app_that_made_it() -> None:
    world = furnished()
    head = world.repository().head()
    with GitHubEmulator(world) as github:
        body = {"name": "Preview", "head_sha": head}
        run = ask(github, world.installation_token(WRITE, None), "POST", f"{HERE}/check-runs", body).json()
        answer = ask(github, world.job_token(WRITE), "PATCH", f"{HERE}/check-runs/{run['id']}", {"name": "Mine"})
        assert answer.status_code == 403
        assert ask(github, world.job_token(WRITE), "PATCH", f"{HERE}/check-runs/1", {"name": "Mine"}).status_code == 404


def test_check_runs_are_listed_by_commit_the_latest_of_each_name() -> None:
    world = furnished()
    token, pull = world.job_token(WRITE), world.repository().pulls[1]
    with GitHubEmulator(world) as github:
        for name in ("Preview", "Preview", "Other"):
            ask(github, token, "POST", f"{HERE}/check-runs", {"name": name, "head_sha": pull.head})
        url = f"{HERE}/commits/{pull.head}/check-runs"
        latest = [one["name"] for one in ask(github, token, "GET", url).json()["check_runs"]]
        every = ask(github, token, "GET", f"{url}?filter=all&check_name=Preview").json()
        elsewhere = ask(github, token, "GET", f"{HERE}/commits/main/check-runs").json()
    assert latest == ["Other", "Preview"]
    assert (every["total_count"], elsewhere["total_count"]) == (2, 0)
    assert not github.violations


def test_a_check_run_needs_a_commit() -> None:
    world = furnished()
    with GitHubEmulator(world) as github:
        body = {"name": "Preview", "head_sha": "0" * 40}
        answer = ask(github, world.job_token(WRITE), "POST", f"{HERE}/check-runs", body)
    assert (answer.status_code, message(answer)) == (422, "Validation Failed")


def test_a_pull_request_says_where_it_comes_from() -> None:
    world = furnished()
    world.repository().propose("other", fork="somebody")
    with (
        GitHubEmulator(world) as github,
        repository_of(github, world.job_token({"pull_requests": "read"})) as repository,
    ):
        own, foreign = (repository.get_pull(number) for number in (1, 2))
        assert (own.head.repo.full_name, foreign.head.repo.full_name) == (
            "example-club/premises",
            "somebody/premises",
        )
        assert (own.base.sha, own.head.sha) == (world.repository().head(), world.repository().head("change"))
        assert (own.state, own.title) == ("open", "Change change")
        assert ask(github, world.job_token({"pull_requests": "read"}), "GET", f"{HERE}/pulls/9").status_code == 404


def test_a_workflow_can_be_found_by_its_file_and_enabled_again() -> None:
    world = furnished()
    world.repository().workflows[0].state = "disabled_inactivity"
    with (
        GitHubEmulator(world) as github,
        repository_of(github, world.job_token({"actions": "write"})) as repository,
    ):
        workflow = repository.get_workflow("notices.yml")
        assert (workflow.id, workflow.state) == (7, "disabled_inactivity")
        assert workflow.enable()
        assert [one.state for one in repository.get_workflows()] == ["active"]
        assert (
            ask(github, world.job_token({"actions": "read"}), "GET", f"{HERE}/actions/workflows/8").status_code == 404
        )


def test_a_run_says_for_which_commit_and_pull_request_it_was() -> None:
    world = furnished()
    with (
        GitHubEmulator(world) as github,
        repository_of(github, world.job_token({"actions": "read"})) as repository,
    ):
        run = repository.get_workflow_run(5)
        assert (run.head_sha, run.event, run.conclusion) == (
            world.repository().head("change"),
            "pull_request",
            "success",
        )
        assert [request.number for request in run.pull_requests] == [1]
        assert ask(github, world.job_token({"actions": "read"}), "GET", f"{HERE}/actions/runs/6").status_code == 404
    assert not github.violations

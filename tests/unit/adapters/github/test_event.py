"""The event of a job: which pull request it is about, and what can't be trusted in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.github import event
from sessionsmgmt.adapters.github.event import is_private, must_be_merged, pull_request
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.pull_requests import Origin, PullRequest
from sessionsmgmt.settings import ActionsJob
from tests.pull_request_events import HEAD, Json, pull_request_event
from tests.settings import settings


def job(environ: Mapping[str, str]) -> ActionsJob:
    return settings(environ).actions


def found(folder: Path, payload: object, name: str = "pull_request", actor: str = "coach") -> PullRequest | None:
    path = folder / "event.json"
    path.write_text(json.dumps(payload), encoding="utf-8")
    return pull_request(job({"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_ACTOR": actor}))


def test_a_pull_request_is_known_by_its_number_and_the_commit_people_look_at(tmp_path: Path) -> None:
    assert found(tmp_path, pull_request_event(number=7)) == PullRequest(7, HEAD, Origin.HERE, closed=False)


@pytest.mark.parametrize("name", ["push", "schedule", "workflow_dispatch", "issue_comment", "merge_group", ""])
def test_other_events_have_no_pull_request(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, pull_request_event(), name) is None


def test_outside_of_a_job_there_is_no_pull_request() -> None:
    assert pull_request(job({})) is None


def test_an_event_that_lends_secrets_to_strangers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Use 'on: pull_request'"):
        found(tmp_path, pull_request_event(), "pull_request_target")


def without(*names: str) -> Callable[[Json], None]:
    def remove(payload: Json) -> None:
        for name in names[:-1]:
            payload = payload[name]
        del payload[names[-1]]

    return remove


def put(value: object, *names: str) -> Callable[[Json], None]:
    def write(payload: Json) -> None:
        for name in names[:-1]:
            payload = payload[name]
        payload[names[-1]] = value

    return write


@pytest.mark.parametrize(
    ("change", "origin"),
    [
        (put(2, "pull_request", "head", "repo", "id"), Origin.FORK),
        (put(None, "pull_request", "head", "repo"), Origin.FORK),  # the fork is gone
        (without("pull_request", "head", "repo"), Origin.FORK),
        (put(True, "pull_request", "head", "repo", "id"), Origin.FORK),
        (put(None, "repository", "id"), Origin.FORK),
        (put("dependabot[bot]", "pull_request", "user", "login"), Origin.DEPENDABOT),
    ],
)
def test_the_event_says_where_the_pull_request_comes_from(
    change: Callable[[Json], None], origin: Origin, tmp_path: Path
) -> None:
    payload = pull_request_event()
    change(payload)
    pull = found(tmp_path, payload)

    assert pull is not None
    assert pull.origin is origin


def test_a_job_that_dependabot_started_is_dependabots(tmp_path: Path) -> None:
    pull = found(tmp_path, pull_request_event(), actor="dependabot[bot]")

    assert pull is not None
    assert pull.origin is Origin.DEPENDABOT


@pytest.mark.parametrize("name", ["pull_request_review", "pull_request_review_comment"])
def test_the_event_of_a_review_has_the_reviewed_pull_request(name: str, tmp_path: Path) -> None:
    pull = found(tmp_path, pull_request_event("submitted", number=7, fork=True), name)

    assert pull == PullRequest(7, HEAD, Origin.FORK, closed=False)


def asked(folder: Path, payload: object, **more: str) -> ActionsJob:
    path = folder / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload), encoding="utf-8")
    return job({"GITHUB_EVENT_PATH": str(path), **more})


@pytest.mark.parametrize(
    ("repository", "private"),
    [
        ({"private": True}, True),
        ({"private": True, "visibility": "private"}, True),
        ({"private": True, "visibility": None}, True),
        ({"private": True, "visibility": "internal"}, False),  # all of the company can read it
        ({"private": True, "visibility": "public"}, False),
        ({"private": True, "visibility": ["private"]}, False),
        ({"private": False}, False),
        ({"private": None}, None),
        ({"private": 1}, None),
        ({"private": "true"}, None),
        ({"private": {}}, None),
        ({}, None),
        (None, None),
        ("private", None),
    ],
)
def test_the_event_says_whether_the_repository_is_private(
    repository: object, private: bool | None, tmp_path: Path
) -> None:
    assert is_private(asked(tmp_path, {"repository": repository})) is private


@pytest.mark.parametrize("text", ["", "[", "[1]", "null", '{"repository": ' * 100_000])
def test_an_unreadable_event_does_not_say_whether_the_repository_is_private(text: str, tmp_path: Path) -> None:
    assert is_private(asked(tmp_path, text)) is None
    assert is_private(job({})) is None
    assert is_private(job({"GITHUB_EVENT_PATH": str(tmp_path)})) is None


def following(event: object, head: object = 1) -> Json:
    return {"repository": {"id": 1}, "workflow_run": {"event": event, "head_repository": {"id": head}}}


PROPOSED = [
    ("pull_request", {}, ""),
    ("pull_request_target", {}, ""),
    ("pull_request_review", {}, ""),
    ("pull_request_review_comment", {}, ""),
    ("merge_group", {}, ""),
    ("push", {}, "refs/pull/7/merge"),
    ("workflow_dispatch", {}, "refs/pull/7/head"),
    ("push", {}, "refs/heads/gh-readonly-queue/main/pr-7-0123456"),
    *(("workflow_run", following(event), "") for event in ("pull_request", "pull_request_target", "merge_group")),
    *(("workflow_run", following(event), "") for event in ("workflow_run", "", None, 3, ["push"])),
    *(("workflow_run", following("push", head), "") for head in (2, None, True, "1")),
    ("workflow_run", {}, ""),
    ("workflow_run", {"workflow_run": {"event": "push"}}, ""),
    ("workflow_run", "[", ""),
]


@pytest.mark.parametrize(("name", "payload", "reference"), PROPOSED)
def test_a_proposed_change_starts_nothing(name: str, payload: object, reference: str, tmp_path: Path) -> None:
    here = asked(tmp_path, payload, GITHUB_EVENT_NAME=name, GITHUB_REF=reference)

    with pytest.raises(InputError, match=r"'run' does not start .*: what is proposed there is not merged"):
        must_be_merged(here, "run")


MERGED = ["push", "schedule", "workflow_dispatch", "repository_dispatch", "issue_comment", "issues", "release", ""]


@pytest.mark.parametrize("name", MERGED)
def test_merged_files_may_start_everything(name: str, tmp_path: Path) -> None:
    must_be_merged(asked(tmp_path, {}, GITHUB_EVENT_NAME=name, GITHUB_REF="refs/heads/main"), "run")
    must_be_merged(job({"GITHUB_EVENT_NAME": name}), "run")


@pytest.mark.parametrize("event", MERGED[:-1])
def test_a_run_after_a_run_of_merged_files_may_too(event: str, tmp_path: Path) -> None:
    must_be_merged(asked(tmp_path, following(event), GITHUB_EVENT_NAME="workflow_run"), "run")


def test_an_invalid_event_name_is_not_shown() -> None:
    with pytest.raises(InputError) as refused:
        must_be_merged(job({"GITHUB_EVENT_NAME": "pull_request\n::error::x"}), "run")
    assert "::error::" not in str(refused.value)


@pytest.mark.parametrize("change", [put("closed", "action"), put("closed", "pull_request", "state")])
def test_a_closed_pull_request_is_recognised(change: Callable[[Json], None], tmp_path: Path) -> None:
    payload = pull_request_event()
    change(payload)
    pull = found(tmp_path, payload)

    assert pull is not None
    assert pull.closed


@pytest.mark.parametrize(
    "change",
    [
        put("7", "pull_request", "number"),
        put(True, "pull_request", "number"),
        put(0, "pull_request", "number"),
        put("HEAD", "pull_request", "head", "sha"),
        put(f"{HEAD}/../..", "pull_request", "head", "sha"),
        put([], "pull_request", "head", "sha"),
        put("a pull request", "pull_request"),
        without("pull_request"),
    ],
)
def test_an_event_of_another_form_is_refused(change: Callable[[Json], None], tmp_path: Path) -> None:
    payload = pull_request_event()
    change(payload)

    with pytest.raises(InputError, match="says nothing of a pull request"):
        found(tmp_path, payload)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'"' + b" " * event.LARGEST + b'"'])
def test_an_event_that_is_no_json_or_too_large_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(data)

    with pytest.raises(InputError, match="says nothing of a pull request"):
        pull_request(job({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path)}))


def test_a_missing_event_is_refused(tmp_path: Path) -> None:
    for place in ("", str(tmp_path), str(tmp_path / "none.json")):
        with pytest.raises(InputError, match="says nothing of a pull request"):
            pull_request(job({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": place}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from(["pull_request", "repository", "action"]))
def test_no_event_counts_as_from_here_unless_it_says_so(
    tmp_path_factory: pytest.TempPathFactory, value: object, name: str
) -> None:
    payload = pull_request_event(private=True) | {name: value}
    try:
        pull = found(tmp_path_factory.mktemp("event"), payload)
    except InputError:
        return
    assert pull is not None
    assert name == "action" or pull.origin is not Origin.HERE

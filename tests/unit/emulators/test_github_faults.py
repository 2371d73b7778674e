from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.emulators.github import (
    BAD_CREDENTIALS,
    BAD_GATEWAY,
    BRANCH_MOVED,
    NOT_FOUND,
    OWNER,
    PRIMARY_RATE_LIMIT,
    SECONDARY_RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
    Break,
    CheckRun,
    Comment,
    GitHubEmulator,
    World,
)
from tests.emulators.github.auth import APP_CALLS
from tests.emulators.github.emulator import HANDLERS
from tests.emulators.github.repository import MissingError, Repository
from tests.unit.emulators.hub import EVERYTHING, HERE, ask, furnished, message, proof, sealed

REFUSALS = [
    BAD_CREDENTIALS,
    BAD_GATEWAY,
    BRANCH_MOVED,
    NOT_FOUND,
    PRIMARY_RATE_LIMIT,
    SECONDARY_RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
]
LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


def asked(world: World, call: str) -> tuple[str, str, Any]:
    """A request that works in a furnished world, for every call."""
    repository = world.repository()
    head, tree = repository.head(), repository.objects.commits[repository.head()].tree
    blob = next(iter(repository.objects.blobs))
    environment = f"{HERE}/environments/production"
    organization = f"/orgs/{OWNER}/actions/secrets"
    in_environment = repository.environments["production"]
    requests_: dict[str, tuple[str, str, Any]] = {
        "actions/create-or-update-environment-secret": (
            "PUT",
            f"{environment}/secrets/KEY",
            sealed(in_environment, b"v"),
        ),
        "actions/create-or-update-org-secret": (
            "PUT",
            f"{organization}/KEY",
            {**sealed(world.secrets, b"v"), "visibility": "all"},
        ),
        "actions/create-or-update-repo-secret": (
            "PUT",
            f"{HERE}/actions/secrets/KEY",
            sealed(repository.secrets, b"v"),
        ),
        "actions/delete-environment-secret": ("DELETE", f"{environment}/secrets/OLD", None),
        "actions/delete-org-secret": ("DELETE", f"{organization}/OLD", None),
        "actions/delete-repo-secret": ("DELETE", f"{HERE}/actions/secrets/OLD", None),
        "actions/enable-workflow": ("PUT", f"{HERE}/actions/workflows/7/enable", None),
        "actions/get-environment-public-key": ("GET", f"{environment}/secrets/public-key", None),
        "actions/get-environment-secret": ("GET", f"{environment}/secrets/OLD", None),
        "actions/get-org-public-key": ("GET", f"{organization}/public-key", None),
        "actions/get-org-secret": ("GET", f"{organization}/OLD", None),
        "actions/get-repo-public-key": ("GET", f"{HERE}/actions/secrets/public-key", None),
        "actions/get-repo-secret": ("GET", f"{HERE}/actions/secrets/OLD", None),
        "actions/get-workflow": ("GET", f"{HERE}/actions/workflows/notices.yml", None),
        "actions/get-workflow-run": ("GET", f"{HERE}/actions/runs/5", None),
        "actions/list-environment-secrets": ("GET", f"{environment}/secrets", None),
        "actions/list-org-secrets": ("GET", organization, None),
        "actions/list-repo-secrets": ("GET", f"{HERE}/actions/secrets", None),
        "actions/list-repo-workflows": ("GET", f"{HERE}/actions/workflows", None),
        "actions/list-selected-repos-for-org-secret": ("GET", f"{organization}/OLD/repositories", None),
        "apps/create-installation-access-token": ("POST", "/app/installations/815/access_tokens", {}),
        "apps/get-authenticated": ("GET", "/app", None),
        "apps/get-repo-installation": ("GET", f"{HERE}/installation", None),
        "apps/revoke-installation-access-token": ("DELETE", "/installation/token", None),
        "checks/create": ("POST", f"{HERE}/check-runs", {"name": "Preview", "head_sha": head}),
        "checks/list-for-ref": ("GET", f"{HERE}/commits/main/check-runs", None),
        "checks/update": ("PATCH", f"{HERE}/check-runs/1", {"status": "in_progress"}),
        "git/create-blob": ("POST", f"{HERE}/git/blobs", {"content": "text"}),
        "git/create-commit": ("POST", f"{HERE}/git/commits", {"message": "m", "tree": tree, "parents": [head]}),
        "git/create-ref": ("POST", f"{HERE}/git/refs", {"ref": "refs/heads/new", "sha": head}),
        "git/create-tree": ("POST", f"{HERE}/git/trees", {"tree": [{"path": "a", "mode": "100644", "content": "b"}]}),
        "git/delete-ref": ("DELETE", f"{HERE}/git/refs/heads/change", None),
        "git/get-blob": ("GET", f"{HERE}/git/blobs/{blob}", None),
        "git/get-commit": ("GET", f"{HERE}/git/commits/{head}", None),
        "git/get-ref": ("GET", f"{HERE}/git/ref/heads/main", None),
        "git/get-tree": ("GET", f"{HERE}/git/trees/main?recursive=1", None),
        "git/list-matching-refs": ("GET", f"{HERE}/git/matching-refs/heads/ma", None),
        "git/update-ref": ("PATCH", f"{HERE}/git/refs/heads/main", {"sha": head}),
        "issues/create": ("POST", f"{HERE}/issues", {"title": "Held"}),
        "issues/create-comment": ("POST", f"{HERE}/issues/1/comments", {"body": "Hello"}),
        "issues/create-label": ("POST", f"{HERE}/labels", {"name": "held", "color": "ff0000"}),
        "issues/delete-comment": ("DELETE", f"{HERE}/issues/comments/1", None),
        "issues/get": ("GET", f"{HERE}/issues/1", None),
        "issues/get-label": ("GET", f"{HERE}/labels/known", None),
        "issues/list-comments": ("GET", f"{HERE}/issues/1/comments", None),
        "issues/list-comments-for-repo": ("GET", f"{HERE}/issues/comments", None),
        "issues/list-for-repo": ("GET", f"{HERE}/issues?state=all", None),
        "issues/update": ("PATCH", f"{HERE}/issues/1", {"state": "closed"}),
        "issues/update-comment": ("PATCH", f"{HERE}/issues/comments/1", {"body": "Hello again"}),
        "pulls/get": ("GET", f"{HERE}/pulls/1", None),
        "rate-limit/get": ("GET", "/rate_limit", None),
        "repos/create-or-update-file-contents": ("PUT", f"{HERE}/contents/a.txt", {"message": "m", "content": "YQ=="}),
        "repos/delete-file": ("DELETE", f"{HERE}/contents/README.md", {"message": "m", "sha": blob}),
        "repos/get": ("GET", HERE, None),
        "repos/get-all-environments": ("GET", f"{HERE}/environments", None),
        "repos/get-branch": ("GET", f"{HERE}/branches/main", None),
        "repos/get-content": ("GET", f"{HERE}/contents/README.md", None),
        "repos/get-environment": ("GET", environment, None),
        "repos/list-commits": ("GET", f"{HERE}/commits", None),
        "users/get-authenticated": ("GET", "/user", None),
    }
    return requests_[call]


def lived_in() -> World:
    world = furnished()
    repository = world.repository()
    for secrets in (world.secrets, repository.secrets, repository.environments["production"]):
        secrets.put("OLD", b"old", world.now, visibility="all" if secrets is world.secrets else "")
    repository.labels["known"] = "ededed"
    repository.issues[1].comments.append(Comment(1, "Hello", "coach", world.now, world.now))
    named = {"name": "Preview", "head_sha": repository.head()}
    repository.checks.append(CheckRun(1, world.app.slug, named))
    return world


def token_for(world: World, call: str) -> str:
    if call in APP_CALLS:
        return proof(world)
    if call == "users/get-authenticated":
        return world.fine_grained_token({})
    return world.installation_token(EVERYTHING, None)


@pytest.mark.parametrize("call", sorted(HANDLERS))
def test_every_call_that_is_emulated_works_and_can_be_refused_and_broken(call: str) -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token, (verb, path, body) = token_for(world, call), asked(world, call)
        for refusal in REFUSALS:
            github.fail(call, refusal)
            answer = ask(github, token, verb, path, body)
            assert (answer.status_code, message(answer)) == (refusal.status, refusal.message)
            assert refusal.headers.items() <= answer.headers.items()
        github.fail(call, Break.CLOSE_BEFORE_ACCEPTING)
        with pytest.raises(requests.ConnectionError):
            ask(github, token, verb, path, body)
        assert not any(one.accepted for one in github.calls(call))
        answer = ask(github, token, verb, path, body)
        assert answer.status_code < 300, answer.text
        assert {request.call for request in github.requests} == {call}
        assert not github.unmet
    assert not github.violations


def there(repository: Repository, path: str) -> bool:
    try:
        return bool(repository.read(path))
    except MissingError:
        return False


def test_what_was_accepted_is_done_whatever_the_client_hears() -> None:
    accepted = [one for one in Break if one.accepted and one is not Break.REFUSE_AFTERWARDS]
    world = lived_in()
    with GitHubEmulator(world) as github:
        token = world.job_token({"contents": "write"})
        for number, how in enumerate([*accepted, UNAVAILABLE.though_done(), BAD_GATEWAY.though_done()]):
            github.fail("repos/create-or-update-file-contents", how)
            path, body = f"{HERE}/contents/{number}.txt", {"message": "m", "content": "YQ=="}
            wait = 0.25 if isinstance(how, Break) and "hang" in how.value else 300
            headers = {"Authorization": f"token {token}"}
            try:
                answer = requests.put(github.root + path, json=body, headers=headers, timeout=wait)
            except LOST:
                assert isinstance(how, Break)
            else:
                assert answer.status_code == (200 if how is Break.GARBLE else getattr(how, "status", 0))
            while not there(world.repository(), f"{number}.txt"):  # on a busy machine it may be done a moment later
                time.sleep(0.001)
            assert world.repository().read(f"{number}.txt") == b"a"
        assert not github.unmet


def test_nothing_is_done_where_the_request_was_not_accepted() -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token, before = world.job_token({"contents": "write"}), world.repository().head()
        for how in (one for one in Break if not one.accepted):
            github.fail("repos/create-or-update-file-contents", how)
            with pytest.raises(LOST):
                requests.put(
                    f"{github.root}{HERE}/contents/a.txt",
                    json={"message": "m", "content": "YQ=="},
                    headers={"Authorization": f"token {token}"},
                    timeout=0.25 if "hang" in how.value else 300,
                )
        assert world.repository().head() == before
        assert not github.unmet


def test_a_connection_can_be_refused_for_a_while() -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token = world.job_token({})
        github.refuse()
        with pytest.raises(requests.ConnectionError):
            ask(github, token, "GET", HERE)
        github.listen()
        assert ask(github, token, "GET", HERE).status_code == 200


def test_a_fault_comes_as_often_and_as_late_as_it_is_told_to() -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token = world.job_token({})
        github.fail("repos/*", UNAVAILABLE, times=2, after=1)
        assert [ask(github, token, "GET", HERE).status_code for _ in range(4)] == [200, 503, 503, 200]


def test_what_breaks_the_description_is_refused_and_recorded() -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token = world.job_token({"issues": "write"})
        assert ask(github, token, "GET", f"{HERE}?colour=red").status_code == 422
        assert ask(github, token, "POST", f"{HERE}/issues", {"title": "a", "colour": "red"}).status_code == 422
        assert ask(github, token, "POST", f"{HERE}/issues").status_code == 422
        assert ask(github, token, "GET", f"{HERE}/stargazers").status_code == 404
        github.fail("*", Break.CLOSE_BEFORE_ACCEPTING)
        with pytest.raises(requests.ConnectionError):
            ask(github, token, "GET", f"{HERE}?colour=red")
        assert [violation.partition(":")[0] for violation in github.violations] == [
            "repos/get",
            "issues/create",
            "issues/create",
            "unknown",
            "repos/get",
        ]


def test_requests_side_by_side_do_not_disturb_each_other() -> None:
    world = lived_in()
    with GitHubEmulator(world) as github:
        token, head = world.job_token({"contents": "write"}), world.repository().head()

        def claim(_: int) -> int:
            body = {"ref": "refs/heads/claim", "sha": head}
            return ask(github, token, "POST", f"{HERE}/git/refs", body).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(claim, range(16))) == [201, *[422] * 15]
    assert not github.violations

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.emulators.github import OWNER, GitHubEmulator, Repository, World
from tests.unit.emulators.hub import EVERYTHING, HERE, ask, furnished, message, sealed

ACCEPTED = "X-Accepted-GitHub-Permissions"
COMMENT = {"body": "Hello"}


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer nobody", "Basic {}", "token"])
def test_nobody_in_particular_is_turned_away(header: str | None) -> None:
    with GitHubEmulator() as github:
        given = {} if header is None else {"Authorization": header.format(github.world.job_token({}))}
        answer = ask(github, "", "GET", HERE, **given)
    assert (answer.status_code, message(answer)) == (401, "Bad credentials")
    assert ACCEPTED not in answer.headers


@pytest.mark.parametrize("kind", ["Bearer", "token", "bearer", "Token"])
def test_a_token_is_taken_in_either_form(kind: str) -> None:
    with GitHubEmulator() as github:
        answer = ask(github, "", "GET", HERE, Authorization=f"{kind} {github.world.job_token({})}")
    assert answer.status_code == 200


def test_a_token_ends() -> None:
    world = World()
    short, withdrawn = world.installation_token({}, None), world.fine_grained_token({})
    with GitHubEmulator(world) as github:
        assert [ask(github, one, "GET", HERE).status_code for one in (short, withdrawn)] == [200, 200]
        world.tokens[withdrawn].revoked = True
        github.advance(timedelta(hours=1))
        assert [ask(github, one, "GET", HERE).status_code for one in (short, withdrawn)] == [401, 401]


def test_a_missing_permission_is_named() -> None:
    world = World()
    body = {"message": "m", "content": "YQ=="}
    with GitHubEmulator(world) as github:
        for token, whose in [
            (world.job_token({"contents": "read"}), "integration"),
            (world.installation_token({"contents": "read"}, None), "integration"),
            (world.fine_grained_token({"contents": "read"}), "personal access token"),
        ]:
            assert ask(github, token, "GET", f"{HERE}/contents/README.md").status_code == 200
            answer = ask(github, token, "PUT", f"{HERE}/contents/a.txt", body)
            assert (answer.status_code, message(answer)) == (403, f"Resource not accessible by {whose}")
            assert answer.headers[ACCEPTED] == "contents=write"
    assert not github.violations


def test_a_job_never_reaches_secrets_whatever_it_says_it_may() -> None:
    world = furnished()
    repository = world.repository()
    token = world.job_token(EVERYTHING)
    with GitHubEmulator(world) as github:
        for path, secrets, needed in [
            (f"{HERE}/actions/secrets", repository.secrets, "secrets"),
            (f"{HERE}/environments/production/secrets", repository.environments["production"], "environments"),
            (f"/orgs/{OWNER}/actions/secrets", world.secrets, "organization_secrets"),
        ]:
            more = {"visibility": "all"} if "orgs" in path else {}
            answer = ask(github, token, "PUT", f"{path}/KEY", sealed(secrets, b"v") | more)
            assert (answer.status_code, answer.headers[ACCEPTED]) == (403, f"{needed}=write")
            assert ask(github, token, "GET", f"{path}/public-key").status_code == 403
            assert "KEY" not in secrets


def test_a_private_repository_is_not_there_for_those_it_is_hidden_from() -> None:
    world = World()
    world.repositories.append(Repository("elsewhere", 2))
    tokens = [
        world.job_token(EVERYTHING, "elsewhere"),
        world.fine_grained_token(EVERYTHING, "elsewhere"),
        world.installation_token(EVERYTHING, frozenset({"elsewhere"})),
        world.classic_token("public_repo"),
    ]
    with GitHubEmulator(world) as github:
        for token in tokens:
            assert ask(github, token, "GET", HERE).status_code == 404
        for path in ("/repos/example-club/nowhere", "/repos/somebody/premises"):
            assert ask(github, world.classic_token("repo"), "GET", path).status_code == 404


def test_a_public_repository_can_be_read_by_anybody_and_written_by_few() -> None:
    world = World()
    world.repository().private = False
    token = world.fine_grained_token({}, "elsewhere")
    with GitHubEmulator(world) as github:
        assert ask(github, token, "GET", f"{HERE}/contents/README.md").status_code == 200
        assert ask(github, token, "GET", f"{HERE}/actions/secrets").status_code == 403
        assert ask(github, token, "POST", f"{HERE}/issues", {"title": "a"}).status_code == 403


def test_a_classic_token_goes_by_its_scopes() -> None:
    world = World()
    repo, organization = world.classic_token("repo"), world.classic_token("admin:org")
    with GitHubEmulator(world) as github:
        answer = ask(github, repo, "GET", f"{HERE}/actions/secrets")
        assert (answer.status_code, answer.headers["X-OAuth-Scopes"]) == (200, "repo")
        assert ask(github, repo, "GET", f"/orgs/{OWNER}/actions/secrets").status_code == 404
        assert ask(github, organization, "GET", f"/orgs/{OWNER}/actions/secrets").status_code == 200
        assert ask(github, organization, "GET", HERE).status_code == 404


def test_with_pull_requests_only_what_belongs_to_one_can_be_written() -> None:
    world = furnished()
    issue = world.repository().open("Held")
    token = world.job_token({"pull_requests": "write"})
    with GitHubEmulator(world) as github:
        made = ask(github, token, "POST", f"{HERE}/issues/1/comments", COMMENT)
        assert made.status_code == 201
        assert ask(github, token, "PATCH", f"{HERE}/issues/comments/{made.json()['id']}", COMMENT).status_code == 200
        answer = ask(github, token, "POST", f"{HERE}/issues/{issue.number}/comments", COMMENT)
        assert (answer.status_code, answer.headers[ACCEPTED]) == (403, "issues=write; pull_requests=write")


def test_an_archived_repository_is_read_only() -> None:
    world = World()
    world.repository().archived = True
    token = world.job_token({"issues": "write"})
    with GitHubEmulator(world) as github:
        assert ask(github, token, "GET", f"{HERE}/issues").status_code == 200
        assert ask(github, token, "POST", f"{HERE}/issues", {"title": "a"}).status_code == 403


def test_only_a_person_is_a_user() -> None:
    world = World()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.classic_token(), "GET", "/user")
        assert (answer.status_code, answer.json()["login"]) == (200, "coach")
        assert ask(github, world.job_token({}), "GET", "/user").status_code == 403


def test_a_token_that_will_expire_says_when() -> None:
    world = World()
    token = world.fine_grained_token({})
    world.tokens[token].expires = world.now + timedelta(days=1)
    with GitHubEmulator(world) as github:
        answer = ask(github, token, "GET", HERE)
    assert answer.headers["GitHub-Authentication-Token-Expiration"] == "2026-11-07 23:00:00 UTC"


def test_what_is_left_of_the_hour_is_told() -> None:
    world = World(hourly=10)
    token = world.job_token({})
    with GitHubEmulator(world) as github:
        left = [ask(github, token, "GET", HERE).headers["x-ratelimit-remaining"] for _ in range(2)]
        rate = ask(github, token, "GET", "/rate_limit").json()["rate"]
        assert ask(github, "", "GET", "/rate_limit").json()["rate"]["remaining"] == 10
    assert left == ["9", "8"]
    assert rate["limit"] == 10


def test_a_request_without_a_user_agent_is_a_violation() -> None:
    world = World()
    with GitHubEmulator(world) as github:
        ask(github, world.job_token({}), "GET", HERE, **{"User-Agent": ""})
    assert github.violations == ("repos/get: a request needs a User-Agent header",)

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from github import Github
from github.Organization import Organization

from tests.emulators.github import NOW, OWNER, REPOSITORY, GitHubEmulator, Secrets, World
from tests.unit.emulators.hub import HERE, ask, furnished, hub, message, repository_of, sealed

PLACES = [
    (f"{HERE}/actions/secrets", "secrets"),
    (f"{HERE}/environments/production/secrets", "environments"),
    (f"/orgs/{OWNER}/actions/secrets", "organization_secrets"),
]
UNSEALED = "Bad request - validation failed due to an improperly encrypted secret"


def secrets_at(world: World, permission: str) -> Secrets:
    repository = world.repository()
    return {
        "secrets": repository.secrets,
        "environments": repository.environments["production"],
        "organization_secrets": world.secrets,
    }[permission]


def organization(client: Github, github: GitHubEmulator) -> Organization:
    return Organization(client.requester, attributes={"url": f"{github.root}/orgs/{OWNER}", "login": OWNER})


def test_pygithub_stores_a_secret_in_each_place() -> None:
    world = furnished()
    token = world.fine_grained_token(
        {"secrets": "write", "environments": "write", "organization_secrets": "write", "actions": "read"}
    )
    with GitHubEmulator(world) as github, hub(github, token) as client:
        repository = client.get_repo(f"{OWNER}/{REPOSITORY}")
        repository.create_secret("KEY", "for the repository")
        repository.get_environment("production").create_secret("KEY", "for the environment")
        organization(client, github).create_secret("KEY", "for the organization", visibility="private")
        assert [secret.name for secret in repository.get_secrets()] == ["KEY"]
        assert repository.get_secret("KEY").updated_at == NOW
        assert [environment.name for environment in repository.get_environments()] == ["production"]
        assert repository.delete_secret("KEY")
    assert "KEY" not in world.repository().secrets
    assert world.repository().environments["production"].text("KEY") == "for the environment"
    assert (world.secrets.text("KEY"), world.secrets["KEY"].visibility) == ("for the organization", "private")
    assert not github.violations


@pytest.mark.parametrize(("path", "permission"), PLACES)
def test_a_secret_is_created_updated_read_about_and_deleted(path: str, permission: str) -> None:
    world = furnished()
    secrets, token = secrets_at(world, permission), world.fine_grained_token({permission: "write"})
    more = {"visibility": "all"} if "orgs" in path else {}
    with GitHubEmulator(world) as github:
        assert ask(github, token, "GET", f"{path}/KEY").status_code == 404
        assert ask(github, token, "PUT", f"{path}/key", sealed(secrets, b"1") | more).status_code == 201
        github.advance(timedelta(days=1))
        assert ask(github, token, "PUT", f"{path}/KEY", sealed(secrets, b"2") | more).status_code == 204
        found = ask(github, token, "GET", f"{path}/KEY").json()
        listed = ask(github, token, "GET", path).json()
        assert (secrets.text("KEY"), secrets["KEY"].writes) == ("2", 2)
        assert ask(github, token, "DELETE", f"{path}/KEY").status_code == 204
        assert ask(github, token, "DELETE", f"{path}/KEY").status_code == 404
    times = {"created_at": "2026-11-06T23:00:00Z", "updated_at": "2026-11-07T23:00:00Z"}
    assert found == {"name": "KEY", **times, **more}
    assert listed == {"total_count": 1, "secrets": [found]}
    assert not github.violations


@pytest.mark.parametrize(("path", "permission"), PLACES)
def test_what_is_sealed_for_another_key_is_refused(path: str, permission: str) -> None:
    world = furnished()
    secrets, token = secrets_at(world, permission), world.fine_grained_token({permission: "write"})
    more = {"visibility": "all"} if "orgs" in path else {}
    with GitHubEmulator(world) as github:
        yesterday = sealed(secrets, b"v") | more
        secrets.rotate_key()
        key = ask(github, token, "GET", f"{path}/public-key").json()
        assert (key["key_id"], base64.b64decode(key["key"])) == (secrets.key_id, bytes(secrets.key.public_key))
        for body in (yesterday, yesterday | {"key_id": secrets.key_id}, sealed(Secrets(), b"v") | more):
            answer = ask(github, token, "PUT", f"{path}/KEY", body)
            assert (answer.status_code, message(answer)) == (422, UNSEALED)
        assert "KEY" not in secrets
        assert not github.violations
        assert ask(github, token, "PUT", f"{path}/KEY", sealed(secrets, b"v") | more).status_code == 201


@pytest.mark.parametrize("missing", ["key_id", "encrypted_value", "visibility"])
def test_what_a_secret_needs_is_missed(missing: str) -> None:
    world = furnished()
    token = world.fine_grained_token({"organization_secrets": "write"})
    body = sealed(world.secrets, b"v") | {"visibility": "all"}
    del body[missing]
    with GitHubEmulator(world) as github:
        answer = ask(github, token, "PUT", f"/orgs/{OWNER}/actions/secrets/KEY", body)
    assert answer.status_code == 422
    assert missing in message(answer)
    assert len(github.violations) == 1


@pytest.mark.parametrize("box", ["", "AAA", "no base64!", "AAAA"])
def test_what_is_no_sealed_box_is_refused(box: str) -> None:
    world = furnished()
    token = world.fine_grained_token({"secrets": "write"})
    body = {"encrypted_value": box, "key_id": world.repository().secrets.key_id}
    with GitHubEmulator(world) as github:
        assert ask(github, token, "PUT", f"{HERE}/actions/secrets/KEY", body).status_code == 422
    assert "KEY" not in world.repository().secrets


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("KEY", 201),
        ("_key1", 201),
        ("1KEY", 422),
        ("GITHUB_KEY", 422),
        ("github_key", 422),
        ("MY-KEY", 422),
        ("K Y", 422),
    ],
)
def test_a_name_keeps_to_the_rules(name: str, status: int) -> None:
    world = furnished()
    secrets, token = world.repository().secrets, world.fine_grained_token({"secrets": "write"})
    with GitHubEmulator(world) as github:
        answer = ask(github, token, "PUT", f"{HERE}/actions/secrets/{name}", sealed(secrets, b"v"))
    assert answer.status_code == status
    assert bool(github.violations) == (status == 422)


@pytest.mark.parametrize(("size", "status"), [(48 * 1024, 201), (48 * 1024 + 1, 422)])
def test_a_value_has_a_largest_size(size: int, status: int) -> None:
    world = furnished()
    secrets, token = world.repository().secrets, world.fine_grained_token({"secrets": "write"})
    with GitHubEmulator(world) as github:
        answer = ask(github, token, "PUT", f"{HERE}/actions/secrets/KEY", sealed(secrets, b"x" * size))
    assert answer.status_code == status


def test_there_are_only_so_many_secrets() -> None:
    world = furnished()
    secrets, token = world.repository().secrets, world.fine_grained_token({"secrets": "write"})
    for number in range(100):
        secrets.put(f"KEY_{number:03}", b"v", NOW)
    with GitHubEmulator(world) as github, repository_of(github, token) as repository:
        assert len(list(repository.get_secrets())) == 100
        answers = [
            ask(github, token, "PUT", f"{HERE}/actions/secrets/{name}", sealed(secrets, b"v")).status_code
            for name in ("KEY_100", "KEY_099")
        ]
    assert answers == [422, 204]


def test_the_secrets_of_an_environment_that_is_not_there_are_not_there() -> None:
    world = furnished()
    token = world.fine_grained_token({"environments": "write", "actions": "read"})
    with GitHubEmulator(world) as github:
        assert ask(github, token, "GET", f"{HERE}/environments/staging").status_code == 404
        assert ask(github, token, "GET", f"{HERE}/environments/staging/secrets/public-key").status_code == 404
        assert ask(github, token, "GET", f"{HERE}/environments/Production").status_code == 200
        assert ask(github, token, "GET", "/orgs/somebody/actions/secrets").status_code == 404


def test_an_environment_is_read_with_the_permission_for_actions() -> None:
    world = furnished()
    with GitHubEmulator(world) as github:
        answer = ask(github, world.job_token({}), "GET", f"{HERE}/environments/production")
        assert (answer.status_code, answer.headers["X-Accepted-GitHub-Permissions"]) == (403, "actions=read")
        assert ask(github, world.job_token({"actions": "read"}), "GET", f"{HERE}/environments").status_code == 200

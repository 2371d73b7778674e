from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, GithubIntegration

from tests.emulators.github import OWNER, REPOSITORY, App, GitHubEmulator, Repository, World
from tests.unit.emulators.hub import HERE, ask, furnished, hub, message, proof

TOKENS = "/app/installations/815/access_tokens"


def test_pygithub_gets_a_token_for_an_installation_and_uses_it() -> None:
    world = World(now=datetime.now(UTC))
    with GitHubEmulator(world) as github:
        auth = Auth.AppAuth(world.app.id, world.app.private_key)
        integration = GithubIntegration(
            auth=auth, base_url=github.root, retry=None, seconds_between_requests=0, seconds_between_writes=0
        )
        installation = integration.get_repo_installation(OWNER, REPOSITORY)
        token = integration.get_access_token(installation.id, {"secrets": "write"})
        assert token.permissions == {"metadata": "read", "secrets": "write"}
        assert integration.get_app().slug == world.app.slug
        with hub(github, token.token) as client:
            client.get_repo(f"{OWNER}/{REPOSITORY}").create_secret("KEY", "value")
        with hub(github, auth.get_installation_auth(installation.id)) as client:
            assert client.get_repo(f"{OWNER}/{REPOSITORY}").private
        integration.close()
    assert world.repository().secrets.text("KEY") == "value"
    assert not github.violations


def test_a_proof_of_identity_is_taken_by_number_and_by_client_id() -> None:
    world = World()
    with GitHubEmulator(world) as github:
        for issuer in (str(world.app.id), world.app.client_id):
            assert ask(github, proof(world, iss=issuer), "GET", "/app").status_code == 200


@pytest.mark.parametrize(
    ("claims", "text"),
    [
        ({"iss": "somebody"}, "'Issuer' claim"),
        ({"iss": None}, "Missing 'iss'"),
        ({"iat": None}, "Missing 'iat'"),
        ({"exp": None}, "Missing 'exp'"),
        ({"iat": timedelta(minutes=1)}, "'Issued at' claim"),
        ({"exp": timedelta(minutes=-1)}, "'Expiration time' claim ('exp') must be a numeric value in the future"),
        ({"exp": timedelta(minutes=11)}, "'Expiration time' claim ('exp') is too far in the future"),
    ],
)
def test_a_proof_of_identity_that_proves_nothing_is_refused(claims: dict[str, Any], text: str) -> None:
    world = World()
    now = datetime.now(UTC)
    real: dict[str, Any] = {
        name: now + value if isinstance(value, timedelta) else value for name, value in claims.items()
    }
    with GitHubEmulator(world) as github:
        answer = ask(github, proof(world, **real), "GET", "/app")
    assert answer.status_code == 401
    assert text in message(answer)


def test_a_proof_of_another_key_or_of_none_is_refused() -> None:
    world = World()
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    other = pair.private_bytes(form, kind, serialization.NoEncryption()).decode()
    with GitHubEmulator(world) as github:
        for token in (proof(world, key=other), world.classic_token("repo"), "nonsense"):
            answer = ask(github, token, "GET", "/app")
            assert (answer.status_code, message(answer)) == (401, "A JSON web token could not be decoded")
        answer = ask(github, "", "GET", "/app", Authorization=f"token {proof(world)}")
        assert answer.status_code == 401
        assert ask(github, proof(world), "GET", HERE).status_code == 401


def test_a_token_is_narrowed_by_permissions_and_repositories() -> None:
    world = World()
    world.repositories.append(Repository("elsewhere", 2))
    with GitHubEmulator(world) as github:
        body = {"repositories": ["elsewhere"], "permissions": {"secrets": "read"}}
        made = ask(github, proof(world), "POST", TOKENS, body).json()
        assert made["repository_selection"] == "selected"
        elsewhere = f"/repos/{OWNER}/elsewhere/actions/secrets"
        assert ask(github, made["token"], "GET", elsewhere).status_code == 200
        assert ask(github, made["token"], "GET", f"{HERE}/actions/secrets").status_code == 404
        assert ask(github, made["token"], "DELETE", f"{elsewhere}/KEY").status_code == 403
        by_id = ask(github, proof(world), "POST", TOKENS, {"repository_ids": [1]}).json()["token"]
        assert ask(github, by_id, "GET", f"{HERE}/actions/secrets").status_code == 200
        assert ask(github, by_id, "GET", elsewhere).status_code == 404
    assert not github.violations


@pytest.mark.parametrize(
    "body",
    [
        {"permissions": {"contents": "write"}},
        {"permissions": {"metadata": "write"}},
        {"repositories": ["nowhere"]},
        {"repository_ids": [99]},
        {"repositories": ["elsewhere"]},
    ],
)
def test_nothing_is_given_that_the_installation_does_not_have(body: object) -> None:
    world = World(app=App(repositories=frozenset({REPOSITORY})))
    world.repositories.append(Repository("elsewhere", 2))
    with GitHubEmulator(world) as github:
        assert ask(github, proof(world), "POST", TOKENS, body).status_code == 422


def test_a_token_lives_for_an_hour_or_until_it_is_revoked() -> None:
    world = World()
    with GitHubEmulator(world) as github:
        first, second = (ask(github, proof(world), "POST", TOKENS).json() for _ in range(2))
        assert first["expires_at"] == "2026-11-07T00:00:00Z"
        assert ask(github, first["token"], "DELETE", "/installation/token").status_code == 204
        statuses = [ask(github, one["token"], "GET", HERE).status_code for one in (first, second)]
        github.advance(timedelta(hours=1))
        statuses.append(ask(github, second["token"], "GET", HERE).status_code)
        assert ask(github, world.classic_token("repo"), "DELETE", "/installation/token").status_code == 403
    assert statuses == [401, 200, 401]


def test_an_app_that_is_not_installed_or_suspended_gets_nothing() -> None:
    world = furnished()
    with GitHubEmulator(world) as github:
        assert ask(github, proof(world), "POST", "/app/installations/1/access_tokens").status_code == 404
        world.app.suspended = True
        assert ask(github, proof(world), "POST", TOKENS).status_code == 403
        world.app.repositories = frozenset()
        assert ask(github, proof(world), "GET", f"{HERE}/installation").status_code == 404

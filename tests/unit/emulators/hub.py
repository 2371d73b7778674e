"""Clients to try the GitHub emulator with: PyGithub for what it wraps, requests for what lies beneath."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import requests
from github import Auth, Github
from github.Repository import Repository
from nacl.public import PublicKey, SealedBox

from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Run, Secrets, Workflow, World

HERE = f"/repos/{OWNER}/{REPOSITORY}"
EVERYTHING = dict.fromkeys(
    (
        "actions",
        "checks",
        "contents",
        "environments",
        "issues",
        "organization_secrets",
        "pull_requests",
        "secrets",
    ),
    "write",
)


def furnished() -> World:
    """A world in which there is one of everything."""
    world = World()
    repository = world.repository()
    repository.environments["production"] = Secrets()
    repository.workflows.append(Workflow(7, "Notices", ".github/workflows/notices.yml"))
    pull = repository.propose()
    repository.runs[5] = Run(5, 7, pull.head, pulls=(pull.number,))
    return world


@contextmanager
def hub(github: GitHubEmulator, auth: str | Auth.Auth) -> Iterator[Github]:
    """PyGithub, which never repeats a request here and never waits between two."""
    client = Github(
        auth=Auth.Token(auth) if isinstance(auth, str) else auth,
        base_url=github.root,
        retry=None,
        lazy=True,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    try:
        yield client
    finally:
        client.close()


@contextmanager
def repository_of(github: GitHubEmulator, token: str) -> Iterator[Repository]:
    """The repository as PyGithub has it, unread."""
    with hub(github, token) as client:
        yield client.get_repo(f"{OWNER}/{REPOSITORY}")


def ask(
    github: GitHubEmulator, token: str, verb: str, path: str, body: Any = None, **headers: str
) -> requests.Response:
    """One request, as it is."""
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(verb, github.root + path, json=body, headers=known | headers, timeout=300)


def proof(world: World, *, key: str = "", **claims: Any) -> str:
    """The app's proof of identity; claims given replace those that would be right, None leaves one out."""
    now = datetime.now(UTC)
    right = {"iat": now - timedelta(seconds=60), "exp": now + timedelta(minutes=9), "iss": str(world.app.id)}
    kept = {name: value for name, value in (right | claims).items() if value is not None}
    return jwt.encode(kept, key or world.app.private_key, algorithm="RS256")


def sealed(secrets: Secrets, value: bytes) -> dict[str, str]:
    """What a client that knows the public key of the moment sends."""
    box = SealedBox(PublicKey(bytes(secrets.key.public_key))).encrypt(value)
    return {"encrypted_value": base64.b64encode(box).decode(), "key_id": secrets.key_id}


def message(answer: requests.Response) -> str:
    """The message in an error."""
    found: str = answer.json()["message"]
    return found

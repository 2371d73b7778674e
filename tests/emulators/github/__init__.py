"""GitHub on loopback HTTP, as its OpenAPI description has it and as it is known to misbehave.

    world = World()
    token = world.job_token({"contents": "write"})
    with GitHubEmulator(world) as github:
        github.fail("repos/create-or-update-file-contents", Break.CLOSE_AFTER_ACCEPTING)
        ...  # a client with github.root and the token
        assert world.repository().read("ledger.json", "ledger") == b"{}"
        assert not github.violations

Every request is checked by the description in ``openapi.json``, and so is every answer.
"""

from tests.emulators.github.emulator import GitHubEmulator
from tests.emulators.github.objects import Objects
from tests.emulators.github.refusals import (
    BAD_CREDENTIALS,
    BAD_GATEWAY,
    BRANCH_MOVED,
    NOT_FOUND,
    PRIMARY_RATE_LIMIT,
    SECONDARY_RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
    Refusal,
    primary_rate_limit,
)
from tests.emulators.github.repository import (
    NOW,
    PERSON,
    REPOSITORY,
    CheckRun,
    Comment,
    Issue,
    Pull,
    Repository,
    Run,
    Secrets,
    Workflow,
)
from tests.emulators.github.world import OWNER, App, Kind, Token, World
from tests.emulators.http import Break, Exchange

__all__ = [
    "BAD_CREDENTIALS",
    "BAD_GATEWAY",
    "BRANCH_MOVED",
    "NOT_FOUND",
    "NOW",
    "OWNER",
    "PERSON",
    "PRIMARY_RATE_LIMIT",
    "REPOSITORY",
    "SECONDARY_RATE_LIMIT",
    "TOO_MANY",
    "UNAVAILABLE",
    "App",
    "Break",
    "CheckRun",
    "Comment",
    "Exchange",
    "GitHubEmulator",
    "Issue",
    "Kind",
    "Objects",
    "Pull",
    "Refusal",
    "Repository",
    "Run",
    "Secrets",
    "Token",
    "Workflow",
    "World",
    "primary_rate_limit",
]

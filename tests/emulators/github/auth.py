"""Who may do what: tokens, their permissions and scopes, and an app's own proof of identity.

The permission that an operation takes is from GitHub's page "Permissions required for fine-grained personal access
tokens"; what GITHUB_TOKEN can have from the page on ``permissions:`` of a workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.message import Message

import jwt

from tests.emulators.github.calls import found_repository
from tests.emulators.github.description import Operation
from tests.emulators.github.refusals import BAD_CREDENTIALS, NOT_FOUND, Refused, refused
from tests.emulators.github.repository import Repository
from tests.emulators.github.world import Kind, Token, World

LEVELS = {"read": 1, "write": 2, "admin": 3}
APP_CALLS = frozenset({"apps/get-authenticated", "apps/get-repo-installation", "apps/create-installation-access-token"})
OPEN_CALLS = frozenset({"rate-limit/get"})
NEVER_FOR_JOBS = frozenset({"secrets", "environments", "organization_secrets", "administration", "variables"})
OPEN_IN_PUBLIC = frozenset({"metadata", "contents", "issues", "pull_requests", "checks", "actions"})
"""What anybody may read of a public repository."""
LONGEST_PROOF = timedelta(minutes=10)

Needs = tuple[tuple[str, str], ...]

_ISSUES_READ: Needs = (("issues", "read"), ("pull_requests", "read"))
_ISSUES_WRITE: Needs = (("issues", "write"), ("pull_requests", "write"))


def _secrets(holder: str, permission: str) -> dict[str, Needs]:
    read, write = ((permission, "read"),), ((permission, "write"),)
    return {
        f"actions/get-{holder}-public-key": read,
        f"actions/list-{holder}-secrets": read,
        f"actions/get-{holder}-secret": read,
        f"actions/create-or-update-{holder}-secret": write,
        f"actions/delete-{holder}-secret": write,
    }


NEEDS: Mapping[str, Needs] = {
    **_secrets("repo", "secrets"),
    **_secrets("environment", "environments"),
    **_secrets("org", "organization_secrets"),
    "actions/enable-workflow": (("actions", "write"),),
    "actions/get-workflow": (("actions", "read"),),
    "actions/get-workflow-run": (("actions", "read"),),
    "actions/list-repo-workflows": (("actions", "read"),),
    "actions/list-selected-repos-for-org-secret": (("organization_secrets", "read"),),
    "checks/create": (("checks", "write"),),
    "checks/list-for-ref": (("checks", "read"),),
    "checks/update": (("checks", "write"),),
    "git/create-blob": (("contents", "write"),),
    "git/create-commit": (("contents", "write"),),
    "git/create-ref": (("contents", "write"),),
    "git/create-tree": (("contents", "write"),),
    "git/delete-ref": (("contents", "write"),),
    "git/get-blob": (("contents", "read"),),
    "git/get-commit": (("contents", "read"),),
    "git/get-ref": (("contents", "read"),),
    "git/get-tree": (("contents", "read"),),
    "git/list-matching-refs": (("contents", "read"),),
    "git/update-ref": (("contents", "write"),),
    "issues/create": (("issues", "write"),),
    "issues/create-comment": _ISSUES_WRITE,
    "issues/create-label": _ISSUES_WRITE,
    "issues/delete-comment": _ISSUES_WRITE,
    "issues/get": _ISSUES_READ,
    "issues/get-label": _ISSUES_READ,
    "issues/list-comments": _ISSUES_READ,
    "issues/list-comments-for-repo": _ISSUES_READ,
    "issues/list-for-repo": (("issues", "read"),),
    "issues/update": _ISSUES_WRITE,
    "issues/update-comment": _ISSUES_WRITE,
    "pulls/get": (("pull_requests", "read"),),
    "repos/create-or-update-file-contents": (("contents", "write"),),
    "repos/delete-file": (("contents", "write"),),
    "repos/get": (("metadata", "read"),),
    "repos/get-all-environments": (("actions", "read"),),
    "repos/get-branch": (("contents", "read"),),
    "repos/get-content": (("contents", "read"),),
    "repos/get-environment": (("actions", "read"),),
    "repos/list-commits": (("contents", "read"),),
}
"""What one of suffices. With ``pull_requests`` only what belongs to a pull request can be reached."""


def bearer(headers: Message) -> str:
    """The token in the request, in either of the forms that GitHub takes."""
    kind, _, token = (headers.get("Authorization") or "").partition(" ")
    return token.strip() if kind.lower() in {"bearer", "token"} else ""


def known(world: World, headers: Message) -> Token | None:
    """The token in the request, if it is one and still good."""
    token = world.tokens.get(bearer(headers))
    return None if token is None or token.revoked or (token.expires and token.expires <= world.now) else token


def told(world: World, operation: str, token: Token) -> dict[str, str]:
    """The headers that tell whoever asks what the operation takes and what their token has, whatever the answer."""
    headers = {}
    if needs := NEEDS.get(operation, ()):
        headers["X-Accepted-GitHub-Permissions"] = "; ".join(f"{name}={level}" for name, level in needs)
    if token.kind is Kind.CLASSIC:
        headers["X-OAuth-Scopes"] = ", ".join(sorted(token.scopes))
    if token.kind.personal and token.expires:
        headers["GitHub-Authentication-Token-Expiration"] = f"{token.expires.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return headers | {f"x-ratelimit-{name}": str(value) for name, value in limits(world, token).items()}


def limits(world: World, token: Token | None) -> dict[str, int]:
    """How many requests the token has left in this hour, which never ends as long as the world stands still."""
    used = token.used if token else 0
    reset = int((world.now + timedelta(hours=1)).timestamp())
    return {"limit": world.hourly, "used": used, "remaining": max(world.hourly - used, 0), "reset": reset}


def admit(world: World, operation: Operation, path: Mapping[str, str], headers: Message) -> Token | None:
    """Whoever asks, if they may; raises the refusal that GitHub has for them if not."""
    text = bearer(headers)
    if operation.id in APP_CALLS:
        _prove(world, text, headers)
        return None
    token = known(world, headers)
    if operation.id in OPEN_CALLS and not text:
        return None
    if token is None:
        raise Refused(BAD_CREDENTIALS)
    token.used += 1
    if operation.id == "users/get-authenticated" and not token.kind.personal:
        raise _inaccessible(token)
    if operation.id == "apps/revoke-installation-access-token" and token.kind.personal:
        raise _inaccessible(token)
    if operation.id in NEEDS:
        _permit(world, operation, path, token)
    return token


def _permit(world: World, operation: Operation, path: Mapping[str, str], token: Token) -> None:
    repository = found_repository(world, path) if "repo" in path else None
    if "org" in path and path["org"].casefold() != world.owner.casefold():
        raise Refused(NOT_FOUND)
    if repository and repository.private and not _sees(token, repository):
        raise Refused(NOT_FOUND)
    needs = NEEDS[operation.id]
    if repository and repository.archived and needs[0][1] == "write" and needs[0][0] not in NEVER_FOR_JOBS:
        raise refused(403, "Repository was archived so is read-only.")
    if operation.id in {"checks/create", "checks/update"} and token.kind.personal:
        raise _inaccessible(token)
    if token.kind is Kind.CLASSIC:
        wanted = "admin:org" if "org" in path else "repo"
        if wanted not in token.scopes and not (repository and _open(repository, needs)):
            raise Refused(NOT_FOUND)
        return
    if repository and _open(repository, needs):
        return
    if repository and token.repositories is not None and repository.name not in token.repositories:
        raise _inaccessible(token)
    if not any(_holds(token, *need) and _reaches(need[0], repository, path) for need in needs):
        raise _inaccessible(token)


def _sees(token: Token, repository: Repository) -> bool:
    if token.kind is Kind.CLASSIC:
        return "repo" in token.scopes
    return token.repositories is None or repository.name in token.repositories


def _open(repository: Repository, needs: Needs) -> bool:
    return not repository.private and any(name in OPEN_IN_PUBLIC and level == "read" for name, level in needs)


def _holds(token: Token, permission: str, level: str) -> bool:
    if token.kind is Kind.JOB and permission in NEVER_FOR_JOBS:
        return False
    held = token.permissions.get(permission, "read" if permission == "metadata" else "none")
    return LEVELS.get(held, 0) >= LEVELS[level]


def _reaches(permission: str, repository: Repository | None, path: Mapping[str, str]) -> bool:
    """Whether what the path names is a pull request, where that is all the permission is about."""
    if permission != "pull_requests" or repository is None:
        return True
    if "issue_number" in path:
        return int(path["issue_number"]) in repository.pulls
    if "comment_id" in path:
        wanted = int(path["comment_id"])
        return any(
            comment.id == wanted for issue in repository.issues.values() if issue.pull for comment in issue.comments
        )
    return True


def _inaccessible(token: Token) -> Refused:
    message = f"Resource not accessible by {'personal access token' if token.kind.personal else 'integration'}"
    if token.kind is Kind.CLASSIC:
        message = "You must authenticate via a GitHub App."
    return refused(403, message)


def _prove(world: World, text: str, headers: Message) -> None:
    """Check an app's proof of identity: RS256, ``iat`` in the past, ``exp`` at most ten minutes ahead, ``Bearer``."""
    if not headers.get("Authorization", "").lower().startswith("bearer "):
        raise refused(401, "A JSON web token could not be decoded")
    try:
        claims = jwt.decode(
            text,
            world.app.public_key,
            algorithms=["RS256"],
            options={"require": ["iat", "exp", "iss"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.MissingRequiredClaimError as missing:
        raise refused(401, f"Missing '{missing.claim}' claim in assertion") from None
    except jwt.PyJWTError:
        raise refused(401, "A JSON web token could not be decoded") from None
    now = world.clock()
    if str(claims["iss"]) not in {str(world.app.id), world.app.client_id}:
        raise refused(401, "'Issuer' claim ('iss') must be the app's ID or client ID")
    if claims["iat"] > now.timestamp():
        raise refused(401, "'Issued at' claim ('iat') must be in the past")
    if claims["exp"] <= now.timestamp():
        raise refused(401, "'Expiration time' claim ('exp') must be a numeric value in the future")
    if claims["exp"] > (now + LONGEST_PROOF).timestamp():
        raise refused(401, "'Expiration time' claim ('exp') is too far in the future")

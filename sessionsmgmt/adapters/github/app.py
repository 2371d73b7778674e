"""The token of a GitHub App: for one repository, one permission and one hour.

PyGithub signs the App's proof (RS256, back-dated by a minute, valid for five). It can't ask for one repository alone
and can't give the token back, so its requester is used for that ("REST API endpoints for GitHub Apps").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from http import HTTPStatus

from github import Auth

from sessionsmgmt.adapters.github.access import Access, RepositoryName
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose, connect
from sessionsmgmt.adapters.secret_format import document_fault, word_fault
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError, RefusedError, SessionsError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask, Secret
from sessionsmgmt.settings import APP_ID, PRIVATE_KEY, GitHubSettings

BOTH = f"{APP_ID} and {PRIVATE_KEY}"
_UNKNOWN = re.compile("integration not found", re.IGNORECASE)
_PERMISSIONS = re.compile("permissions requested", re.IGNORECASE)
_REPOSITORIES = re.compile("repository that does not exist or is not accessible", re.IGNORECASE)
"""GitHub's messages for an App that it does not know, and for what the App's installation lacks."""

LONGEST_REVOCATION = 10.0
"""Seconds that giving a token back may take. The token ends within the hour anyway."""


@dataclass(frozen=True, slots=True)
class App:
    """A GitHub App, with what it signs its proof with."""

    auth: Auth.AppAuth = field(repr=False)


def app(github: GitHubSettings) -> App | None:
    """The App of the settings; None where they name none.

    Raises InputError where only one of id and key is set, or the key is no private key. Some forms replace each line
    end of the key by a backslash and an n; such a key is accepted too.
    """
    number, pem = github.app_id, github.private_key.reveal().strip()
    if not number and not pem:
        return None
    if not number or not pem:
        raise InputError(f"Of {BOTH} only one is set.", "An App needs both.")
    if not (number.isascii() and number.replace(".", "").isalnum()):
        fault = word_fault(number) or "is no App's id"
        raise InputError(f"{APP_ID} {fault}.", "The App's settings show it, as 'App ID'.")
    auth = Auth.AppAuth(number, pem if "\n" in pem else pem.replace("\\n", "\n"))
    try:
        auth.create_jwt()
    except Exception:  # noqa: BLE001 - many libraries read a key, and what they say of it may hold a part of it
        raise InputError(
            f"{PRIVATE_KEY} {document_fault(pem) or 'is no private key'}.",
            "Store the .pem file that GitHub gave, whole, with all of its lines.",
        ) from None
    return App(auth)


@contextmanager
def installed(
    app: App,
    repository: RepositoryName,
    permission: str,
    github: GitHubSettings,
    retry_policy: RetryPolicy,
    mask: Mask,
) -> Iterator[Access]:
    """A token of the App for this repository with one permission to write, given back at the end of the block.

    Raises RefusedError where the App is not installed on the repository or lacks the permission.
    """
    hub = connect(Access(BOTH, app.auth), github, retry_policy)
    token = _token(hub, repository, permission, mask)
    access = Access(BOTH, Auth.Token(token.reveal()))
    try:
        yield access
    finally:
        brief = replace(retry_policy, total=min(retry_policy.total, LONGEST_REVOCATION))
        with suppress(SessionsError):
            _give_back(connect(access, github, brief))


def _token(hub: Hub, repository: RepositoryName, permission: str, mask: Mask) -> Secret:
    """A new token. If GitHub is asked twice, one of its two tokens is never used, which does no harm."""
    purpose = Purpose("signing in as the App", f"{permission}: write")

    def installation() -> int:
        _, document = hub.api.requester.requestJsonAndCheck("GET", f"/repos/{repository}/installation")
        return int(document["id"])

    try:
        number = hub.repeat(installation, purpose, {HTTPStatus.NOT_FOUND})
    except DeclinedError as declined:
        raise (declined.refusal if is_unknown(declined) else _not_installed()) from None
    restrictions = {"repositories": [repository.name], "permissions": {permission: "write"}}

    def issue() -> Secret:
        path = f"/app/installations/{number}/access_tokens"
        _, document = hub.api.requester.requestJsonAndCheck("POST", path, input=restrictions)
        return Secret(str(document["token"]), mask)

    try:
        return hub.repeat(issue, purpose, {HTTPStatus.UNPROCESSABLE_ENTITY})
    except DeclinedError as declined:
        if _PERMISSIONS.search(declined.message):
            raise RefusedError(
                f"The GitHub App does not have the permission '{permission}: write' on this repository.",
                "Give it to the App in its settings, and accept it where the App is installed.",
            ) from None
        raise (_not_installed() if _REPOSITORIES.search(declined.message) else declined.refusal) from None


def is_unknown(declined: DeclinedError) -> bool:
    """Whether GitHub does not know the App at all. Otherwise the App is only not installed on the repository."""
    return bool(_UNKNOWN.search(declined.message))


def _not_installed() -> RefusedError:
    return RefusedError(
        "The GitHub App is not installed on this repository.", "Install it: the App's settings, 'Install App'."
    )


def _give_back(hub: Hub) -> None:
    def revoke() -> None:
        hub.api.requester.requestJsonAndCheck("DELETE", "/installation/token")

    hub.repeat(revoke, Purpose("handing the App's token back", "none"), {HTTPStatus.UNAUTHORIZED})

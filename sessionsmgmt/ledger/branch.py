"""The branch that the git ledger has for itself: whether it is there, whether it is only the ledger's, and its end."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from github.Repository import Repository

from sessionsmgmt.errors import RefusedError
from sessionsmgmt.github.client import DeclinedError, Hub, Purpose

FILE = "ledger.sealed"
READING = Purpose("reading the ledger", "contents: read")
WRITING = Purpose("writing the ledger", "contents: write")

_FORBIDDEN = ("rule violation", "protected branch", "pull request", "cannot delete")
"""Parts of GitHub's message where it is a rule of the repository that keeps a branch as it is."""

_ABSENT = frozenset({int(HTTPStatus.CONFLICT), int(HTTPStatus.UNPROCESSABLE_ENTITY)})
"""How GitHub says that there is no such ref, or no commit at all."""


def branches(repository: Repository, branch: str) -> frozenset[str]:
    """The names of the branches that begin with this one's. A call to make through a ``Hub``."""
    _, found = repository.requester.requestJsonAndCheck(
        "GET", f"{repository.url}/git/matching-refs/heads/{quote(branch)}"
    )
    if not isinstance(found, list):
        raise TypeError("this is not a list")
    return frozenset(str(one["ref"]).removeprefix("refs/heads/") for one in found)


def delete(hub: Hub, repository: Repository, branch: str) -> bool:
    """Delete the branch, and say whether there was one.

    Raises RefusedError where anything but the ledger is on it, or a rule of the repository keeps it; else as
    ``Hub.repeat``.
    """
    try:
        if branch not in hub.repeat(partial(branches, repository, branch), READING, {HTTPStatus.CONFLICT}):
            return False
        on_it = hub.repeat(partial(_files, repository, branch), READING)
    except DeclinedError:
        return False  # the repository is empty
    if on_it != {FILE}:
        raise RefusedError(
            f"On the branch {branch} there is more than the ledger, so it is not deleted.",
            f"If it is the right branch, delete {FILE} from it yourself; 'ledger.branch' in sessions.yml names it.",
        )
    try:
        hub.repeat(partial(_delete, repository, branch), WRITING, _ABSENT)
    except DeclinedError as declined:
        if refused_by_rule(declined):
            raise RefusedError(
                f"A rule of the repository does not let the branch {branch} be deleted.",
                "Exempt that branch from the rule: only the ledger is on it.",
            ) from None
    return True


def refused_by_rule(declined: DeclinedError) -> bool:
    """Whether it is a rule of the repository that keeps the branch from being changed."""
    return any(part in declined.message.lower() for part in _FORBIDDEN)


def _files(repository: Repository, branch: str) -> frozenset[str]:
    """What is at the top of the branch."""
    return frozenset(one.path for one in repository.get_git_tree(f"refs/heads/{branch}").tree)


def _delete(repository: Repository, branch: str) -> None:
    repository.requester.requestJsonAndCheck("DELETE", f"{repository.url}/git/refs/heads/{quote(branch)}")

"""What happened on GitHub, as far as a preview has to know: the pull request that the job is about.

The event is a file that GitHub writes, but much of what stands in it was written by whoever opened the pull request, so
nothing of it is taken that is not of the expected kind. What can't be told counts as the more careful of the two: as
public, as a fork.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sessionsmgmt.errors import InputError

LARGEST = 32 * 2**20
"""Bytes of an event that are read: GitHub's own limit is 25 MB ("Webhook events and payloads")."""

DEPENDABOT = "dependabot[bot]"

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class Origin(StrEnum):
    """Where a pull request comes from."""

    HERE = "here"
    FORK = "fork"
    DEPENDABOT = "dependabot"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request that the job is about.

    ``head`` is the commit that people look at, not the trial merge that GITHUB_SHA names. Unless it comes from here,
    its job has no secrets and a token that may only read (GitHub, "Events that trigger workflows", pull_request).
    """

    number: int
    head: str
    origin: Origin
    closed: bool
    public: bool


def pull_request(environ: Mapping[str, str]) -> PullRequest | None:
    """The pull request of the event, or None where the event is another.

    Raises InputError where the event can't be read, or is ``pull_request_target``: that gives somebody else's files a
    token that may write, and secrets.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name == "pull_request_target":
        raise InputError(
            "No preview runs on pull_request_target: a stranger's files would be read with your secrets at hand.",
            "Use 'on: pull_request' in the workflow; it works for forks, too.",
        )
    return _pull_request(_payload(environ), environ) if name == "pull_request" else None


def _pull_request(payload: object, environ: Mapping[str, str]) -> PullRequest:
    pull, repository = _at(payload, "pull_request"), _at(payload, "repository")
    number, head = _at(pull, "number"), _at(pull, "head", "sha")
    if type(number) is not int or number < 1 or not isinstance(head, str) or not _COMMIT.fullmatch(head):
        raise _unreadable()
    return PullRequest(
        number=number,
        head=head,
        origin=_origin(pull, repository, environ),
        closed=_at(payload, "action") == "closed" or _at(pull, "state") == "closed",
        public=_at(repository, "private") is not True,
    )


def _origin(pull: object, repository: object, environ: Mapping[str, str]) -> Origin:
    """By whom the job was set off decides over Dependabot, as GitHub itself has it; a fork that is gone is one too."""
    if environ.get("GITHUB_ACTOR", "") == DEPENDABOT or _at(pull, "user", "login") == DEPENDABOT:
        return Origin.DEPENDABOT
    ours, theirs = _at(repository, "id"), _at(pull, "head", "repo", "id")
    return Origin.HERE if type(ours) is int and type(theirs) is int and ours == theirs else Origin.FORK


def _payload(environ: Mapping[str, str]) -> object:
    try:
        with Path(environ.get("GITHUB_EVENT_PATH") or "/dev/null").open("rb") as file:
            data = file.read(LARGEST + 1)
        return json.loads(data) if len(data) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        raise _unreadable() from None


def _at(node: object, *names: str) -> object:
    """What stands below these names, None where there is no such thing."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _unreadable() -> InputError:
    return InputError(
        "The event of this job says nothing of a pull request that can be understood.",
        "Outside of GitHub Actions, unset GITHUB_EVENT_NAME; inside, please report this.",
    )

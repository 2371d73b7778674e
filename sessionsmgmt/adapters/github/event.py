"""The event that started the job: its pull request, whether it is merged, and who can read the repository.

GitHub writes the event into a file, but much of its content comes from whoever opened the pull request. So a value
counts only if it has the expected type. Where the event does not say, the careful answer counts: public, a fork, not
merged.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.github import visibility
from sessionsmgmt.errors import InputError
from sessionsmgmt.settings import ActionsJob

if TYPE_CHECKING:
    from sessionsmgmt.ports.pull_requests import Origin, PullRequest

LARGEST = 32 * 2**20
"""The most bytes of an event that are read. GitHub's own limit is 25 MB ("Webhook events and payloads")."""

DEPENDABOT = "dependabot[bot]"

QUEUE = "merge_group"
"""The event of a merge queue."""

_QUEUES = "refs/heads/gh-readonly-queue/"
_NAME = re.compile(r"[a-z_]{1,40}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def must_be_merged(job: ActionsJob, command: str) -> None:
    """Raise InputError where a change that is only proposed started the job.

    Otherwise whoever proposes a change could send the club's emails, write its ledger or renew its secrets with files
    of their own. For ``workflow_run``, the event of the earlier run counts; without it the job is refused.
    """
    name, reference = job.event_name, job.ref
    if name == "workflow_run":
        proposed = _follows_proposal(_loaded(job))
        what = "on workflow_run of a pull request"
    else:
        proposed = name.startswith("pull_request") or name == QUEUE or reference.startswith(("refs/pull/", _QUEUES))
        what = f"on {name}" if _NAME.fullmatch(name) else "here"
    if proposed:
        raise InputError(
            f"'{command}' does not start {what}: what is proposed there is not merged.",
            "Start it by a schedule or by workflow_dispatch. 'preview' shows on a pull request what would be sent.",
        )


def _follows_proposal(payload: object) -> bool:
    """Whether the earlier run was of a pull request or of a merge queue, or the event does not say."""
    event = _at(payload, "workflow_run", "event")
    ours, theirs = _at(payload, "repository", "id"), _at(payload, "workflow_run", "head_repository", "id")
    if not isinstance(event, str) or type(ours) is not int or type(theirs) is not int or ours != theirs:
        return True
    return event.startswith("pull_request") or event in {QUEUE, "workflow_run", ""}


def is_queued(job: ActionsJob) -> bool:
    """Whether the job is of a merge queue. Its event names no pull request."""
    return job.event_name == QUEUE


def is_private(job: ActionsJob) -> bool | None:
    """Whether only members can read the repository; None where the event does not say."""
    return visibility.is_private(_at(_loaded(job), "repository"))


def refuse_lent_secrets(job: ActionsJob, command: str) -> None:
    """Raise InputError on ``pull_request_target``, whose job has the secrets and may read a stranger's files."""
    if job.event_name == "pull_request_target":
        raise InputError(
            f"No {command} runs on pull_request_target: a stranger's files would be read with your secrets at hand.",
            "Use 'on: pull_request' in the workflow; it works for forks, too.",
        )


def pull_request(job: ActionsJob) -> PullRequest | None:
    """The pull request of the event, or None where the event is another.

    Raises InputError where the event can't be read, or is ``pull_request_target``: that gives somebody else's files a
    token that may write, and secrets.
    """
    refuse_lent_secrets(job, "preview")
    name = job.event_name
    return _pull_request(_payload(job), job) if name.startswith("pull_request") else None


def _pull_request(payload: object, job: ActionsJob) -> PullRequest:
    from sessionsmgmt.ports.pull_requests import PullRequest  # only a job about a pull request needs it

    pull, repository = _at(payload, "pull_request"), _at(payload, "repository")
    number, head = _at(pull, "number"), _at(pull, "head", "sha")
    if type(number) is not int or number < 1 or not isinstance(head, str) or not _COMMIT.fullmatch(head):
        raise _unreadable()
    return PullRequest(
        number=number,
        head=head,
        origin=_origin(pull, repository, job),
        closed=_at(payload, "action") == "closed" or _at(pull, "state") == "closed",
    )


def _origin(pull: object, repository: object, job: ActionsJob) -> Origin:
    """The origin. A job that Dependabot started is Dependabot's, as GitHub has it. A fork that is deleted is a fork."""
    from sessionsmgmt.ports.pull_requests import Origin

    if job.actor == DEPENDABOT or _at(pull, "user", "login") == DEPENDABOT:
        return Origin.DEPENDABOT
    ours, theirs = _at(repository, "id"), _at(pull, "head", "repo", "id")
    return Origin.HERE if type(ours) is int and type(theirs) is int and ours == theirs else Origin.FORK


def _payload(job: ActionsJob) -> object:
    try:
        with Path(job.event_path or "/dev/null").open("rb") as file:
            data = file.read(LARGEST + 1)
        return json.loads(data) if len(data) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        raise _unreadable() from None


def _loaded(job: ActionsJob) -> object:
    """The event; None where it can't be read."""
    try:
        return _payload(job)
    except InputError:
        return None


def _at(node: object, *names: str) -> object:
    """The value below these names; None where there is none."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _unreadable() -> InputError:
    return InputError(
        "The event of this job says nothing of a pull request that can be understood.",
        "Outside of GitHub Actions, unset GITHUB_EVENT_NAME; inside, please report this.",
    )

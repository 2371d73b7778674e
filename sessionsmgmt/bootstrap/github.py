"""Settings → GitHub with the job's own token: what calls are made through, and where a person is told something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.adapters.postponed_imports import RARELY_USED_AT_GITHUB, postpone
from sessionsmgmt.ports.notifications import Notifier
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import Settings

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.access import RepositoryName
    from sessionsmgmt.adapters.github.client import Hub

NOTE_RETRY_POLICY = RetryPolicy(total=20)
"""A note that this run can't write is written by the next run."""


def hub(settings: Settings, retry_policy: RetryPolicy) -> Hub:
    """What asks GitHub with the job's own token. Raises InputError where there is none."""
    postpone(RARELY_USED_AT_GITHUB)
    from sessionsmgmt.adapters.github.access import token_access
    from sessionsmgmt.adapters.github.client import connect

    return connect(token_access(settings.github.job_token), settings.github, retry_policy)


def repository(settings: Settings) -> RepositoryName:
    """The club's repository. Raises InputError where the environment names none."""
    from sessionsmgmt.adapters.github.access import repository_name

    return repository_name(settings.github)


def notifiers(settings: Settings) -> tuple[Notifier, ...]:
    """Where a person is told: in issues of the repository that the environment names; nowhere if it names none."""
    if not settings.github.names_repository:
        return ()
    postpone(RARELY_USED_AT_GITHUB)
    from sessionsmgmt.adapters.github.issue_notifier import IssueNotifier

    return (IssueNotifier(hub(settings, NOTE_RETRY_POLICY), repository(settings)),)

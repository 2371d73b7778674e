"""Container → what ``doctor`` can look at in GitHub, as far as the club has to do with GitHub at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.github import repository
from sessionsmgmt.bootstrap.ledgers import current_store, git_ledger
from sessionsmgmt.config.model import Credentials, GitStore, Scope
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.health import Check, Finding, Health
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import Settings

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.access import Access
    from sessionsmgmt.adapters.github.health_checks import Here

BRIEF = RetryPolicy(total=15)
"""A command that only looks gives up sooner than a command that sends."""


def checks(club: Container, now: datetime) -> tuple[Check, ...]:
    """The checks, none of which asks anything before it is called. ``now`` is aware."""
    store = current_store(club.config, club.settings)
    at_github = tuple(_repository(club.settings, now)) if club.settings.github.names_repository else ()
    if isinstance(store, GitStore):
        at_github += tuple(_branch(club, store, now))
    if club.config.credentials:
        at_github += tuple(_secret(club, club.config.credentials, now))
    return at_github


def _repository(settings: Settings, now: datetime) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup

    token, in_actions = settings.github.job_token.reveal().strip(), settings.actions.in_actions
    yield checkup.guarded(
        "GitHub token", lambda: checkup.token(_with_job_token(settings, now), token, in_actions=in_actions)
    )
    path = "/issues?labels=sessionsmgmt&per_page=1"
    yield checkup.guarded(
        "permission issues: write",
        lambda: checkup.permissions(_with_job_token(settings, now), {"issues: write": path}),
    )
    yield checkup.guarded("workflows", lambda: checkup.workflows(_with_job_token(settings, now)))


def _branch(club: Container, store: GitStore, now: datetime) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup
    from sessionsmgmt.adapters.ledger.health_checks import branch

    needed = {"contents: write": f"/git/matching-refs/heads/{store.branch}"}
    yield checkup.guarded(
        "permission contents: write", lambda: checkup.permissions(_with_job_token(club.settings, now), needed)
    )
    opened = partial(git_ledger, store.branch, club.config, club.settings, BRIEF)
    has_former = bool(club.settings.ledger_keys.old)
    yield checkup.guarded("ledger branch", lambda: branch(opened, has_former=has_former))


def _secret(club: Container, stored: Credentials, now: datetime) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup
    from sessionsmgmt.adapters.github.secrets import PERMISSIONS

    settings = club.settings
    if stored.scope is Scope.ENVIRONMENT and settings.github.names_repository:
        yield checkup.guarded(
            "environment", lambda: checkup.environment(_with_job_token(settings, now), stored.environment)
        )
    if settings.github.names_app:
        permission = PERMISSIONS[stored.scope]
        yield checkup.guarded("GitHub App", lambda: checkup.app(_as_app(settings, now), permission))
    if settings.github.may_write_secrets:
        store = partial(credentials.secret, club)
        yield checkup.guarded("secret", lambda: checkup.secret(store, stored.rotate_after, now))
    else:
        advice = "Set SECRETS_TOKEN and GITHUB_REPOSITORY to have it looked at (docs/rotation.md)."
        row = Finding("secret", Health.NOTE, "It was not looked at: nothing is set here that may see it.", advice)
        yield lambda: (row,)


def _with_job_token(settings: Settings, now: datetime) -> Here:
    from sessionsmgmt.adapters.github.access import token_access

    return _asking(settings, now, token_access(settings.github.job_token))


def _as_app(settings: Settings, now: datetime) -> Here:
    from sessionsmgmt.adapters.github.access import Access
    from sessionsmgmt.adapters.github.app import BOTH, app

    named_app = app(settings.github)
    if named_app is None:
        raise InputError(f"{BOTH} are not set.", "An App needs both.")
    return _asking(settings, now, Access(BOTH, named_app.auth))


def _asking(settings: Settings, now: datetime, access: Access) -> Here:
    from sessionsmgmt.adapters.github.client import connect
    from sessionsmgmt.adapters.github.health_checks import Here

    return Here(connect(access, settings.github, BRIEF), repository(settings), now)

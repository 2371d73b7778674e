"""Config → what ``doctor`` can look at in GitHub, as far as the club has to do with GitHub at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.github.job import APP_ID, JOB_TOKEN, PRIVATE_KEY, in_actions, may_write_secrets
from sessionsmgmt.adapters.ledger.sealing import OLD_KEY
from sessionsmgmt.bootstrap import container as club
from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.config.model import Config, Credentials, GitStore, Scope
from sessionsmgmt.ports.health import Check, Finding, Health
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.client import Access
    from sessionsmgmt.adapters.github.health_checks import Here
    from sessionsmgmt.adapters.ledger.git import GitLedger

BRIEF = RetryPolicy(total=15)
"""Who only looks gives up sooner than who sends."""


def checks(config: Config, environ: Mapping[str, str], mask: Mask, now: datetime) -> tuple[Check, ...]:
    """The checks, none of which asks anything before it is called. ``now`` is aware."""
    store = config.ledger.store or club.usual_store(config, environ)
    found = tuple(_repository(environ, now)) if names_repository(environ) else ()
    if isinstance(store, GitStore):
        found += tuple(_branch(config, environ, store, now))
    if config.credentials:
        found += tuple(_secret(config, config.credentials, environ, mask, now))
    return found


def names_repository(environ: Mapping[str, str]) -> bool:
    """Whether the environment says which repository is the club's, and has something to ask about it with."""
    return all(environ.get(name, "").strip() for name in (JOB_TOKEN, "GITHUB_REPOSITORY"))


def _repository(environ: Mapping[str, str], now: datetime) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup

    own = in_actions(environ)
    yield checkup.guarded(
        "GitHub token", lambda: checkup.token(_here(environ, now), environ[JOB_TOKEN].strip(), in_actions=own)
    )
    path = "/issues?labels=sessionsmgmt&per_page=1"
    yield checkup.guarded(
        "permission issues: write", lambda: checkup.permissions(_here(environ, now), {"issues: write": path})
    )
    yield checkup.guarded("workflows", lambda: checkup.workflows(_here(environ, now)))


def _branch(config: Config, environ: Mapping[str, str], store: GitStore, now: datetime) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup

    needed = {"contents: write": f"/git/matching-refs/heads/{store.branch}"}
    yield checkup.guarded("permission contents: write", lambda: checkup.permissions(_here(environ, now), needed))
    opened = partial(_git_ledger, config, environ, store)
    conf_json = bool(environ.get(OLD_KEY, "").strip())
    yield checkup.guarded("ledger branch", lambda: checkup.ledger(opened, has_former=conf_json))


def _secret(
    config: Config, settings: Credentials, environ: Mapping[str, str], mask: Mask, now: datetime
) -> Iterator[Check]:
    from sessionsmgmt.adapters.github import health_checks as checkup
    from sessionsmgmt.adapters.github.secrets import PERMISSIONS

    if settings.scope is Scope.ENVIRONMENT and names_repository(environ):
        yield checkup.guarded("environment", lambda: checkup.environment(_here(environ, now), settings.environment))
    if any(environ.get(name, "").strip() for name in (APP_ID, PRIVATE_KEY)):
        permission = PERMISSIONS[settings.scope]
        yield checkup.guarded("GitHub App", lambda: checkup.app(_as_app(environ, now), permission))
    if may_write_secrets(environ):
        store = partial(credentials.secret, config, environ, mask)
        yield checkup.guarded("secret", lambda: checkup.secret(store, settings.rotate_after, now))
    else:
        advice = "Set SECRETS_TOKEN and GITHUB_REPOSITORY to have it looked at (docs/rotation.md)."
        row = Finding("secret", Health.NOTE, "It was not looked at: nothing is set here that may see it.", advice)
        yield lambda: (row,)


def _here(environ: Mapping[str, str], now: datetime) -> Here:
    from sessionsmgmt.adapters.github.client import token

    return _asking(environ, now, token(environ))


def _as_app(environ: Mapping[str, str], now: datetime) -> Here:
    from sessionsmgmt.adapters.github.app import BOTH, app
    from sessionsmgmt.adapters.github.client import Access
    from sessionsmgmt.errors import InputError

    found = app(environ)
    if found is None:
        raise InputError(f"{BOTH} are not set.", "An App needs both.")
    return _asking(environ, now, Access(BOTH, found.auth))


def _asking(environ: Mapping[str, str], now: datetime, access: Access) -> Here:
    from sessionsmgmt.adapters.github.client import connect, repository
    from sessionsmgmt.adapters.github.health_checks import Here

    return Here(connect(access, environ, BRIEF), repository(environ), now)


def _git_ledger(config: Config, environ: Mapping[str, str], store: GitStore) -> GitLedger:
    return club.git_ledger(store.branch, config, environ, BRIEF)

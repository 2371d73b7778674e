"""Config → the real objects around the credential at GitHub: the secret it is in, and what may write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.github.job import JOB_TOKEN, in_actions, may_write_secrets
from sessionsmgmt.application.credentials.rotate import Renewal
from sessionsmgmt.bootstrap import container as club
from sessionsmgmt.config.model import Config, Credentials
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.secrets import GitHubSecret


def may_store(config: Config, environ: Mapping[str, str]) -> bool:
    """Whether sessions.yml says where the credential is stored, and the environment has something to do it with."""
    return config.credentials is not None and may_write_secrets(environ)


@contextmanager
def secret(config: Config, environ: Mapping[str, str], mask: Mask) -> Iterator[GitHubSecret]:
    """The secret that the credential is stored in, for as long as the block lasts.

    Raises InputError where sessions.yml does not say which, RefusedError where nothing that is set may write it.
    """
    from sessionsmgmt.adapters.github.client import connect, repository
    from sessionsmgmt.adapters.github.secrets import GitHubSecret, place
    from sessionsmgmt.adapters.github.secrets_auth import secrets_access

    settings, here = _settings(config), repository(environ)
    where = place(settings, here)
    with secrets_access(environ, here, where.permission, RetryPolicy(), mask) as access:
        yield GitHubSecret(connect(access, environ, RetryPolicy()), where, settings.secret, here)


@contextmanager
def renewal(config: Config, environ: Mapping[str, str], mask: Mask, clock: Callable[[], datetime]) -> Iterator[Renewal]:
    """All that renewing the credential takes, for as long as the block lasts. ``clock`` tells the aware instant it is.

    Raises as ``secret`` and ``container.token_refresher`` do.
    """
    settings = _settings(config)
    token_refresher = club.token_refresher(config, environ, mask, clock)
    with secret(config, environ, mask) as store:
        read = partial(_read, settings, environ, store)
        yield Renewal(club.credential(environ), token_refresher, store, read, settings.rotate_after)


def _settings(config: Config) -> Credentials:
    if config.credentials is None:
        raise InputError(
            "sessions.yml does not say where the credential is stored.",
            "Add 'credentials: {secret: GOOGLE_CREDENTIALS}'; docs/rotation.md explains it.",
        )
    return config.credentials


def _read(settings: Credentials, environ: Mapping[str, str], store: GitHubSecret) -> datetime | None:
    """From when on the credential at hand can have been read; in Actions the run tells, elsewhere nobody knows."""
    from sessionsmgmt.adapters.github.client import connect, repository, token
    from sessionsmgmt.adapters.github.runs import secrets_read

    if not in_actions(environ):
        return None
    own = environ.get(JOB_TOKEN, "").strip()
    hub = connect(token(environ), environ, RetryPolicy()) if own else store.hub
    return secrets_read(environ, hub, repository(environ), settings.scope)

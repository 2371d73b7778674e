"""Container → the real objects around the credential at GitHub: the secret it is in, and what may write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.github import hub, repository
from sessionsmgmt.config.model import Credentials
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.credentials import Renewal
from sessionsmgmt.retry import RetryPolicy

if TYPE_CHECKING:
    from sessionsmgmt.adapters.github.secrets import GitHubSecret


def may_store(club: Container) -> bool:
    """Whether sessions.yml says where the credential is stored, and the environment has something to do it with."""
    return club.config.credentials is not None and club.settings.github.may_write_secrets


@contextmanager
def secret(club: Container) -> Iterator[GitHubSecret]:
    """The secret that the credential is stored in, for as long as the block lasts.

    Raises InputError where sessions.yml does not say which, RefusedError where nothing that is set may write it.
    """
    from sessionsmgmt.adapters.github.client import connect
    from sessionsmgmt.adapters.github.secrets import GitHubSecret, place
    from sessionsmgmt.adapters.github.secrets_auth import secrets_access

    credentials, name = _credentials(club), repository(club.settings)
    where = place(credentials, name)
    with secrets_access(club.settings, name, where.permission, RetryPolicy(say=club.say), club.mask) as access:
        yield GitHubSecret(
            connect(access, club.settings.github, RetryPolicy(say=club.say)), where, credentials.secret, name
        )


@contextmanager
def renewal(club: Container, clock: Callable[[], datetime]) -> Iterator[Renewal]:
    """All that renewing the credential takes, for as long as the block lasts. ``clock`` gives the aware instant of now.

    Raises as ``secret`` and ``Container.token_refresher`` do.
    """
    credentials = _credentials(club)
    token_refresher = club.token_refresher(clock)
    with secret(club) as store:
        read = partial(_read, club, credentials, store)
        yield Renewal(club.credential, token_refresher, store, read, credentials.rotate_after)


def _credentials(club: Container) -> Credentials:
    if club.config.credentials is None:
        raise InputError(
            "sessions.yml does not say where the credential is stored.",
            "Add 'credentials: {secret: GOOGLE_CREDENTIALS}'; docs/rotation.md explains it.",
        )
    return club.config.credentials


def _read(club: Container, credentials: Credentials, store: GitHubSecret) -> datetime | None:
    """The earliest instant at which the credential at hand can have been read; None outside of Actions."""
    from sessionsmgmt.adapters.github.runs import secrets_read

    settings = club.settings
    if not settings.actions.in_actions:
        return None
    asking = hub(settings, RetryPolicy(say=club.say)) if settings.github.job_token else store.hub
    return secrets_read(settings.actions.run_id, asking, repository(settings), credentials.scope)

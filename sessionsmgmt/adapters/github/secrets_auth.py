"""By what right secrets are written: a token made for it, or a GitHub App. The job's own token never may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sessionsmgmt.adapters.github.app import app, installed
from sessionsmgmt.adapters.github.client import Access, RepositoryName, token
from sessionsmgmt.adapters.github.job import JOB_TOKEN, SECRETS_TOKEN, in_actions
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.retry import RetryPolicy

TWO_WAYS = (
    "There are two ways: a fine-grained token of a person who may, with 'Secrets: write' for this repository alone, as "
    "SECRETS_TOKEN (secrets-token in the workflow); or a GitHub App with the same permission, as GITHUB_APP_ID and "
    "GITHUB_APP_PRIVATE_KEY (app-id, app-private-key). docs/rotation.md has both step by step."
)


@contextmanager
def secrets_access(
    environ: Mapping[str, str],
    repository: RepositoryName,
    permission: str,
    retry_policy: RetryPolicy,
    mask: Callable[[str], None],
) -> Iterator[Access]:
    """What secrets are written with, for as long as the block lasts.

    SECRETS_TOKEN, else the App, else GITHUB_TOKEN where that is a person's. Raises InputError where there is nothing,
    RefusedError where there is only the job's own token; nothing is asked for that.
    """
    own = environ.get(JOB_TOKEN, "").strip() if in_actions(environ) else ""
    given = environ.get(SECRETS_TOKEN, "").strip()
    if given and given != own:
        yield token(environ, SECRETS_TOKEN)
    elif not given and (found := app(environ)):
        with installed(found, repository, permission, environ, retry_policy, mask) as access:
            yield access
    elif own:
        raise RefusedError(
            "Secrets can't be written with the job's own GITHUB_TOKEN, whatever 'permissions:' says.", TWO_WAYS
        )
    elif environ.get(JOB_TOKEN, "").strip():
        yield Access("your GITHUB_TOKEN", token(environ).auth)
    else:
        raise InputError("Nothing is set that may write secrets.", TWO_WAYS)

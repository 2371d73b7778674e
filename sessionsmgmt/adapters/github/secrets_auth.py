"""The access that writes secrets: a token made for it, or a GitHub App. The job's own token never may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sessionsmgmt.adapters.github.access import Access, RepositoryName, token_access
from sessionsmgmt.adapters.github.app import app, installed
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask
from sessionsmgmt.settings import SECRETS_TOKEN, Settings

TWO_WAYS = (
    "There are two ways: a fine-grained token of a person who may, with 'Secrets: write' for this repository alone, as "
    "SECRETS_TOKEN (secrets-token in the workflow); or a GitHub App with the same permission, as GITHUB_APP_ID and "
    "GITHUB_APP_PRIVATE_KEY (app-id, app-private-key). docs/rotation.md has both step by step."
)


@contextmanager
def secrets_access(
    settings: Settings,
    repository: RepositoryName,
    permission: str,
    retry_policy: RetryPolicy,
    mask: Mask,
) -> Iterator[Access]:
    """The access that writes secrets, for as long as the block lasts.

    It is SECRETS_TOKEN, else the App, else GITHUB_TOKEN where that is a person's. Raises InputError where none of them
    is set, and RefusedError where only the job's own token is set. GitHub is not asked for that.
    """
    github = settings.github
    own = github.job_token.reveal().strip() if settings.actions.in_actions else ""
    token = github.secrets_token.reveal().strip()
    if token and token != own:
        yield token_access(github.secrets_token, SECRETS_TOKEN)
    elif not token and (named_app := app(github)):
        with installed(named_app, repository, permission, github, retry_policy, mask) as access:
            yield access
    elif own:
        raise RefusedError(
            "Secrets can't be written with the job's own GITHUB_TOKEN, whatever 'permissions:' says.", TWO_WAYS
        )
    elif github.job_token:
        yield Access("your GITHUB_TOKEN", token_access(github.job_token).auth)
    else:
        raise InputError("Nothing is set that may write secrets.", TWO_WAYS)

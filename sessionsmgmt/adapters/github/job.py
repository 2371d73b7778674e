"""What the environment says of the job this process is a part of. Nothing heavy is imported for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

JOB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 - the name of the variable, not what is in it
SECRETS_TOKEN = "SECRETS_TOKEN"  # noqa: S105 - as above
APP_ID = "GITHUB_APP_ID"
PRIVATE_KEY = "GITHUB_APP_PRIVATE_KEY"


def in_actions(environ: Mapping[str, str]) -> bool:
    """Whether this is a job of GitHub Actions, where GITHUB_TOKEN is the job's own."""
    return environ.get("GITHUB_ACTIONS") == "true"


def workspace(environ: Mapping[str, str]) -> Path | None:
    """The folder that a job of GitHub Actions has its checkout in; None where this is no such job."""
    given = environ.get("GITHUB_WORKSPACE", "")
    return Path(given) if in_actions(environ) and given.strip() else None


def may_write_secrets(environ: Mapping[str, str]) -> bool:
    """Whether there is anything at all to write secrets with, or in Actions at least something to object to."""
    return any(environ.get(name, "").strip() for name in (SECRETS_TOKEN, APP_ID, PRIVATE_KEY, JOB_TOKEN))

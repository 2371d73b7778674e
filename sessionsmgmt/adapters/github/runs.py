"""The workflow run that this process is a part of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import Hub, Purpose
from sessionsmgmt.config.model import Scope
from sessionsmgmt.errors import InputError
from sessionsmgmt.settings import RUN_ID

READ: Mapping[Scope, str] = {
    Scope.REPOSITORY: "created_at",
    Scope.ORGANIZATION: "created_at",
    Scope.ENVIRONMENT: "run_started_at",
}
"""The field of a run with the earliest instant at which the run can have read a secret, by the owner of the secret.

A run reads the secrets of a repository and of an organization when it is queued; for a run that is started again, the
documentation does not say when. A job reads the secrets of an environment when it starts, which is after the attempt of
its run ("Using secrets in GitHub Actions"). At worst a new copy counts as old, and the next run renews it.
"""


def secrets_read(run_id: str, hub: Hub, repository: RepositoryName, scope: Scope) -> datetime:
    """The earliest instant, by GitHub's clock, at which the run of that id can have read its secrets; in UTC.

    Takes ``actions: read``. Raises InputError where GITHUB_RUN_ID names no run, and otherwise as ``Hub.repeat`` does.
    """
    if not (run_id.isascii() and run_id.isdigit()):
        raise InputError(f"{RUN_ID} is not set to the number of a run.", "GitHub's runner sets it; pass it on.")

    def ask() -> datetime:
        _, run = hub.api.requester.requestJsonAndCheck("GET", f"/repos/{repository}/actions/runs/{run_id}")
        return datetime.fromisoformat(str(run[READ[scope]])).astimezone(UTC)

    return hub.repeat(ask, Purpose("seeing when this run read its secrets", "actions: read"))

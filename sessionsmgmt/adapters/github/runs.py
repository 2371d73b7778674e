"""The run of a workflow that this process is a part of, as GitHub knows it."""

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
"""From when on a run can have read a secret, by whose secret it is.

Those of a repository and an organization are read when the run is queued, and what a run that is made again is given is
written nowhere; those of an environment when the job starts, which no run does before its attempt ("Using secrets in
GitHub Actions"). Each is the earliest it can be: at worst a copy counts as old that is not, and the next run renews it.
"""


def secrets_read(run_id: str, hub: Hub, repository: RepositoryName, scope: Scope) -> datetime:
    """The earliest instant, by GitHub's clock, at which the run of that id can have read its secrets.

    Takes ``actions: read``. Raises InputError where GITHUB_RUN_ID names no run, and otherwise as ``Hub.repeat`` does.
    """
    if not (run_id.isascii() and run_id.isdigit()):
        raise InputError(f"{RUN_ID} is not set to the number of a run.", "GitHub's runner sets it; pass it on.")

    def ask() -> datetime:
        _, found = hub.api.requester.requestJsonAndCheck("GET", f"/repos/{repository}/actions/runs/{run_id}")
        return datetime.fromisoformat(str(found[READ[scope]])).astimezone(UTC)

    return hub.repeat(ask, Purpose("seeing when this run read its secrets", "actions: read"))

"""``status``: the sessions ahead and what has been said about each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sessionsmgmt.application.notices.pipeline import Job, plan_notices, undelivered
from sessionsmgmt.application.result import Result
from sessionsmgmt.errors import worst

AHEAD = timedelta(weeks=4)
"""How far ahead the sessions are listed, unless a rule looks further."""


def status(job: Job, now: datetime) -> Result:
    """Look as ``run`` would, and further ahead. Changes nothing; ``now`` is aware."""
    found = plan_notices(job, now, AHEAD)
    deliveries = tuple(undelivered(verdict) for verdict in found.verdicts)
    worst_of_all = worst(delivery.exit for delivery in deliveries)
    warnings = found.warnings + found.snapshot.warnings
    return Result("status", now, worst_of_all, deliveries, warnings, snapshot=found.snapshot)

"""``status``: the sessions ahead, and what was announced about each."""

from __future__ import annotations

from datetime import datetime, timedelta

from sessionsmgmt.application.notices.job import Delivery, Job
from sessionsmgmt.application.notices.pipeline import plan_notices
from sessionsmgmt.application.result import StatusResult

AHEAD = timedelta(weeks=4)
"""How far ahead the sessions are listed, unless a rule looks further."""


def status(job: Job, now: datetime) -> StatusResult:
    """Plan as ``run`` would, and further ahead. Changes nothing; ``now`` is aware."""
    plan = plan_notices(job, now, AHEAD)
    deliveries = tuple(map(Delivery, plan.verdicts))
    return StatusResult(now, deliveries, plan.warnings + plan.snapshot.warnings, plan.snapshot)

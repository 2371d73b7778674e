"""``status``: the sessions ahead, and what was announced about each."""

from __future__ import annotations

from datetime import timedelta

from sessionsmgmt.application.arguments import NoArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.job import Delivery
from sessionsmgmt.application.notices.pipeline import plan_notices
from sessionsmgmt.application.result import StatusResult

AHEAD = timedelta(weeks=4)
"""How far ahead the sessions are listed, unless a rule looks further."""


def status(context: Context, _arguments: NoArguments) -> StatusResult:
    """Plan as ``run`` would, and further ahead. Changes nothing."""
    job, now = context.services.job(), context.request.now
    plan = plan_notices(job, now, AHEAD)
    deliveries = tuple(map(Delivery, plan.verdicts))
    return StatusResult(now, deliveries, plan.warnings + plan.snapshot.warnings, plan.snapshot, plan.looked_at)

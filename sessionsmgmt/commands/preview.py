"""``preview``: what ``run`` would send at this moment, composed and not sent."""

from __future__ import annotations

from datetime import datetime

from sessionsmgmt.commands.result import Result
from sessionsmgmt.errors import worst
from sessionsmgmt.pipeline import Job, survey, undelivered


def preview(job: Job, now: datetime) -> Result:
    """Look, decide and compose. Changes nothing anywhere; ``now`` is aware."""
    found = survey(job, now)
    deliveries = tuple(undelivered(verdict) for verdict in found.verdicts)
    status = worst(delivery.exit for delivery in deliveries)
    return Result("preview", now, status, deliveries, found.cautions, found.emails, found.book)

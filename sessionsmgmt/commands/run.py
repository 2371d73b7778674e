"""``run``: everything that is due is sent, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sessionsmgmt.commands.result import Result
from sessionsmgmt.errors import worst
from sessionsmgmt.pipeline import Job, deliver, survey
from sessionsmgmt.ports import Mailer


def run(job: Job, mailer: Mailer, run_id: str, clock: Callable[[], datetime]) -> Result:
    """Look, decide, send and record.

    ``run_id`` is unlike that of any other process; ``clock`` tells the aware instant it is, the first being "now".
    """
    now = clock()
    found = survey(job, now)
    deliveries = deliver(found, mailer, job.ledger, run_id, clock)
    status = worst(delivery.exit for delivery in deliveries)
    return Result("run", now, status, deliveries, found.cautions, book=found.book)

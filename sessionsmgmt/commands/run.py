"""``run``: everything that is due is sent, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sessionsmgmt.commands.result import Result
from sessionsmgmt.domain.model import Caution
from sessionsmgmt.errors import Exit, SessionsError, worst
from sessionsmgmt.pipeline import Job, deliver, look, survey
from sessionsmgmt.ports import Mailer


def run(job: Job, mailer: Mailer, run_id: str, clock: Callable[[], datetime]) -> Result:
    """Look, decide, send and record.

    ``run_id`` is unlike that of any other process; ``clock`` tells the aware instant it is, the first being "now".
    """
    now = clock()
    doubts, trouble = _settled(job, clock)
    found = survey(job, now)
    deliveries = deliver(found, mailer, job.ledger, run_id, clock)
    status = worst([trouble, *(delivery.exit for delivery in deliveries)])
    return Result("run", now, status, deliveries, doubts + found.cautions + job.warnings(), book=found.book)


def _settled(job: Job, clock: Callable[[], datetime]) -> tuple[tuple[Caution, ...], Exit]:
    """Look for what is held, if the club wants that. What can't be seen stays held, and the others go on."""
    try:
        return look(job, clock), Exit.DONE
    except SessionsError as error:
        text = f"it could not be looked up whether what is held left: {error}"
        return (Caution("lookup-failed", text),), error.exit

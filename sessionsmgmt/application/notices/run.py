"""``run``: everything that is due is sent, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import getaddresses

from sessionsmgmt.application.notices.pipeline import (
    Delivery,
    Job,
    Lookup,
    Reconciliation,
    deliver,
    plan_notices,
    reconcile,
)
from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, UNSTOPPED, is_stopped
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import Exit, SessionsError, worst
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.retry import RetryPolicy


def run(
    job: Job,
    mailer: Mailer,
    run_id: str,
    clock: Callable[[], datetime],
    stop: Stop = UNSTOPPED,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> Result:
    """Look, decide, send and record.

    ``run_id`` is unlike that of any other process; ``clock`` tells the aware instant it is, the first being "now".
    ``patience`` is how long a limit on sending is waited for.
    """
    now = clock()
    settled, trouble = _settled(job, clock)
    found = plan_notices(job, now, earlier=settled.snapshot)
    delivered = deliver(found, mailer, job.ledger, run_id, clock, stop, retry_policy)
    deliveries, about_ledger = delivered.deliveries, delivered.snapshot.warnings
    status = worst([trouble, *(delivery.exit for delivery in deliveries)])
    seen = () if job.lookup is None or is_stopped(stop) else sender_seen(job.lookup, deliveries)
    warnings = (*settled.warnings, *found.warnings, *about_ledger, *mailer.warnings(), *seen, *_ended(stop, deliveries))
    return Result("run", now, status, deliveries, tuple(dict.fromkeys(warnings)), snapshot=found.snapshot)


def _settled(job: Job, clock: Callable[[], datetime]) -> tuple[Reconciliation, Exit]:
    """Look for what is held, if the club wants that. What can't be seen stays held, and the others go on."""
    try:
        return reconcile(job, clock), Exit.DONE
    except SessionsError as error:
        text = f"it could not be looked up whether what is held left: {error}"
        return Reconciliation((ReportWarning("lookup-failed", text),)), error.exit


def sender_seen(lookup: Lookup, deliveries: Sequence[Delivery]) -> tuple[ReportWarning, ...]:
    """A warning if mail left from another address than sessions.yml names. The first one of the run tells for all."""
    sent = next((one.message_id for one in deliveries if one.message_id), "")
    wanted = [fold(address) for _, address in getaddresses([lookup.sender]) if address]
    if not sent or not wanted:
        return ()
    try:
        sender = lookup.folder.sender(sent)
    except SessionsError as error:
        return (ReportWarning("lookup-failed", f"it could not be looked up which address the mail left from: {error}"),)
    if sender is None or fold(sender) in wanted:
        return ()
    text = "the mail left from the account's own address and not from mail.from, which the account may not send as; "
    return (ReportWarning("sender-replaced", f"{text}add that address to 'Send mail as' in Gmail's settings"),)


def _ended(stop: Stop, deliveries: Sequence[Delivery]) -> tuple[ReportWarning, ...]:
    if not is_stopped(stop) or all(one.exit is Exit.DONE for one in deliveries):
        return ()
    return (ReportWarning("stopped", "the run was told to end before all was done; the next run goes on"),)

"""``run``: everything that is due is sent, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import getaddresses

from sessionsmgmt.application.notices.job import Delivery, Job, Lookup, Reconciliation
from sessionsmgmt.application.notices.pipeline import deliver, plan_notices, reconcile
from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, UNSTOPPED, is_stopped
from sessionsmgmt.application.result import RunResult
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError
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
) -> RunResult:
    """Reconcile, plan and deliver, once.

    ``run_id`` is an id that no other process has. ``clock`` returns the aware instant of its call; the first one is the
    run's "now". ``retry_policy`` says how long a limit on sending is waited for.
    """
    now = clock()
    settled, lookup_error = _settled(job, clock)
    plan = plan_notices(job, now, earlier=settled.snapshot)
    delivered = deliver(plan, mailer, job.ledger, run_id, clock, stop, retry_policy)
    deliveries, about_ledger = delivered.deliveries, delivered.snapshot.warnings
    seen = () if job.lookup is None or is_stopped(stop) else sender_seen(job.lookup, deliveries)
    warnings = (*settled.warnings, *plan.warnings, *about_ledger, *mailer.warnings(), *seen, *_ended(stop, deliveries))
    return RunResult(now, deliveries, tuple(dict.fromkeys(warnings)), plan.snapshot, lookup_error)


def _settled(job: Job, clock: Callable[[], datetime]) -> tuple[Reconciliation, SessionsError | None]:
    """Reconcile, if the club wants that. Where it fails, held notices stay held and the other notices are sent."""
    try:
        return reconcile(job, clock), None
    except SessionsError as error:
        text = f"it could not be looked up whether what is held left: {error}"
        return Reconciliation((ReportWarning("lookup-failed", text),)), error


def sender_seen(lookup: Lookup, deliveries: Sequence[Delivery]) -> tuple[ReportWarning, ...]:
    """A warning if mail left from another address than sessions.yml names. Only the first email is looked up."""
    sent = next((delivery.message_id for delivery in deliveries if delivery.message_id), "")
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
    if not is_stopped(stop) or not any(delivery.needs_person for delivery in deliveries):
        return ()
    return (ReportWarning("stopped", "the run was told to end before all was done; the next run goes on"),)

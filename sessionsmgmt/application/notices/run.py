"""``run``: every notice that is due is sent, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import getaddresses

from sessionsmgmt.application.arguments import RunArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.credentials.rotate import renew_if_due
from sessionsmgmt.application.job import Delivery, Job, Lookup, Reconciliation
from sessionsmgmt.application.notices.alerts import plan_alerts, send_alerts
from sessionsmgmt.application.notices.pipeline import deliver, plan_notices, reconcile
from sessionsmgmt.application.notices.preview_job import preview_job
from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, is_stopped
from sessionsmgmt.application.notifications import notify_of_consent, notify_of_held, notifying_of_lost_consent
from sessionsmgmt.application.result import PreviewResult, Rotation, RunResult
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError, gravity
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.retry import RetryPolicy

_PROGRESS = "Reading, deciding and sending"


def run(context: Context, arguments: RunArguments) -> RunResult | PreviewResult:
    """Renew the credential if it is due → reconcile → plan → deliver → notify.

    Raises InputError where sessions.yml or a source is wrong, ConsentError where the account's owner must agree again,
    and otherwise as the sources and the ledger do; nothing was sent then.
    """
    if arguments.dry_run:
        return _dry_run(context)
    with notifying_of_lost_consent(context):
        rotation, warnings = renew_if_due(context)
        if rotation is None:
            return _with_warnings(_send_and_notify(context), warnings)
        result = _send_after(rotation, context)
        return _with_warnings(result, context.unless_stopped(lambda: notify_of_consent(context, rotation)))


def send_due(
    job: Job,
    mailer: Mailer,
    run_id: str,
    clock: Callable[[], datetime],
    stop: Stop = UNSTOPPED,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> RunResult:
    """Reconcile → plan → deliver → tell the coaches, once.

    ``run_id`` is an id that no other process has. ``clock`` returns the aware instant of its call; the first one is the
    run's "now". ``retry_policy`` says how long a limit on sending is waited for.
    """
    now = clock()
    settled, lookup_error = _settled(job, clock)
    plan = plan_notices(job, now, earlier=settled.snapshot)
    delivered = deliver(plan, mailer, job.ledger, run_id, clock, stop, retry_policy)
    deliveries, about_ledger = delivered.deliveries, delivered.snapshot.warnings
    about_sender = () if job.lookup is None or is_stopped(stop) else sender_seen(job.lookup, deliveries)
    ended = _ended(stop, deliveries)
    told: tuple[ReportWarning, ...] = ()
    if not is_stopped(stop):
        told = send_alerts(
            plan_alerts(job, plan, delivered, now), mailer, job.ledger, run_id, clock, stop, retry_policy
        )
    warnings = (*settled.warnings, *plan.warnings, *about_ledger, *mailer.warnings(), *about_sender, *ended, *told)
    return RunResult(
        now, deliveries, tuple(dict.fromkeys(warnings)), plan.snapshot, lookup_error, looked_at=plan.looked_at
    )


def _settled(job: Job, clock: Callable[[], datetime]) -> tuple[Reconciliation, SessionsError | None]:
    """Reconcile, if the club wants that. Where it fails, held notices stay held and the other notices are sent."""
    try:
        return reconcile(job, clock), None
    except SessionsError as error:
        text = f"it could not be looked up whether what is held left: {error}"
        return Reconciliation((ReportWarning("lookup-failed", text),)), error


def _dry_run(context: Context) -> PreviewResult:
    """What a run would send now."""
    with context.request.console.progress(_PROGRESS):
        return preview_job(context.services.job(), context.request.now)


def _send_after(rotation: Rotation, context: Context) -> RunResult:
    """Send what is due with the credential that came of the rotation, and add to the result what became of it.

    Where nothing can be sent, the error is raised, unless a person must know what became of the credential: then the
    error is a part of the result.
    """
    try:
        result = _send_and_notify(context.with_credential(rotation.credential))
    except SessionsError as error:
        graver = rotation.trouble is not None and gravity(rotation.trouble) < gravity(error)
        if not (rotation.issued or rotation.recovery or graver):
            raise
        result = RunResult(context.request.now, error=error)
    failed = (ReportWarning("rotation-failed", str(rotation.trouble)),) if rotation.trouble else ()
    return _with_warnings(replace(result, rotation=rotation), (*failed, *rotation.warnings))


def _send_and_notify(context: Context) -> RunResult:
    """Send what is due, and post which notices are held afterwards."""
    request, services = context.request, context.services
    job, mailer = services.job(), services.mailer()
    with request.console.progress(_PROGRESS):
        policy = RetryPolicy(say=request.console.say)
        result = send_due(job, mailer, services.run_id(), request.clock, request.stop, policy)
        unwritten = context.unless_stopped(
            lambda: notify_of_held(context, result.deliveries, result.warnings, result.snapshot, result.now)
        )
    return _with_warnings(result, unwritten)


def _with_warnings(result: RunResult, warnings: Sequence[ReportWarning]) -> RunResult:
    return replace(result, warnings=(*result.warnings, *warnings))


def sender_seen(lookup: Lookup, deliveries: Sequence[Delivery]) -> tuple[ReportWarning, ...]:
    """A warning if mail left from another address than sessions.yml names. Only the first email is looked up."""
    sent = next((delivery.message_id for delivery in deliveries if delivery.message_id), "")
    configured = [fold(address) for _, address in getaddresses([lookup.sender]) if address]
    if not sent or not configured:
        return ()
    try:
        sender = lookup.folder.sender(sent)
    except SessionsError as error:
        return (ReportWarning("lookup-failed", f"it could not be looked up which address the mail left from: {error}"),)
    if sender is None or fold(sender) in configured:
        return ()
    text = "the mail left from the account's own address and not from mail.from, which the account may not send as; "
    return (ReportWarning("sender-replaced", f"{text}add that address to 'Send mail as' in Gmail's settings"),)


def _ended(stop: Stop, deliveries: Sequence[Delivery]) -> tuple[ReportWarning, ...]:
    if not is_stopped(stop) or not any(delivery.needs_person for delivery in deliveries):
        return ()
    return (ReportWarning("stopped", "the run was told to end before all was done; the next run goes on"),)

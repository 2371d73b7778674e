"""Telling the coaches what wants a person: claim → send → record, as for notices, after the notices were sent.

Alerts never change how a run ends. What goes wrong with them is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.message import EmailMessage
from itertools import islice

from sessionsmgmt.application.job import AlertMailing, DeliveryResult, Job, Plan
from sessionsmgmt.application.notices.deliveries import record_of
from sessionsmgmt.application.notices.pipeline import WAVE
from sessionsmgmt.application.notices.sending import is_stopped, send_wave
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Announcement, Key, State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.alerts import Alert, alerts, claims_of, due_alerts, settled_alerts
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.ledger import Ledger
from sessionsmgmt.ports.mail import Delivered, Mailer, Outcome, Undelivered, Unknown
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.retry import RetryPolicy

MOST_ALERTS = 50
"""How many alerts one run sends. A rule of the premises' owner may concern every session of a year."""


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """The alerts to send, each with its email and what the ledger is to remember of it, and the ledger to begin with.

    ``steps`` are for the ledger, whatever is sent: what is over, and which rules matched. ``warnings`` are about alerts
    that can't be written as an email.
    """

    snapshot: LedgerSnapshot
    announcements: Mapping[Key, Announcement]
    emails: Mapping[Key, EmailMessage]
    steps: tuple[Step, ...]
    warnings: tuple[ReportWarning, ...] = ()


def plan_alerts(job: Job, plan: Plan, delivered: DeliveryResult, now: datetime) -> AlertPlan:
    """What the coaches are to be told after the plan was delivered. ``now`` is the aware instant of the run."""
    snapshot = delivered.snapshot
    if job.alerts is None:
        return AlertPlan(snapshot, {}, {}, plan.last_matches)
    wanted = _wanted(plan, delivered, now, silence=job.silence is not None)
    due = dict(islice(due_alerts(wanted, snapshot, now).items(), MOST_ALERTS))
    emails, warnings = _compose(due, job.alerts, now)
    announcements = {alert.key: announcement for alert, announcement in due.items() if alert.key in emails}
    steps = (*plan.last_matches, *settled_alerts(wanted, snapshot, now))
    return AlertPlan(snapshot, announcements, emails, steps, warnings)


def send_alerts(
    plan: AlertPlan,
    mailer: Mailer,
    ledger: Ledger,
    run: str,
    clock: Callable[[], datetime],
    stop: Stop,
    retry_policy: RetryPolicy,
) -> tuple[ReportWarning, ...]:
    """Claim → send → record, a wave at a time. Returns what went wrong. The arguments are those of ``deliver``."""
    snapshot, steps = plan.snapshot, plan.steps
    outcomes: dict[Key, Outcome] = {}
    try:
        if plan.emails:
            mailer.prepare()
        keys = iter(plan.emails)
        while wave := list(islice(keys, WAVE)):
            if is_stopped(stop) or any(map(_stops_all, outcomes.values())):
                break
            claims = [step for key in wave for step in claims_of(key, plan.announcements[key], snapshot, run)]
            result = ledger.write(snapshot, [*steps, *claims], clock())
            snapshot, missed = result.snapshot, {step.key for step in result.not_taken}
            sent = send_wave({key: plan.emails[key] for key in wave if key not in missed}, mailer, stop, retry_policy)
            outcomes |= sent
            steps = tuple(record_of(key, run, outcome) for key, outcome in sent.items())
        if steps:
            ledger.write(snapshot, steps, clock())
    except SessionsError as error:
        failure = ReportWarning("alert-unsent", f"the alerts to the coaches were not all sent and recorded: {error}")
        return (*plan.warnings, *_unsent(outcomes), failure)
    return (*plan.warnings, *_unsent(outcomes))


def _wanted(plan: Plan, delivered: DeliveryResult, now: datetime, *, silence: bool) -> tuple[Alert, ...]:
    """All that wants a person after the deliveries. What stops every email is told by the issue and the failed run."""
    verdicts: list[Verdict] = [
        delivery.verdict
        for delivery in delivered.deliveries
        if not (delivery.cause and delivery.verdict.state is State.FAILED)
    ]
    announced = {plan.snapshot.event_id(key): key.session for key in plan.snapshot.announced(now)}
    announced |= {step.event_id: step.key.session for step in plan.event_ids}
    return alerts(verdicts, plan.seen, plan.warnings, announced, silence=silence)


def _compose(
    due: Mapping[Alert, Announcement], mailing: AlertMailing, now: datetime
) -> tuple[dict[Key, EmailMessage], tuple[ReportWarning, ...]]:
    """The emails, and a warning for each alert that can't be written as one."""
    if not due:
        return {}, ()
    from sessionsmgmt.email.alert import compose_alert  # the modules of the emails take long to load

    emails, warnings = {}, []
    for alert, announcement in due.items():
        try:
            emails[alert.key] = compose_alert(alert, announcement, mailing.wording, mailing.envelope, now)
        except InputError as error:
            warnings.append(ReportWarning("alert-unsent", f"an alert to the coaches can't be written: {error}"))
    return emails, tuple(warnings)


def _stops_all(outcome: Outcome) -> bool:
    return isinstance(outcome, Undelivered) and outcome.everywhere


def _unsent(outcomes: Mapping[Key, Outcome]) -> Iterator[ReportWarning]:
    """A warning about the alerts that did not leave, and about those of which nobody knows it."""
    causes = [outcome.cause for outcome in outcomes.values() if not isinstance(outcome, Delivered | Unknown)]
    unknown = [outcome.reason for outcome in outcomes.values() if isinstance(outcome, Unknown)]
    if causes:
        text = f"{len(causes)} alert(s) to the coaches did not leave, and the next run tries again: {causes[0]}"
        yield ReportWarning("alert-unsent", text)
    if unknown:
        text = f"nobody knows whether {len(unknown)} alert(s) to the coaches left: {unknown[0]}"
        yield ReportWarning("alert-unsent", text)

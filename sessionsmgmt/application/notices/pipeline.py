"""The first job, from the calendar to the ledger: reconcile, plan, deliver.

Every port is an argument, so the same functions serve a club on files, a club at Google and a test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from sessionsmgmt.application.job import (
    SETTLED,
    Delivery,
    DeliveryResult,
    Job,
    Mailing,
    Plan,
    Reconciliation,
)
from sessionsmgmt.application.notices.deliveries import (
    delivery_of,
    not_claimed,
    not_recorded,
    not_sent,
    record_of,
    unrecorded,
)
from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, is_stopped, send_wave, stopped
from sessionsmgmt.application.notices.shared_emails import sessions_by_email, verdicts_by_email
from sessionsmgmt.domain.delivery.claims import Begin, LedgerSnapshot, Put, SetEventId, Step
from sessionsmgmt.domain.delivery.reconciliation import MARK, earliest, held_claims, mail_digest, reconciled
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import Key, Notice
from sessionsmgmt.domain.model.people import ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.assessment import Club
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.digests import looks_until
from sessionsmgmt.domain.sessions.emails import emails_of
from sessionsmgmt.domain.sessions.presence import DAY, begin, dawn, is_over
from sessionsmgmt.domain.sessions.roster import directory
from sessionsmgmt.domain.sessions.setup_mistakes import MONTH, mistake, oddities
from sessionsmgmt.domain.sessions.silence import last_matches, silent_rules
from sessionsmgmt.domain.sessions.waves import Sending, in_waves
from sessionsmgmt.errors import InputError, SessionsError, gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.ports.ledger import Ledger
from sessionsmgmt.ports.mail import Mailer, Undelivered
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.retry import RetryPolicy

MOST_DUE = 2_000
"""How many emails one run sends. A club has some hundred sessions a year; more are a mistake in sessions.yml."""

WAVE = 4
"""How many notices are sent at the same time, and so how many a crash can leave held."""

_IN_SENT_FOLDER = "a notice that was held is in the Sent folder, so it did leave"
_NOT_IN_SENT_FOLDER = "a notice that was held is not in the Sent folder, so it did not leave and is decided anew"
_LONG = (
    "the HTML of the email is longer than 100 KB, and Gmail shows only the beginning of it; "
    "disclose: count, or a shorter template, keeps it short"
)


def reconcile(job: Job, clock: Callable[[], datetime]) -> Reconciliation:
    """Held → sent or not sent: settle each held notice by looking for its email among the mail that left.

    ``clock`` returns the aware instant of its call. Raises as the folder and the ledger do; on error, held notices
    stay held.
    """
    if job.lookup is None:
        return Reconciliation()
    snapshot = job.ledger.read(clock())
    claims = held_claims(snapshot, clock())
    if not claims:
        return Reconciliation(snapshot=snapshot)
    mails = job.lookup.folder.since(earliest(claims.values()))
    now = clock()
    # The ledger is read again: a mail that left meanwhile belongs to a claim that was not there before.
    snapshot = job.ledger.read(now, snapshot)
    steps = reconciled(snapshot, mails, job.lookup.team, now)
    result = job.ledger.write(snapshot, steps, now)
    not_taken = {step.key for step in result.not_taken}
    after, _ = snapshot.advanced(steps, now)
    settled = [step for step in steps if step.key not in not_taken and after.entry(step.key).claim is None]
    warnings = tuple(
        ReportWarning(SETTLED, _IN_SENT_FOLDER if step.message_id else _NOT_IN_SENT_FOLDER, step.key.session)
        for step in settled
    )
    return Reconciliation(warnings, result.snapshot)


def plan_notices(
    job: Job, now: datetime, ahead: timedelta = timedelta(0), earlier: LedgerSnapshot | None = None
) -> Plan:
    """Calendar → contacts → decide → compose. Reads, and changes nothing.

    ``now`` is an aware datetime. The plan shows the sessions of ``ahead``, and of a longer time where a rule looks
    further. ``earlier`` is the ledger as the same command read it before. Raises InputError where a source or a
    template is wrong, UnreachableError where a source could not be read whole.
    """
    rules = [mailing.rule for mailing in job.mailings]
    shown_until = max(now + ahead, *(looks_until(rule, now, job.zone) for rule in rules))
    snapshot = job.ledger.read(now, earlier)
    announced = snapshot.announced(now)
    ends = [end for key in announced if (end := snapshot.entry(key).end)]
    until = max(shown_until, now + MONTH, *(_day_after(end, job.zone) for end in ends))
    calendar, contacts = _read(job, now, until, {snapshot.event_id(key) for key in announced})
    wrong = mistake(calendar, contacts.contacts, job.roles, snapshot, now)
    if wrong:
        raise InputError(wrong.text, wrong.advice)
    club = Club(job.roles, directory(contacts.contacts, job.roles), snapshot, job.zone)
    decisions = decide(rules, calendar, club, now)
    soon = [event for event in calendar.events if event.trusted and begin(event, job.zone) <= now + MONTH]
    odd = tuple(oddities(rules, soon, contacts.contacts, job.roles, now + MONTH))
    silent, matches = _silence(job, calendar, snapshot, now)
    shown = tuple(verdict for verdict in decisions.verdicts if verdict.start <= shown_until or verdict.key in announced)
    emails = _compose(decisions.due, job.mailings, now)
    warnings = (*contacts.warnings, *decisions.warnings, *odd, *silent, *_long_emails(emails))
    return Plan(
        shown,
        emails,
        warnings,
        snapshot,
        decisions.event_ids,
        decisions.looked_at,
        seen=decisions.verdicts,
        last_matches=matches,
    )


def deliver(
    plan: Plan,
    mailer: Mailer,
    ledger: Ledger,
    run: str,
    clock: Callable[[], datetime],
    stop: Stop = UNSTOPPED,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
) -> DeliveryResult:
    """Claim → send → record, a wave at a time; each write records the last wave and claims the next.

    ``run`` is an id that no other process has. ``clock`` returns the aware instant of its call, so that the claim of a
    slow run has its whole lease. ``retry_policy`` says how long a limit on sending is waited for. Returns what became
    of every verdict, those with nothing to send included. An email about several sessions is claimed for all of them or
    for none, and what becomes of it becomes of each.

    The sending stops, so that no further notice is claimed, where the mailer can't get ready, the ledger fails, a
    refusal would meet every email, or ``stop`` asks the run to end.
    """
    stop.defer()
    became = {verdict.key: Delivery(verdict) for verdict in plan.verdicts if not verdict.notice}
    due = [verdict for verdict in plan.verdicts if verdict.notice]
    snapshot = plan.snapshot
    settled: list[Step] = []
    try:
        keys = {verdict.key for verdict in due}
        event_ids = tuple(step for step in plan.event_ids if step.key not in keys)
        obstacle = _unready(mailer) if due and not is_stopped(stop) else None
        for wave in [*in_waves(verdicts_by_email(due, plan.emails), WAVE), ()]:
            verdicts = {verdict.key: verdict for email in wave for verdict in email}
            obstacle = obstacle or (stopped() if is_stopped(stop) else None)
            if wave and obstacle:
                became |= {key: not_sent(verdict, obstacle) for key, verdict in verdicts.items()}
                continue
            claims = [claim for email in wave for claim in _claims(email, plan, run)]
            # a run that could send nothing leaves the ledger as it was: the next one sees anew which ids have changed
            # the id of a session that is announced now goes with its claim: an entry without one would be forgotten
            steps = [*settled, *(() if obstacle else event_ids), *_event_ids(plan, verdicts), *claims]
            result = ledger.write(snapshot, steps, clock())
            snapshot, missed = result.snapshot, {step.key: step for step in result.not_taken}
            event_ids = ()
            became |= {
                step.key: not_recorded(became[step.key], missed[step.key]) for step in settled if step.key in missed
            }
            became |= {key: not_claimed(verdict, missed[key]) for key, verdict in verdicts.items() if key in missed}
            settled = []
            # the first session of an email stands for it
            claimed = {email[0].key: email for email in wave if not any(verdict.key in missed for verdict in email)}
            emails = {first: plan.emails[first] for first in claimed}
            for first, outcome in send_wave(emails, mailer, stop, retry_policy).items():
                for verdict in claimed[first]:
                    became[verdict.key] = delivery_of(verdict, outcome)
                    settled.append(record_of(verdict.key, run, outcome))
                if isinstance(outcome, Undelivered) and outcome.everywhere:
                    obstacle = obstacle or outcome.cause
    except SessionsError as error:
        became |= {step.key: unrecorded(became[step.key], error) for step in settled}
        became |= {verdict.key: not_sent(verdict, error) for verdict in due if verdict.key not in became}
    return DeliveryResult(tuple(became[verdict.key] for verdict in plan.verdicts), snapshot)


def _day_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """The end of the instant's day. A session that takes another's place under a new id begins before that."""
    return dawn(instant.astimezone(zone).date() + DAY, zone)


def _silence(
    job: Job, calendar: CalendarReading, snapshot: LedgerSnapshot, now: datetime
) -> tuple[tuple[ReportWarning, ...], tuple[Put, ...]]:
    """The warnings about rules that have been silent for long, and the steps that remember which rules match."""
    if job.silence is None:
        return (), ()
    rules = [mailing.rule for mailing in job.mailings]
    titles = {
        event.title
        for event in calendar.events
        if event.trusted and not event.cancelled and not is_over(event, now, job.zone)
    }
    matched = frozenset(rule.id for rule in rules if any(map(rule.matches, titles)))
    silent = silent_rules(rules, matched, snapshot, job.silence, now)
    return tuple(silent), tuple(last_matches(rules, matched, snapshot, job.silence, now))


def _event_ids(plan: Plan, keys: Collection[Key]) -> list[SetEventId]:
    """The steps about the ids of the sessions that are claimed together."""
    return [step for step in plan.event_ids if step.key in keys]


def _unready(mailer: Mailer) -> SessionsError | None:
    """Why no email could be sent now, before anything is claimed for one."""
    try:
        mailer.prepare()
    except SessionsError as error:
        return error
    return None


def _read(
    job: Job, now: datetime, until: datetime, announced: Collection[str]
) -> tuple[CalendarReading, ContactsReading]:
    """Calendar and contacts, read at the same time. Where both fail, the graver error is raised."""
    with side_by_side(2) as threads:
        calendar = threads.submit(job.calendar.read, now, until, announced)
        contacts = threads.submit(job.contacts.read)
    errors = (calendar.exception(), contacts.exception())
    failures = [error for error in errors if isinstance(error, SessionsError)]
    if failures:
        raise gravest(failures)
    return calendar.result(), contacts.result()


def _compose(due: Sequence[Notice], mailings: Sequence[Mailing], now: datetime) -> dict[Key, EmailMessage]:
    """All the emails, before any is sent: a template that fails on the last one costs nothing."""
    if not due:
        return {}
    groups = emails_of(due, [mailing.rule for mailing in mailings])
    if len(groups) > MOST_DUE:
        raise InputError(
            f"{len(groups)} emails are due at once, and a run sends {MOST_DUE} at most.",
            "See whether 'match' in sessions.yml fits more events than your sessions, or shorten 'within'.",
        )
    from sessionsmgmt.email.compose import compose_email  # templates and Markdown take long to load

    by_rule = {mailing.rule.id: mailing for mailing in mailings}
    emails: dict[Key, EmailMessage] = {}
    for notices in groups:
        mailing = by_rule[notices[0].key.notice]
        email = compose_email(notices, mailing.wording, mailing.envelope, now)
        emails |= dict.fromkeys([notice.key for notice in notices], email)
    return emails


def _long_emails(emails: Mapping[Key, EmailMessage]) -> Iterator[ReportWarning]:
    """A warning for every email that Gmail would not show whole."""
    if not emails:
        return
    from sessionsmgmt.email.compose import is_cut_by_gmail  # as in ``_compose``

    for first, *_ in sessions_by_email(emails).values():
        if is_cut_by_gmail(emails[first]):
            yield ReportWarning("email-long", _LONG, first.session)


def _claims(sending: Sending, plan: Plan, run: str) -> list[Begin]:
    """The claims for one email: one for each of its sessions."""
    email = plan.emails[sending[0].key]
    recipients = [address.addr_spec for name in ("To", "Cc") for address in getattr(email[name], "addresses", ())]
    looks = mail_digest(plan.snapshot.secret, recipients, str(email["Subject"]))
    shared = str(email[MARK]) if len(sending) > 1 else ""
    return [
        Begin(verdict.key, run, plan.snapshot.entry(verdict.key).announcement, notice.announcement, looks, shared)
        for verdict in sending
        if (notice := verdict.notice)
    ]

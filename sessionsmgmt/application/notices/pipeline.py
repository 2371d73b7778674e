"""The job, from the calendar to the ledger. Read it aloud: this is the product.

Everything real is handed in, so the same two functions serve a club on files, a club at Google and a test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from sessionsmgmt.application.notices.sending import DEFAULT_RETRY_POLICY, UNSTOPPED, is_stopped, send_wave, stopped
from sessionsmgmt.domain.delivery.claims import (
    Begin,
    Hold,
    LedgerSnapshot,
    NotSent,
    Refusal,
    Refused,
    Sent,
    SetEventId,
    Step,
)
from sessionsmgmt.domain.delivery.reconciliation import doubtful, earliest, reconciled, trait
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import Key, Notice, State, Verdict
from sessionsmgmt.domain.model.people import ContactsReading, Role
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.eligibility import Club
from sessionsmgmt.domain.sessions.plausibility import MONTH, mistake, oddities
from sessionsmgmt.domain.sessions.presence import DAY, begin, dawn, horizon
from sessionsmgmt.domain.sessions.roster import directory
from sessionsmgmt.domain.sessions.sending_order import in_waves
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import Exit, InputError, SessionsError, worst
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.ports.calendar import Calendar
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.ledger import Ledger, Unwritten
from sessionsmgmt.ports.mail import Delivered, Limited, Mailer, Outcome, SentFolder, Undelivered, Unknown
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.retry import RetryPolicy

WAVE = 4
"""How many notices are on their way at once, and so how many a crash can leave held."""


SETTLED = "held-settled"
"""The code of the caution about a notice that was held and is not any more."""

WHY_REFUSED = {
    Refusal.HELD: "held",
    Refusal.ANOTHER_RUN_SENDING: "another run is sending it",
    Refusal.ANNOUNCED_MEANWHILE: "another run has just said it",
    Refusal.NOT_HELD: "nothing is held here",
    Refusal.CLAIM_OF_ANOTHER_RUN: "the claim is another run's by now",
    Refusal.ANOTHER_LEDGER_SECRET: "another run has just begun the ledger",
}
"""Why a step was refused, as the report says it of a notice."""

_FOUND = "a notice that was held is in the Sent folder, so it did leave"
_MISSING = "a notice that was held is not in the Sent folder, so it did not leave and is decided anew"


@dataclass(frozen=True, slots=True)
class Mailing:
    """One rule, how its emails read, and to whom they go."""

    rule: Rule
    wording: Wording
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where it can be seen whether a mail left, for a club that wants to know, and whose mail is looked for.

    ``sender`` is the address that mail is to be from, if sessions.yml names one.
    """

    folder: SentFolder
    team: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A club with everything real attached that can be read, and the ledger. Without ``lookup`` a person looks.

    ``organizers`` are those whose events count, as ``decide.Club`` has them.
    """

    zone: ZoneInfo
    roles: tuple[Role, ...]
    mailings: tuple[Mailing, ...]
    calendar: Calendar
    contacts: Contacts
    ledger: Ledger
    lookup: Lookup | None = None
    organizers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to say at one moment: a verdict per session, and the email of each notice that is due.

    ``event_ids`` are for the ledger: sessions that have another id in the calendar by now.
    """

    verdicts: tuple[Verdict, ...]
    emails: Mapping[Key, EmailMessage]
    warnings: tuple[ReportWarning, ...]
    snapshot: LedgerSnapshot
    event_ids: tuple[SetEventId, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a verdict. ``message_id`` is the provider's, of a notice that was sent."""

    verdict: Verdict
    message_id: str = ""
    exit: Exit = Exit.DONE


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of every verdict of a plan, and the ledger when it was last written."""

    deliveries: tuple[Delivery, ...]
    snapshot: LedgerSnapshot


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was settled, for a person to know, and the ledger afterwards; None if it was not read."""

    warnings: tuple[ReportWarning, ...] = ()
    snapshot: LedgerSnapshot | None = None


def reconcile(job: Job, clock: Callable[[], datetime]) -> Reconciliation:
    """Held → sent, or not: settle what nobody knew by looking at the mail that left.

    ``clock`` tells the aware instant it is by now. Raises as the folder and the ledger do; what is held stays held
    then.
    """
    if job.lookup is None:
        return Reconciliation()
    snapshot = job.ledger.read(clock())
    claims = doubtful(snapshot, clock())
    if not claims:
        return Reconciliation(snapshot=snapshot)
    mails = job.lookup.folder.since(earliest(claims.values()))
    now = clock()
    # again: a mail that left meanwhile is that of a claim that was not there before
    snapshot = job.ledger.read(now, snapshot)
    steps = reconciled(snapshot, mails, job.lookup.team, now)
    result = job.ledger.write(snapshot, steps, now)
    not_taken = {step.key for step in result.not_taken}
    after, _ = snapshot.advanced(steps, now)
    settled = [step for step in steps if step.key not in not_taken and after.entry(step.key).claim is None]
    warnings = (ReportWarning(SETTLED, _FOUND if step.message_id else _MISSING, step.key.session) for step in settled)
    return Reconciliation(tuple(warnings), result.snapshot)


def plan_notices(
    job: Job, now: datetime, ahead: timedelta = timedelta(0), earlier: LedgerSnapshot | None = None
) -> Plan:
    """Calendar → contacts → decide → compose. Reads, and changes nothing.

    ``now`` is an aware datetime; ``ahead`` looks at least that far, for those who want to see what is coming.
    ``earlier`` is the ledger as the same command has seen it before. Raises InputError where a source or a template is
    wrong, UnreachableError where something could not be read whole.
    """
    rules = [mailing.rule for mailing in job.mailings]
    shown_until = max(now + ahead, *(horizon(now, rule.within, job.zone) for rule in rules))
    snapshot = job.ledger.read(now, earlier)
    announced = snapshot.announced(now)
    ends = [end for key in announced if (end := snapshot.entry(key).end)]
    until = max(shown_until, now + MONTH, *(_day_after(end, job.zone) for end in ends))
    calendar, contacts = _read(job, now, until, {snapshot.event_id(key) for key in announced})
    wrong = mistake(calendar, contacts.contacts, job.roles, snapshot, now)
    if wrong:
        raise InputError(wrong.text, wrong.advice)
    club = Club(job.roles, directory(contacts.contacts, job.roles), snapshot, job.zone, job.organizers)
    decisions = decide(rules, calendar, club, now)
    soon = [event for event in calendar.events if club.trusts(event) and begin(event, job.zone) <= now + MONTH]
    odd = tuple(oddities(rules, soon, contacts.contacts, job.roles, now + MONTH))
    shown = tuple(one for one in decisions.verdicts if one.start <= shown_until or one.key in announced)
    emails = _compose(decisions.due, job.mailings, now)
    return Plan(shown, emails, (*contacts.warnings, *decisions.warnings, *odd), snapshot, decisions.event_ids)


def _day_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """When the day of the instant is over: what takes a session's place under another id begins before that."""
    return dawn(instant.astimezone(zone).date() + DAY, zone)


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

    ``run`` is unlike that of any other process. ``clock`` tells the instant it is by now, so that a claim of a slow run
    is not born with its lease half over. ``patience`` is how long a limit is waited for. Returns what became of every
    verdict, those with nothing to send included.

    What stops the sending, so that what was not claimed yet is not sent: a mailer that can't get ready, a ledger that
    fails, a refusal that every mail would meet with, and somebody who wants the run to end (``stop``).
    """
    stop.defer()
    became = {verdict.key: undelivered(verdict) for verdict in plan.verdicts if not verdict.notice}
    due = [verdict for verdict in plan.verdicts if verdict.notice]
    snapshot = plan.snapshot
    settled: list[Step] = []
    try:
        event_ids = plan.event_ids
        obstacle = _unready(mailer) if due and not is_stopped(stop) else None
        for wave in [*in_waves(due, WAVE), ()]:
            obstacle = obstacle or (stopped() if is_stopped(stop) else None)
            if wave and obstacle:
                became |= {one.key: _unsent(one, obstacle) for one in wave}
                continue
            claims = [_claim(one.notice, plan, run) for one in wave if one.notice]
            # a run that could send nothing leaves the ledger as it was: the next one sees anew which ids have changed
            steps = [*settled, *(() if obstacle else event_ids), *claims]
            result = ledger.write(snapshot, steps, clock())
            snapshot, not_taken = result.snapshot, {step.key: step for step in result.not_taken}
            event_ids = ()
            became |= {
                step.key: _untold(became[step.key], not_taken[step.key]) for step in settled if step.key in not_taken
            }
            became |= {one.key: _left_alone(one, not_taken[one.key]) for one in wave if one.key in not_taken}
            settled = []
            claimed = {one.key: one for one in wave if one.key not in not_taken}
            emails = {key: plan.emails[key] for key in claimed}
            for key, outcome in send_wave(emails, mailer, stop, retry_policy).items():
                became[key] = _delivery(claimed[key], outcome)
                settled.append(_record(key, run, outcome))
                if isinstance(outcome, Undelivered) and outcome.everywhere:
                    obstacle = obstacle or outcome.cause
    except SessionsError as error:
        became |= {step.key: _unrecorded(became[step.key], error) for step in settled}
        became |= {one.key: _unsent(one, error) for one in due if one.key not in became}
    return DeliveryResult(tuple(became[verdict.key] for verdict in plan.verdicts), snapshot)


def _unready(mailer: Mailer) -> SessionsError | None:
    """Why no mail could be sent now, before anything is claimed for one."""
    try:
        mailer.prepare()
    except SessionsError as error:
        return error
    return None


def _read(
    job: Job, now: datetime, until: datetime, announced: Collection[str]
) -> tuple[CalendarReading, ContactsReading]:
    """Calendar and contacts, at the same time; if both fail, the graver failure is the one to tell."""
    with side_by_side(2) as threads:
        calendar = threads.submit(job.calendar.read, now, until, announced)
        contacts = threads.submit(job.contacts.read)
    failures = [one for one in (calendar.exception(), contacts.exception()) if isinstance(one, SessionsError)]
    if failures:
        raise min(failures, key=lambda one: one.exit)
    return calendar.result(), contacts.result()


def _compose(due: Sequence[Notice], mailings: Sequence[Mailing], now: datetime) -> dict[Key, EmailMessage]:
    """All the emails, before any is sent: a template that fails on the last one costs nothing."""
    from sessionsmgmt.email.compose import compose  # what it takes is not needed to check or to close something

    by_rule = {mailing.rule.id: mailing for mailing in mailings}
    emails = {}
    for notice in due:
        mailing = by_rule[notice.key.notice]
        emails[notice.key] = compose(notice, mailing.wording, mailing.envelope, now)
    return emails


def undelivered(verdict: Verdict) -> Delivery:
    """A verdict nothing is sent for, now or at all: held and failed ones want a person's attention."""
    calm = verdict.state in {State.SKIPPED, State.DUE} and not verdict.attention
    return Delivery(verdict, exit=Exit.DONE if calm else Exit.ATTENTION)


def _claim(notice: Notice, plan: Plan, run: str) -> Begin:
    email = plan.emails[notice.key]
    recipients = [one.addr_spec for name in ("To", "Cc") for one in getattr(email[name], "addresses", ())]
    looks = trait(plan.snapshot.secret, recipients, str(email["Subject"]))
    return Begin(notice.key, run, plan.snapshot.entry(notice.key).announcement, notice.announcement, looks)


def _record(key: Key, run: str, outcome: Outcome) -> Step:
    match outcome:
        case Delivered(message_id):
            return Sent(key, run, message_id)
        case Undelivered() | Limited():
            return NotSent(key, run)
        case Unknown():
            return Hold(key, run)


def _delivery(verdict: Verdict, outcome: Outcome) -> Delivery:
    match outcome:
        case Delivered(message_id):
            return Delivery(replace(verdict, state=State.SENT), message_id)
        case Undelivered(cause) | Limited(cause):
            status = Exit.ATTENTION if cause.exit is Exit.INPUT else cause.exit
            return Delivery(replace(verdict, state=State.FAILED, reason=str(cause)), exit=status)
        case Unknown(reason):
            return Delivery(replace(verdict, state=State.HELD, reason=reason), exit=Exit.ATTENTION)


def _left_alone(verdict: Verdict, not_taken: Refused | Unwritten) -> Delivery:
    """What could not be claimed is not sent: somebody else has it, or the ledger failed."""
    match not_taken:
        case Unwritten(_, cause):
            return _unsent(verdict, cause)
        case Refused(_, refusal):
            state = State.HELD if refusal is Refusal.HELD else State.SKIPPED
            return undelivered(replace(verdict, state=state, reason=WHY_REFUSED[refusal]))


def _untold(delivery: Delivery, not_taken: Refused | Unwritten) -> Delivery:
    """The ledger did not take what became of a mail. What we know stands, and a person should know."""
    match not_taken:
        case Unwritten(_, cause):
            return _unrecorded(delivery, cause)
        case Refused():
            reason = "while it was being sent, somebody closed it in the ledger, so the ledger may say otherwise"
            status = worst((delivery.exit, Exit.ATTENTION))
            return replace(delivery, verdict=replace(delivery.verdict, reason=reason), exit=status)


def _unrecorded(delivery: Delivery, error: SessionsError) -> Delivery:
    known = {State.SENT: "It did leave", State.FAILED: "It did not leave"}.get(
        delivery.verdict.state, "It may have left"
    )
    reason = f"{known}, but the ledger could not be told: {error}"
    return replace(
        delivery,
        verdict=replace(delivery.verdict, state=State.HELD, reason=reason),
        exit=worst((delivery.exit, error.exit)),
    )


def _unsent(verdict: Verdict, error: SessionsError) -> Delivery:
    return Delivery(replace(verdict, state=State.FAILED, reason=f"not sent, since {error}"), exit=error.exit)

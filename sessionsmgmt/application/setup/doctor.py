"""``doctor``: what is configured, reachable and permitted, row by row, and how to mend what is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sessionsmgmt.application.arguments import NoArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.job import Job
from sessionsmgmt.application.result import DoctorResult
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.delivery.reconciliation import held_claims
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.people import ContactsReading, Role
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.roster import attendance, directory
from sessionsmgmt.domain.text import fold_label
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.health import Check, Finding, Health, failed

AHEAD = timedelta(weeks=4)
"""How far ahead attendees are looked up in the address book."""


def doctor(context: Context, _arguments: NoArguments) -> DoctorResult:
    """Say row by row what is configured, reachable and permitted, and how to mend what is not. Changes nothing."""
    services, now = context.services, context.request.now
    at_github = services.repository_checks(now)
    try:
        job, checks = services.job(), services.provider_checks()
    except SessionsError as error:
        return check_without_job(error, at_github)
    with context.request.console.progress("Looking at everything"):
        return check(job, (*checks, *at_github), now)


def check(job: Job, checks: Sequence[Check], now: datetime) -> DoctorResult:
    """Check everything, however much of it fails, and change nothing.

    ``checks`` are the providers' own; what follows them is the same for every club. ``now`` is aware.
    """
    return DoctorResult((*_all(checks), *_club(job, now)))


def check_without_job(error: SessionsError, checks: Sequence[Check]) -> DoctorResult:
    """The checks that need no job, where the job could not be made because of ``error``."""
    return DoctorResult((failed("set-up", error), *_all(checks)))


def _all(checks: Sequence[Check]) -> Iterator[Finding]:
    return (finding for check in checks for finding in _findings(check))


def _findings(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except SessionsError as error:
        yield failed("account", error)


def _club(job: Job, now: datetime) -> Iterator[Finding]:
    calendar: CalendarReading | None = None
    contacts: ContactsReading | None = None
    rules = [mailing.rule for mailing in job.mailings]
    try:
        calendar = job.calendar.read(now, now + AHEAD, ())
        yield from _sessions(calendar, rules)
    except SessionsError as error:
        yield failed("calendar", error)
    try:
        contacts = job.contacts.read()
        yield from _labels(contacts, job.roles)
    except SessionsError as error:
        yield failed("contacts", error)
    if calendar and contacts:
        yield _unknown_attendees(calendar, contacts, rules, job.roles)
    try:
        snapshot = job.ledger.read(now)
    except SessionsError as error:
        yield failed("ledger", error)
        return
    yield from _noted("ledger", snapshot.warnings)
    held = held_claims(snapshot, now)
    if held:
        yield Finding("ledger", Health.BAD, f"{len(held)} held.", "See 'sessionsmgmt status'.")
    else:
        yield Finding("ledger", Health.GOOD, "It can be read, and nothing is held.")


def _sessions(calendar: CalendarReading, rules: Sequence[Rule]) -> Iterator[Finding]:
    count = len(calendar.events)
    yield Finding("calendar", Health.GOOD, f"Found, with {count} event(s) in the next {AHEAD.days} days.")
    for rule in rules:
        matched = sum(rule.matches(event.title) for event in calendar.events)
        topic = f"notice {rule.id}"
        if matched:
            yield Finding(topic, Health.GOOD, f"{matched} of them match.")
        else:
            yield Finding(topic, Health.NOTE, "None of them matches.", "Is 'match' a part of your sessions' titles?")
    yield from _noted("calendar", calendar.warnings)


def _noted(topic: str, warnings: Iterable[ReportWarning]) -> Iterator[Finding]:
    for warning in warnings:
        text = f"{warning.text} ({warning.where})." if warning.where else f"{warning.text}."
        yield Finding(topic, Health.NOTE, text, is_secret=True)


def _labels(contacts: ContactsReading, roles: Sequence[Role]) -> Iterator[Finding]:
    counts = Counter(label for contact in contacts.contacts for label in set(map(fold_label, contact.labels)))
    known_labels = {fold_label(label) for role in roles for label in role.labels}
    yield Finding("contacts", Health.GOOD, f"{len(contacts.contacts)} contact(s) can be read.")
    yield from _noted("contacts", contacts.warnings)
    for role in roles:
        for label in role.labels:
            count, topic = counts[fold_label(label)], f"label {label}"
            if count:
                yield Finding(topic, Health.GOOD, f"{count} contact(s) are {role.name} by it.")
            else:
                advice = "Give the contacts this label, or write the label they have into sessions.yml."
                yield Finding(topic, Health.NOTE, f"No contact bears it, so nobody is {role.name} by it.", advice)
    without = sum(known_labels.isdisjoint(map(fold_label, contact.labels)) for contact in contacts.contacts)
    if without:
        advice = "That is right for people who never attend."
        yield Finding("contacts", Health.NOTE, f"{without} bear no label of a role, so no notice names them.", advice)


def _unknown_attendees(
    calendar: CalendarReading, contacts: ContactsReading, rules: Sequence[Rule], roles: Sequence[Role]
) -> Finding:
    known = directory(contacts.contacts, roles)
    attendances = [
        attendance(event.attendees, known, roles, rule.include)
        for rule in rules
        for event in calendar.events
        if rule.matches(event.title)
    ]
    strangers = {fold(attendee.address) for attendance in attendances for attendee in attendance.strangers}
    roleless = {fold(attendee.address) for attendance in attendances for attendee in attendance.roleless}
    if not any(attendance.coming or attendance.roster.people for attendance in attendances):
        advice = "Invite those who will be there to the events, or see whether 'match' is a part of their titles."
        return Finding("attendees", Health.NOTE, "Nobody is invited to a session in the coming weeks.", advice)
    if not strangers | roleless:
        return Finding("attendees", Health.GOOD, "Everyone invited in the coming weeks has a contact with a role.")
    return Finding(
        "attendees",
        Health.NOTE,
        f"Of those invited in the coming weeks, {len(strangers)} have no contact and {len(roleless)} no role's label.",
        "No notice names them. Add their addresses to the contacts, with a label.",
    )

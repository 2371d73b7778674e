"""A job of a small club, its calendar, address book, mailer and ledger as tests want them, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier, Lock

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.application.job import Job, Mailing
from sessionsmgmt.application.result import PreviewResult, RunResult, StatusResult
from sessionsmgmt.domain.delivery.claims import (
    LedgerSnapshot,
    Step,
)
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.notice import Key, State
from sessionsmgmt.domain.model.people import Contact, ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.calendar import Calendar
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.ledger import Ledger, WriteResult
from sessionsmgmt.ports.mail import Delivered, Outcome
from tests.builders import CONTACTS, NEW_YORK, NOW, RETENTION, ROLES, event, reading, rule

RUN = "this run"
TIMEOUT = 300.0
"""Seconds until a meeting of threads that does not come about counts as failed."""


@dataclass(frozen=True)
class FakeCalendar:
    answer: Callable[[], CalendarReading]

    def read(self, _since: datetime, _until: datetime, _ids: Collection[str]) -> CalendarReading:
        return self.answer()


@dataclass(frozen=True)
class FakeContacts:
    answer: Callable[[], ContactsReading]

    def read(self) -> ContactsReading:
        return self.answer()


def calendar_of(*events: Event, warnings: Iterable[ReportWarning] = ()) -> FakeCalendar:
    return FakeCalendar(lambda: reading(*events, warnings=warnings))


def contacts_of(*contacts: Contact) -> FakeContacts:
    return FakeContacts(lambda: ContactsReading(contacts))


def failing_calendar(error: SessionsError) -> FakeCalendar:
    def fail() -> CalendarReading:
        raise error

    return FakeCalendar(fail)


def failing_contacts(error: SessionsError) -> FakeContacts:
    def fail() -> ContactsReading:
        raise error

    return FakeContacts(fail)


def session_of(message: EmailMessage) -> str:
    """The session that a notice is about; of an alert, its reason."""
    return str(message["X-Sessionsmgmt-Session"] or message["X-Sessionsmgmt-Alert"])


@dataclass
class FakeMailer:
    """A mailer that remembers what it was given.

    ``answers`` has one answer for a session, or several to give in turn, the last of them again and again.
    """

    answers: Mapping[str, Outcome | Sequence[Outcome]] = field(default_factory=dict)
    obstacle: SessionsError | None = None
    notes: tuple[ReportWarning, ...] = ()
    meanwhile: Callable[[str], object] = lambda _session: None
    prepared: int = 0
    tried: list[str] = field(default_factory=list)
    peak: int = 0
    _under_way: int = 0
    _turn: Lock = field(default_factory=Lock)

    def prepare(self) -> None:
        self.prepared += 1
        if self.obstacle:
            raise self.obstacle

    def warnings(self) -> tuple[ReportWarning, ...]:
        return self.notes

    def send(self, message: EmailMessage) -> Outcome:
        session = session_of(message)
        with self._turn:
            number = self.tried.count(session)
            self.tried.append(session)
            self._under_way += 1
            self.peak = max(self.peak, self._under_way)
        self.meanwhile(session)
        with self._turn:
            self._under_way -= 1
        answers = self.answers.get(session, Delivered(f"<{session}@mail.invalid>"))
        return answers[min(number, len(answers) - 1)] if isinstance(answers, Sequence) else answers


@dataclass
class RecordingLedger:
    """A ledger that remembers what it was asked to write, and fails at the write of that number."""

    inner: Ledger
    failures: Mapping[int, SessionsError] = field(default_factory=dict)
    writes: list[tuple[list[Step], datetime]] = field(default_factory=list)

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        return self.inner.read(now, earlier)

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        number = len(self.writes)
        self.writes.append((list(steps), now))
        if number in self.failures:
            raise self.failures[number]
        return self.inner.write(snapshot, steps, now)


@dataclass(frozen=True)
class MeetingLedger:
    """A ledger whose readers wait for each other, so that both decide from the same book."""

    inner: Ledger
    met: Barrier

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        snapshot = self.inner.read(now, earlier)
        self.met.wait(TIMEOUT)
        return snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        return self.inner.write(snapshot, steps, now)


def store(folder: Path) -> FileLedger:
    return FileLedger(folder / "ledger.json", RETENTION)


def names(count: int) -> list[str]:
    return [f"s{number:02}" for number in range(count)]


def job(
    ledger: Ledger,
    count: int = 1,
    *,
    template: str | None = None,
    calendar: Calendar | None = None,
    contacts: Contacts | None = None,
) -> Job:
    wording = Wording("MantaBots", "en_US", NEW_YORK, {role.name: role.disclose for role in ROLES}, template)
    mailing = Mailing(rule(), wording, Envelope(("office@example.org",), sender="coach@example.org"))
    events = [event(name) for name in names(count)]
    return Job(
        NEW_YORK, ROLES, (mailing,), calendar or calendar_of(*events), contacts or contacts_of(*CONTACTS), ledger
    )


def clock_at_now() -> datetime:
    return NOW


def states(result: RunResult | PreviewResult | StatusResult) -> dict[str, State]:
    return {delivery.verdict.key.session: delivery.verdict.state for delivery in result.deliveries}


def kinds(steps: Sequence[Step]) -> list[tuple[type[Step], str]]:
    return [(type(step), step.key.session) for step in steps]


def key(session: str) -> Key:
    return Key("campus", session)

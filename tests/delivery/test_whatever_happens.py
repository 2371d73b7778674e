"""Never twice, never lost, in every order in which things can happen; and that what breaks this is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from sessionsmgmt.application.job import DeliveryResult, Plan
from sessionsmgmt.application.notices.pipeline import deliver
from sessionsmgmt.domain.delivery.claims import SECRET_BYTES, Begin, LedgerSnapshot, Step
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import UnreachableError
from sessionsmgmt.ports.ledger import Ledger, WriteResult
from sessionsmgmt.ports.mail import Delivered, Mailer, Outcome, Undelivered, Unknown
from tests.delivery.season_machine import Season, Send, live_through
from tests.delivery.stores import STORES
from tests.thorough import THOROUGH
from tests.unit.domain.season import World

SEASONS = settings().max_examples
ONLINE = SEASONS if THOROUGH else SEASONS // 3
"""How many seasons are lived through with a ledger at a service, where each request takes time."""

BRIEFLY = settings(
    max_examples=200, stateful_step_count=50, phases=[Phase.generate], report_multiple_bugs=False, database=None
)


@pytest.mark.parametrize("store", STORES)
def test_the_owner_gets_each_notice_once_whatever_happens(store: str, tmp_path: Path) -> None:
    with STORES[store](tmp_path) as stores:
        seasons = SEASONS if store == "file" else ONLINE
        how = settings(max_examples=seasons, stateful_step_count=50, report_multiple_bugs=False)
        live_through(lambda: Season(stores()), how)


# What is broken on purpose


Clock = Callable[[], datetime]


def sending_before_claiming(
    plan: Plan, mailer: Mailer, ledger: Ledger, run: str, clock: Clock, *rest: Any
) -> DeliveryResult:
    sent = {key: mailer.send(message) for key, message in plan.emails.items()}
    return deliver(plan, ScriptedMailer(lambda message: sent[_key(message, plan)]), ledger, run, clock, *rest)


def sending_what_was_refused(
    plan: Plan, mailer: Mailer, ledger: Ledger, run: str, clock: Clock, *rest: Any
) -> DeliveryResult:
    return deliver(plan, mailer, NeverRefusingLedger(ledger), run, clock, *rest)


def taking_doubt_for_failure(
    plan: Plan, mailer: Mailer, ledger: Ledger, run: str, clock: Clock, *rest: Any
) -> DeliveryResult:
    lost = Undelivered(UnreachableError("It is lost.", "Run again."))
    return deliver(plan, ScriptedMailer(lambda message: _sure(mailer.send(message), lost)), ledger, run, clock, *rest)


def taking_doubt_for_success(
    plan: Plan, mailer: Mailer, ledger: Ledger, run: str, clock: Clock, *rest: Any
) -> DeliveryResult:
    return deliver(
        plan, ScriptedMailer(lambda message: _sure(mailer.send(message), Delivered("sure"))), ledger, run, clock, *rest
    )


def _sure(outcome: Outcome, instead: Outcome) -> Outcome:
    return instead if isinstance(outcome, Unknown) else outcome


def _key(message: EmailMessage, plan: Plan) -> Key:
    return next(key for key, one in plan.emails.items() if one is message)


@dataclass(frozen=True)
class ScriptedMailer:
    """A mailer that says what it is told to say."""

    say: Callable[[EmailMessage], Outcome]

    def prepare(self) -> None:
        """See ``ports.Mailer``."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        """See ``ports.Mailer``."""
        return ()

    def send(self, message: EmailMessage) -> Outcome:
        return self.say(message)


@dataclass(frozen=True)
class NeverRefusingLedger:
    """A ledger that never says that it refused something."""

    inner: Ledger

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        return self.inner.read(now, earlier)

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        return WriteResult(self.inner.write(snapshot, steps, now).snapshot)


@pytest.mark.parametrize(
    "send",
    [
        sending_before_claiming,
        sending_what_was_refused,
        taking_doubt_for_failure,
        taking_doubt_for_success,
    ],
)
def test_a_run_that_goes_about_it_wrongly_is_found(send: Send, tmp_path: Path) -> None:
    with STORES["file"](tmp_path) as stores, pytest.raises(AssertionError):
        live_through(lambda: Season(stores(), send), BRIEFLY)


@dataclass
class Memory:
    """A ledger that is gone with its process; ``opened`` is how it is broken."""

    opened: Callable[[Memory], Ledger]
    snapshot: LedgerSnapshot = field(default_factory=lambda: LedgerSnapshot(b"s" * SECRET_BYTES))

    def open(self) -> Ledger:
        return self.opened(self)

    def show(self, world: World) -> None:
        """The calendar is none of its concern."""


@dataclass
class Sound:
    """One that is not broken."""

    memory: Memory

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        return self.memory.snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:  # noqa: ARG002 - the port's
        self.memory.snapshot, refused = self.memory.snapshot.advanced(steps, now)
        return WriteResult(self.memory.snapshot, refused)


@dataclass
class WithoutComparing:
    """It puts back what was read, with the steps, whatever others wrote in between."""

    memory: Memory

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        return self.memory.snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        self.memory.snapshot, refused = snapshot.advanced(steps, now)
        return WriteResult(self.memory.snapshot, refused)


@dataclass
class WritingLate:
    """What it is told lasts only once it is told something else."""

    memory: Memory
    waiting: tuple[Sequence[Step], datetime] | None = None

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        return self.memory.snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:  # noqa: ARG002 - the port's
        if self.waiting:
            self.memory.snapshot, _ = self.memory.snapshot.advanced(*self.waiting)
        self.waiting = steps, now
        after, refused = self.memory.snapshot.advanced(steps, now)
        if not any(isinstance(step, Begin) for step in steps):
            self.memory.snapshot = after
        return WriteResult(after, refused)


def test_a_ledger_in_memory_that_is_not_broken_is_not_found_wanting() -> None:
    live_through(lambda: Season(Memory(Sound)), settings(BRIEFLY, max_examples=50))


@pytest.mark.parametrize("opened", [WithoutComparing, WritingLate])
def test_a_ledger_that_is_broken_is_found(opened: Callable[[Memory], Ledger]) -> None:
    with pytest.raises(AssertionError):
        live_through(lambda: Season(Memory(opened)), BRIEFLY)

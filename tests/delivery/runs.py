"""A run that is under way in a made-up season, and what it sees of the world."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from sessionsmgmt.application.job import DeliveryResult, Plan
from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.domain.model.notice import Key, State
from sessionsmgmt.domain.model.people import ContactsReading
from sessionsmgmt.errors import SessionsError
from tests.delivery.gates import DiedError, Run
from tests.delivery.mail_service import MailService, RunMailer
from tests.unit.domain.season import World


@dataclass(eq=False)
class StartedRun:
    """A run, the world as it saw it, and what it has to say."""

    name: str
    run: Run[DeliveryResult] = field(init=False)
    mailer: RunMailer = field(init=False)
    seen: World = field(init=False)
    plan: Plan | None = None
    asked: datetime | None = None  # when it came to its last write
    engaged: datetime | None = None  # since when it is about to claim something, or has not settled it
    failed: bool = False  # whether it was told of a failure

    @property
    def writes(self) -> bool:
        """Whether it stands before or after something that it writes."""
        return self.run.gate is not None and bool(self.run.gate.steps)

    def mails(self) -> set[Key]:
        """What it really sent."""
        return {key for one in self.mailer.mail_service.left if one.run == self.name for key in one.keys}

    def stand(self, now: datetime) -> None:
        """Note at a gate since when the run has something that is claimed and not settled."""
        gate = self.run.gate
        assert gate
        if gate.asks == "write" and gate.passed:
            self.engaged = self.asked if gate.claims else None
        elif gate.asks == "write":
            self.asked = now
            self.engaged = self.engaged or (self.asked if gate.claims else None)

    def look_at_the_end(self) -> None:
        """A run that says how it ended says the truth; one that doesn't was told to die, or that the ledger failed."""
        error = self.run.error
        if isinstance(error, DiedError) or (isinstance(error, SessionsError) and self.failed):
            return
        if error:
            raise error
        assert self.run.result is not None
        told = {delivery.verdict.key: delivery.verdict.state for delivery in self.run.result.deliveries}
        really = self.mails()
        assert {key for key, state in told.items() if state is State.SENT} <= really
        assert not {key for key, state in told.items() if state in {State.SKIPPED, State.FAILED}} & really


@dataclass(frozen=True, slots=True)
class SeasonSentFolder:
    """The Sent folder, looked at at an instant."""

    mail_service: MailService
    clock: Callable[[], datetime]

    def sender(self, _message_id: str) -> str | None:
        return None

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        return tuple(one for one in self.mail_service.folder(self.clock()) if one.at >= instant)


@dataclass(frozen=True, slots=True)
class SeasonCalendar:
    """The calendar as a run that began at ``now`` sees it: the world of the moment at which it is read."""

    world: World
    running: StartedRun
    now: datetime

    def read(self, _since: datetime, _until: datetime, _ids: object) -> CalendarReading:
        world = self.world
        self.running.seen = World(world.zone, self.now, deepcopy(world.events), deepcopy(world.labels))
        return CalendarReading(tuple(world.calendar()))


@dataclass(frozen=True, slots=True)
class SeasonContacts:
    """The address book as it is when it is read, which is when the calendar is."""

    world: World

    def read(self) -> ContactsReading:
        return ContactsReading(tuple(self.world.contacts()))

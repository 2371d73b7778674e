"""Everything that can happen to a club, in any order: edits, time, runs side by side, failures, deaths, people.

The runs are the product's own, as ``commands.run`` makes them; they move from gate to gate (see ``gates``). The owner
and the truth are those of ``season``, which know nothing of how the product decides. What is promised is looked at
after every step, and the last promise, that the owner knows the truth in the end, once everything has calmed down.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Protocol, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sessionsmgmt.application.job import DeliveryResult, Job, Lookup, Mailing, Plan
from sessionsmgmt.application.notices.pipeline import deliver, plan_notices, reconcile
from sessionsmgmt.application.notices.resolve import close
from sessionsmgmt.domain.delivery.claims import LEASE, LedgerSnapshot
from sessionsmgmt.domain.delivery.reconciliation import SKEW, held_claims
from sessionsmgmt.domain.model.notice import Key, Kind
from sessionsmgmt.domain.model.rule import PresenceMode, Rule
from sessionsmgmt.domain.sessions.emails import kind_of
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.ledger import Ledger
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.retry import RetryPolicy
from tests.builders import ROLES, days, hours, weeks
from tests.builders import rule as a_rule
from tests.delivery.gates import FAILURE, GO, DiedError, GatedLedger, Order, Run
from tests.delivery.gates import Stop as Halt
from tests.delivery.mail_service import Fate, MailService, RunMailer, SentMail
from tests.delivery.runs import SeasonCalendar, SeasonContacts, SeasonSentFolder, StartedRun
from tests.unit.domain.calendar_edits import BEGINNINGS, EDITS, SESSIONS, Edit, enter, nothing
from tests.unit.domain.season import PEOPLE, STEP, Owner, World, believed, never_announced

TEAM = "MantaBots"
SIDE_BY_SIDE = 3
"""How many runs are under way at once, at most."""
WITHINS = (days(1), hours(3), hours(30), weeks(1))
FATES = (
    *[Fate.DELIVERED] * 5,
    *[Fate.REFUSED, Fate.LEFT, Fate.LOST] * 2,
    *[Fate.LATER, Fate.LIMITED, Fate.ENDING],
    Fate.DIED_LEFT,
    Fate.DIED_LOST,
)
ENTRIES = 3
"""How many events the coach enters before anything else happens."""
SEASON = timedelta(days=25)
"""How long a season lasts at most: what is said in it is not forgotten before it is over."""


class Store(Protocol):
    """Where the ledger of one club is."""

    def open(self) -> Ledger:
        """The ledger as a process that has just started opens it."""
        ...

    def show(self, world: World) -> None:
        """The calendar was edited: of importance to a ledger that is kept in it."""
        ...


Send = Callable[[Plan, Mailer, Ledger, str, Callable[[], datetime], Stop, RetryPolicy], DeliveryResult]
AT_ONCE = RetryPolicy(clock=lambda: 0.0, sleep=lambda _: None, jitter=lambda: 0.0)
"""How long a limit is waited for: as long as it takes, and that takes no time here."""


class Season(RuleBasedStateMachine):
    """One club's season with its ledger in ``store``; ``send`` is how a run delivers."""

    def __init__(self, store: Store, send: Send = deliver) -> None:
        super().__init__()
        self.store = store
        self.send = send
        self.owner = Owner()
        self.runs: list[StartedRun] = []
        self.number = 0
        self.person = store.open()  # with which a person looks
        self.known: LedgerSnapshot | None = None
        self.held: list[Key] = []  # what nobody knows about by now

    # what there is at first

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        zone = data.draw(st.sampled_from(list(BEGINNINGS)), label="zone")
        self.world = World(zone, BEGINNINGS[zone])
        self.last = self.world.now + SEASON
        self.world.labels = {name: {"Adult" if name.startswith(("Ann", "Pat")) else "Student"} for name in PEOPLE}
        within = data.draw(st.tuples(*[st.sampled_from(WITHINS)] * 3), label="within")
        combine = data.draw(st.tuples(st.booleans(), st.booleans()), label="combine")
        self.notices = (
            a_rule("times", within=within[0], combine=combine[0]),
            a_rule("days", within=within[1], presence=PresenceMode.WHOLE_DAY, combine=combine[1]),
            a_rule("again", within=within[2]),
        )
        self.mail_service = MailService(
            keeps_headers=data.draw(st.booleans(), label="keeps headers"),
            lag=data.draw(st.sampled_from([timedelta(0), SKEW]), label="lag"),
        )
        for _ in range(ENTRIES):
            enter(self.world, data)
        self.store.show(self.world)

    # what the coach does, and time

    @rule(data=st.data(), edit=st.sampled_from(EDITS))
    def edit(self, data: st.DataObject, edit: Edit) -> None:
        (edit if self.world.events or edit is nothing else enter)(self.world, data)
        self.store.show(self.world)
        self.known = None
        self._let_time_pass(data)

    def _let_time_pass(self, data: st.DataObject) -> None:
        """Not so much that a run would take longer for a wave than its lease: the one thing the promise rests on."""
        edges = [edge for entered in self.world.events.values() for edge in entered.span(self.world.zone)]
        edges += [edge - timedelta(hours=far) for edge in edges for far in (3, 30)]
        latest = min([self.last, *(run.engaged + LEASE - timedelta(seconds=1) for run in self.runs if run.engaged)])
        ahead = sorted({edge for edge in edges if self.world.now < edge})[:2]
        whiles = [self.world.now + STEP * quarters for quarters in (0, 0, 0, 0, 0, 1, 1, 1, 5, 24)]
        self.world.now = max(self.world.now, min(latest, data.draw(st.sampled_from([*whiles, *ahead]), label="now")))

    # what runs do

    @precondition(lambda self: len(self.runs) < SIDE_BY_SIDE)
    @rule(data=st.data(), looks=st.booleans(), gates=st.sampled_from([1, 2, 3]))
    def start(self, data: st.DataObject, looks: bool, gates: int) -> None:
        """Begin a run. It has read the ledger at least: before that, it is as though it had not begun."""
        running = self._start(looks=looks)
        self._go_on(running, data, gates)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), nth=st.integers(0, SIDE_BY_SIDE - 1), gates=st.sampled_from([1, 2, 3, 5]))
    def go_on(self, data: st.DataObject, nth: int, gates: int) -> None:
        """To one of the next gates; in between, mails leave or don't."""
        self._go_on(self.runs[nth % len(self.runs)], data, gates)

    @precondition(lambda self: any(running.writes for running in self.runs))
    @rule(data=st.data(), nth=st.integers(0, SIDE_BY_SIDE - 1))
    def meet_with_trouble(self, data: st.DataObject, nth: int) -> None:
        """A run that writes dies, the ledger fails before or after it wrote, or it can't write all of it."""
        writing = [run for run in self.runs if run.writes]
        running = writing[nth % len(writing)]
        gate = running.run.gate
        assert gate
        orders: list[Order] = [DiedError(), FAILURE]
        if gate.steps and not gate.passed:
            keys = sorted({step.key for step in gate.steps})
            orders.append(data.draw(st.frozensets(st.sampled_from(keys), min_size=1), label="unwritable"))
        order = data.draw(st.sampled_from(orders), label="trouble")
        running.failed = running.failed or order is FAILURE
        self._move(running, order, {})

    @precondition(lambda self: self.runs)
    @rule(nth=st.integers(0, SIDE_BY_SIDE - 1))
    def want_it_to_end(self, nth: int) -> None:
        """Somebody wants a run to end, wherever it stands."""
        self.runs[nth % len(self.runs)].mailer.stop.asked = True

    # what a person does

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def look_and_resolve(self, data: st.DataObject) -> None:
        self._resolve(data.draw(st.sampled_from(self.held), label="held"))

    # what is promised

    @invariant()
    def the_ledger_knows_or_is_in_doubt(self) -> None:
        """What left is in the ledger as said, or claimed; and what it says was said did leave."""
        snapshot = self._book()
        self.held = sorted(held_claims(snapshot, self.world.now))
        for key, mails in self.owner.inbox.items():
            entry = snapshot.entry(key)
            remembered = entry.announcement.sequence + 1 if entry.announcement else 0
            assert entry.claim or remembered == len(mails), f"{len(mails)} left, the ledger knows {remembered}"
        for key, entry in snapshot.entries.items():
            assert not entry.announcement or entry.announcement in [
                one.announcement for one in self.owner.inbox[key]
            ], "said, but never sent"

    def everything_calms_down(self) -> None:
        """All runs end, a person closes what is held, and one run more tells the owner the rest."""
        for running in list(self.runs):
            self._finish(running)
        self.world.now += LEASE
        while held := held_claims(self._book(), self.world.now):
            self._resolve(min(held))
        self._finish(self._start(looks=False))
        assert not any(entry.claim for entry in self._book().entries.values())
        for about in self.notices:
            keys = believed(self._book(), about, self.world.now)
            for event in {*SESSIONS, *keys}:
                key = keys.get(event, never_announced(about, event))
                assert self.owner.was_told_the_truth(key, event, about, self.world), (key, event)
        before = len(self.mail_service.left)
        self._finish(self._start(looks=True))
        assert len(self.mail_service.left) == before, "a run sent something although nothing had happened"

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.everything_calms_down()
        finally:
            for running in self.runs:
                running.run.die()

    # how

    def _book(self) -> LedgerSnapshot:
        """The ledger as it stands, which is looked at anew where something may have been written."""
        self.known = self.known or self.person.read(self.world.now)
        return self.known

    def _start(self, *, looks: bool) -> StartedRun:
        self.number += 1
        running = StartedRun(f"run {self.number}")
        running.mailer = RunMailer(self.mail_service, running.name, self._clock, partial(self._leaves, running))
        running.run = Run(partial(self._run, running, looks))
        self.runs.append(running)
        self._move(running, GO, {})
        return running

    def _run(self, running: StartedRun, looks: bool, halt: Halt) -> DeliveryResult:
        """What ``commands.run`` does, in the run's own thread."""
        now = self.world.now
        ledger = GatedLedger(self.store.open(), halt)
        lookup = Lookup(SeasonSentFolder(self.mail_service, self._clock), TEAM) if looks else None
        wording = Wording(TEAM, "en_US", self.world.zone, {role.name: role.disclose for role in ROLES})
        mailings = tuple(Mailing(about, wording, Envelope(("office@example.org",))) for about in self.notices)
        diary, contacts = SeasonCalendar(self.world, running, now), SeasonContacts(self.world)
        job = Job(self.world.zone, ROLES, mailings, diary, contacts, ledger, lookup)
        earlier = None
        with suppress(SessionsError):
            earlier = reconcile(job, self._clock).snapshot
        running.plan = plan_notices(job, now, earlier=earlier)
        stop = running.mailer.stop
        return self.send(running.plan, running.mailer, ledger, running.name, self._clock, stop, AT_ONCE)

    def _clock(self) -> datetime:
        return self.world.now

    def _leaves(self, running: StartedRun, mail: SentMail) -> None:
        assert running.plan
        notices = [verdict.notice for verdict in running.plan.verdicts if verdict.notice and verdict.key in mail.keys]
        assert len(notices) == len(mail.keys)
        assert mail.message["X-Sessionsmgmt-Kind"] == kind_of(notices)
        assert len({notice.kind is Kind.CANCELLED for notice in notices}) == 1
        for notice in notices:
            assert all(person.name in _text(mail.message) for person in notice.people.people)
            self.owner.receive(notice, self._rule(notice.key), running.seen)

    def _rule(self, key: Key) -> Rule:
        return next(notice for notice in self.notices if notice.id == key.notice)

    def _fates(self, running: StartedRun, data: st.DataObject) -> dict[Key, Fate]:
        """Those of the mails that leave next: of what is claimed by now."""
        gate = running.run.gate
        keys = gate.claims if gate and gate.passed else ()
        return {key: data.draw(st.sampled_from(FATES), label=f"{key.notice} {key.session}") for key in keys}

    def _move(self, running: StartedRun, order: Order, fates: dict[Key, Fate]) -> None:
        running.mailer.tell(fates)
        self.known = None
        running.run.go_on(order)
        if running.run.over:
            self.runs.remove(running)
            running.look_at_the_end()
        else:
            running.stand(self.world.now)

    def _go_on(self, running: StartedRun, data: st.DataObject, gates: int) -> None:
        for _ in range(gates):
            if not running.run.over:
                self._move(running, GO, self._fates(running, data))

    def _finish(self, running: StartedRun) -> None:
        while not running.run.over:
            self._move(running, GO, {})

    def _resolve(self, key: Key) -> None:
        claim = self._book().entry(key).claim
        assert claim
        arrived = claim.announcement in [one.announcement for one in self.owner.inbox[key]]
        self.known = None
        close(self.person, key.notice, key.session, arrived=arrived, now=self.world.now)


def live_through(make: Callable[[], Season], how: settings) -> None:
    """One season after another, as hypothesis makes them up."""
    run_state_machine_as_test(cast(type[Season], make), settings=how)  # anything that makes one will do


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part
    return str(part.get_content())

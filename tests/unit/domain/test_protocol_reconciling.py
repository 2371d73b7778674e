"""The protocol of ``claims`` where nobody is asked: what is held is settled by looking into the Sent folder.

The walk is that of ``test_protocol`` with other surroundings: time passes in steps of ``APART``, a mail that left shows
up in the folder some time later, anybody may look at any time, and what another ledger remembers is taken over. What a
look says is on its way like every other request: it may be lost, late or repeated.

What is promised holds as long as a mail is seen at the latest ``APART`` after the first look at its claim. That this
is needed is shown too, by a folder that is later.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import pytest

from sessionsmgmt.domain.delivery.claims import (
    APART,
    LEASE,
    Claim,
    Entry,
    Import,
    LedgerSnapshot,
    Reconciled,
    Refused,
    Step,
    advance,
)
from sessionsmgmt.domain.delivery.reconciliation import Mail, mark, reconciled
from sessionsmgmt.domain.model.notice import Kind
from tests.builders import NOW, SECRET, announcement
from tests.unit.domain.protocol import ENGAGED, KEY, LOOKS, WINDOWS, Letter, Next, Place, Protocol, World, walk

TEAM = "MantaBots"
LAST = 3
"""How many times ``APART`` passes: a run dies, its claim is looked at twice, and the other run sends."""
Look = Callable[[Entry, frozenset[Letter], datetime], tuple[Reconciled, ...]]


@cache
def look(entry: Entry, seen: frozenset[Letter], now: datetime) -> tuple[Reconciled, ...]:
    """A look as the product does it, where our own header does not survive."""
    mails = [Mail(one.id, (), "MantaBots on Saturday", NOW + one.time * APART) for one in seen]
    return reconciled(LedgerSnapshot(SECRET, {KEY: entry}), mails, TEAM, now)


@cache
def look_by_mark(entry: Entry, seen: frozenset[Letter], now: datetime) -> tuple[Reconciled, ...]:
    """A look as the product does it, where our own header survives."""
    mails = [Mail(one.id, (), "", NOW + one.time * APART, mark(TEAM, KEY, one.announcement)) for one in seen]
    return reconciled(LedgerSnapshot(SECRET, {KEY: entry}), mails, TEAM, now)


@dataclass(frozen=True)
class Folder:
    """What happens where the Sent folder is looked into.

    ``most`` is how often: by default once more than is needed. ``prompt`` is whether it shows mail in time.
    """

    protocol: Protocol = Protocol(tick=APART)
    look: Look = look
    most: int = 3
    prompt: bool = True

    def ways(self, world: World) -> Iterator[Next]:
        """Every state that can come next. The runs are alike, so it is always the first that decides first."""
        for fault, after in self.protocol.steps(world):
            if after.runs[0].place is not Place.WAITING or after.runs[1].place is Place.WAITING:
                yield fault, after
        for letter in set(world.left) - world.seen:
            yield None, world.changed(seen=world.seen | {letter})
        if world.time < LAST and self._may_pass(world):
            yield None, world.changed(time=world.time + 1)
        if sum(isinstance(step, Reconciled) for step, _ in world.wire) < self.most:
            for step in self.look(world.entry, world.seen, self.protocol.at(world.time)):
                yield None, world.changed(wire=world.wire | {(step, world.time)})

    def _may_pass(self, world: World) -> bool:
        """A run is over before its lease is; a mail is seen in time."""
        alive = all(run.asked_at >= world.time for run in world.runs if run.place in ENGAGED)
        missed = {step.run for step, _ in world.wire if isinstance(step, Reconciled) and not step.message_id}
        late = [one for one in world.left if one.run in missed and one not in world.seen]
        return alive and not (self.prompt and late)

    def broken_promises(self, world: World) -> Iterator[str]:
        """What was promised and does not hold in this state."""
        yield from self.protocol.broken_promises(world)
        if world.entry.claim and self._stays(world.entry, frozenset(world.left), world.elsewhere):
            yield "never stuck"

    def _stays(self, entry: Entry, left: frozenset[Letter], elsewhere: Entry) -> bool:
        """Whether something is held still after everybody is dead, all mail is seen, and two looks were taken."""
        for time in (LAST + 3, LAST + 4):
            now = self.protocol.at(time)
            steps: list[Step] = [*self.look(entry, left, now), Import(KEY, elsewhere)]
            for step in steps:
                after = self.protocol.advance(entry, step, now)
                entry = entry if isinstance(after, Refused) else after
        return entry.claim is not None


BEFORE = announcement(Kind.NEW, presence=WINDOWS[0])
MAIL = Letter(BEFORE, "before", 0)
SAID = Entry(BEFORE, None, MAIL.id, NOW)
HELD = Entry(claim=Claim("before", NOW, BEFORE, held=True, mail=LOOKS))


def carried(entry: Entry, *left: Letter) -> World:
    """An empty ledger that is to take over the entry from another."""
    return World(left=left, wire=frozenset({(Import(KEY, entry), 0)}), elsewhere=entry)


STARTS = {
    "with nothing": World(),
    "with a session that was edited": World(SAID, left=(MAIL,), edits=1),
    "with what another ledger held, and it left": carried(HELD, MAIL),
    "with what another ledger held, and it did not leave": carried(HELD),
}


@pytest.mark.parametrize(
    ("begins", "folder"),
    [
        ("with nothing", Folder()),
        ("with a session that was edited", Folder(most=2)),
        ("with what another ledger held, and it left", Folder()),
        ("with what another ledger held, and it left", Folder(look=look_by_mark)),
        ("with what another ledger held, and it did not leave", Folder(look=look_by_mark)),
    ],
)
def test_every_promise_holds_in_every_state(begins: str, folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    states = settled = 0
    for world, _ in walk([STARTS[begins]], folder.ways):
        states += 1
        settled += world.entry.claim is None and any(isinstance(step, Reconciled) for step, _ in world.wire)
        assert not list(folder.broken_promises(world)), world

    with capsys.disabled():
        sys.stdout.write(f"\n{states} states of two runs and looks, beginning {begins}\n")
    assert settled


def freed_by_one_look(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """A mail that can't be seen did not leave."""
    if isinstance(step, Reconciled) and entry.claim:
        entry = replace(entry, claim=replace(entry.claim, not_found_at=now - APART))
    return advance(entry, step, now)


def freed_by_two_looks_at_once(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """However soon after the first look the second one is."""
    if isinstance(step, Reconciled) and entry.claim and entry.claim.not_found_at:
        entry = replace(entry, claim=replace(entry.claim, not_found_at=min(entry.claim.not_found_at, now - APART)))
    return advance(entry, step, now)


def freed_while_alive(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """A look may settle a claim whose run is still at it."""
    after = advance(_as_held(entry) if isinstance(step, Reconciled) else entry, step, now)
    if isinstance(after, Refused) or after.claim is None or entry.claim is None:
        return after
    return replace(after, claim=replace(after.claim, held=entry.claim.held))


def look_at_everything(entry: Entry, seen: frozenset[Letter], now: datetime) -> tuple[Reconciled, ...]:
    """Claims are looked at whose run is still at it."""
    return look(_as_held(entry), seen, now)


def _as_held(entry: Entry) -> Entry:
    return replace(entry, claim=replace(entry.claim, held=True)) if entry.claim else entry


def freed_by_a_look_at_another(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """What was looked for is taken to be whatever is claimed by now."""
    if isinstance(step, Reconciled) and entry.claim:
        step = replace(step, run=entry.claim.run)
    return advance(entry, step, now)


def carried_over_what_is_known(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """What another ledger remembers replaces what this one does."""
    return step.entry if isinstance(step, Import) else advance(entry, step, now)


def freed_without_a_trace(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """Nothing is remembered of what was freed."""
    after = advance(entry, step, now)
    freed = (
        isinstance(step, Reconciled) and isinstance(after, Entry) and after.claim is None and after.announcement is None
    )
    return Entry() if freed else after


def wrong(rules: Callable[[Entry, Step, datetime], Entry | Refused]) -> Protocol:
    return Protocol(rules, tick=APART)


@pytest.mark.parametrize(
    ("promise", "folder", "begins"),
    [
        pytest.param("never twice", Folder(wrong(freed_by_one_look)), "with nothing", id="one look frees"),
        pytest.param(
            "never twice", Folder(wrong(freed_by_two_looks_at_once)), "with nothing", id="two looks at once free"
        ),
        pytest.param(
            "never twice",
            Folder(wrong(freed_while_alive), look_at_everything),
            "with nothing",
            id="a look at a claim that is alive frees it",
        ),
        pytest.param(
            "never forgotten",
            Folder(wrong(freed_by_a_look_at_another)),
            "with what another ledger held, and it did not leave",
            id="a look at another claim frees it",
        ),
        pytest.param(
            "never twice",
            Folder(wrong(carried_over_what_is_known)),
            "with what another ledger held, and it did not leave",
            id="what is carried replaces what is known",
        ),
        pytest.param(
            "never stuck",
            Folder(wrong(freed_without_a_trace)),
            "with what another ledger held, and it did not leave",
            id="what is freed is forgotten",
        ),
        pytest.param(
            "never stuck", Folder(look=lambda _entry, _seen, _now: ()), "with nothing", id="nobody ever looks"
        ),
        pytest.param("never twice", Folder(prompt=False), "with nothing", id="a folder later than is promised"),
    ],
)
def test_a_broken_protocol_is_noticed(promise: str, folder: Folder, begins: str) -> None:
    assert any(promise in folder.broken_promises(world) for world, _ in walk([STARTS[begins]], folder.ways))


def test_a_run_may_be_alive_from_one_look_to_the_next() -> None:
    """Else the walk would not meet a look at a claim that is alive."""
    assert APART < LEASE

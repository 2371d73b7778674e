"""The protocol of ``claims``, walked through: every order in which two runs over one session can meet, and die.

The walk goes breadth first through everything that can happen next: a run takes its next step, a request reaches the
ledger (again, late, or although its run is dead), a reply is lost, a run dies, the calendar is edited, a lease passes,
a person looks into the Sent folder and resolves what is held. What is promised must hold in every state there is. That
the walk would notice is shown by protocols that are broken on purpose.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

import pytest

from sessionsmgmt.domain.claims import LEASE, Begin, Claim, Entry, Hold, NotSent, Refused, Resolve, Sent, Step, advance
from sessionsmgmt.domain.model import Key, Kind, Said
from tests.builders import NOW, local, said, window

KEY = Key("campus", "lab")
WINDOWS = (
    window(local(2026, 11, 7, 17), local(2026, 11, 7, 20)),
    window(local(2026, 11, 7, 16), local(2026, 11, 7, 20)),
)
"""What the calendar says, and what it says once it was edited."""
LAST_LEASE = 2
"""How many leases pass: enough for both runs to be taken for dead, one after the other."""


class Place(Enum):
    """How far a run has come."""

    WAITING = auto()
    DECIDED = auto()  # it has read the ledger and knows what to say
    ASKING = auto()  # its claim is on the way
    CLAIMED = auto()
    TELLING = auto()  # what became of the mail is on the way
    OVER = auto()  # done, or dead


ENGAGED = {Place.ASKING, Place.CLAIMED, Place.TELLING}


@dataclass(frozen=True)
class Run:
    name: str
    place: Place = Place.WAITING
    begin: Begin | None = None
    read_at: int = 0
    settling: Step | None = None


@dataclass(frozen=True)
class World:
    """Everything that matters at one moment. ``wire`` are the requests that were ever sent, with their time."""

    entry: Entry = Entry()
    runs: tuple[Run, ...] = (Run("one"), Run("other"))
    left: tuple[Said, ...] = ()
    wire: frozenset[tuple[Step, int]] = frozenset()
    edits: int = 0
    leases: int = 0


def at(leases: int) -> datetime:
    return NOW + leases * LEASE


def due(entry: Entry, edits: int) -> Begin | None:
    """What a run wants to say, as ``decide`` would: new, then changed."""
    if entry.claim or (entry.said and entry.said.presence.covers(WINDOWS[edits])):
        return None
    kind, sequence = (Kind.CHANGED, entry.said.sequence + 1) if entry.said else (Kind.NEW, 0)
    return Begin(KEY, "", entry.said, said(kind, presence=WINDOWS[edits], sequence=sequence))


@dataclass(frozen=True)
class Protocol:
    """The rules all obey. The defaults are the product's own."""

    advance: Callable[[Entry, Step, datetime], Entry | Refused] = advance
    is_held: Callable[[Claim, datetime], bool] = Claim.is_held
    first: Place = Place.ASKING  # what a run does once it has decided: ask, or send at once
    date: Callable[[Run, int], int] = lambda _run, leases: leases  # what time a claim bears
    obeys: bool = True  # whether a run whose claim was refused stops

    def steps(self, world: World) -> Iterator[World]:
        """Every state that can come next."""
        for number, run in enumerate(world.runs):
            for after, became in self._moves(world, run):
                yield replace(after, runs=(*after.runs[:number], became, *after.runs[number + 1 :]))
        for step, sent_at in world.wire:
            yield self._reach(world, step, sent_at)[0]
        if world.edits + 1 < len(WINDOWS):
            yield replace(world, edits=world.edits + 1)
        if world.leases < LAST_LEASE and not any(run.place in ENGAGED for run in world.runs):
            yield replace(world, leases=world.leases + 1)  # LEASE is longer than a run that is alive takes for a claim
        claim = world.entry.claim
        if claim and self.is_held(claim, at(world.leases)):
            looked = Resolve(KEY, arrived=claim.said in world.left)
            yield self._reach(world, looked, world.leases)[0]

    def _reach(self, world: World, step: Step, sent_at: int) -> tuple[World, bool]:
        """A request reaches the ledger: what becomes of it, and whether it was taken."""
        after = self.advance(world.entry, step, at(sent_at))
        return (world, False) if isinstance(after, Refused) else (replace(world, entry=after), True)

    def _moves(self, world: World, run: Run) -> Iterator[tuple[World, Run]]:
        if run.place is not Place.OVER:
            yield world, replace(run, place=Place.OVER)  # it dies
        match run.place:
            case Place.WAITING:
                begin = due(world.entry, world.edits)
                if begin:
                    yield world, Run(run.name, Place.DECIDED, replace(begin, run=run.name), world.leases)
            case Place.DECIDED if self.first is Place.CLAIMED:
                yield from self._send(world, run)
            case Place.DECIDED:
                yield from self._ask(world, run)
            case Place.ASKING:
                assert run.begin
                after, taken = self._reach(world, run.begin, self.date(run, world.leases))
                if taken or not self.obeys:
                    yield after, replace(run, place=Place.TELLING if run.settling else Place.CLAIMED)
                else:
                    yield after, replace(run, place=Place.OVER)
            case Place.CLAIMED:
                yield from self._send(world, run)
            case Place.TELLING:
                assert run.settling
                yield self._reach(world, run.settling, world.leases)[0], replace(run, place=Place.OVER)

    def _ask(self, world: World, run: Run) -> Iterator[tuple[World, Run]]:
        assert run.begin
        on_wire = world.wire | {(run.begin, self.date(run, world.leases))}
        yield replace(world, wire=on_wire), replace(run, place=Place.ASKING)

    def _send(self, world: World, run: Run) -> Iterator[tuple[World, Run]]:
        assert run.begin
        arrived = tuple(sorted((*world.left, run.begin.said), key=lambda one: (one.sequence, one.presence.start)))
        for left, settling in (
            (arrived, Sent(KEY, run.name, f"mail of {run.name}")),
            (world.left, NotSent(KEY, run.name)),
            (arrived, Hold(KEY, run.name)),
            (world.left, Hold(KEY, run.name)),
        ):
            after, sent = replace(world, left=left), replace(run, settling=settling)
            if self.first is Place.CLAIMED:
                yield from self._ask(after, sent)
            else:
                on_wire = after.wire | {(settling, world.leases)}
                yield replace(after, wire=on_wire), replace(sent, place=Place.TELLING)

    def broken_promises(self, world: World) -> Iterator[str]:
        """What was promised and does not hold in this state."""
        entry, sequences = world.entry, [one.sequence for one in world.left]
        if len(sequences) > len(set(sequences)):
            yield "never twice"
        if entry.said and entry.said not in world.left:
            yield "never lost"  # the ledger says so, but no mail left: nobody would ever send it
        if entry.claim is None and any(one > (entry.said.sequence if entry.said else -1) for one in sequences):
            yield "never forgotten"  # a mail left, and the ledger would let it leave again
        over = all(run.place in {Place.WAITING, Place.OVER} for run in world.runs)
        if over and entry.claim and not self.is_held(entry.claim, at(world.leases + 1)):
            yield "never stuck"  # nobody is sending, and nobody will be asked to look


def walk(protocol: Protocol) -> Iterator[World]:
    """Every state there is, nearest first."""
    seen, ahead = {World()}, deque([World()])
    while ahead:
        world = ahead.popleft()
        yield world
        new = set(protocol.steps(world)) - seen
        seen |= new
        ahead.extend(new)


def test_every_promise_holds_in_every_state(capsys: pytest.CaptureFixture[str]) -> None:
    product = Protocol()
    states = 0
    for world in walk(product):
        states += 1
        assert not list(product.broken_promises(world)), world

    with capsys.disabled():
        sys.stdout.write(f"\n{states} states of two runs over one session\n")
    assert states > 40_000


def settled_without_a_claim(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """Whoever says what became of a mail is believed, whether or not the claim is theirs."""
    if isinstance(step, Sent | NotSent | Hold) and entry.claim:
        step = replace(step, run=entry.claim.run)
    return advance(entry, step, now)


def claimed_over_a_claim(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """A claim is taken over at once, as though its lease were over."""
    return advance(replace(entry, claim=None) if isinstance(step, Begin) else entry, step, now)


def resolved_while_alive(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """A person may close a claim whose run is still at it."""
    if isinstance(step, Resolve) and entry.claim:
        entry = replace(entry, claim=replace(entry.claim, held=True))
    return advance(entry, step, now)


def claimed_on_old_news(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """Nobody compares what was said last with what the run has read."""
    return advance(entry, replace(step, basis=entry.said) if isinstance(step, Begin) else step, now)


@pytest.mark.parametrize(
    ("promise", "protocol"),
    [
        pytest.param("never twice", Protocol(first=Place.CLAIMED), id="claim after send"),
        pytest.param("never twice", Protocol(obeys=False), id="send although the claim was refused"),
        pytest.param("never twice", Protocol(advance=claimed_over_a_claim), id="lease ignored by runs"),
        pytest.param(
            "never twice",
            Protocol(advance=resolved_while_alive, is_held=lambda _claim, _now: True),
            id="lease ignored by people",
        ),
        pytest.param("never twice", Protocol(advance=claimed_on_old_news), id="claim without comparing"),
        pytest.param("never lost", Protocol(advance=settled_without_a_claim), id="settle without claim"),
        pytest.param(
            "never forgotten", Protocol(advance=settled_without_a_claim), id="settle without claim, the mail left"
        ),
        pytest.param("never stuck", Protocol(is_held=lambda claim, _now: claim.held), id="lease without end"),
        pytest.param(
            "never twice", Protocol(date=lambda run, _leases: run.read_at), id="claim dated when the run began"
        ),
    ],
)
def test_a_broken_protocol_is_noticed(promise: str, protocol: Protocol) -> None:
    assert any(promise in protocol.broken_promises(world) for world in walk(protocol))

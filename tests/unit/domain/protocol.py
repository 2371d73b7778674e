"""Two runs over one session, a ledger and the requests between them: everything that can happen next, and what may not.

What happens around the runs (time, people, folders) is added by whoever walks through it; see ``test_protocol`` and
``test_protocol_reconciling``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, NamedTuple

from sessionsmgmt.domain.delivery.claims import (
    LEASE,
    Begin,
    Claim,
    Entry,
    Hold,
    NotSent,
    Refused,
    Resolve,
    Sent,
    Step,
    advance,
    digest,
)
from sessionsmgmt.domain.delivery.reconciliation import mail_digest
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from tests.builders import NOW, SECRET, announcement, local, window

KEY = Key("campus", "lab")
WINDOWS = (
    window(local(2026, 11, 7, 17), local(2026, 11, 7, 20)),
    window(local(2026, 11, 7, 16), local(2026, 11, 7, 20)),
)
"""What the calendar says, and what it says once it was edited."""


ANN = digest(SECRET, "ann@example.org")
"""Who attends, and is named in every notice."""


class Place(Enum):
    """How far a run has come."""

    WAITING = auto()
    DECIDED = auto()  # it has read the ledger and knows what to say
    ASKING = auto()  # its claim is on the way
    CLAIMED = auto()
    TELLING = auto()  # what became of the mail is on the way
    OVER = auto()  # done, or dead


ENGAGED = {Place.ASKING, Place.CLAIMED, Place.TELLING}


class Run(NamedTuple):
    """A run. ``read_at`` and ``asked_at`` are when it read the ledger and when it asked for its claim."""

    name: str
    place: Place = Place.WAITING
    begin: Begin | None = None
    read_at: int = 0
    asked_at: int = 0
    settling: Step | None = None

    def changed(self, **changes: Any) -> Run:
        """The same with these fields changed."""
        return self._replace(**changes)

    @property
    def request(self) -> Step | None:
        """What it waits for an answer to."""
        if self.place is Place.ASKING:
            return self.begin
        return self.settling if self.place is Place.TELLING else None


class Letter(NamedTuple):
    """A mail that left: what it says, whose it is, and when that was."""

    announcement: Announcement
    run: str
    time: int

    def says(self, announcement: Announcement) -> bool:
        """Whether that is what it says, but for those who were forgotten since."""
        return replace(self.announcement, people=announcement.people) == announcement

    @property
    def id(self) -> str:
        """What the mailer calls it."""
        return f"mail of {self.run}"


class Fault(NamedTuple):
    """What went wrong: of which kind, of which run, and with what."""

    kind: str
    run: str
    what: str


class World(NamedTuple):
    """Everything that matters at one moment. ``wire`` are the requests that were ever sent, with their time.

    ``seen`` are the mails that the Sent folder shows; ``elsewhere`` is what another ledger remembers of the session.
    """

    entry: Entry = Entry()
    runs: tuple[Run, ...] = (Run("one"), Run("other"))
    left: tuple[Letter, ...] = ()
    wire: frozenset[tuple[Step, int]] = frozenset()
    edits: int = 0
    time: int = 0
    seen: frozenset[Letter] = frozenset()
    elsewhere: Entry = Entry()

    def changed(self, **changes: Any) -> World:
        """The same with these fields changed."""
        return self._replace(**changes)

    @property
    def remembered(self) -> Entry:
        """What a run finds that reads the ledger: what another remembers is taken over before anything is decided."""
        return self.elsewhere if self.entry == Entry() else self.entry

    def letters(self, of: Claim) -> Iterator[Letter]:
        """The mails that left for the claim."""
        return (one for one in self.left if one.run == of.run and one.says(of.announcement))


def due(entry: Entry, edits: int) -> Begin | None:
    """What a run wants to say, as ``decide`` would: new, then changed."""
    if entry.claim or (entry.announcement and entry.announcement.presence.covers(WINDOWS[edits])):
        return None
    kind, sequence = (Kind.CHANGED, entry.announcement.sequence + 1) if entry.announcement else (Kind.NEW, 0)
    what = announcement(kind, presence=WINDOWS[edits], people=[ANN], sequence=sequence)
    return Begin(KEY, "", entry.announcement, what, LOOKS)


LOOKS = mail_digest(SECRET, (), "MantaBots on Saturday")
"""What the ledger keeps of each of the mails: they all look alike."""


Next = tuple[Fault | None, World]


@dataclass(frozen=True)
class Protocol:
    """The rules all obey. The defaults are the product's own; ``tick`` is the step in which time passes."""

    advance: Callable[[Entry, Step, datetime], Entry | Refused] = advance
    is_held: Callable[[Claim, datetime], bool] = Claim.is_held
    first: Place = Place.ASKING  # what a run does once it has decided: ask, or send at once
    date: Callable[[Run, int], int] = lambda _run, time: time  # what time a claim bears
    obeys: bool = True  # whether a run whose claim was refused stops
    tick: timedelta = LEASE

    def at(self, time: int) -> datetime:
        """The instant after so many ticks."""
        return NOW + time * self.tick

    def steps(self, world: World) -> Iterator[Next]:
        """What the runs do next, and what reaches the ledger of all that was ever asked of it."""
        for number, run in enumerate(world.runs):
            for fault, after, became in self._moves(world, run):
                yield fault, after.changed(runs=(*after.runs[:number], became, *after.runs[number + 1 :]))
        for step, sent_at in world.wire:
            after, taken = self.reach(world, step, sent_at)
            yield self._fault(world, step, taken=taken, changed=after is not world), after

    def reach(self, world: World, step: Step, sent_at: int) -> tuple[World, bool]:
        """A request reaches the ledger: what becomes of it, and whether it was taken."""
        after = self.advance(world.entry, step, self.at(sent_at))
        if isinstance(after, Refused):
            return world, False
        return (world if after == world.entry else world.changed(entry=after)), True

    def _fault(self, world: World, step: Step, *, taken: bool, changed: bool) -> Fault | None:
        """What it means that a request reaches the ledger without the run that asked being told."""
        for run in world.runs:
            if run.name == getattr(step, "run", ""):
                if run.place is Place.OVER and changed:
                    return Fault("late request", run.name, type(step).__name__)
                if run.request == step and taken:
                    return Fault("lost reply" if changed else "repeated request", run.name, type(step).__name__)
        return None

    def _moves(self, world: World, run: Run) -> Iterator[tuple[Fault | None, World, Run]]:
        over = Run(run.name, Place.OVER)
        if run.place is not Place.OVER:
            yield Fault("dead run", run.name, run.place.name), world, over
        if run.request and self.reach(world, run.request, world.time)[0] is not world:
            yield Fault("lost request", run.name, type(run.request).__name__), world, over  # it gives up
        match run.place:
            case Place.WAITING:
                begin = due(world.remembered, world.edits)
                if begin:
                    yield None, world, Run(run.name, Place.DECIDED, replace(begin, run=run.name), world.time)
            case Place.DECIDED if self.first is Place.CLAIMED:
                yield from self._send(world, run)
            case Place.DECIDED:
                yield from self._ask(world, run)
            case Place.ASKING:
                assert run.begin
                after, taken = self.reach(world, run.begin, self.date(run, run.asked_at))
                if taken or not self.obeys:
                    yield None, after, run.changed(place=Place.TELLING if run.settling else Place.CLAIMED)
                else:
                    yield None, after, over
            case Place.CLAIMED:
                yield from self._send(world, run)
            case Place.TELLING:
                assert run.settling
                yield None, self.reach(world, run.settling, world.time)[0], over

    def _ask(self, world: World, run: Run) -> Iterator[tuple[Fault | None, World, Run]]:
        assert run.begin
        on_wire = world.wire | {(run.begin, self.date(run, world.time))}
        yield None, world.changed(wire=on_wire), run.changed(place=Place.ASKING, asked_at=world.time)

    def _send(self, world: World, run: Run) -> Iterator[tuple[Fault | None, World, Run]]:
        assert run.begin
        mine = Letter(run.begin.announcement, run.name, world.time)
        arrived = tuple(sorted((*world.left, mine), key=lambda one: (one.announcement.sequence, one.run)))
        for left, settling in (
            (arrived, Sent(KEY, run.name, mine.id)),
            (world.left, NotSent(KEY, run.name)),
            (arrived, Hold(KEY, run.name)),
            (world.left, Hold(KEY, run.name)),
        ):
            after, sent = world.changed(left=left), run.changed(settling=settling)
            if self.first is Place.CLAIMED:
                yield from self._ask(after, sent)
            else:
                on_wire = after.wire | {(settling, world.time)}
                yield None, after.changed(wire=on_wire), sent.changed(place=Place.TELLING)

    def broken_promises(self, world: World) -> Iterator[str]:
        """What was promised and does not hold in this state."""
        entry, sequences = world.remembered, [one.announcement.sequence for one in world.left]
        if len(sequences) > len(set(sequences)):
            yield "never twice"
        if entry.announcement and not any(one.says(entry.announcement) for one in world.left):
            yield "never lost"  # the ledger says so, but no mail left: nobody would ever send it
        if entry.claim is None and any(
            sequence > (entry.announcement.sequence if entry.announcement else -1) for sequence in sequences
        ):
            yield "never forgotten"  # a mail left, and the ledger would let it leave again


def walk(starts: Iterable[World], ways: Callable[[World], Iterator[Next]]) -> Iterator[tuple[World, frozenset[Fault]]]:
    """Every state there is, nearest first, with what can go wrong in it."""
    ahead = deque(starts)
    seen = set(ahead)
    while ahead:
        world = ahead.popleft()
        following = list(ways(world))
        yield world, frozenset(fault for fault, _ in following if fault)
        for after in (one for _, one in following if one is not world):
            before = len(seen)
            seen.add(after)  # to hash a world is what takes the time, so that is done once
            if len(seen) > before:
                ahead.append(after)


LAST_LEASE = 2
"""How many leases pass: enough for both runs to be taken for dead, one after the other."""


@dataclass(frozen=True)
class People:
    """What happens where a person looks after what is held."""

    protocol: Protocol = Protocol()

    def ways(self, world: World) -> Iterator[Next]:
        """Every state that can come next."""
        yield from self.protocol.steps(world)
        if world.edits + 1 < len(WINDOWS):
            yield None, world.changed(edits=world.edits + 1)
        if world.time < LAST_LEASE and not any(run.place in ENGAGED for run in world.runs):
            yield None, world.changed(time=world.time + 1)  # LEASE is longer than a run that is alive takes
        claim = world.entry.claim
        if claim and self.protocol.is_held(claim, self.protocol.at(world.time)):
            resolved = Resolve(KEY, arrived=any(one.says(claim.announcement) for one in world.left))
            yield None, self.protocol.reach(world, resolved, world.time)[0]

    def broken_promises(self, world: World) -> Iterator[str]:
        """What was promised and does not hold in this state."""
        yield from self.protocol.broken_promises(world)
        over = all(run.place in {Place.WAITING, Place.OVER} for run in world.runs)
        if over and world.entry.claim:
            later = self.protocol.at(world.time + 1)
            if not self.protocol.is_held(world.entry.claim, later):
                yield "never stuck"  # nobody is sending, and nobody will be asked to look

"""The walk through the protocol once more, with somebody who asks to be forgotten at any moment of it.

What was promised to the owner of the premises holds all the same, and to the one who asked: their digest is nowhere
once the ledger was told so, but where a run names them anew, since they still attend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import pytest

from sessionsmgmt.domain.delivery.claims import Begin, Entry, Forget, Refusal, Refused, Step, advance
from tests.unit.domain.protocol import ANN, KEY, Next, People, Place, Protocol, World, walk

FORGET = Forget(KEY, frozenset({ANN}))


@dataclass(frozen=True)
class Forgetting:
    """What happens where a person looks after what is held, and somebody wants to be forgotten."""

    protocol: Protocol = Protocol()

    def ways(self, world: World) -> Iterator[Next]:
        """Every state that can come next."""
        yield from People(self.protocol).ways(world)
        if named(world.entry):
            yield None, self.protocol.reach(world, FORGET, world.time)[0]

    def broken_promises(self, world: World) -> Iterator[str]:
        """What was promised and does not hold in this state."""
        yield from People(self.protocol).broken_promises(world)
        after, _ = self.protocol.reach(world, FORGET, world.time)
        if named(after.entry):
            yield "forgotten"
        for run in world.runs:
            late = run.settling if run.place is Place.TELLING else None
            if late and named(self.protocol.reach(after, late, world.time)[0].entry):
                yield "forgotten"  # what a run that was sending says afterwards brings nobody back
            if run.place is Place.ASKING and run.begin and self._is_lost(world, after, run.begin):
                yield "never stuck"  # it would be told that somebody else has its claim

    def _is_lost(self, before: World, after: World, begin: Begin) -> bool:
        """Whether a claim that was taken, and whose reply was lost, is refused to its run for what was forgotten."""
        claim = before.entry.claim
        ours = claim is not None and claim.run == begin.run and self.protocol.reach(before, begin, before.time)[1]
        return ours and not self.protocol.reach(after, begin, before.time)[1]


def named(entry: Entry) -> bool:
    """Whether anybody is named by what is remembered."""
    sayings = (entry.announcement, entry.claim.announcement if entry.claim else None)
    return any(ANN in people for people in chain(saying.people for saying in sayings if saying))


def test_every_promise_holds_in_every_state_when_somebody_is_forgotten_at_any_moment() -> None:
    forgetting, states, forgotten = Forgetting(), 0, 0
    for world, _ in walk([World()], forgetting.ways):
        states += 1
        forgotten += world.entry != Entry() and not named(world.entry)
        assert not list(forgetting.broken_promises(world)), world

    assert states > 30_000
    assert forgotten > 10_000


def forgotten_but_for_claims(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """Whoever is just being named is not forgotten."""
    after = advance(entry, step, now)
    return replace(after, claim=entry.claim) if isinstance(step, Forget) and isinstance(after, Entry) else after


def ended_with_a_claim(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """Where somebody is forgotten, a claim that names them ends."""
    after = advance(entry, step, now)
    return replace(after, claim=None) if isinstance(step, Forget) and isinstance(after, Entry) else after


def compared_to_the_last_digest(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """A run is told that its claim is its own only if the claim names just whom it named."""
    claim = entry.claim
    if isinstance(step, Begin) and claim and claim.run == step.run and claim.announcement != step.announcement:
        return Refused(step.key, Refusal.ANOTHER_RUN_SENDING)
    return advance(entry, step, now)


@pytest.mark.parametrize(
    ("promise", "broken"),
    [
        ("forgotten", forgotten_but_for_claims),
        ("never forgotten", ended_with_a_claim),
        ("never stuck", compared_to_the_last_digest),
    ],
)
def test_a_broken_way_of_forgetting_is_noticed(
    promise: str, broken: Callable[[Entry, Step, datetime], Entry | Refused]
) -> None:
    forgetting = Forgetting(Protocol(advance=broken))
    assert any(promise in forgetting.broken_promises(world) for world, _ in walk([World()], forgetting.ways))

"""The protocol of ``claims``, walked through: every order in which two runs over one session can meet, and die.

The walk goes breadth first through everything that can happen next: a run takes its next step, a request reaches the
ledger (again, late, or although its run is dead), a reply is lost, a run dies, the calendar is edited, a lease passes,
a person looks into the Sent folder and resolves what is held. What is promised must hold in every state there is. That
the walk would notice is shown by protocols that are broken on purpose.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime

import pytest

from sessionsmgmt.domain.delivery.claims import Begin, Entry, Hold, NotSent, Refused, Resolve, Sent, Step, advance
from tests.unit.domain.protocol import Fault, People, Place, Protocol, World, walk

FAULTS = {
    Fault(kind, run, what)
    for run in ("one", "other")
    for kind, whats in {
        "dead run": ("WAITING", "DECIDED", "ASKING", "CLAIMED", "TELLING"),
        "lost request": ("Begin", "Sent", "NotSent", "Hold"),
        "lost reply": ("Begin", "Sent", "NotSent", "Hold"),
        "repeated request": ("Begin", "Sent", "NotSent", "Hold"),
        "late request": ("Begin", "Sent", "NotSent", "Hold"),
    }.items()
    for what in whats
}
"""Everything that can go wrong at every step of either run."""


def test_every_promise_holds_in_every_state_whatever_goes_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    people, states, met = People(), 0, set[Fault]()
    for world, faults in walk([World()], people.ways):
        states += 1
        met |= faults
        assert not list(people.broken_promises(world)), world

    with capsys.disabled():
        sys.stdout.write(f"\n{states} states of two runs over one session\n")
    assert met == FAULTS
    assert states > 30_000


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
    return advance(entry, replace(step, basis=entry.announcement) if isinstance(step, Begin) else step, now)


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
    people = People(protocol)
    assert any(promise in people.broken_promises(world) for world, _ in walk([World()], people.ways))

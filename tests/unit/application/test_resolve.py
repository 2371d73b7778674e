from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.application.notices.resolve import close
from sessionsmgmt.domain.delivery.claims import LEASE, Begin, Entry, Hold, LedgerSnapshot, Resolve, Sent, Step
from sessionsmgmt.domain.model.notice import Key, Kind, State
from sessionsmgmt.entrypoints.exit_status import Exit, result_status
from sessionsmgmt.errors import InputError, RefusedError, UnreachableError
from sessionsmgmt.ports.ledger import Ledger, WriteResult
from tests.builders import NOW, RETENTION, announcement
from tests.ledger_run import LedgerRun

LAB, SHOP, HALL = Key("campus", "lab"), Key("campus", "shop"), Key("hall", "lab")
BEFORE = announcement()
AFTER = announcement(Kind.CHANGED, sequence=1)


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    return FileLedger(tmp_path / "ledger.json", RETENTION)


def hold(ledger: Ledger, *keys: Key) -> None:
    """Of each key something was said, and nobody knows whether what came after it left."""
    for key in keys:
        steps: Sequence[Step] = (
            Begin(key, "first", None, BEFORE),
            Sent(key, "first", "<first>"),
            Begin(key, "second", BEFORE, AFTER),
            Hold(key, "second"),
        )
        assert LedgerRun(ledger).write(steps, NOW) == ()


@dataclass(frozen=True)
class OvertakenLedger:
    """A ledger in which somebody else closes the notice after each look."""

    inner: Ledger

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        snapshot = self.inner.read(now, earlier)
        self.inner.write(snapshot, [Resolve(LAB, arrived=True)], NOW)
        return snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        return self.inner.write(snapshot, steps, now)


@dataclass(frozen=True)
class UnreachableLedger:
    error: UnreachableError

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        raise self.error

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:  # noqa: ARG002 - the port's
        raise self.error


def test_what_arrived_is_remembered_as_said(ledger: FileLedger) -> None:
    hold(ledger, LAB)
    result = close(ledger, "", "", arrived=True, now=NOW)

    (delivery,) = result.closed
    assert (delivery.verdict.key, delivery.verdict.state, delivery.verdict.kind) == (LAB, State.SENT, Kind.CHANGED)
    assert delivery.verdict.start == AFTER.presence.start
    assert (result.now, result_status(result)) == (NOW, Exit.DONE)
    assert ledger.read(NOW).entry(LAB) == Entry(AFTER, None, "", NOW)


def test_what_did_not_arrive_is_decided_anew_from_what_was_said_before(ledger: FileLedger) -> None:
    hold(ledger, LAB)
    (delivery,) = close(ledger, "", "", arrived=False, now=NOW).closed

    assert (delivery.verdict.key, delivery.verdict.state) == (LAB, State.SKIPPED)
    assert ledger.read(NOW).entry(LAB) == Entry(BEFORE, None, "<first>", NOW)


@pytest.mark.parametrize(
    ("notice", "session", "meant"),
    [("hall", "", HALL), ("", "shop", SHOP), ("campus", "lab", LAB), ("hall", "lab", HALL)],
)
def test_only_the_one_that_is_meant_is_closed(ledger: FileLedger, notice: str, session: str, meant: Key) -> None:
    hold(ledger, LAB, SHOP, HALL)
    (delivery,) = close(ledger, notice, session, arrived=True, now=NOW).closed

    assert delivery.verdict.key == meant
    assert {key for key, entry in ledger.read(NOW).entries.items() if entry.claim} == {LAB, SHOP, HALL} - {meant}


@pytest.mark.parametrize(
    ("notice", "session", "named", "unnamed"),
    [
        ("", "", [LAB, SHOP, HALL], []),
        ("campus", "", [LAB, SHOP], [HALL]),
        ("", "lab", [LAB, HALL], [SHOP]),
    ],
)
def test_of_several_each_that_could_be_meant_is_named_and_none_closed(
    ledger: FileLedger, notice: str, session: str, named: list[Key], unnamed: list[Key]
) -> None:
    hold(ledger, LAB, SHOP, HALL)
    before = ledger.read(NOW)
    with pytest.raises(InputError) as raised:
        close(ledger, notice, session, arrived=True, now=NOW)

    for key in named:
        assert f"--notice {key.notice} --session {key.session}" in raised.value.hint
    for key in unnamed:
        assert f"--notice {key.notice} --session {key.session}" not in raised.value.hint
    assert ledger.read(NOW) == before


def test_where_nothing_is_held_it_says_so(ledger: FileLedger, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Nothing is held\."):
        close(ledger, "", "", arrived=True, now=NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("notice", "session"), [("camp", ""), ("", "LAB"), ("hall", "lab")])
def test_what_is_not_held_is_answered_with_what_is(ledger: FileLedger, notice: str, session: str) -> None:
    hold(ledger, LAB)
    with pytest.raises(InputError, match="Held: --notice campus --session lab"):
        close(ledger, notice, session, arrived=True, now=NOW)
    assert ledger.read(NOW).entry(LAB).claim


def test_a_claim_is_held_once_its_lease_is_over_and_not_before(ledger: FileLedger) -> None:
    LedgerRun(ledger).write([Begin(LAB, "a run", None, BEFORE)], NOW)
    with pytest.raises(InputError, match=r"Nothing is held\."):
        close(ledger, "", "", arrived=True, now=NOW + LEASE - timedelta(seconds=1))

    (delivery,) = close(ledger, "", "", arrived=True, now=NOW + LEASE).closed
    assert delivery.verdict.state is State.SENT


def test_somebody_who_was_faster_is_not_overruled(ledger: FileLedger) -> None:
    hold(ledger, LAB)
    with pytest.raises(RefusedError):
        close(OvertakenLedger(ledger), "", "", arrived=False, now=NOW)

    assert ledger.read(NOW).entry(LAB) == Entry(AFTER, None, "", NOW)


def test_a_ledger_that_is_away_is_what_the_command_ends_with() -> None:
    error = UnreachableError("The store is away.")
    with pytest.raises(UnreachableError) as raised:
        close(UnreachableLedger(error), "", "", arrived=True, now=NOW)
    assert raised.value is error


@pytest.mark.parametrize(("notice", "session"), [("", ""), ("campus", ""), ("", "lab"), ("campus", "shop")])
@pytest.mark.parametrize("arrived", [True, False])
def test_an_email_about_several_sessions_is_closed_as_a_whole(
    ledger: FileLedger, notice: str, session: str, arrived: bool
) -> None:
    run = LedgerRun(ledger)
    run.write([Begin(key, "a run", None, BEFORE, "", "00" * 16) for key in (LAB, SHOP)], NOW)
    run.write([Hold(key, "a run") for key in (LAB, SHOP)], NOW)
    closed = close(ledger, notice, session, arrived=arrived, now=NOW).closed

    assert [delivery.verdict.key for delivery in closed] == [LAB, SHOP]
    assert {delivery.verdict.state for delivery in closed} == {State.SENT if arrived else State.SKIPPED}
    entries = ledger.read(NOW).entries
    assert [(entry.claim, entry.announcement) for entry in entries.values()] == [
        (None, BEFORE if arrived else None)
    ] * 2

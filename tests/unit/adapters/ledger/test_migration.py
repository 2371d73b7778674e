"""Moving from one ledger to another: nothing is forgotten on the way, and nothing comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sessionsmgmt.adapters.ledger.codec import encode
from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.adapters.ledger.migration import MigratingLedger
from sessionsmgmt.domain.delivery.claims import (
    LEASE,
    Begin,
    Claim,
    Entry,
    Forget,
    Hold,
    LedgerSnapshot,
    Refusal,
    Refused,
    Resolve,
    Sent,
    Step,
)
from sessionsmgmt.domain.model.notice import Key, Kind
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.errors import InputError, RefusedError
from tests.builders import KEEP, NOW, RETENTION, announcement, club, event, reading, rule, window
from tests.ledger_run import LedgerRun

LAB, SHOP, GYM = (Key("campus", name) for name in ("lab", "shop", "gym"))
FIRST = announcement()
OVER = FIRST.presence.end + KEEP


def begin(key: Key = LAB, run: str = "before") -> Begin:
    return Begin(key, run, None, FIRST)


class House:
    """Two places for a ledger, and what a process finds there that has just started."""

    def __init__(self, folder: Path) -> None:
        self.places = folder / "old.json", folder / "new.json"

    def old(self) -> LedgerRun[FileLedger]:
        return LedgerRun(FileLedger(self.places[0], RETENTION))

    def new(self) -> LedgerRun[FileLedger]:
        return LedgerRun(FileLedger(self.places[1], RETENTION))

    def moving(self) -> LedgerRun[MigratingLedger]:
        return LedgerRun(MigratingLedger(self.old().ledger, self.new().ledger, RETENTION))

    def stored(self) -> tuple[bytes, ...]:
        return tuple(place.read_bytes() if place.exists() else b"" for place in self.places)

    def before(self, *steps: Step, now: datetime = NOW) -> LedgerSnapshot:
        """Let the old ledger remember something."""
        ledger = self.old()
        ledger.read(now)
        assert ledger.write(steps, now) == ()
        return self.old().read(now)

    def write(self, *steps: Step, now: datetime = NOW) -> object:
        """What a process on the move is told."""
        ledger = self.moving()
        ledger.read(now)
        return ledger.write(steps, now)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_what_the_old_ledger_remembers_is_shown_at_once_and_stored_with_the_first_write(house: House) -> None:
    old = house.before(begin(), Sent(LAB, "before", "mail 1"), begin(SHOP), Hold(SHOP, "before"))
    assert house.moving().read(NOW) == old
    assert house.stored()[1] == b""

    assert house.write() == ()
    assert house.new().read(NOW) == old
    assert house.moving().read(NOW) == old


def test_the_old_ledger_is_only_ever_read(house: House) -> None:
    house.before(begin(), Sent(LAB, "before", "mail 1"), begin(SHOP), Hold(SHOP, "before"))
    old, _ = house.stored()

    house.write(begin(GYM, "we"), Resolve(SHOP, arrived=True))
    house.write(Sent(GYM, "we", "mail 2"))
    house.write(now=OVER)
    assert house.stored()[0] == old


@pytest.mark.parametrize("carried", [True, False])
def test_whoever_is_forgotten_is_so_in_both_ledgers(house: House, carried: bool) -> None:
    ann = "a" * 32
    house.before(Begin(LAB, "before", None, announcement(people=[ann])), Sent(LAB, "before", "mail 1"))
    if carried:
        house.write()

    assert house.write(Forget(LAB, frozenset({ann}))) == ()
    assert [ann.encode() in one for one in house.stored()] == [False, False]
    assert house.moving().read(NOW).entry(LAB) == Entry(FIRST, None, "mail 1", NOW)


def test_an_old_ledger_that_is_not_begun_is_not_begun_by_forgetting(house: House) -> None:
    house.write(begin(LAB, "we"))
    house.write(Forget(LAB, frozenset({"a" * 32})))

    assert not house.places[0].with_name("old.json.lock").exists()


def test_both_are_erased(house: House) -> None:
    house.before(begin())
    house.write(begin(SHOP, "we"))

    assert house.moving().erase() is True
    assert house.stored() == (b"", b"")
    assert house.moving().erase() is False


def test_the_new_ledger_counts_once_it_knows_of_a_session(house: House) -> None:
    house.before(begin(), Hold(LAB, "before"))

    assert house.write(Resolve(LAB, arrived=True)) == ()
    assert house.moving().read(NOW).entry(LAB) == Entry(FIRST, None, "", NOW)
    assert house.write(begin(LAB, "we")) == (Refused(LAB, Refusal.ANNOUNCED_MEANWHILE),)


def test_what_was_closed_as_not_sent_is_not_held_again(house: House) -> None:
    house.before(begin(), Hold(LAB, "before"))
    house.write(Resolve(LAB, arrived=False))

    # What is free is remembered for a while; the old ledger remembers its own for longer, since the session is later.
    for later in (timedelta(0), LEASE, KEEP - timedelta(seconds=1), KEEP, KEEP + LEASE, OVER - NOW, KEEP * 3):
        assert house.moving().read(NOW + later).entry(LAB).claim is None
        house.write(now=NOW + later)


def test_a_claim_of_a_run_that_still_sends_is_respected(house: House) -> None:
    house.before(begin())

    assert house.write(begin(LAB, "we")) == (Refused(LAB, Refusal.ANOTHER_RUN_SENDING),)
    assert house.moving().read(NOW).entry(LAB).claim == Claim("before", NOW, FIRST)


def test_a_held_notice_of_a_session_far_ahead_is_held_after_the_move_however_long_ago_it_was(house: House) -> None:
    far = replace(FIRST, presence=window(FIRST.presence.end + KEEP * 2, FIRST.presence.end + KEEP * 2))
    house.before(Begin(LAB, "before", None, far), Hold(LAB, "before"))

    assert house.moving().read(NOW + KEEP).entry(LAB).claim == Claim("before", NOW, far, held=True)


def test_people_are_recognised_after_the_move(house: House) -> None:
    ledger = house.old()
    memory = ledger.read(NOW)
    (notice,) = decide([rule()], reading(event()), club(memory=memory), NOW).due
    ledger.write([Begin(notice.key, "before", None, notice.announcement), Sent(notice.key, "before", "mail 1")], NOW)

    house.write()
    for snapshot in (house.moving().read(NOW), house.new().read(NOW)):
        assert not decide([rule()], reading(event()), club(memory=snapshot), NOW).due


def test_once_everything_is_carried_nothing_is_written_for_it_again(house: House) -> None:
    house.before(begin(), Sent(LAB, "before", "mail 1"))
    house.write()
    stored = house.stored()

    house.write()
    assert house.stored() == stored


def test_what_is_over_is_not_carried(house: House) -> None:
    house.before(begin(), Sent(LAB, "before", "mail 1"))

    assert house.moving().read(OVER).entries == {}
    assert house.write(now=OVER) == ()
    assert house.stored()[1] == b""


def test_an_old_ledger_that_never_was_is_no_hindrance(house: House) -> None:
    assert house.write(begin(LAB, "we")) == ()
    assert house.write(Sent(LAB, "we", "mail 1")) == ()

    assert house.moving().read(NOW).entry(LAB) == Entry(FIRST, None, "mail 1", NOW)
    assert house.stored()[0] == b""


def test_a_new_ledger_that_was_begun_on_its_own_is_refused(house: House) -> None:
    house.before(begin(), Sent(LAB, "before", "mail 1"))
    alone = house.new()
    alone.read(NOW)
    alone.write([begin(SHOP, "alone")], NOW)
    stored = house.stored()

    with pytest.raises(InputError, match=r"begun on its own.*Remove migrate_from"):
        house.moving().read(NOW)
    assert house.stored() == stored
    assert house.moving().read(OVER).entry(SHOP).claim, "nothing is left to take over"


def test_a_new_ledger_that_is_begun_on_its_own_meanwhile_gets_nobody_it_would_not_recognise(house: House) -> None:
    house.before(begin(), Sent(LAB, "before", "mail 1"))
    ledger = house.moving()
    ledger.read(NOW)
    alone = house.new()
    alone.read(NOW)
    alone.write([begin(SHOP, "alone")], NOW)

    missed = ledger.write([begin(GYM, "we")], NOW)
    assert {one.key for one in missed} == {LAB, GYM}
    assert set(house.new().read(NOW).entries) == {SHOP}


def test_an_old_ledger_that_can_not_be_trusted_stops_the_move(house: House) -> None:
    house.before(begin())
    house.places[0].write_bytes(house.stored()[0][:-20])

    with pytest.raises(RefusedError):
        house.moving().read(NOW)
    assert house.stored()[1] == b""


def test_a_move_that_was_interrupted_goes_on(house: House) -> None:
    old = house.before(begin(), Sent(LAB, "before", "mail 1"), begin(SHOP), Sent(SHOP, "before", "mail 2"))
    part = {LAB: Entry(replace(FIRST, kind=Kind.CHANGED), None, "mail 3", NOW)}
    house.places[1].write_bytes(encode(LedgerSnapshot(old.secret, part)))

    assert house.write() == ()
    assert house.new().read(NOW).entries == {**old.entries, **part}

"""Silence: a rule is silent once no run has seen an event of it for so long, also where the ledger forgets."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.sessions.silence import OFTEN, last_matches, silent_rules
from tests.builders import NOW, rule

WEEKS_4 = timedelta(weeks=4)
CAMPUS = rule()


@given(st.lists(st.tuples(st.integers(1, 24 * 20), st.booleans()), min_size=1, max_size=30))
def test_a_rule_is_silent_just_if_no_run_saw_an_event_for_so_long(runs: list[tuple[int, bool]]) -> None:
    """``runs`` are the hours until each run, fewer than ``silence`` and what the ledger keeps, and what it sees."""
    snapshot, now, last = LedgerSnapshot(bytes(32)), NOW, None
    for hours, sees in runs:
        now += timedelta(hours=hours)
        matched = {CAMPUS.id} if sees else set[str]()
        last = now if sees or last is None else last
        warned = list(silent_rules([CAMPUS], matched, snapshot, WEEKS_4, now))
        assert len(warned) == (now - last >= WEEKS_4 and not sees)
        snapshot, _ = snapshot.advanced(last_matches([CAMPUS], matched, snapshot, WEEKS_4, now), now)
        snapshot = snapshot.pruned(now, timedelta(days=1))


def test_runs_shortly_after_each_other_write_once() -> None:
    snapshot = LedgerSnapshot(bytes(32))
    for matched in ({CAMPUS.id}, set[str]()):
        begun, _ = snapshot.advanced(last_matches([CAMPUS], matched, snapshot, WEEKS_4, NOW), NOW)
        soon = NOW + OFTEN / 2
        assert not list(last_matches([CAMPUS], matched, begun, WEEKS_4, soon))


def test_a_rule_that_is_gone_is_forgotten() -> None:
    snapshot = LedgerSnapshot(bytes(32))
    snapshot, _ = snapshot.advanced(last_matches([CAMPUS], (), snapshot, WEEKS_4, NOW), NOW)
    assert snapshot.pruned(NOW + WEEKS_4, timedelta(days=1)).entries
    assert not snapshot.pruned(NOW + 3 * WEEKS_4, timedelta(days=1)).entries

"""A command that is told an instant far ahead of the machine's clock, and the commands after it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin, Hold
from sessionsmgmt.domain.model.notice import Key
from tests.builders import RETENTION, announcement, window
from tests.end_to_end.harness import ClubFolder, make_club, vevent
from tests.ledger_run import LedgerRun

NOW = "2180-11-06T12:00:00-05:00"
"""Ahead of every clock on which this test will run."""
AHEAD = "2190-01-01T12:00:00-05:00"


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    club = make_club(tmp_path)
    club.calendar(vevent(start="21801107T090000", end="21801107T120000"))
    return club


@pytest.mark.parametrize("command", ["run", "status", "preview", "doctor"])
def test_what_was_sent_is_not_sent_again_after_a_command_that_looked_far_ahead(club: ClubFolder, command: str) -> None:
    assert club.call("run", now=NOW).states == [("new", "sent")]
    assert club.call(command, now=AHEAD).exit == 0

    assert club.call("run", now=NOW).states == [(None, "skipped")]
    assert len(club.emails()) == 1


def test_what_is_held_stays_held_after_a_run_that_looked_far_ahead(club: ClubFolder) -> None:
    [due] = club.call("preview", now=NOW).report["notices"]
    key, ledger = Key("campus", due["session"]), FileLedger(club.folder / ".sessionsmgmt" / "ledger.json", RETENTION)
    session = announcement(
        presence=window(datetime(2180, 11, 7, 14, tzinfo=UTC), datetime(2180, 11, 7, 17, tzinfo=UTC))
    )
    LedgerRun(ledger).write([Begin(key, "a run", None, session), Hold(key, "a run")], datetime(2180, 11, 6, tzinfo=UTC))

    club.call("run", now=AHEAD)
    ran = club.call("run", now=NOW)

    assert (ran.exit, [state for _, state in ran.states], club.emails()) == (1, ["held"], [])

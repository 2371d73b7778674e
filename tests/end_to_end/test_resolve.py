"""``resolve`` as a person calls it: one of its two answers has to be given."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin, Hold, Step
from sessionsmgmt.domain.model.notice import Key
from tests.builders import RETENTION, announcement
from tests.end_to_end.harness import NOW, ClubFolder, make_club
from tests.ledger_run import LedgerRun

KEY = Key("campus", "lab")
AT = datetime.fromisoformat(NOW)


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    """A club whose ledger holds one notice."""
    club = make_club(tmp_path)
    steps: tuple[Step, ...] = (Begin(KEY, "a run", None, announcement()), Hold(KEY, "a run"))
    assert LedgerRun(ledger(club)).write(steps, AT) == ()
    return club


def ledger(club: ClubFolder) -> FileLedger:
    return FileLedger(club.folder / ".sessionsmgmt" / "ledger.json", RETENTION)


@pytest.mark.parametrize("options", [[], ["--sent", "--resend"], ["--resend", "--sent"]], ids=" ".join)
@pytest.mark.parametrize("names", [[], ["--notice", "campus", "--session", "lab"]], ids=["any", "named"])
def test_without_exactly_one_answer_the_notice_stays_held(
    club: ClubFolder, names: list[str], options: list[str]
) -> None:
    ran = club.call("resolve", *names, *options)

    assert ran.exit == 2
    assert "--sent" in ran.err
    assert "--resend" in ran.err
    claim = ledger(club).read(AT).entry(KEY).claim
    assert claim is not None
    assert claim.held


@pytest.mark.parametrize("options", [["--sent"], ["--sent", "--sent"]], ids=" ".join)
def test_sent_remembers_the_notice_as_said(club: ClubFolder, options: list[str]) -> None:
    assert club.call("resolve", *options).exit == 0
    assert ledger(club).read(AT).entry(KEY).announcement == announcement()


@pytest.mark.parametrize("options", [["--resend"], ["--resend", "--resend"]], ids=" ".join)
def test_resend_frees_the_notice(club: ClubFolder, options: list[str]) -> None:
    assert club.call("resolve", *options).exit == 0
    entry = ledger(club).read(AT).entry(KEY)
    assert (entry.claim, entry.announcement) == (None, None)

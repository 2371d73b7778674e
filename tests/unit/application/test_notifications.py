from __future__ import annotations

from sessionsmgmt.application.notifications import held_after, notify
from sessionsmgmt.domain.delivery.claims import Claim, Entry, LedgerSnapshot
from sessionsmgmt.domain.model.notice import Key, State
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.ports.notifications import Note
from tests.builders import NOW, SECRET, announcement
from tests.unit.application.club import FakeNotifier
from tests.unit.presenters.results import quiet

NOTE = Note("Did this email leave?", "Look.")


def test_a_note_goes_up_and_comes_down() -> None:
    wall = FakeNotifier()

    assert notify([wall], "held", NOTE, "over") == ()
    assert wall.notes == {"held": NOTE}
    assert notify([wall], "held", None, "over") == ()
    assert wall.notes == {}


def test_a_note_that_can_not_be_put_up_is_a_warning() -> None:
    wall = FakeNotifier(error=RefusedError("GitHub refuses.", "Add 'issues: write'."))

    [warning] = notify([wall], "held", NOTE, "over")
    assert "issues: write" in warning.text


def test_nobody_is_bothered_about_a_note_that_is_not_wanted() -> None:
    assert notify([FakeNotifier(error=RefusedError("GitHub refuses."))], "held", None, "over") == ()


def test_what_is_held_is_what_the_run_says_and_what_the_ledger_says_of_the_rest() -> None:
    snapshot = LedgerSnapshot(
        SECRET,
        {
            Key("campus", "quiet"): Entry(claim=Claim("dead", NOW, announcement(), held=True)),
            Key("campus", "other"): Entry(claim=Claim("dead", NOW, announcement(), held=True)),
            Key("campus", "alive"): Entry(claim=Claim("alive", NOW, announcement())),
        },
    )
    deliveries = (quiet(State.SENT), quiet(State.HELD, session="new"))

    assert [verdict.key.session for verdict in held_after(deliveries, snapshot, NOW)] == ["other", "new"]

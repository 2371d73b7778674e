from __future__ import annotations

from dataclasses import dataclass, field

from sessionsmgmt.application.notifications import held_after, tell
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.delivery.claims import Claim, Entry, LedgerSnapshot
from sessionsmgmt.domain.model.notice import Key, State
from sessionsmgmt.errors import Exit, RefusedError, SessionsError
from sessionsmgmt.ports.notifications import Note
from tests.builders import NOW, SECRET, announcement
from tests.unit.presenters.results import quiet, result

NOTE = Note("Did this email leave?", "Look.")


@dataclass
class Wall:
    """A board that keeps its notes in memory, or fails."""

    notes: dict[str, Note] = field(default_factory=dict)
    error: SessionsError | None = None

    def post(self, topic: str, note: Note) -> None:
        if self.error:
            raise self.error
        self.notes[topic] = note

    def clear(self, topic: str, _text: str) -> None:
        if self.error:
            raise self.error
        self.notes.pop(topic, None)


def test_a_note_goes_up_and_comes_down() -> None:
    wall, done = Wall(), result(quiet())

    assert tell(wall, "held", NOTE, "over", done) == done
    assert wall.notes == {"held": NOTE}
    assert tell(wall, "held", None, "over", done) == done
    assert wall.notes == {}


def test_a_note_that_can_not_be_put_up_is_a_caution_and_changes_no_exit_status() -> None:
    wall = Wall(error=RefusedError("GitHub refuses.", "Add 'issues: write'."))
    told = tell(wall, "held", NOTE, "over", result(quiet(State.HELD)))

    [warning] = told.warnings
    assert "issues: write" in warning.text
    assert told.exit is Exit.ATTENTION


def test_nobody_is_bothered_about_a_note_that_is_not_wanted() -> None:
    wall, done = Wall(error=RefusedError("GitHub refuses.")), result(quiet())

    assert tell(wall, "held", None, "over", done) == done


def test_what_is_held_is_what_the_run_says_and_what_the_ledger_says_of_the_rest() -> None:
    snapshot = LedgerSnapshot(
        SECRET,
        {
            Key("campus", "quiet"): Entry(claim=Claim("dead", NOW, announcement(), held=True)),
            Key("campus", "other"): Entry(claim=Claim("dead", NOW, announcement(), held=True)),
            Key("campus", "alive"): Entry(claim=Claim("alive", NOW, announcement())),
        },
    )
    told = Result("run", NOW, deliveries=(quiet(State.SENT), quiet(State.HELD, session="new")), snapshot=snapshot)

    assert [verdict.key.session for verdict in held_after(told)] == ["other", "new"]

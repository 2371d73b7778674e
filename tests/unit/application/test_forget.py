from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from sessionsmgmt.application.privacy.forget import delete_person, delete_places, list_places
from sessionsmgmt.domain.delivery.claims import Begin, Forget, LedgerSnapshot, Refusal, Refused, Step, digest
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.entrypoints.exit_status import Exit, error_status, result_status
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.ports.ledger import Unwritten, WriteResult
from sessionsmgmt.ports.stored_data import ErasableData, LedgerPlace, Place, StoredItem
from tests.builders import NOW, SECRET, announcement, snapshot


@dataclass
class FakePlace:
    """A place with one thing in it, or with nothing, that may not open."""

    holds: str = "a thing"
    error: SessionsError | None = None
    order: list[str] = field(default_factory=list)

    def look(self) -> Sequence[StoredItem]:
        if self.error:
            raise self.error
        return [StoredItem(self.holds)] if self.holds else []

    def delete(self) -> Sequence[StoredItem]:
        found = self.look()
        self.order.append(self.holds)
        self.holds = ""
        return found


def place(topic: str, drawer: FakePlace, **after: tuple[type[SessionsError], ...]) -> Place:
    def opened() -> AbstractContextManager[ErasableData]:
        return nullcontext(drawer)

    return Place(topic, opened, after)


def test_the_receipt_has_a_row_for_each_place_in_their_order_and_then_what_stays() -> None:
    stays = Finding("left", Health.NOTE, "The emails.")
    result = delete_places([place("one", FakePlace()), place("two", FakePlace(holds=""))], [stays])

    assert [(finding.topic, finding.text) for finding in result.findings] == [
        ("one", "Deleted: a thing."),
        ("two", "There is nothing."),
        ("left", "The emails."),
    ]
    assert result_status(result) is Exit.DONE


@pytest.mark.parametrize("error", [InputError("no"), ConsentError("no"), RefusedError("no"), UnreachableError("no")])
def test_one_that_fails_stops_none_of_the_others_and_gives_the_exit(error: SessionsError) -> None:
    last = FakePlace()
    result = delete_places([place("one", FakePlace(error=error)), place("two", last)], [])

    assert result_status(result) is error_status(error)
    assert last.holds == ""


def test_what_is_needed_for_what_failed_is_kept_and_goes_the_next_time() -> None:
    first, second, third = FakePlace(error=UnreachableError("down")), FakePlace(), FakePlace()
    places = [place("one", first), place("two", second, one=()), place("three", third, two=())]

    result = delete_places(places, [])
    assert result_status(result) is Exit.UNREACHABLE
    assert [finding.health for finding in result.findings] == [Health.BAD] * 3
    assert (second.holds, third.holds) == ("a thing", "a thing")

    first.error = None
    assert result_status(delete_places(places, [])) is Exit.DONE
    assert (first.holds, second.holds, third.holds) == ("", "", "")


def test_nothing_waits_for_what_can_not_be_mended_by_waiting() -> None:
    waiting = FakePlace()
    places = [place("one", FakePlace(error=ConsentError("gone"))), place("two", waiting, one=(ConsentError,))]

    delete_places(places, [])
    assert waiting.holds == ""


def test_looking_ahead_deletes_nothing() -> None:
    drawer = FakePlace()
    result = list_places([place("one", drawer)], [])

    assert result.findings[0].text == "Would be deleted: a thing."
    assert drawer.holds == "a thing"


@dataclass
class FakeLedger:
    """A ledger that names one person in one notice, and answers as it is told to when it is written."""

    answer: tuple[Refused | Unwritten, ...] = ()
    steps: list[Step] = field(default_factory=list)

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        after, _ = snapshot().advanced([Begin(LAB, "we", None, announcement(people=[ANN, BOB]))], now)
        return after

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:  # noqa: ARG002 - the port's
        self.steps += steps
        return WriteResult(snapshot, self.answer)

    def erase(self) -> bool:
        return False


LAB = Key("campus", "lab")
ANN, BOB = digest(SECRET, "ann@example.org"), digest(SECRET, "bob@example.org")


def test_only_the_digests_of_the_person_are_asked_to_go() -> None:
    shelf = FakeLedger()
    result = delete_person([LedgerPlace("ledger", lambda: shelf)], {"ann@example.org", "carl@example.org"}, [], NOW)

    assert shelf.steps == [Forget(LAB, frozenset({ANN}))]
    assert result.findings[0].text == "Taken out of 1 notice of 1."


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Refused(LAB, Refusal.CLAIM_OF_ANOTHER_RUN), Exit.ATTENTION),
        (Unwritten(LAB, UnreachableError("down")), Exit.UNREACHABLE),
    ],
)
def test_a_person_who_could_not_be_taken_out_is_said_to_be_there(answer: Refused | Unwritten, status: Exit) -> None:
    result = delete_person([LedgerPlace("ledger", lambda: FakeLedger((answer,)))], {"ann@example.org"}, [], NOW)

    assert result_status(result) is status
    assert result.findings[0].text == "Still in 1 of 1 notice, which could not be written."


def test_a_ledger_that_can_not_be_opened_is_a_row(tmp_path: Path) -> None:
    def unopened() -> FakeLedger:
        raise InputError(f"no {tmp_path.name}")

    assert result_status(delete_person([LedgerPlace("ledger", unopened)], {"ann@example.org"}, [], NOW)) is Exit.INPUT

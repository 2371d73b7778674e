"""``forget``: everything that is kept about the club, or about one person, is deleted; a receipt says what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sessionsmgmt.application.arguments import ForgetArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.privacy.left import left_of_club, left_of_person
from sessionsmgmt.application.privacy.people import known_by_address, naming
from sessionsmgmt.application.result import ForgetResult
from sessionsmgmt.domain.delivery.claims import Forget, LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import LeftBehindError, RefusedError, SessionsError, gravest
from sessionsmgmt.ports.health import Finding, Health, failed
from sessionsmgmt.ports.ledger import ErasableLedger, Unwritten
from sessionsmgmt.ports.stored_data import LedgerPlace, Place, StoredItem

NOTHING = "There is nothing."
NOBODY = "Nobody who is known by this address is remembered."
AGAIN = "It goes with the next 'sessionsmgmt forget', once that is mended."


@dataclass(frozen=True, slots=True)
class LedgerData:
    """A ledger as data that can be listed and deleted, whether or not it can be read."""

    ledger: ErasableLedger
    now: datetime

    def look(self) -> Sequence[StoredItem]:
        """How many notices are remembered; that it can't be read is something as well."""
        text = self._described()
        return [StoredItem(text)] if text else []

    def delete(self) -> Sequence[StoredItem]:
        """Look once more, and erase."""
        text = self._described()
        return [StoredItem(text or "a ledger in which nothing was remembered")] if self.ledger.erase() else []

    def _described(self) -> str:
        try:
            snapshot = self.ledger.read(self.now)
        except LeftBehindError:
            return ""  # what is there is not this club's
        except RefusedError as error:
            return f"a ledger that can't be read, whatever is in it ({error.text.rstrip('.')})"
        count = len(snapshot.entries)
        noted = "".join(f" ({warning.text})" for warning in snapshot.warnings)
        return f"what was remembered of {count} {'notice' if count == 1 else 'notices'}{noted}" if count else ""


def forget(context: Context, arguments: ForgetArguments) -> ForgetResult:
    """Delete everything that is kept about the club or, with an address, about one person; or say what that is.

    What can't be deleted is a row of the receipt, and keeps nothing else from being deleted.
    """
    if not arguments.person:
        places, left = _places(context), tuple(left_of_club(context))
        return list_places(places, left) if arguments.dry_run else delete_places(places, left)
    marks, trouble = known_by_address(context, arguments.person.strip())
    ledgers, left = context.services.ledgers(), tuple(left_of_person(context, trouble))
    act = list_person if arguments.dry_run else delete_person
    return act(ledgers, marks, left, context.request.now)


def delete_places(places: Sequence[Place], left: Sequence[Finding]) -> ForgetResult:
    """Delete what is in the places, one after the other. A place that fails does not keep the others.

    ``left`` is what stays somewhere else, and why.
    """
    rows: dict[str, Finding] = {}
    for place in places:
        waits_for = [topic for topic, hopeless in place.after.items() if _must_wait(rows.get(topic), hopeless)]
        rows[place.topic] = _held_back(place, waits_for) if waits_for else _deleted(place)
    return ForgetResult((*rows.values(), *left))


def list_places(places: Sequence[Place], left: Sequence[Finding]) -> ForgetResult:
    """Say what ``delete_places`` would delete, and what would stay."""
    return ForgetResult((*map(_listed, places), *left))


def delete_person(
    ledgers: Sequence[LedgerPlace], marks: Iterable[str], left: Sequence[Finding], now: datetime
) -> ForgetResult:
    """Take whoever is known by one of the marks out of the ledgers. The notices themselves stay known."""
    known = frozenset(marks)
    return ForgetResult((*(_person_deleted(place, known, now) for place in ledgers), *left))


def list_person(
    ledgers: Sequence[LedgerPlace], marks: Iterable[str], left: Sequence[Finding], now: datetime
) -> ForgetResult:
    """Say what ``delete_person`` would take out."""
    known = frozenset(marks)
    return ForgetResult((*(_person_listed(place, known, now) for place in ledgers), *left))


def _places(context: Context) -> tuple[Place, ...]:
    """Every place. The account is the last: without it, the calendar could not be cleaned any more."""
    services = context.services
    return (
        *services.ledger_places(context.request.now),
        *services.published_places(),
        *services.account_places(),
    )


def _must_wait(row: Finding | None, hopeless: Collection[type[SessionsError]]) -> bool:
    return row is not None and row.health is Health.BAD and row.cause not in hopeless


def _held_back(place: Place, waits_for: Sequence[str]) -> Finding:
    text = f"Kept for now, since it is needed for what failed: {', '.join(waits_for)}."
    return Finding(place.topic, Health.BAD, text, AGAIN)


def _deleted(place: Place) -> Finding:
    try:
        with place.open() as data:
            return Finding(place.topic, Health.GOOD, _sentence("Deleted", data.delete()))
    except SessionsError as error:
        return failed(place.topic, error)


def _listed(place: Place) -> Finding:
    try:
        with place.open() as data:
            return Finding(place.topic, Health.GOOD, _sentence("Would be deleted", data.look()))
    except SessionsError as error:
        return failed(place.topic, error)


def _sentence(done: str, items: Sequence[StoredItem]) -> str:
    if not items:
        return NOTHING
    return f"{done}: {', '.join(f'{item.text} ({item.link})' if item.link else item.text for item in items)}."


def _person_listed(place: LedgerPlace, marks: frozenset[str], now: datetime) -> Finding:
    try:
        snapshot = place.open().read(now)
    except SessionsError as error:
        return failed(place.topic, error)
    named = naming(snapshot, marks)
    text = f"Would be taken out of {_count(len(named))} of {len(snapshot.entries)}." if named else NOBODY
    return Finding(place.topic, Health.GOOD, text, _noted(snapshot))


def _person_deleted(place: LedgerPlace, marks: frozenset[str], now: datetime) -> Finding:
    try:
        return _taken_out(place.topic, place.open(), marks, now)
    except SessionsError as error:
        return failed(place.topic, error)


def _noted(snapshot: LedgerSnapshot) -> str:
    return " ".join(f"{warning.text[:1].upper()}{warning.text[1:]}." for warning in snapshot.warnings)


def _taken_out(topic: str, ledger: ErasableLedger, marks: frozenset[str], now: datetime) -> Finding:
    snapshot = ledger.read(now)
    named = naming(snapshot, marks)
    if not named:
        return Finding(topic, Health.GOOD, NOBODY, _noted(snapshot))
    result = ledger.write(snapshot, [Forget(key, digests) for key, digests in named.items()], now)
    unwritten = [step.cause for step in result.not_taken if isinstance(step, Unwritten)]
    if result.not_taken:
        text = f"Still in {len(result.not_taken)} of {_count(len(named))}, which could not be written."
        return Finding(topic, Health.BAD, text, "Run this again.", type(gravest(unwritten)) if unwritten else None)
    text = f"Taken out of {_count(len(named))} of {len(snapshot.entries)}."
    return Finding(topic, Health.GOOD, text, _noted(result.snapshot))


def _count(number: int) -> str:
    return f"{number} {'notice' if number == 1 else 'notices'}"

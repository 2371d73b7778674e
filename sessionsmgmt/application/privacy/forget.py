"""``forget``: what is kept about the club is deleted, or what is kept about one person, and a receipt says what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sessionsmgmt.application.result import ForgetResult
from sessionsmgmt.domain.delivery.claims import Forget, LedgerSnapshot, digest
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import LeftBehindError, RefusedError, SessionsError, gravest
from sessionsmgmt.ports.health import Finding, Health, failed
from sessionsmgmt.ports.ledger import ErasableLedger, Unwritten
from sessionsmgmt.ports.stored_data import ErasableData, StoredItem

NOTHING = "There is nothing."
NOBODY = "Nobody who is known by this address is remembered."
AGAIN = "It goes with the next 'sessionsmgmt forget', once that is mended."


@dataclass(frozen=True, slots=True)
class Place:
    """A place where something is kept, as the receipt names it.

    ``open`` may fail, and closes what it opened. ``after`` are the topics of places that must be empty before, since
    this place is needed to empty them; each with the causes of a failure for which waiting is of no use.
    """

    topic: str
    open: Callable[[], AbstractContextManager[ErasableData]]
    after: Mapping[str, Collection[type[SessionsError]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Memory:
    """One of the club's ledgers, as the receipt names it. ``open`` may fail."""

    topic: str
    open: Callable[[], ErasableLedger]


@dataclass(frozen=True, slots=True)
class LedgerData:
    """A ledger as a trace. It is deleted whether or not it can be read."""

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
        noted = "".join(f" ({one.text})" for one in snapshot.warnings)
        return f"what was remembered of {count} {'notice' if count == 1 else 'notices'}{noted}" if count else ""


def forget(places: Sequence[Place], left: Sequence[Finding]) -> ForgetResult:
    """Delete what is in the places, one after the other. A place that fails does not keep the others.

    ``left`` is what stays somewhere else, and why.
    """
    rows: dict[str, Finding] = {}
    for place in places:
        waits_for = [topic for topic, hopeless in place.after.items() if _must_wait(rows.get(topic), hopeless)]
        rows[place.topic] = _held_back(place, waits_for) if waits_for else _deleted(place)
    return ForgetResult((*rows.values(), *left))


def forget_dry_run(places: Sequence[Place], left: Sequence[Finding]) -> ForgetResult:
    """Say what ``forget`` would delete, and what would stay."""
    return ForgetResult((*map(_seen, places), *left))


def forget_person(
    memories: Sequence[Memory], marks: Iterable[str], left: Sequence[Finding], now: datetime
) -> ForgetResult:
    """Take whoever is known by one of the marks out of all that is remembered. The notices themselves stay known."""
    known = frozenset(marks)
    return ForgetResult((*(_person_deleted(memory, known, now) for memory in memories), *left))


def forget_person_dry_run(
    memories: Sequence[Memory], marks: Iterable[str], left: Sequence[Finding], now: datetime
) -> ForgetResult:
    """Say what ``forget_person`` would take out."""
    known = frozenset(marks)
    return ForgetResult((*(_person_seen(memory, known, now) for memory in memories), *left))


def naming(snapshot: LedgerSnapshot, marks: Iterable[str]) -> dict[Key, frozenset[str]]:
    """The entries that name somebody known by one of the marks, and by which digests."""
    wanted = frozenset(digest(snapshot.secret, mark) for mark in marks)
    found = {
        key: frozenset[str]().union(
            *(
                announcement.people & wanted
                for announcement in (entry.announcement, entry.claim.announcement if entry.claim else None)
                if announcement
            )
        )
        for key, entry in snapshot.entries.items()
    }
    return {key: digests for key, digests in found.items() if digests}


def _must_wait(row: Finding | None, hopeless: Collection[type[SessionsError]]) -> bool:
    return row is not None and row.health is Health.BAD and row.cause not in hopeless


def _held_back(place: Place, waits_for: Sequence[str]) -> Finding:
    text = f"Kept for now, since it is needed for what failed: {', '.join(waits_for)}."
    return Finding(place.topic, Health.BAD, text, AGAIN)


def _deleted(place: Place) -> Finding:
    try:
        with place.open() as trace:
            return Finding(place.topic, Health.GOOD, _told("Deleted", trace.delete()))
    except SessionsError as error:
        return failed(place.topic, error)


def _seen(place: Place) -> Finding:
    try:
        with place.open() as trace:
            return Finding(place.topic, Health.GOOD, _told("Would be deleted", trace.look()))
    except SessionsError as error:
        return failed(place.topic, error)


def _told(done: str, kept: Sequence[StoredItem]) -> str:
    if not kept:
        return NOTHING
    return f"{done}: {', '.join(f'{one.text} ({one.link})' if one.link else one.text for one in kept)}."


def _person_seen(memory: Memory, marks: frozenset[str], now: datetime) -> Finding:
    try:
        snapshot = memory.open().read(now)
    except SessionsError as error:
        return failed(memory.topic, error)
    found = naming(snapshot, marks)
    text = f"Would be taken out of {_count(len(found))} of {len(snapshot.entries)}." if found else NOBODY
    return Finding(memory.topic, Health.GOOD, text, _noted(snapshot))


def _person_deleted(memory: Memory, marks: frozenset[str], now: datetime) -> Finding:
    try:
        return _taken_out(memory.topic, memory.open(), marks, now)
    except SessionsError as error:
        return failed(memory.topic, error)


def _noted(snapshot: LedgerSnapshot) -> str:
    return " ".join(f"{one.text[:1].upper()}{one.text[1:]}." for one in snapshot.warnings)


def _taken_out(topic: str, ledger: ErasableLedger, marks: frozenset[str], now: datetime) -> Finding:
    snapshot = ledger.read(now)
    found = naming(snapshot, marks)
    if not found:
        return Finding(topic, Health.GOOD, NOBODY, _noted(snapshot))
    result = ledger.write(snapshot, [Forget(key, digests) for key, digests in found.items()], now)
    unwritten = [step.cause for step in result.not_taken if isinstance(step, Unwritten)]
    if result.not_taken:
        text = f"Still in {len(result.not_taken)} of {_count(len(found))}, which could not be written."
        return Finding(topic, Health.BAD, text, "Run this again.", type(gravest(unwritten)) if unwritten else None)
    text = f"Taken out of {_count(len(found))} of {len(snapshot.entries)}."
    return Finding(topic, Health.GOOD, text, _noted(result.snapshot))


def _count(number: int) -> str:
    return f"{number} {'notice' if number == 1 else 'notices'}"

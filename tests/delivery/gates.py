"""A run in a thread of its own that moves only when it is told to: from one gate to the next, or to its end there.

Its gates are before and after all that it asks of the ledger. Whoever tells it to move waits until it stands again, so
that of all the runs never more than one moves, and everything happens in the order in which it was told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from sessionsmgmt.domain.delivery.claims import Begin, LedgerSnapshot, Refusal, Refused, Step, to_release
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import UnreachableError
from sessionsmgmt.ports.ledger import Ledger, Unwritten, WriteResult

TIMEOUT = 300.0
"""Seconds until a run that comes neither to a gate nor to its end counts as stuck."""

T = TypeVar("T")


class DiedError(BaseException):
    """The end of a run where it stands, as by SIGKILL: nothing that it would still have done is done."""


FAILURE = UnreachableError("The ledger can't be reached.", "Run again.")


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a run waits: before something that it asks of the ledger, or after it (``passed``).

    ``at`` is the instant that the ledger is told, ``not_taken`` the keys of what it did not take.
    """

    asks: str
    at: datetime
    steps: tuple[Step, ...] = ()
    passed: bool = False
    not_taken: frozenset[Key] = frozenset()

    @property
    def claims(self) -> tuple[Key, ...]:
        """The keys that are claimed here, or that were."""
        return tuple(step.key for step in self.steps if isinstance(step, Begin) and step.key not in self.not_taken)


Order = BaseException | frozenset[Key]
"""What a run is told at a gate: to meet with that, or to go on, where the steps on those keys can't be written."""

GO: frozenset[Key] = frozenset()

Stop = Callable[[Gate], frozenset[Key]]
"""Wait at a gate until told to go on; returns the keys of which nothing can be written."""


class Run(Generic[T]):
    """``act`` in its thread, which begins to move with the first ``go_on`` and is told how to stop at a gate."""

    def __init__(self, act: Callable[[Stop], T]) -> None:
        self.gate: Gate | None = None
        self.over = False
        self.result: T | None = None
        self.error: BaseException | None = None
        self._order: Order = GO
        self._may_move = threading.Semaphore(0)
        self._stands = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._live, args=(act,), daemon=True)
        self._thread.start()

    def go_on(self, order: Order = GO) -> None:
        """Move to the next gate or to the end, and return once the run stands there."""
        self._order = order
        self._may_move.release()
        if not self._stands.acquire(timeout=TIMEOUT):
            raise AssertionError(f"a run is stuck after {self.gate}")
        if self.over:
            self._thread.join()

    def die(self) -> None:
        """End where it stands."""
        if not self.over:
            self.go_on(DiedError())

    def _live(self, act: Callable[[Stop], T]) -> None:
        try:
            self._may_move.acquire()
            self.result = act(self._stop)
        except BaseException as error:  # noqa: BLE001 - whoever moves the run looks at how it ended
            self.error = error
        finally:
            self.over = True
            self._stands.release()

    def _stop(self, gate: Gate) -> frozenset[Key]:
        self.gate = gate
        self._stands.release()
        self._may_move.acquire()
        if isinstance(self._order, BaseException):
            raise self._order
        return self._order


@dataclass(frozen=True, slots=True)
class GatedLedger:
    """A ledger with a gate before and after each thing that is asked of it."""

    inner: Ledger
    stop: Stop

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """Two gates, and between them the reading."""
        self.stop(Gate("read", now))
        snapshot = self.inner.read(now, earlier)
        self.stop(Gate("read", now, passed=True))
        return snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Two gates, and between them the writing; of some keys it may be told to write nothing.

        Where that leaves claims of a part of an email, they are given back, as a ledger promises. That is a gate more,
        at which the run may die, or be told that some of them can't be given back.
        """
        unwritable = self.stop(Gate("write", now, tuple(steps)))
        result = self.inner.write(snapshot, [step for step in steps if step.key not in unwritable], now)
        not_taken = (*result.not_taken, *_unwritten(steps, unwritable))
        released = to_release(steps, [step.key for step in not_taken])
        if released:
            stuck = self.stop(Gate("write", now, released))
            result = self.inner.write(result.snapshot, [step for step in released if step.key not in stuck], now)
            given_back = [Refused(one.key, Refusal.EMAIL_NOT_CLAIMED) for one in released if one.key not in stuck]
            not_taken = (*not_taken, *result.not_taken, *_unwritten(released, stuck), *given_back)
        keys = frozenset(step.key for step in not_taken)
        self.stop(Gate("write", now, tuple(steps), passed=True, not_taken=keys))
        return replace(result, not_taken=not_taken)


def _unwritten(steps: Sequence[Step], keys: Collection[Key]) -> list[Unwritten]:
    return [Unwritten(key, FAILURE) for key in sorted({step.key for step in steps} & set(keys))]

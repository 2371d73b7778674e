"""The store that remembers which announcements were made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A step that a store could not write although it wrote others. ``cause`` says why, in a sentence for a person."""

    key: Key
    cause: SessionsError


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The result of a write: the ledger as it is now, and the steps that were not taken.

    The next write of the same process starts from ``snapshot``. If the ledger has another secret than the snapshot that
    was passed to ``write``, ``snapshot`` is that same snapshot, because its digests have no meaning in the ledger.
    """

    snapshot: LedgerSnapshot
    not_taken: tuple[Refused | Unwritten, ...] = ()


class Ledger(Protocol):
    """The store of the announcements. ``now`` is the command's aware instant, and the only instant of its claims.

    A ledger object keeps no state between two calls: the snapshot that a call gets says what earlier calls learnt. So
    many threads can use the same object, in any order of calls, for as long as the process lives.
    """

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """The ledger as it is now.

        ``earlier`` is a snapshot that the same command read before: the result is not older than that, and a ledger
        that is not begun gets its secret. Raises RefusedError if the ledger can't be trusted, UnreachableError if it
        can't be reached.
        """
        ...

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Take every step that the ledger allows now, each as a whole. The steps were made from ``snapshot``.

        The claims of one email (``Begin.email``) are taken all or none.

        When this returns, the steps are stored for good, and entries that are old enough are forgotten. A call without
        steps only forgets, and writes nothing if there is nothing to forget. Steps whose digests were made with another
        secret than the ledger's are refused. Raises as ``read`` does. A step that was not written has changed nothing,
        and it is safe to write it again.
        """
        ...


class ErasableLedger(Ledger, Protocol):
    """A ledger that can be deleted for good."""

    def erase(self) -> bool:
        """Delete all of it, whether or not it can be read, and say whether there was anything.

        Raises RefusedError where more than the ledger would be deleted, and otherwise as ``read`` does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Adopted:
    """A ledger that was taken over: how many notices it remembers, and the branch that it was on."""

    notices: int
    branch: str
    warnings: tuple[ReportWarning, ...] = ()


class AdoptableLedger(ErasableLedger, Protocol):
    """A ledger that names the club it belongs to, so that a club that has moved has to take it over."""

    def adopt(self) -> Adopted:
        """Make the ledger of this club's former place its own, once.

        Raises InputError where there is none to be taken over, and otherwise as ``read`` does.
        """
        ...

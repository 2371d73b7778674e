"""A ledger as one command uses it: each call goes on from the snapshot of the call before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.ledger import ErasableLedger, Ledger, Unwritten

L = TypeVar("L", bound=Ledger)
E = TypeVar("E", bound=ErasableLedger)


@dataclass
class LedgerRun(Generic[L]):
    """One command's use of a ledger. ``snapshot`` is what it knows of it; None before it has read."""

    ledger: L
    snapshot: LedgerSnapshot | None = None

    def read(self, now: datetime) -> LedgerSnapshot:
        """The ledger as it stands, never older than what was read or written before."""
        self.snapshot = self.ledger.read(now, self.snapshot)
        return self.snapshot

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused | Unwritten, ...]:
        """Write the steps, and return those that were not taken. Reads first if nothing was read yet."""
        result = self.ledger.write(self.snapshot or self.read(now), steps, now)
        self.snapshot = result.snapshot
        return result.not_taken

    def erase(self: LedgerRun[E]) -> bool:
        """Delete the ledger, and begin the next use of it without a memory."""
        self.snapshot = None
        return self.ledger.erase()

    @property
    def warnings(self) -> tuple[ReportWarning, ...]:
        """What the last snapshot says of the ledger itself."""
        return self.snapshot.warnings if self.snapshot else ()

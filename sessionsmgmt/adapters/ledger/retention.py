"""How long a ledger remembers what is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot


@dataclass(frozen=True, slots=True)
class Retention:
    """What was over ``keep`` ago is forgotten, and ``clock`` tells the machine's aware instant whenever it is asked.

    A command may be told another instant than the machine's. Forgetting can't be taken back, so it goes by the earlier
    of the two: a command whose instant lies far ahead forgets nothing early.
    """

    keep: timedelta
    clock: Callable[[], datetime]

    def instant(self, now: datetime) -> datetime:
        """The instant to forget by, for a command whose instant is ``now``."""
        return min(now, self.clock())

    def pruned(self, snapshot: LedgerSnapshot, now: datetime) -> LedgerSnapshot:
        """The book without what is to be forgotten."""
        return snapshot.pruned(self.instant(now), self.keep)

"""How long a ledger remembers what is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Retention:
    """Entries are forgotten ``keep`` after their session is over. ``clock`` returns the machine's aware instant.

    A command may have another instant than the machine's (``--now``). Forgetting can't be undone, so the earlier of the
    two counts: a command whose instant lies far ahead forgets nothing early.
    """

    keep: timedelta
    clock: Callable[[], datetime]

    def instant(self, now: datetime) -> datetime:
        """The instant that decides what is forgotten, for a command whose instant is ``now``."""
        return min(now, self.clock())

    def pruned(self, snapshot: LedgerSnapshot, now: datetime) -> LedgerSnapshot:
        """The snapshot without what is to be forgotten."""
        return snapshot.pruned(self.instant(now), self.keep)

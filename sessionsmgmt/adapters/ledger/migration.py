"""Moving house: a new ledger that takes over what the old one remembers, so that nobody is told anything twice.

The old ledger is only ever read, but for what is to be forgotten. What it remembers is shown from the first moment, and
is carried over with the first write; from then on, the new one is the one that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.domain.delivery.claims import Entry, Forget, Import, LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.ledger import LedgerWithWarnings, Unwritten


class ImportTarget(LedgerWithWarnings, Protocol):
    """A ledger that can be told with which secret to begin."""

    def begin_with(self, secret: bytes) -> None:
        """The secret to begin with, if the ledger isn't begun yet. Takes effect with the next ``read``."""
        ...


class MigratingLedger:
    """The ``new`` ledger, and of the ``old`` one what the new one lacks and ``retention`` does not forget.

    People are digests, made with the ledger's secret, so the new ledger has to begin with the old one's.
    """

    def __init__(self, old: LedgerWithWarnings, new: ImportTarget, retention: Retention) -> None:
        self._old = old
        self._new = new
        self._retention = retention
        self._lacking: Mapping[Key, Entry] = {}  # what the new one lacked when it was last read
        self._before: frozenset[Key] = frozenset()  # what the old one had then

    def read(self, now: datetime) -> LedgerSnapshot:
        """Both as one book. Raises as both do, and InputError where the new one was begun on its own."""
        read = self._old.read(now)
        self._before, old = frozenset(read.entries), self._retention.pruned(read, now)
        alive = {key: entry for key, entry in old.entries.items() if not _is_outlived(entry, now, self._retention)}
        if alive:
            self._new.begin_with(old.secret)
        new = self._new.read(now)
        self._lacking = {key: entry for key, entry in alive.items() if key not in new.entries}
        if self._lacking and new.secret != old.secret:
            raise InputError(
                "The ledger was begun on its own, so it can't take over the one of ledger.migrate_from.",
                "Remove migrate_from from sessions.yml; or delete the new ledger, and every session that was announced "
                "with it is announced again.",
            )
        return LedgerSnapshot(new.secret, {**self._lacking, **new.entries})

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused | Unwritten, ...]:
        """Carry what is lacking, and take the steps; see ``ports.Ledger``. Raises as the new ledger does.

        Whom the old one is to forget as well it forgets first, or they would be carried over once more.
        """
        forgotten = [step for step in steps if isinstance(step, Forget) and step.key in self._before]
        kept = self._old.write(forgotten, now) if forgotten else ()
        carried = [Import(key, entry) for key, entry in self._lacking.items()]
        missed = self._new.write([*carried, *steps], now)
        left = {one.key for one in missed}  # perhaps; what was carried already is not carried twice
        self._lacking = {key: entry for key, entry in self._lacking.items() if key in left}
        return (*kept, *missed)

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What both have to say; see ``ports.LedgerWithWarnings``."""
        return (*self._old.warnings(), *self._new.warnings())

    def erase(self) -> bool:
        """Delete both, the old one first; see ``ports.Erasable``."""
        was = self._old.erase()
        return self._new.erase() or was


def _is_outlived(entry: Entry, now: datetime, retention: Retention) -> bool:
    """Whether the old ledger holds what may have been closed in the new one so long ago that it is forgotten there.

    What is closed is remembered for ``retention.keep``, from a moment after the claim. A claim that is older and about
    a session that is over could otherwise come back as held.
    """
    claim, instant = entry.claim, retention.instant(now)
    return claim is not None and claim.announcement.presence.end <= instant and claim.at + retention.keep <= instant

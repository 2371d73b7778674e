"""The migration to a new ledger, which imports what the old one remembers, so that nothing is announced twice.

The old ledger is only read, except that people are forgotten in it. Its entries are shown at once, and are imported
with the first write. An entry of the new ledger counts more than an entry of the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.domain.delivery.claims import Entry, Forget, Import, LedgerSnapshot, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.ledger import ErasableLedger, WriteResult


@dataclass(frozen=True, slots=True)
class _Version:
    """The snapshots of both ledgers that one snapshot was made of, and what the new one lacked of the old one's."""

    old: LedgerSnapshot
    new: LedgerSnapshot
    lacking: Mapping[Key, Entry] = field(repr=False)

    def snapshot(self) -> LedgerSnapshot:
        """Both as one."""
        warnings = (*self.old.warnings, *self.new.warnings)
        return LedgerSnapshot(self.new.secret, {**self.lacking, **self.new.entries}, warnings, self)


class MigratingLedger:
    """The ``new`` ledger, with the entries of the ``old`` one that the new one lacks and ``retention`` keeps.

    The digests of people are made with the ledger's secret, so the new ledger must begin with the old one's secret.
    """

    def __init__(self, old: ErasableLedger, new: ErasableLedger, retention: Retention) -> None:
        self._old = old
        self._new = new
        self._retention = retention

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """Both as one. Raises as both do, and InputError where the new one was begun on its own."""
        return self._read(now, earlier).snapshot()

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Import what is lacking, and take the steps; see ``ports.Ledger``. Raises as the new ledger does.

        Whom the old one is to forget as well it forgets first, or they would be imported once more.
        """
        version = snapshot.version if isinstance(snapshot.version, _Version) else self._read(now, snapshot)
        old = WriteResult(version.old)
        forgotten = [step for step in steps if isinstance(step, Forget) and step.key in version.old.entries]
        if forgotten:
            old = self._old.write(version.old, forgotten, now)
        imports = [Import(key, entry) for key, entry in version.lacking.items()]
        new = self._new.write(replace(version.new, secret=snapshot.secret), [*imports, *steps], now)
        perhaps_lacking = {step.key for step in new.not_taken}  # what was imported already is not imported twice
        lacking = {key: entry for key, entry in version.lacking.items() if key in perhaps_lacking}
        after = _Version(old.snapshot, new.snapshot, lacking).snapshot()
        return WriteResult(after, (*old.not_taken, *new.not_taken))

    def erase(self) -> bool:
        """Delete both, the old one first; see ``ports.ErasableLedger``."""
        was = self._old.erase()
        return self._new.erase() or was

    def _read(self, now: datetime, earlier: LedgerSnapshot | None) -> _Version:
        before = earlier.version if earlier and isinstance(earlier.version, _Version) else None
        old = self._old.read(now, before.old if before else None)
        pruned = self._retention.pruned(old, now)
        alive = {key: entry for key, entry in pruned.entries.items() if not _is_outlived(entry, now, self._retention)}
        earlier_new = before.new if before else earlier
        if alive:
            earlier_new = replace(earlier_new or LedgerSnapshot(old.secret), secret=old.secret)
        new = self._new.read(now, earlier_new)
        lacking = {key: entry for key, entry in alive.items() if key not in new.entries}
        if lacking and new.secret != old.secret:
            raise InputError(
                "The ledger was begun on its own, so it can't take over the one of ledger.migrate_from.",
                "Remove migrate_from from sessions.yml; or delete the new ledger, and every session that was announced "
                "with it is announced again.",
            )
        return _Version(old, new, lacking)


def _is_outlived(entry: Entry, now: datetime, retention: Retention) -> bool:
    """Whether a claim of the old ledger may have been closed in the new one so long ago that it is forgotten there.

    A closed notice is remembered for ``retention.keep``, from an instant after the claim. An older claim, about a
    session that is over, could otherwise come back as held.
    """
    claim, instant = entry.claim, retention.instant(now)
    return claim is not None and claim.announcement.presence.end <= instant and claim.at + retention.keep <= instant

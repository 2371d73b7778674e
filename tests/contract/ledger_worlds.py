"""Where the ledgers of the contract live. A new store joins by adding its world to ``WORLDS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.adapters.ledger.migration import MigratingLedger
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.ports.ledger import ErasableLedger
from tests.contract.calendar_world import a_calendar
from tests.contract.git_world import a_repository


class LedgerWorld(Protocol):
    """One club's ledger, with nothing in it at first."""

    def open(self) -> ErasableLedger:
        """The ledger as a process that has just started opens it, with the world's retention."""
        ...

    def stored(self) -> bytes:
        """Everything that is stored, as somebody sees it who can read the place (and has its key, if there is one)."""
        ...


@dataclass(frozen=True)
class FileWorld:
    folder: Path
    retention: Retention

    def open(self) -> ErasableLedger:
        return FileLedger(self.folder / ".sessionsmgmt" / "ledger.json", self.retention)

    def stored(self) -> bytes:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"".join(str(path.relative_to(self.folder)).encode() + path.read_bytes() for path in files)


@dataclass(frozen=True)
class MovingWorld:
    """A club that moves from one ledger, which is not begun, to another."""

    old: LedgerWorld
    new: LedgerWorld
    retention: Retention

    def open(self) -> ErasableLedger:
        return MigratingLedger(self.old.open(), self.new.open(), self.retention)

    def stored(self) -> bytes:
        return self.old.stored() + self.new.stored()


WORLDS: Mapping[str, Callable[[Path, ExitStack, Retention], LedgerWorld]] = {
    "file": lambda folder, _, keep: FileWorld(folder, keep),
    "git": lambda _, stack, keep: a_repository(stack, keep),
    "calendar": lambda _, stack, keep: a_calendar(stack, keep),
    "file to git": lambda folder, stack, keep: MovingWorld(FileWorld(folder, keep), a_repository(stack, keep), keep),
    "git to file": lambda folder, stack, keep: MovingWorld(a_repository(stack, keep), FileWorld(folder, keep), keep),
    "file to calendar": lambda folder, stack, keep: MovingWorld(FileWorld(folder, keep), a_calendar(stack, keep), keep),
    "calendar to git": lambda _, stack, keep: MovingWorld(a_calendar(stack, keep), a_repository(stack, keep), keep),
}
"""Each makes a new club in the folder, which is empty; what it starts besides, the stack ends."""

"""Where the ledgers of the contract live. A new store joins by adding its world to ``WORLDS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from sessionsmgmt.ledger.file import FileLedger
from sessionsmgmt.ledger.git import GitLedger
from sessionsmgmt.ledger.moving import Moving
from sessionsmgmt.ports import Cautioning
from sessionsmgmt.providers.google.ledger import CalendarLedger
from tests.contract.calendar_world import a_calendar
from tests.contract.git_world import a_repository

KEEP = timedelta(days=30)


class LedgerWorld(Protocol):
    """One club's ledger, with nothing in it at first."""

    def open(self) -> Cautioning:
        """The ledger as a process that has just started opens it; it forgets what is over since ``KEEP``."""
        ...

    def stored(self) -> bytes:
        """Everything that is stored, as somebody sees it who can read the place (and has its key, if there is one)."""
        ...


@dataclass(frozen=True)
class FileWorld:
    folder: Path

    def open(self) -> Cautioning:
        return FileLedger(self.folder / ".sessionsmgmt" / "ledger.json", KEEP)

    def stored(self) -> bytes:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"".join(str(path.relative_to(self.folder)).encode() + path.read_bytes() for path in files)


@dataclass(frozen=True)
class MovingWorld:
    """A club that moves from one ledger, which is not begun, to another."""

    old: LedgerWorld
    new: LedgerWorld

    def open(self) -> Cautioning:
        new = self.new.open()
        assert isinstance(new, FileLedger | GitLedger | CalendarLedger)
        return Moving(self.old.open(), new, KEEP)

    def stored(self) -> bytes:
        return self.old.stored() + self.new.stored()


WORLDS: Mapping[str, Callable[[Path, ExitStack], LedgerWorld]] = {
    "file": lambda folder, _: FileWorld(folder),
    "git": lambda _, stack: a_repository(stack, KEEP),
    "calendar": lambda _, stack: a_calendar(stack, KEEP),
    "file to git": lambda folder, stack: MovingWorld(FileWorld(folder), a_repository(stack, KEEP)),
    "git to file": lambda folder, stack: MovingWorld(a_repository(stack, KEEP), FileWorld(folder)),
    "file to calendar": lambda folder, stack: MovingWorld(FileWorld(folder), a_calendar(stack, KEEP)),
    "calendar to git": lambda _, stack: MovingWorld(a_calendar(stack, KEEP), a_repository(stack, KEEP)),
}
"""Each makes a new club in the folder, which is empty; what it starts besides, the stack ends."""

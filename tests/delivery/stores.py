"""Where the ledgers of the seasons live. A new store joins by adding its line to ``STORES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sessionsmgmt.ledger.file import FileLedger
from sessionsmgmt.ports import Ledger
from tests.contract.ledger_worlds import KEEP
from tests.delivery.machine import Store
from tests.unit.domain.season import World

Stores = Callable[[], Store]
"""Makes one club's ledger after another, each with nothing in it."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A ledger in a folder of its own."""

    folder: Path

    def open(self) -> Ledger:
        return FileLedger(self.folder / "ledger.json", KEEP)

    def show(self, world: World) -> None:
        """The calendar is none of its concern."""


@contextmanager
def in_files(folder: Path) -> Iterator[Stores]:
    """A ledger after another in the folder."""
    numbers = count()
    yield lambda: FileStore(folder / str(next(numbers)))


STORES: Mapping[str, Callable[[Path], AbstractContextManager[Stores]]] = {"file": in_files}

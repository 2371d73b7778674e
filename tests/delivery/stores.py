"""Where the ledgers of the seasons live. A new store joins by adding its line to ``STORES``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.ports.ledger import Ledger
from tests.builders import RETENTION
from tests.contract.calendar_world import CalendarLedgerWorld
from tests.delivery.season_machine import Store
from tests.emulators.google import Calendar, event
from tests.unit.domain.season import World
from tests.wire.github import Home, github
from tests.wire.google import google

Stores = Callable[[], Store]
"""Makes one club's ledger after another, each with nothing in it."""


@dataclass(frozen=True, slots=True)
class FileStore:
    """A ledger in a folder of its own."""

    folder: Path

    def open(self) -> Ledger:
        """See ``machine.Store``."""
        return FileLedger(self.folder / "ledger.json", RETENTION)

    def show(self, world: World) -> None:
        """The calendar is none of its concern."""


@dataclass(frozen=True, slots=True)
class GitStore:
    """A ledger on a branch of its own."""

    home: Home
    branch: str

    def open(self) -> Ledger:
        """See ``machine.Store``."""
        return self.home.ledger(branch=self.branch)

    def show(self, world: World) -> None:
        """The calendar is none of its concern."""


@dataclass(frozen=True, slots=True)
class CalendarStore:
    """A ledger in a calendar of its own, in which the world's events are."""

    place: CalendarLedgerWorld

    def open(self) -> Ledger:
        """See ``machine.Store``."""
        return self.place.open()

    def show(self, world: World) -> None:
        """Enter what is new and edit what is there, which keeps what is remembered on it; deleted events stay so."""
        calendar = self.place.calendar
        entered = {one.id: event(one.id, one.start, one.end, summary=one.title) for one in world.calendar()}
        for one in world.calendar():
            entered[one.id]["status"] = "confirmed" if one.confirmed else "cancelled"
        calendar.put(*(calendar.events.get(one, {}) | entered[one] for one in sorted(entered)))
        for gone in sorted(calendar.events.keys() - entered.keys()):
            calendar.cancel(gone)


@contextmanager
def in_files(folder: Path) -> Iterator[Stores]:
    """A ledger after another in the folder."""
    numbers = count()
    yield lambda: FileStore(folder / str(next(numbers)))


@contextmanager
def in_a_repository(_folder: Path) -> Iterator[Stores]:
    """A ledger after another in one repository."""
    numbers = count()
    with github() as home:
        yield lambda: GitStore(home, f"ledger-{next(numbers)}")


@contextmanager
def in_calendars(_folder: Path) -> Iterator[Stores]:
    """A ledger after another in one account, each in a calendar of its own."""
    numbers = count()
    with google() as club:

        def another() -> CalendarStore:
            calendar = Calendar(f"{next(numbers)}@group.calendar.google.com")
            club.google.world.calendars.append(calendar)
            return CalendarStore(CalendarLedgerWorld(club, RETENTION, id=calendar.id))

        yield another


STORES: Mapping[str, Callable[[Path], AbstractContextManager[Stores]]] = {
    "file": in_files,
    "git": in_a_repository,
    "calendar": in_calendars,
}

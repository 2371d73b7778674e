"""What remembers which announcements were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A step that a store could not write although it wrote others. ``cause`` says why, in a sentence for a person."""

    key: Key
    cause: SessionsError


class Ledger(Protocol):
    """What remembers what was said. ``now`` is the run's own; stores have no clock."""

    def read(self, now: datetime) -> LedgerSnapshot:
        """The book as it stands. Raises RefusedError if it can't be trusted, UnreachableError if it can't be had."""
        ...

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused | Unwritten, ...]:
        """Take all the steps that the entries then allow, atomically each, and return those that were not taken.

        Once this returns, the steps last, and what is old enough to be forgotten is gone; with no steps it does only
        that, and nothing at all where there is nothing to forget. ``read`` was called before. Raises as ``read`` does;
        what was not written then is as if never asked.
        """
        ...


class Erasable(Ledger, Protocol):
    """A ledger that can be done away with, for good."""

    def erase(self) -> bool:
        """Delete all of it, whether or not it can be read, and say whether there was anything; asked again, no.

        Raises RefusedError where what is there is not the ledger's alone, and else as ``read`` does.
        """
        ...


class LedgerWithWarnings(Erasable, Protocol):
    """A ledger that has more to say to a person than what is in it."""

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What a person should know about the ledger itself, by all that was asked of it so far."""
        ...


@dataclass(frozen=True, slots=True)
class Adopted:
    """A ledger that was taken over: how many notices it remembers, and the branch that it was on."""

    notices: int
    branch: str


class Adoptable(LedgerWithWarnings, Protocol):
    """A ledger that says whose it is, so that a club that moved has to take it over."""

    def adopt(self) -> Adopted:
        """Make the ledger of this club's former place its own, once.

        Raises InputError where there is none to be taken over, and otherwise as ``read`` does.
        """
        ...

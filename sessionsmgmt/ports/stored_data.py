"""Data that is stored about the club: where it is, and how it is listed and deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from typing import Protocol

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.credentials import SecretStore
from sessionsmgmt.ports.ledger import ErasableLedger


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One thing that is stored about the club, in words, and where it can be seen. Names nobody."""

    text: str
    link: str = ""


class ErasableData(Protocol):
    """The data in one place. It can be listed and deleted there."""

    def look(self) -> Sequence[StoredItem]:
        """List all of it, and change nothing. Raises the SessionsErrors of the place."""
        ...

    def delete(self) -> Sequence[StoredItem]:
        """Delete all of it, and return what it was; nothing the second time. Raises as ``look`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A place where data is stored, as the receipt names it.

    ``open`` may fail, and closes what it opened. ``after`` are the topics of places that must be empty before, since
    this place is needed to empty them; each with the causes of a failure for which waiting is of no use.
    """

    topic: str
    open: Callable[[], AbstractContextManager[ErasableData]]
    after: Mapping[str, Collection[type[SessionsError]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """One of the club's ledgers, as the receipt names it. ``open`` may fail."""

    topic: str
    open: Callable[[], ErasableLedger]


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """The secret with the credential: its name and scope, as sessions.yml has them, and how to reach it."""

    secret: str
    scope: str
    open: Callable[[], AbstractContextManager[SecretStore]]

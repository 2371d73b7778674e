"""The data that is stored about the club: its places, and how it is listed and deleted there."""

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
    """A stored thing in words, and a link to it. It names nobody."""

    text: str
    link: str = ""


class ErasableData(Protocol):
    """The data in one place. It can be listed and deleted there."""

    def look(self) -> Sequence[StoredItem]:
        """List all the data, and change nothing. Raises the SessionsErrors of the place."""
        ...

    def delete(self) -> Sequence[StoredItem]:
        """Delete all the data, and return what was deleted. A second call returns nothing. Raises as ``look`` does."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A place where data is stored. ``topic`` is its name in the receipt.

    ``open`` may fail, and closes what it opened. ``after`` has the topics of the places that must be emptied first,
    because this place is needed to empty them. Each topic has the errors after which this place is emptied anyway.
    """

    topic: str
    open: Callable[[], AbstractContextManager[ErasableData]]
    after: Mapping[str, Collection[type[SessionsError]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """One of the club's ledgers. ``topic`` is its name in the receipt. ``open`` may fail."""

    topic: str
    open: Callable[[], ErasableLedger]


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """The secret with the credential: its name and scope as in sessions.yml, and a call that opens it."""

    secret: str
    scope: str
    open: Callable[[], AbstractContextManager[SecretStore]]

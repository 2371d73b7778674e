"""Data that is stored about the club, which can be listed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One thing that is kept about the club or was made for it, in words, and where it can be seen. Names nobody."""

    text: str
    link: str = ""


class ErasableData(Protocol):
    """What is kept or was made in one place, and can be looked at and deleted there."""

    def look(self) -> Sequence[StoredItem]:
        """All there is, and nothing is changed. Raises RefusedError, UnreachableError or what the place's own are."""
        ...

    def delete(self) -> Sequence[StoredItem]:
        """Delete all of it, and say what that was; asked again, there is nothing. Raises as ``look`` does."""
        ...

"""Where the people are kept."""

from __future__ import annotations

from typing import Protocol

from sessionsmgmt.domain.model.people import ContactsReading


class Contacts(Protocol):
    """Where the people are kept."""

    def read(self) -> ContactsReading:
        """Every contact with its labels. Raises UnreachableError or InputError; never returns only a part."""
        ...

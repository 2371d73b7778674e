"""Where the people are kept."""

from __future__ import annotations

from typing import Protocol

from sessionsmgmt.domain.model.people import ContactsReading


class Contacts(Protocol):
    """Where the people are kept."""

    def read(self) -> ContactsReading:
        """Every contact with its labels, or an error: UnreachableError or InputError. A part is never returned."""
        ...

"""Where the sessions are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from sessionsmgmt.domain.model.event import CalendarReading


class Calendar(Protocol):
    """Where the sessions are kept."""

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """Every event under way at or after ``since`` that begins no later than ``until``, and those of ``ids``.

        An event of ``ids`` is returned whenever it takes place; an event that is gone is left out. Raises
        UnreachableError if the calendar could not be read whole, and InputError if it is no calendar. A part of the
        events is never returned.
        """
        ...

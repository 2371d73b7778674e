"""A calendar that is subscribed to: an iCalendar feed (RFC 5545) at an https address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from datetime import datetime

from sessionsmgmt.adapters.feeds.download import Download
from sessionsmgmt.adapters.files.calendar import IcsReader
from sessionsmgmt.adapters.files.ics_blocks import CutOffError
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.errors import InputError, UnreachableError


@dataclass(frozen=True, slots=True)
class SubscribedCalendar:
    """The calendar at the address, which no message shows. ``reader`` names it as ``download`` does."""

    address: str = field(repr=False)
    download: Download
    reader: IcsReader

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``. Raises as ``Download.content`` does, and InputError if the feed is no calendar."""
        data = self.download.content(self.address)
        try:
            return self.reader.read(data, since, until, ids)
        except CutOffError as error:
            raise UnreachableError(error.text, "Nothing is lost; the next run tries again.") from None
        except InputError as error:
            advice = "Copy the address of the calendar in the form iCalendar (.ics) from its settings (docs/feeds.md)."
            raise InputError(error.text, advice) from None

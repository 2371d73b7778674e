"""The calls to Google Calendar that read and change the events that the ledger is kept on (Calendar API v3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.calendar import LARGEST_PAGE
from sessionsmgmt.adapters.google.event_ledger import Item
from sessionsmgmt.adapters.google.paging import rows
from sessionsmgmt.domain.frozen import dataclass

GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""How Google answers for an event that is not there, or not there any more."""


@dataclass(frozen=True, slots=True)
class LedgerEvents:
    """The events of one calendar. ``fields`` are the parts of an event that are asked for.

    Every method raises HttpError as the API answers.
    """

    api: Any
    calendar: str
    fields: str

    def all(self, since: datetime | None = None) -> Iterator[Item]:
        """Every event: single events and series, the exceptions of series, and deleted ones while the bin has them.

        With ``since``, only the events and series that end after it.
        """
        bounds = {"timeMin": since.isoformat()} if since else {}

        def page(token: str | None) -> Item:
            reply: Item = (
                self.api.events()
                .list(
                    calendarId=self.calendar,
                    singleEvents=False,
                    showDeleted=True,
                    maxResults=LARGEST_PAGE,
                    pageToken=token,
                    fields=f"nextPageToken,items({self.fields})",
                    **bounds,
                )
                .execute()
            )
            return reply

        return rows(page, "items")

    def event(self, event: str) -> Item:
        """The event of that id as it is now."""
        item: Item = self.api.events().get(calendarId=self.calendar, eventId=event, fields=self.fields).execute()
        return item

    def event_if_there(self, event: str) -> Item | None:
        """The event of that id; None where the calendar does not have it."""
        try:
            return self.event(event)
        except HttpError as error:
            if error.resp.status in GONE:
                return None
            raise

    def change(self, event: str, etag: str, private: Mapping[str, str | None]) -> Item | None:
        """Set these private properties, and delete those that are None here, without an email to anybody.

        Returns the event afterwards; None where the event is not at the version ``etag`` any more, and nothing was
        changed.
        """
        request = self.api.events().patch(
            calendarId=self.calendar,
            eventId=event,
            sendUpdates="none",
            body={"extendedProperties": {"private": dict(private)}},
            fields=self.fields,
        )
        request.headers["If-Match"] = etag
        try:
            item: Item = request.execute()
        except HttpError as error:
            if error.resp.status == HTTPStatus.PRECONDITION_FAILED:
                return None
            raise
        return item

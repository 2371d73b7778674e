"""The end of the ledger in Google Calendar: our properties taken off every event, old and deleted ones included.

No key is needed for it: our properties are known by their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.calendar import LARGEST_PAGE
from sessionsmgmt.adapters.google.errors import STRANGE, explained, nonsense, understood
from sessionsmgmt.adapters.google.event_ledger import Item
from sessionsmgmt.adapters.google.extended_properties import ours
from sessionsmgmt.adapters.google.paging import rows
from sessionsmgmt.adapters.http_session import POOL
from sessionsmgmt.errors import SessionsError, gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry

ITEM = "id,etag,recurringEventId,extendedProperties/private"

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def wipe(api: Any, calendar: str, retry_policy: RetryPolicy) -> bool:
    """Take our properties off every event of the calendar, and say whether there were any.

    Every event is tried before the first failure is raised, so that as little as possible is left. Raises as the
    calendar does. A series comes before its exceptions, which would show its properties as theirs.
    """
    with understood("looking for the ledger in the calendar"):
        bearing = [item for item in _listed(api, calendar) if _ours(item)]
    failures: list[SessionsError] = []
    for exceptions in (False, True):
        chosen = [item for item in bearing if ("recurringEventId" in item) is exceptions]
        with side_by_side(POOL) as threads:
            failures += [
                one for one in threads.map(lambda item: _wiped(api, calendar, item, retry_policy), chosen) if one
            ]
    if failures:
        raise gravest(failures)
    return bool(bearing)


def _listed(api: Any, calendar: str) -> Iterator[Item]:
    """Every event there is, whenever it is or was; deleted ones too, as long as the calendar has them in its bin."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.events()
            .list(
                calendarId=calendar,
                singleEvents=False,
                showDeleted=True,
                maxResults=LARGEST_PAGE,
                pageToken=token,
                fields=f"nextPageToken,items({ITEM})",
            )
            .execute()
        )
        return reply

    return rows(page, "items")


def _ours(item: Item) -> dict[str, str]:
    return ours(item.get("extendedProperties", {}).get("private", {}))


def _wiped(api: Any, calendar: str, item: Item, retry_policy: RetryPolicy) -> SessionsError | None:
    """Take our properties off one event, whoever else changes it meanwhile; what kept that from being done, if any."""
    bearing: Item | None = item

    def attempt() -> RetryLater | None:
        nonlocal bearing
        bearing = bearing or api.events().get(calendarId=calendar, eventId=item["id"], fields=ITEM).execute()
        names = sorted(_ours(bearing))
        if not names:
            return None
        request = api.events().patch(
            calendarId=calendar,
            eventId=item["id"],
            sendUpdates="none",
            body={"extendedProperties": {"private": dict.fromkeys(names)}},
            fields=ITEM,
        )
        request.headers["If-Match"] = bearing["etag"]
        try:
            request.execute()
        except HttpError as error:
            if error.resp.status != HTTPStatus.PRECONDITION_FAILED:
                raise
            bearing = None
            return RetryLater("it was being changed all the time")
        return None

    try:
        retry(attempt, "An event of the calendar", retry_policy)
    except HttpError as error:
        return None if error.resp.status in _GONE else explained(error, _DELETING)
    except SessionsError as error:
        return error
    except STRANGE as error:
        return nonsense(error, _DELETING)
    return None


_DELETING = "deleting the ledger from the calendar"

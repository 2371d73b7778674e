"""The end of the ledger in Google Calendar: our properties are deleted from every event, also old and deleted ones.

That takes no key: our properties are known by their names.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.errors import STRANGE, explained, nonsense, understood
from sessionsmgmt.adapters.google.event_ledger import Item
from sessionsmgmt.adapters.google.extended_properties import ours
from sessionsmgmt.adapters.google.ledger_events import GONE, LedgerEvents
from sessionsmgmt.adapters.http_session import POOL
from sessionsmgmt.errors import SessionsError, gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry

_DELETING = "deleting the ledger from the calendar"


def wipe(api: Any, calendar: str, retry_policy: RetryPolicy) -> bool:
    """Delete our properties from every event of the calendar, and say whether there were any.

    Every event is tried before the first failure is raised, so that as little as possible is left. Raises as the
    calendar does. A series comes before its exceptions, which would show its properties as theirs.
    """
    events = LedgerEvents(api, calendar, "id,etag,recurringEventId,extendedProperties/private")
    with understood("looking for the ledger in the calendar"):
        bearing = [item for item in events.all() if _ours(item)]
    failures: list[SessionsError] = []
    for exceptions in (False, True):
        chosen = [item for item in bearing if ("recurringEventId" in item) is exceptions]
        with side_by_side(POOL) as threads:
            results = threads.map(partial(_wiped, events, retry_policy), chosen)
            failures += [failure for failure in results if failure]
    if failures:
        raise gravest(failures)
    return bool(bearing)


def _ours(item: Item) -> dict[str, str]:
    return ours(item.get("extendedProperties", {}).get("private", {}))


def _wiped(events: LedgerEvents, retry_policy: RetryPolicy, listed: Item) -> SessionsError | None:
    """Delete our properties from one event, even if somebody else changes it meanwhile; returns what failed, if so."""
    item: Item | None = listed

    def attempt() -> RetryLater | None:
        nonlocal item
        item = item or events.event(listed["id"])
        names = sorted(_ours(item))
        if not names or events.change(item["id"], item["etag"], dict.fromkeys(names)):
            return None
        item = None
        return RetryLater("it was being changed all the time")

    try:
        retry(attempt, "An event of the calendar", retry_policy)
    except HttpError as error:
        return None if error.resp.status in GONE else explained(error, _DELETING)
    except SessionsError as error:
        return error
    except STRANGE as error:
        return nonsense(error, _DELETING)
    return None

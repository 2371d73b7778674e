"""The records on all events of a calendar, as they were read together: what a snapshot of the calendar ledger is of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from sessionsmgmt.adapters.google.event_ledger import Binding, EventRecord, Item, earlier, entries, opened
from sessionsmgmt.adapters.google.ledger_events import LedgerEvents
from sessionsmgmt.adapters.http_session import POOL
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.parallel import side_by_side

MARGIN = timedelta(days=1)
"""How much longer events are read than they are remembered."""

_INSTANCE = re.compile(r"(.+)_[0-9]{8}(?:T[0-9]{6}Z)?")
"""Google's id of an instance: that of its series, and its original start."""


@dataclass(frozen=True, slots=True)
class LedgerRecords:
    """The records by the ids of their events.

    ``series`` has the id of the series of each exception. ``secrets`` are those in the records: more than one if two
    runs began the ledger with different secrets at the same time.
    """

    binding: Binding
    records: Mapping[str, EventRecord] = field(repr=False)
    series: Mapping[str, str]
    secrets: frozenset[bytes] = field(repr=False)

    def snapshot(self, secret: bytes, now: datetime) -> LedgerSnapshot:
        """All records as one. The people whom the earlier script named get digests of this secret."""
        by_event = [entries(record, secret, self.binding, now) for record in self.records.values()]
        return LedgerSnapshot(secret, {key: entry for some in by_event for key, entry in some.items()}, version=self)

    def event_of(self, session: str) -> str:
        """The id of the event that has the record of a session: that of its series, if the session is an instance."""
        if session in self.records:
            return session
        instance = _INSTANCE.fullmatch(session)
        return self.series.get(session, instance[1] if instance else session)


def read_records(events: LedgerEvents, binding: Binding, now: datetime) -> LedgerRecords:
    """The records of the calendar, in one request for each page of its list.

    One more is made for each series that is not listed although an exception of it is. Raises RefusedError where a
    record does not open, and HttpError as the API answers.
    """
    since = binding.retention.instant(now) - binding.retention.keep - MARGIN
    items = {item["id"]: item for item in events.all(since)}
    items |= {item["id"]: item for item in _unlisted(events, items)}
    series = {id_: item["recurringEventId"] for id_, item in items.items() if _is_exception(item, items)}
    records = {id_: opened(item, binding) for id_, item in items.items() if id_ not in series}
    for id_, master in series.items():
        records[master] = records[master].remembering(earlier(items[id_], binding.rules))
    secrets = frozenset(record.snapshot.secret for record in records.values() if record.snapshot)
    return LedgerRecords(binding, records, series, secrets)


def _unlisted(events: LedgerEvents, items: Mapping[str, Item]) -> list[Item]:
    """The series of listed exceptions that are not listed themselves, as far as the calendar has them.

    Somebody who is invited to one instance alone has that instance in the calendar, and no series.
    """
    ids = sorted({item["recurringEventId"] for item in items.values() if "recurringEventId" in item} - items.keys())
    with side_by_side(POOL) as threads:
        return [item for item in threads.map(events.event_if_there, ids) if item]


def _is_exception(item: Item, items: Mapping[str, Item]) -> bool:
    """Whether it belongs to a series that is there and has the record of all its instances."""
    return "recurringEventId" not in items.get(item.get("recurringEventId", ""), {"recurringEventId": ""})

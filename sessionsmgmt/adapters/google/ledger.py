"""The ledger in Google Calendar: what was announced of a session is kept, sealed, on its event (Calendar API v3).

What concerns the instances of a series is kept on the event of the series: an instance that is deleted loses all its
properties, and writing to one would turn it into an exception of the series. An exception has a copy of what the series
had when it was made; that copy counts for nothing.

An event that is deleted keeps its properties as long as it is in the calendar's bin; after that, nothing remembers what
was announced of it. The ledger belongs to the calendar by the id that sessions.yml gives: the same calendar under
another id begins a new ledger.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.calendar import id_of
from sessionsmgmt.adapters.google.errors import understood
from sessionsmgmt.adapters.google.event_ledger import Binding
from sessionsmgmt.adapters.google.ledger_erase import wipe
from sessionsmgmt.adapters.google.ledger_events import LedgerEvents
from sessionsmgmt.adapters.google.ledger_records import LedgerRecords, read_records
from sessionsmgmt.adapters.google.ledger_write import Failed, Writing, Written
from sessionsmgmt.adapters.http_session import POOL
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Refusal, Refused, Step, to_release
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.errors import gravest
from sessionsmgmt.parallel import side_by_side
from sessionsmgmt.ports.ledger import Unwritten, WriteResult

ITEM = "id,etag,recurringEventId,recurrence,summary,attendees(email),extendedProperties/private"


class CalendarLedger:
    """What was announced, in the private properties of the events of one calendar, found by its id or by its name.

    ``scopes`` are those of the reading stage, with ``tokens.EVENTS_WRITE`` among them. ``rules`` are those of
    sessions.yml in their order: they tell what the earlier script's properties are about. What ``retention`` does
    not keep any more is forgotten with the next write.
    """

    def __init__(
        self,
        account: Account,
        scopes: frozenset[str],
        keys: Keys,
        retention: Retention,
        rules: Sequence[Rule],
        id: str = "",  # noqa: A002  the word sessions.yml has
        name: str = "",
    ) -> None:
        self._account = account
        self._scopes = scopes
        self._name = name
        self._binding = Binding(id, keys, rules, retention)

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:
        """The ledger as it is now; see ``ports.Ledger`` and, for the requests, ``read_records``.

        Raises RefusedError where an event's part of the ledger does not open, and ConsentError or InputError as the
        calendar does.
        """
        read = self._read(now)
        begin_with = earlier.secret if earlier else _derived_secret(read.binding)
        return read.snapshot(min(read.secrets, default=begin_with), now)

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Take the steps, each event's in one request of its own, several at once; see ``ports.Ledger``.

        An event that fails leaves the others alone: its steps come back as Unwritten. Only the claims of one email
        depend on each other. They are on several events, so the claims that were taken are given back if another claim
        of their email was not. A run that dies in between leaves claims of an email that never left, which are held
        later. Raises only where none could be written and none can: the consent is gone or too small.
        """
        read = self._records_of(snapshot) or self._read(now)
        events = LedgerEvents(self._api, read.binding.calendar, ITEM)
        writing = Writing(events, read, snapshot.secret, now, self._account.connection.retry_policy)
        grouped = writing.grouped(steps)
        if not grouped:
            return WriteResult(snapshot)
        after, not_taken = _written(writing, grouped)
        released = to_release(steps, (step.key for step in not_taken))
        if released:
            again = replace(writing, read=after)
            after, not_released = _written(again, again.grouped(released))
            failed = {step.key for step in not_released}
            not_taken += not_released
            not_taken += tuple(
                Refused(step.key, Refusal.EMAIL_NOT_CLAIMED) for step in released if step.key not in failed
            )
        return WriteResult(after.snapshot(snapshot.secret, now), not_taken)

    def erase(self) -> bool:
        """Delete what is ours from every event of the calendar, and nothing else; see ``ports.ErasableLedger``.

        Copies on duplicated events are ours as well. What MantaBots' earlier script wrote is not.
        """
        with understood("finding the ledger in the calendar"):
            calendar = self._calendar()
        return wipe(self._api, calendar, self._account.connection.retry_policy)

    @cached_property
    def _api(self) -> Any:
        return self._account.guarded("calendar", self._scopes)

    def _calendar(self) -> str:
        """The calendar's id, which the account looks up once for a calendar that is given by its name."""
        return self._binding.calendar or id_of(self._name, self._account, self._api)

    def _records_of(self, snapshot: LedgerSnapshot) -> LedgerRecords | None:
        """The records that a snapshot of this calendar was made of; None for any other snapshot."""
        if not isinstance(snapshot.version, LedgerRecords):
            return None
        with understood("finding the ledger in the calendar"):
            own = (self._calendar(), self._binding.keys)
        binding = snapshot.version.binding
        return snapshot.version if (binding.calendar, binding.keys) == own else None

    def _read(self, now: datetime) -> LedgerRecords:
        with understood("reading the ledger in the calendar"):
            binding = replace(self._binding, calendar=self._calendar())
            return read_records(LedgerEvents(self._api, binding.calendar, ITEM), binding, now)


def _written(
    writing: Writing, grouped: Mapping[str, Sequence[Step]]
) -> tuple[LedgerRecords, tuple[Refused | Unwritten, ...]]:
    """Write each event's steps. Returns the records afterwards and the steps not taken. Raises as ``write`` does."""
    with side_by_side(POOL) as threads:
        results = dict(zip(grouped, threads.map(writing.write, grouped, grouped.values()), strict=True))
    written = {event: result for event, result in results.items() if isinstance(result, Written)}
    failed = {event: result for event, result in results.items() if isinstance(result, Failed)}
    if not written and any(failure.everywhere for failure in failed.values()):
        raise gravest(failure.cause for failure in failed.values() if failure.everywhere)
    refused = [step for result in written.values() for step in result.not_taken]
    unwritten = [
        Unwritten(key, failure.cause)
        for event, failure in failed.items()
        for key in writing.keys(event, grouped[event])
    ]
    records = {**writing.read.records, **{event: result.record for event, result in written.items()}}
    return replace(writing.read, records=records), (*refused, *unwritten)


def _derived_secret(binding: Binding) -> bytes:
    """The secret of a ledger that is not begun: the same for all who begin it at the same time."""
    return hmac.new(binding.keys.current, f"sessionsmgmt people {binding.calendar}".encode(), "sha256").digest()

"""One write of the calendar ledger: each event's steps in a request of its own, repeated if the event was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.errors import STRANGE, explained, is_everywhere, nonsense
from sessionsmgmt.adapters.google.event_ledger import EventRecord, opened, updated
from sessionsmgmt.adapters.google.extended_properties import change
from sessionsmgmt.adapters.google.ledger_events import GONE, LedgerEvents
from sessionsmgmt.adapters.google.ledger_records import LedgerRecords
from sessionsmgmt.domain.delivery.claims import ByDigest, Refusal, Refused, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError
from sessionsmgmt.ports.ledger import Unwritten
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry

WRITING = "writing the ledger into the calendar"

_LOST = "What is said about this event can't be remembered: it is not in the calendar any more."
_RESTORE = "If it was deleted by mistake, restore it from the calendar's bin."


@dataclass(frozen=True, slots=True)
class Written:
    """One event whose steps were taken or refused, and its record now."""

    record: EventRecord
    not_taken: tuple[Refused | Unwritten, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """One event that could not be written. ``everywhere``: no other event could, for the same reason."""

    cause: SessionsError
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Writing:
    """One write over what was ``read``. ``secret`` is the one that the digests of its steps were made with."""

    events: LedgerEvents
    read: LedgerRecords
    secret: bytes = field(repr=False)
    now: datetime
    retry_policy: RetryPolicy

    def grouped(self, steps: Sequence[Step]) -> dict[str, list[Step]]:
        """The steps by the event they are written on, and the events that have something to forget or to seal anew."""
        grouped: dict[str, list[Step]] = {}
        for step in steps:
            grouped.setdefault(self.read.event_of(step.key.first_event_id), []).append(step)
        for event, record in self.read.records.items():
            if updated(record, (), self.secret, self.read.binding, self.now).properties != record.properties:
                grouped.setdefault(event, [])
        return grouped

    def keys(self, event: str, steps: Sequence[Step]) -> list[Key]:
        """What a failure is about: the steps, or else what was to be forgotten."""
        record = self.read.records.get(event)
        if steps or record is None or record.snapshot is None:
            return list(dict.fromkeys(step.key for step in steps))
        return list(record.snapshot.entries)

    def write(self, event: str, steps: Sequence[Step]) -> Written | Failed:
        """Take the steps on one event."""
        try:
            return self._written(event, steps)
        except HttpError as error:
            if error.resp.status in GONE:
                return Failed(RefusedError(_LOST, _RESTORE), everywhere=False)
            return Failed(explained(error, WRITING), is_everywhere(error))
        except SessionsError as error:
            return Failed(error, isinstance(error, ConsentError | InputError))
        except STRANGE as error:
            return Failed(nonsense(error, WRITING), everywhere=False)

    def _written(self, event: str, steps: Sequence[Step]) -> Written:
        """Take the steps on the event's record, and anew on the record as it is then if the event was changed.

        A reply that was lost looks like such a change. What was written is found then, and not written twice. Where the
        steps would change nothing, the event is read once more: a refusal is about what is true now.
        """
        binding = self.read.binding
        record, is_current = self.read.records.get(event), False

        def attempt() -> Written | RetryLater:
            nonlocal record, is_current
            if record is None:
                record, is_current = self._current(event), True
            known = [step for step in steps if self._knows(record) or not isinstance(step, ByDigest)]
            foreign = [Refused(step.key, Refusal.ANOTHER_LEDGER_SECRET) for step in steps if step not in known]
            after = updated(record, known, self.secret, binding, self.now)
            not_taken = (*after.not_taken, *foreign)
            changes = change(record.properties, after.properties)
            if not changes and steps and not is_current:
                record, is_current = self._current(event).following(record), True
                return attempt()
            if not changes:
                return Written(record, not_taken)
            item = self.events.change(event, record.etag, changes)
            if item:
                return Written(opened(item, binding).following(record), not_taken)
            record, is_current = self._current(event).following(record), True
            if record.properties == after.properties:
                return Written(record, not_taken)
            return RetryLater("it was being changed all the time")

        return retry(attempt, "An event of the calendar", self.retry_policy)

    def _current(self, event: str) -> EventRecord:
        return opened(self.events.event(event), self.read.binding)

    def _knows(self, record: EventRecord) -> bool:
        """Whether people will be recognised in that record by digests of the secret."""
        if self.read.secrets and self.secret not in self.read.secrets:
            return False
        return record.snapshot is None or record.snapshot.secret in self.read.secrets | {self.secret}

"""The ledger's record on one event of the calendar: read from its properties, updated by steps, and sealed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from sessionsmgmt.adapters.google.extended_properties import (
    LIMIT,
    EarlierAnnouncement,
    Properties,
    cut,
    earlier_announcement,
    is_copy,
    joined,
    ours,
    place,
    size,
)
from sessionsmgmt.adapters.ledger.codec import decode, encode
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealing import Keys, seal, unseal
from sessionsmgmt.domain.delivery.claims import Begin, Entry, Import, LedgerSnapshot, Refused, Step, digest
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.ledger import Unwritten

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Binding:
    """What all records of a ledger have in common: their calendar, the keys, the club's rules and the retention."""

    calendar: str
    keys: Keys
    rules: Sequence[Rule]
    retention: Retention


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What one event has of the ledger, as it was when ``etag`` was the event's version.

    ``properties`` are the event's properties that are ours, ``snapshot`` what they say; it is None where there are none
    or they were copied from another event. ``serial`` counts how often they were written, ``outdated`` says that they
    were sealed with the key before. ``earlier`` is what MantaBots' earlier script remembers of this event or of the
    instances of this series.
    """

    event: str
    etag: str
    properties: Properties = field(repr=False)
    earlier: Mapping[Key, EarlierAnnouncement] = field(repr=False)
    snapshot: LedgerSnapshot | None = field(default=None, repr=False)
    serial: int = 0
    outdated: bool = False

    def remembering(self, earlier: Mapping[Key, EarlierAnnouncement]) -> EventRecord:
        """The record, with what the earlier script remembers of an instance as well."""
        return replace(self, earlier={**self.earlier, **earlier})

    def following(self, before: EventRecord) -> EventRecord:
        """The record, which was read later and alone, with what ``before`` knows of the instances."""
        return replace(self, earlier={**before.earlier, **self.earlier})


@dataclass(frozen=True, slots=True)
class Update:
    """What the steps make of a record: our properties as they are to be stored, and the steps that were not taken."""

    properties: Properties = field(repr=False)
    not_taken: tuple[Refused | Unwritten, ...] = ()


def opened(item: Item, binding: Binding) -> EventRecord:
    """The record on an event of the API. Raises RefusedError where it can't be trusted."""
    where, shown = place(binding.calendar, item["id"]), f"The ledger on the event {item['id']}"
    properties = ours(_private(item))
    if is_copy(properties, where):
        return EventRecord(item["id"], item["etag"], properties, {})  # what the earlier script wrote is a copy as well
    blank = EventRecord(item["id"], item["etag"], properties, earlier(item, binding.rules))
    if not properties:
        return blank
    content = unseal(joined(properties, shown), binding.keys, where, shown)
    return replace(blank, snapshot=decode(content.content, shown), serial=content.serial, outdated=content.outdated)


def earlier(item: Item, rules: Sequence[Rule]) -> Mapping[Key, EarlierAnnouncement]:
    """What MantaBots' earlier script remembers of the event, for the first rule that matches its title.

    The script wrote on single events and on instances. What the event of a series has of it is a copy.
    """
    invited = [attendee.get("email", "") for attendee in item.get("attendees", ())]
    announcement = earlier_announcement(_private(item), invited)
    rule = next((rule for rule in rules if rule.matches(item.get("summary", ""))), None)
    return {Key(rule.id, item["id"]): announcement} if announcement and rule and "recurrence" not in item else {}


def entries(record: EventRecord, secret: bytes, binding: Binding, now: datetime) -> Mapping[Key, Entry]:
    """All that is remembered on the event: ours, and the earlier script's where there is none of ours."""
    return {**_earlier_entries(record, secret, binding, now), **(record.snapshot.entries if record.snapshot else {})}


def updated(record: EventRecord, steps: Sequence[Step], secret: bytes, binding: Binding, now: datetime) -> Update:
    """Take the steps one by one, and forget what is old enough. Where nothing changes, the properties stay.

    A step that adds an entry or a claim is not taken where the event has no room for it. A step that ends a claim is
    always taken: it makes the record smaller.
    """
    before = LedgerSnapshot(secret, entries(record, secret, binding, now))
    after, not_taken = before, list[Refused | Unwritten]()
    for step in steps:
        following, refused = after.advanced([step], now)
        if refused:
            not_taken += refused
        elif (
            isinstance(step, Begin | Import)
            and _takes(record, _lasting(record, following, binding, now), binding) > LIMIT
        ):
            not_taken.append(Unwritten(step.key, InputError(_FULL, _ELSEWHERE)))
        else:
            after = following
    after = _lasting(record, after, binding, now)
    if after == before and not record.outdated:
        return Update(record.properties, tuple(not_taken))
    return Update(_properties(record, after, binding), tuple(not_taken))


def _private(item: Item) -> Properties:
    private: Properties = item.get("extendedProperties", {}).get("private", {})
    return private


def _earlier_entries(record: EventRecord, secret: bytes, binding: Binding, now: datetime) -> Mapping[Key, Entry]:
    """What the earlier script remembers and is not to be forgotten yet, as entries of this ledger."""
    made = {
        key: Entry(
            Announcement(Kind.NEW, entry.presence, frozenset(digest(secret, who) for who in entry.people), sequence=0)
        )
        for key, entry in record.earlier.items()
    }
    return binding.retention.pruned(LedgerSnapshot(secret, made), now).entries


def _lasting(record: EventRecord, snapshot: LedgerSnapshot, binding: Binding, now: datetime) -> LedgerSnapshot:
    """The snapshot without what is to be forgotten.

    An entry stays as long as the earlier script's properties about the same session: those are not ours to delete, and
    would count again without the entry.
    """
    stays = _earlier_entries(record, snapshot.secret, binding, now).keys() & snapshot.entries.keys()
    entries = binding.retention.pruned(snapshot, now).entries
    return replace(snapshot, entries={**{key: snapshot.entries[key] for key in stays}, **entries})


def _properties(record: EventRecord, snapshot: LedgerSnapshot, binding: Binding) -> dict[str, str]:
    if not snapshot.entries:
        return {}
    where = place(binding.calendar, record.event)
    return cut(seal(encode(snapshot), binding.keys, where, record.serial + 1), where)


def _takes(record: EventRecord, snapshot: LedgerSnapshot, binding: Binding) -> int:
    return size(_properties(record, snapshot, binding))


_FULL = "The event has no room for more of the ledger: Google keeps no more than about 30,000 characters on one."
_ELSEWHERE = "Let the repository remember instead: 'ledger: {store: git, migrate_from: {store: calendar}}'."

"""The ledger on one event: a page of the book, opened, taken a step further, and sealed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sessionsmgmt.adapters.google.extended_properties import (
    LIMIT,
    Announced,
    Properties,
    announced,
    cut,
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
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.ledger import Unwritten

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Binding:
    """What all pages of a book have in common: their calendar, the keys, the club's rules, and how long they last."""

    calendar: str
    keys: Keys
    rules: Sequence[Rule]
    retention: Retention


@dataclass(frozen=True, slots=True)
class Page:
    """What one event bears of the book, as it stood when ``etag`` was its version.

    ``properties`` are those of ours, ``book`` what they say, if they are not those of another event; ``serial`` counts
    how often they were written, ``outdated`` says that it was with the key before. ``earlier`` is what MantaBots'
    earlier script remembers, of this event or of the instances of this series.
    """

    event: str
    etag: str
    properties: Properties = field(repr=False)
    earlier: Mapping[Key, Announced] = field(repr=False)
    snapshot: LedgerSnapshot | None = field(default=None, repr=False)
    serial: int = 0
    outdated: bool = False

    def remembering(self, marks: Mapping[Key, Announced]) -> Page:
        """The page, with what the earlier script remembers of an instance."""
        return replace(self, earlier={**self.earlier, **marks})

    def following(self, before: Page) -> Page:
        """The page, which was read later and alone, with what an earlier look knows of the instances."""
        return replace(self, earlier={**before.earlier, **self.earlier})


@dataclass(frozen=True, slots=True)
class Turned:
    """What the steps make of a page: our properties as they shall stand, and the steps that were not taken."""

    properties: Properties = field(repr=False)
    not_taken: tuple[Refused | Unwritten, ...] = ()


def opened(item: Item, binding: Binding) -> Page:
    """The page on an event of the API. Raises RefusedError where it can't be trusted."""
    where, shown = place(binding.calendar, item["id"]), f"The ledger on the event {item['id']}"
    properties = ours(_private(item))
    if is_copy(properties, where):
        return Page(item["id"], item["etag"], properties, {})  # what else it bears is a copy as well
    blank = Page(item["id"], item["etag"], properties, earlier(item, binding.rules))
    if not properties:
        return blank
    content = unseal(joined(properties, shown), binding.keys, where, shown)
    return replace(blank, snapshot=decode(content.content, shown), serial=content.serial, outdated=content.outdated)


def earlier(item: Item, rules: Sequence[Rule]) -> Mapping[Key, Announced]:
    """What MantaBots' earlier script remembers of the event, for the first rule that matches its title.

    It did so on single events and on instances. What a series as a whole has of it was copied there.
    """
    marks = announced(_private(item), [one.get("email", "") for one in item.get("attendees", ())])
    rule = next((one for one in rules if one.matches(item.get("summary", ""))), None)
    return {Key(rule.id, item["id"]): marks} if marks and rule and "recurrence" not in item else {}


def entries(page: Page, secret: bytes, binding: Binding, now: datetime) -> Mapping[Key, Entry]:
    """All that is remembered on the event: ours, and the earlier script's where there is none of ours."""
    return {**_earlier_entries(page, secret, binding, now), **(page.snapshot.entries if page.snapshot else {})}


def turned(page: Page, steps: Sequence[Step], secret: bytes, binding: Binding, now: datetime) -> Turned:
    """Take the steps one by one, and forget what is old enough. Where nothing changes, the properties stay.

    A step that begins something is not taken where there is no room for it. One that ends something always is: it makes
    less of what is there.
    """
    before = LedgerSnapshot(secret, entries(page, secret, binding, now))
    after, not_taken = before, list[Refused | Unwritten]()
    for step in steps:
        following, refused = after.advanced([step], now)
        if refused:
            not_taken += refused
        elif (
            isinstance(step, Begin | Import) and _takes(page, _lasting(page, following, binding, now), binding) > LIMIT
        ):
            not_taken.append(Unwritten(step.key, InputError(_FULL, _ELSEWHERE)))
        else:
            after = following
    after = _lasting(page, after, binding, now)
    if after == before and not page.outdated:
        return Turned(page.properties, tuple(not_taken))
    return Turned(_properties(page, after, binding), tuple(not_taken))


def _private(item: Item) -> Properties:
    private: Properties = item.get("extendedProperties", {}).get("private", {})
    return private


def _earlier_entries(page: Page, secret: bytes, binding: Binding, now: datetime) -> Mapping[Key, Entry]:
    """What the earlier script remembers and is not yet to be forgotten, as if it had been said by us."""
    made = {
        key: Entry(
            Announcement(Kind.NEW, one.presence, frozenset(digest(secret, mark) for mark in one.people), sequence=0)
        )
        for key, one in page.earlier.items()
    }
    return binding.retention.pruned(LedgerSnapshot(secret, made), now).entries


def _lasting(page: Page, snapshot: LedgerSnapshot, binding: Binding, now: datetime) -> LedgerSnapshot:
    """The book without what is to be forgotten.

    What the earlier script still remembers stays with what we said of it since. Its marks are not ours to delete: they
    would count again.
    """
    stays = _earlier_entries(page, snapshot.secret, binding, now).keys() & snapshot.entries.keys()
    kept = binding.retention.pruned(snapshot, now).entries
    return replace(snapshot, entries={**{key: snapshot.entries[key] for key in stays}, **kept})


def _properties(page: Page, snapshot: LedgerSnapshot, binding: Binding) -> dict[str, str]:
    """A page that says nothing is none."""
    if not snapshot.entries:
        return {}
    where = place(binding.calendar, page.event)
    return cut(seal(encode(snapshot), binding.keys, where, page.serial + 1), where)


def _takes(page: Page, snapshot: LedgerSnapshot, binding: Binding) -> int:
    return size(_properties(page, snapshot, binding))


_FULL = "The event has no room for more of the ledger: Google keeps no more than about 30,000 characters on one."
_ELSEWHERE = "Let the repository remember instead: 'ledger: {store: git, migrate_from: {store: calendar}}'."

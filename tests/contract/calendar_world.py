"""A ledger in the calendar of an emulated Google account, as the contract of ledgers wants to see it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sessionsmgmt.adapters.google.extended_properties import joined, ours, place
from sessionsmgmt.adapters.google.ledger import CalendarLedger
from sessionsmgmt.adapters.google.scopes import CALENDAR_LIST, CONTACTS, EVENTS_WRITE
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealing import Keys, unseal
from sessionsmgmt.domain.model.rule import Rule
from tests.emulators.google import Calendar, World, event
from tests.wire.google import TEAM, Club, google

SCOPES = frozenset({EVENTS_WRITE, CONTACTS})
BY_NAME = SCOPES | {CALENDAR_LIST}
START = datetime(2026, 11, 7, 22, tzinfo=UTC)
SESSIONS = ("lab", "shop", "one", "other")


def a_key() -> Keys:
    """A key that no other club has."""
    return Keys(secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class CalendarLedgerWorld:
    """One calendar and the key of its club. ``rules`` are those of its sessions.yml."""

    club: Club
    retention: Retention
    keys: Keys = field(default_factory=a_key)
    rules: Sequence[Rule] = ()
    id: str = TEAM

    @property
    def calendar(self) -> Calendar:
        return self.club.google.world.calendar(self.id)

    def open(self) -> CalendarLedger:
        return CalendarLedger(self.club.account(), SCOPES, self.keys, self.retention, self.rules, id=self.id)

    def open_by_name(self, name: str) -> CalendarLedger:
        return CalendarLedger(self.club.account(), BY_NAME, self.keys, self.retention, self.rules, name=name)

    def private(self, id_: str) -> dict[str, str]:
        """All private properties of an event."""
        found: dict[str, str] = self.calendar.events[id_].get("extendedProperties", {}).get("private", {})
        return found

    def told(self, id_: str) -> bytes:
        """What an event bears of the ledger, opened; nothing if it bears nothing."""
        properties = ours(self.private(id_))
        return unseal(joined(properties, id_), self.keys, place(self.id, id_), id_).content if properties else b""

    def stored(self) -> bytes:
        return b"\n".join(self._stored())

    def _stored(self) -> Iterator[bytes]:
        for id_ in self.calendar.events:
            if self.private(id_):
                yield json.dumps({id_: self.private(id_)}).encode()
                yield self.told(id_)


def a_calendar(stack: ExitStack, retention: Retention, sessions: Iterable[str] = SESSIONS) -> CalendarLedgerWorld:
    """A calendar with a session of each of these ids, in an account of its own that the stack takes down."""
    world = World()
    world.calendar().put(*(event(id_, START) for id_ in sessions))
    return CalendarLedgerWorld(stack.enter_context(google(world)), retention)

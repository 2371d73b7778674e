"""The Google provider as the product makes it, pointed at the emulator, with time that only passes when it waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.calendar import GoogleCalendarFeed
from sessionsmgmt.adapters.google.contacts import GoogleAddressBook
from sessionsmgmt.adapters.google.credentials import stored_credential
from sessionsmgmt.adapters.google.mail import Gmail
from sessionsmgmt.adapters.google.scopes import CALENDAR_LIST, CONTACTS, EVENTS
from sessionsmgmt.adapters.google.transport import Connection, Timeouts
from tests.builders import NEW_YORK, unmasked
from tests.clock import ManualClock
from tests.emulators.google import Break, GoogleEmulator, World
from tests.settings import secret

READING = frozenset({EVENTS, CONTACTS})
BY_NAME = READING | {CALENDAR_LIST}
TEAM = "team@group.calendar.google.com"
HANG = 1
"""Seconds until a reply that never comes is given up."""


@dataclass(frozen=True)
class Club:
    """One run's objects; each run has its own, as each process has."""

    google: GoogleEmulator
    time: ManualClock = field(default_factory=ManualClock)
    read: float = 300

    @property
    def connection(self) -> Connection:
        return Connection(unmasked, self.google.root, Timeouts(connect=30, read=self.read), self.time.retry_policy())

    def facing(self, trouble: object) -> Club:
        """The same club, which soon gives up waiting if the trouble is a reply that never comes."""
        hangs = isinstance(trouble, Break) and trouble.value.startswith("hang")
        return replace(self, read=HANG) if hangs else self

    def account(self) -> Account:
        return Account(stored_credential(secret(self.google.credentials)), self.connection)

    def calendar(self, id_: str = TEAM) -> GoogleCalendarFeed:
        return GoogleCalendarFeed(self.account(), READING, NEW_YORK, id=id_)

    def calendar_by_name(self, name: str) -> GoogleCalendarFeed:
        return GoogleCalendarFeed(self.account(), BY_NAME, NEW_YORK, name=name)

    def contacts(self) -> GoogleAddressBook:
        return GoogleAddressBook(self.account(), READING)

    def mailer(self) -> Gmail:
        return Gmail(self.account())


@contextmanager
def google(world: World | None = None) -> Iterator[Club]:
    """A club at an emulated Google; every request of it must be one the descriptions allow."""
    with GoogleEmulator(world) as emulator:
        yield Club(emulator)
        assert emulator.violations == ()

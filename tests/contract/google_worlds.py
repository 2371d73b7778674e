"""A club at an emulated Google, as the contract suites want to edit it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from sessionsmgmt.ports.calendar import Calendar
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.mail import Mailer
from tests.contract.address_books import Friend
from tests.contract.calendars import Entry
from tests.emulators.google import Refusal, World, attendee, event
from tests.wire.google import Club, google

ANSWERS = {"needs-action": "needsAction"}
"""The API's words for an attendee's answer, where they differ from iCalendar's."""

LASTING = Refusal(503, "backendError", retry_after="3600")


def at_google(stack: ExitStack) -> Club:
    """An account with an empty calendar and address book, which may send as the coaches; the stack takes it down."""
    world = World()
    world.mailbox.aliases["coaches@example.org"] = True
    return stack.enter_context(google(world))


@dataclass(frozen=True, slots=True)
class GoogleCalendarWorld:
    """The account's calendar."""

    club: Club

    def put(self, *entries: Entry) -> None:
        calendar = self.club.google.world.calendar()
        wanted = {one["id"]: one for entry in entries for one in _events(entry)}
        for gone in set(calendar.events) - set(wanted):
            calendar.purge(gone)
        calendar.put(*wanted.values())

    def spoil(self) -> None:
        self.club.google.fail("calendar.events.list", LASTING, times=99)

    def open(self) -> Calendar:
        return self.club.calendar()


@dataclass(frozen=True, slots=True)
class GoogleContactsWorld:
    """The account's contacts."""

    club: Club

    def put(self, *people: Friend) -> None:
        address_book = self.club.google.world.contacts
        address_book.people.clear()
        for person in people:
            address_book.add(person.name, *person.addresses, labels=person.labels, guardians=person.guardians)

    def spoil(self) -> None:
        self.club.google.fail("people.contactGroups.list", LASTING, times=99)

    def open(self) -> Contacts:
        return self.club.contacts()


@dataclass(frozen=True, slots=True)
class GmailWorld:
    """The account's mailbox."""

    club: Club

    def open(self) -> Mailer:
        return self.club.mailer()

    def arrived(self) -> Sequence[EmailMessage]:
        return [
            message_from_bytes(sent.message.as_bytes(policy=policy.SMTP), EmailMessage, policy=policy.default)
            for sent in self.club.google.sent
        ]

    def block(self) -> None:
        self.club.google.fail("gmail.users.messages.send", Refusal(403, "forbidden"), times=99)

    def close(self) -> None:
        self.club.google.end_grant()


def _events(entry: Entry) -> Iterator[dict[str, Any]]:
    identity = entry.name.encode().hex()
    yield _event(entry, identity) | (_series(entry) if entry.weeks > 1 else {})
    for original, edited in entry.changed.items():
        instance = f"{identity}_{_stamp(original)}"
        yield _event(edited, instance) | {
            "recurringEventId": identity,
            "originalStartTime": event("x", original)["start"],
        }


def _event(entry: Entry, identity: str) -> dict[str, Any]:
    guests = [
        attendee(guest.address, ANSWERS.get(guest.answer, guest.answer), **({"resource": True} if guest.room else {}))
        for guest in entry.guests
    ]
    texts: dict[str, Any] = {name: getattr(entry, name) for name in ("location", "description") if getattr(entry, name)}
    if entry.organizer:
        texts["organizer"] = {"email": entry.organizer, "displayName": "Somebody"}
    made = event(identity, entry.start, entry.end, summary=entry.title, attendees=guests, status=entry.status, **texts)
    return made if entry.title else {name: value for name, value in made.items() if name != "summary"}


def _series(entry: Entry) -> dict[str, Any]:
    """The rule, and the deleted instances in the form the calendar keeps them."""
    without = []
    for start in entry.without:
        if isinstance(start, datetime):
            without.append(f"EXDATE;TZID={_zone(start)}:{start:%Y%m%dT%H%M%S}")
        else:
            without.append(f"EXDATE;VALUE=DATE:{start:%Y%m%d}")
    return {"recurrence": [f"RRULE:FREQ=WEEKLY;COUNT={entry.weeks}", *without]}


def _zone(at: datetime) -> str:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else "UTC"


def _stamp(start: datetime | date) -> str:
    return f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(start, datetime) else f"{start:%Y%m%d}"

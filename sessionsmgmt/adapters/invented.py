"""An invented club: a calendar, contacts and a ledger in memory, so that there is something to see without any data.

Every rule gets one session for each kind of notice. They go the way of all others, through the decision and the
template, so what comes out is what would be sent. The days are always the same, so that two previews of the same
sessions.yml are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot, Step, digest
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event, Response
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind, Presence
from sessionsmgmt.domain.model.people import Contact, ContactsReading, Role
from sessionsmgmt.domain.model.rule import PresenceMode, Rule
from sessionsmgmt.domain.sessions.presence import DAY, at, presence
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports.ledger import WriteResult

SECRET = b"of invented people nothing is secret"

SATURDAY, TEN = date(2026, 3, 7), time(10)
"""When all invented sessions begin. Who sees one of them sees them all."""

FIRST_NAMES = ("Alex", "Billie", "Charlie", "Dana", "Eli", "Frankie", "Gray", "Harper", "Indra", "Jules", "Kim", "Lou")
LAST_NAMES = ("Example", "Sample", "Invented", "Fictional", "Imaginary", "Pretend", "Madeup", "Placeholder")

USUAL = 3
"""People of each role, unless a rule wants more of them."""

MOST = 60
"""People of a role, however many a rule wants."""


@dataclass(frozen=True, slots=True)
class GivenCalendar:
    """A calendar that holds just these events."""

    events: tuple[Event, ...]

    def read(self, since: datetime, until: datetime, ids: Collection[str]) -> CalendarReading:
        """See ``ports.Calendar``; the events have times, none is all-day."""
        events = (event for event in self.events if event.id in ids or _meets(event, since, until))
        return CalendarReading(tuple(events))


@dataclass(frozen=True, slots=True)
class GivenContacts:
    """An address book that holds just these contacts."""

    contacts: tuple[Contact, ...]

    def read(self) -> ContactsReading:
        """See ``ports.Contacts``."""
        return ContactsReading(self.contacts)


@dataclass(frozen=True, slots=True)
class FixedLedger:
    """A ledger for previews: it says always the same, by default nothing, and nothing can be written into it."""

    snapshot: LedgerSnapshot = field(default_factory=lambda: LedgerSnapshot(SECRET))

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - the port's
        """The one snapshot, whenever."""
        return self.snapshot

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:  # noqa: ARG002 - the port's
        """Raises InputError, since a preview sends nothing."""
        raise InputError("A preview's ledger remembers nothing, so nothing can be sent with it.")


@dataclass(frozen=True, slots=True)
class InventedClub:
    """All that a preview reads."""

    calendar: GivenCalendar
    contacts: GivenContacts
    ledger: FixedLedger


def invent(rules: Sequence[Rule], roles: Sequence[Role], zone: tzinfo) -> InventedClub:
    """A club for these rules: for each of them, a session for every kind of notice that it has."""
    people = tuple(_people(rules, roles))
    events: list[Event] = []
    entries: dict[Key, Entry] = {}
    for rule in rules:
        for number, kind in enumerate(Kind):
            if kind not in rule.kinds:
                continue
            attending = people[:-1] if kind is Kind.REMOVED else people
            event = _event(rule, f"{rule.id}-{number}-{kind}", attending, zone)
            if kind is not Kind.CANCELLED:
                events.append(event)
            if kind is not Kind.NEW:
                entries[Key(rule.id, event.id)] = Entry(_announced_before(event, kind, rule, people, zone))
    return InventedClub(
        GivenCalendar(tuple(events)), GivenContacts(people), FixedLedger(LedgerSnapshot(SECRET, entries))
    )


def _people(rules: Iterable[Rule], roles: Sequence[Role]) -> Iterator[Contact]:
    """Enough people of each role for every rule's requirement, each with a name and an address of their own."""
    adults = min(MOST, max([USUAL, *(rule.require.adults or 0 for rule in rules)]))
    number = 0
    for role in roles:
        for _ in range(adults if role.name == "adults" else USUAL):
            first = FIRST_NAMES[number % len(FIRST_NAMES)]
            last = LAST_NAMES[(number + number // len(FIRST_NAMES)) % len(LAST_NAMES)]
            yield Contact(f"{first} {last}", (f"person{number + 1}@example.org",), role.labels[:1])
            number += 1


def _event(rule: Rule, name: str, people: Iterable[Contact], zone: tzinfo) -> Event:
    start = at(SATURDAY, TEN, zone)
    return Event(
        id=name,
        title=rule.match,
        start=start,
        end=start + timedelta(hours=2),
        attendees=tuple(Attendee(contact.addresses[0], Response.ACCEPTED) for contact in people),
        location="The usual room",
    )


def _announced_before(event: Event, kind: Kind, rule: Rule, people: Sequence[Contact], zone: tzinfo) -> Announcement:
    """The last announcement of the event, so that a notice of this kind is due."""
    window = presence(event, rule.presence, zone)
    known = people[:-1] if kind is Kind.ADDED else people
    announced = _later(window, rule) if kind is Kind.CHANGED else window
    if kind is Kind.CANCELLED:  # on a day of its own, or the new session would be taken for the one that is gone
        announced = Presence(window.start + 7 * DAY, window.end + 7 * DAY)
    return Announcement(Kind.NEW, announced, frozenset(digest(SECRET, contact.addresses[0]) for contact in known), 0)


def _later(window: Presence, rule: Rule) -> Presence:
    """A later window that does not cover this one: it was announced before the event was moved to an earlier time."""
    by = DAY if rule.presence is PresenceMode.WHOLE_DAY else timedelta(minutes=30)
    return replace(window, start=window.start + by, end=window.end + by)


def _meets(event: Event, since: datetime, until: datetime) -> bool:
    """Whether it is under way or begins in that time."""
    if not (isinstance(event.start, datetime) and isinstance(event.end, datetime)):
        raise TypeError("invented events have times")
    return event.end >= since and event.start <= until

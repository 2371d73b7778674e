"""The things the job is about, in the words of the people who do it.

Instants are aware datetimes in UTC, so that comparing two of them is right on the days the clocks change (Python
compares datetimes that share a zone by their wall-clock text). The configured zone is an argument where days matter
and where text is made. What an all-day event has is dates, and they stay dates.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache


def caseless(text: str) -> str:
    """A text as it is compared: without case, and however its accents are encoded (Unicode's form NFC)."""
    return unicodedata.normalize("NFC", text).casefold()


@lru_cache(maxsize=4096)  # the dates of a series have one title, and every rule looks at each
def comparable(text: str) -> str:
    """A title or a place as a reader sees it, for comparing two of them.

    Case, the encoding of accents, repeated and exotic blanks, and the kinds of apostrophes, quotes and dashes make no
    difference.
    """
    return " ".join(caseless(text).translate(_LOOK_ALIKES).split())


_LOOK_ALIKES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u02b9\u0060\u00b4\u2032\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"), None),  # nobody sees them
}
"""Characters that look alike to a reader, and what each counts as."""


class Kind(StrEnum):
    """Why a notice is sent."""

    NEW = "new"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    CANCELLED = "cancelled"


DEFAULT_KINDS = frozenset({Kind.NEW, Kind.CHANGED, Kind.ADDED, Kind.CANCELLED})
"""The kinds of notice that a rule sends if it names none."""


class Status(StrEnum):
    """Whether an event takes place, as its calendar says it (RFC 5545, 3.8.1.11)."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Disclose(StrEnum):
    """How much of a person a notice says."""

    NAMES = "names"
    INITIALS = "initials"
    COUNT = "count"


class PresenceMode(StrEnum):
    """Which window is announced for a session."""

    WHOLE_DAY = "whole-day"
    EVENT = "event"


class Unit(StrEnum):
    """What ``within`` counts."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Within:
    """How far ahead a rule looks."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Attendee:
    """An address on an event. ``where`` is the place it was read from (``calendar.ics:31``), if that is known."""

    address: str
    declined: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the calendar, before it is known whether it is a session.

    ``id`` stays the same when the event is edited or moved; for an instance of a series it is made of the series and
    the instance's original start. ``start`` and ``end`` are both UTC datetimes or, for an all-day event, both dates,
    the end being the day after the last one. ``complete`` is false where the calendar would not show every attendee:
    nothing can be concluded from who is missing then. Rooms and other resources are never among the attendees.
    ``own`` is true where the calendar itself organises it; otherwise ``organizer`` is the address of whoever does,
    empty where it can't be told.
    """

    id: str
    title: str
    start: datetime | date
    end: datetime | date
    attendees: tuple[Attendee, ...] = ()
    location: str = ""
    description: str = ""
    status: Status = Status.CONFIRMED
    complete: bool = True
    where: str = ""
    organizer: str = ""
    own: bool = True

    @property
    def confirmed(self) -> bool:
        """Whether it is certain to take place."""
        return self.status is Status.CONFIRMED

    @property
    def all_day(self) -> bool:
        """Whether the event has days instead of times."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in the address book. Every text is as the address book has it."""

    name: str
    addresses: tuple[str, ...]
    labels: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """Who is what: the people whose contacts bear one of ``labels`` (case is ignored), and how much is said of them."""

    name: str
    labels: tuple[str, ...]
    disclose: Disclose = Disclose.NAMES


@dataclass(frozen=True, slots=True, order=True)
class Person:
    """Somebody who will be in the building. ``addresses`` are folded (see ``roster.fold``) and sorted."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a session by role, each list in a fixed order. A person with two roles is in both lists."""

    roles: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)

    @property
    def people(self) -> frozenset[Person]:
        """Everyone, once."""
        return frozenset(person for people in self.roles.values() for person in people)

    def only(self, chosen: frozenset[Person]) -> Roster:
        """The same lists with nobody but the chosen."""
        return Roster({role: tuple(p for p in people if p in chosen) for role, people in self.roles.items()})


@dataclass(frozen=True, slots=True)
class Presence:
    """The announced window, in UTC."""

    start: datetime
    end: datetime

    def covers(self, other: Presence) -> bool:
        """Whether nobody who was told this window would be surprised by the other one."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Presence) -> bool:
        """Whether the two windows have any time in common; a mere moment counts, the touch of their edges does not."""
        overlap = self.start < other.end and other.start < self.end
        return overlap or self.covers(other) or other.covers(self)


@dataclass(frozen=True, slots=True)
class Require:
    """What must hold of a session's people before anything is sent about it."""

    adults: int | None = None
    students_per_adult: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of ``notices``: which events it is about and when something is said about them."""

    id: str
    match: str
    within: Within
    presence: PresenceMode
    kinds: frozenset[Kind] = DEFAULT_KINDS
    require: Require = Require()

    def matches(self, title: str) -> bool:
        """Whether an event of this title is meant: titles compare as a reader sees them (see ``comparable``)."""
        return comparable(self.match) in comparable(title)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What the ledger remembers a notice by: the rule's id and the id under which the session was announced first.

    The calendar may give the session another id later. The key stays, so that all emails about the session belong
    together.
    """

    notice: str
    session: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the premises owner was last told about a session.

    ``people`` are digests of addresses, never addresses. ``sequence`` counts the notices about the session, from 0,
    and goes on after a cancellation: it is the SEQUENCE of the attached .ics (RFC 5545, 3.8.7.4). ``place`` is a keyed
    digest of the place; it is empty if the email named no place, or if an older version wrote the ledger.
    """

    kind: Kind
    presence: Presence
    people: frozenset[str]
    sequence: int
    place: str = ""

    def is_elsewhere(self, other: Said) -> bool:
        """Whether both name a place, and not the same one."""
        return bool(self.place and other.place and self.place != other.place)


@dataclass(frozen=True, slots=True)
class Session:
    """What a notice says of the event itself. All texts are the calendar's own and hostile until escaped."""

    id: str
    title: str
    start: datetime | date
    end: datetime | date
    location: str = ""
    description: str = ""

    @property
    def all_day(self) -> bool:
        """Whether the session has days instead of times."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A session that takes place, and its announced window."""

    session: Session
    presence: Presence


@dataclass(frozen=True, slots=True)
class Notice:
    """One email about one session, decided but not yet worded.

    ``people`` are everyone who is expected now; nobody for ``cancelled``. ``newcomers`` are those of them who are not
    among the people of ``before``, which is the last announcement (None if there is none). ``said`` is what will have
    been said once this one is sent. ``others`` are, for ``cancelled``, the announced sessions of the same rule and day
    that take place.
    """

    key: Key
    kind: Kind
    session: Session
    presence: Presence
    people: Roster
    newcomers: frozenset[Person]
    before: Said | None
    said: Said
    others: tuple[Occurrence, ...] = ()


class State(StrEnum):
    """What became of a notice, or of the thought of one."""

    DUE = "due"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said now about one event under one rule.

    ``due`` carries the notice. ``failed`` is one that the rule's ``require`` keeps back, ``held`` one that waits for a
    person, ``skipped`` one for which there is nothing to say; ``reason`` tells why, without a name or an address.
    ``start`` is when the session's presence begins or was announced to begin. ``attention`` is true if a person has to
    act although there is no notice to send.
    """

    key: Key
    start: datetime
    state: State
    kind: Kind | None = None
    reason: str = ""
    notice: Notice | None = None
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Caution:
    """Something a person should know although the job goes on.

    ``code`` is stable, for machines; ``text`` is the sentence; ``where`` is a place (``calendar.ics:12``, a session's
    id) or empty. None of the three names a person or an address. ``titles`` are titles of the calendar that may help,
    shown only where the public can't read.
    """

    code: str
    text: str
    where: str = ""
    titles: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The text, with the titles; for those alone who may read the calendar."""
        if not self.titles:
            return self.text
        return f"{self.text}. The nearest titles are: {', '.join(repr(title) for title in self.titles)}"


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What a calendar said.

    ``events`` are those asked for, in no particular order, cancelled ones possibly among them. ``unreadable`` are ids
    of events, or of whole series, that are there but could not be read: absence of evidence is no cancellation.
    ``blind`` is true where something unreadable could not even be identified: then nothing that is missing from
    ``events`` is known to be gone. ``empty`` is true of a file that has no event at all, past ones included.
    """

    events: tuple[Event, ...]
    unreadable: frozenset[str] = frozenset()
    blind: bool = False
    cautions: tuple[Caution, ...] = ()
    empty: bool = False

    def knows_gone(self, session: str) -> bool:
        """Whether the event's absence from this reading means that it is gone."""
        return not self.blind and not any(session == one or session.startswith(f"{one}_") for one in self.unreadable)


@dataclass(frozen=True, slots=True)
class ContactsReading:
    """What an address book said."""

    contacts: tuple[Contact, ...]
    cautions: tuple[Caution, ...] = ()

"""Notices: why one is sent, what it says, and what became of it."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, datetime
from enum import StrEnum

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Person, Roster

AGAIN = "#"
"""The character between an event's id and a number, in the key of a session whose id another session had before."""

NO_NOTICE = ":"
"""The first character in the keys of what the ledger remembers besides notices. No notice's id begins with it."""

_AGAIN = re.compile(rf"{AGAIN}[0-9]+\Z")


class Kind(StrEnum):
    """Why a notice is sent."""

    NEW = "new"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    CANCELLED = "cancelled"


DEFAULT_KINDS = frozenset({Kind.NEW, Kind.CHANGED, Kind.ADDED, Kind.CANCELLED})
"""The kinds of notice that a rule sends if it names none."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The window in which people are in the building, as it is announced. Both instants are in UTC."""

    start: datetime
    end: datetime

    def covers(self, other: Presence) -> bool:
        """Whether the other window lies within this one, so that it need not be announced."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Presence) -> bool:
        """Whether the windows have time in common. A window of no length counts, the touch of two edges does not."""
        overlap = self.start < other.end and other.start < self.end
        return overlap or self.covers(other) or other.covers(self)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Key:
    """What the ledger identifies a session by: the rule's id, and the session's id when it was announced first.

    The calendar may give the session another id later. The key stays the same, so that all emails about the session
    belong together.
    """

    notice: str
    session: str

    @property
    def is_of_notice(self) -> bool:
        """Whether the key is a notice's. Otherwise it is that of an alert, or of what a rule matched last."""
        return not self.notice.startswith(NO_NOTICE)

    @property
    def first_event_id(self) -> str:
        """The calendar's id of the session when the key was made."""
        return _AGAIN.sub("", self.session)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a notice tells the premises owner about a session.

    ``people`` are digests, never addresses. ``sequence`` counts the notices about the session, from 0, and goes on
    after a cancellation: it is the SEQUENCE of the attached .ics (RFC 5545, 3.8.7.4). ``place`` is a keyed digest of
    the place; it is empty if the email named no place, or if an older version wrote the ledger.
    """

    kind: Kind
    presence: Presence
    people: frozenset[str]
    sequence: int
    place: str = ""

    def is_elsewhere(self, other: Announcement) -> bool:
        """Whether both announcements name a place, and the places differ."""
        return bool(self.place and other.place and self.place != other.place)


@dataclass(frozen=True, slots=True)
class Session:
    """What a notice says about the event. All texts are the calendar's own and must be escaped when shown."""

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

    ``people`` are all who are expected now; nobody for ``cancelled``. ``before`` is the last announcement, None if
    there is none, and ``newcomers`` are the people who are not in it. ``announcement`` is what this notice announces.
    ``others`` are, for ``cancelled``, the announced sessions of the same rule and day that take place. ``late`` is true
    if it comes later than the owner of the premises asks.
    """

    key: Key
    kind: Kind
    session: Session
    presence: Presence
    people: Roster
    newcomers: frozenset[Person]
    before: Announcement | None
    announcement: Announcement
    others: tuple[Occurrence, ...] = ()
    late: bool = False

    @property
    def takes_place_after_all(self) -> bool:
        """Whether the last email about the session said that it was cancelled."""
        return self.kind is Kind.NEW and self.announcement.sequence > 0


class State(StrEnum):
    """What became of a notice, or of an event for which none is sent."""

    DUE = "due"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided about one event under one rule.

    ``due`` means that ``notice`` is to be sent. ``failed`` means that the rule's ``require`` keeps the notice back,
    ``held`` that it waits for a person, ``skipped`` that there is nothing to announce. ``reason`` tells why, without a
    name or an address. ``start`` is when the session's presence begins, or was announced to begin. ``attention`` is
    true if a person has to act although there is no notice to send. ``title`` and ``begins``, a day or an instant in
    UTC, are the event's own; empty and None where the calendar does not have the event any more.
    """

    key: Key
    start: datetime
    state: State
    kind: Kind | None = None
    reason: str = ""
    notice: Notice | None = None
    attention: bool = False
    title: str = ""
    begins: datetime | date | None = None

    @property
    def order(self) -> tuple[datetime, datetime, Key]:
        """The order of sessions for people: by the announced window, and within a whole day by the event's own time."""
        return self.start, self.begins if isinstance(self.begins, datetime) else self.start, self.key

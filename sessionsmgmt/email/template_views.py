"""What a template sees of a session, its people and its announced window. It holds no undisclosed data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.email.disclosure import DisclosedPerson
from sessionsmgmt.email.time_window import Window


@dataclass(frozen=True, slots=True)
class SessionView:
    """The event as a template sees it.

    ``description`` keeps its lines. ``start`` and ``end`` are in the club's time zone. An all-day event has dates
    instead, and ``end`` is then the day after the last day.
    """

    id: str
    title: str
    location: str
    description: str
    start: datetime | date
    end: datetime | date
    all_day: bool

    def __str__(self) -> str:
        """The title, so that ``{{ session }}`` reads well."""
        return self.title


@dataclass(frozen=True, slots=True)
class PreviousWindow:
    """The window that was announced before (the same fields as ``Window``), and its parts as text.

    ``moved`` is true if the session was announced at another location.
    """

    start: datetime
    end: datetime
    all_day: bool
    text: str
    date: str
    start_time: str
    end_time: str
    moved: bool

    def __str__(self) -> str:
        """The window in words, so that ``{{ before }}`` reads well."""
        return self.text


@dataclass(frozen=True, slots=True)
class OtherSession:
    """Another session of the same day that takes place."""

    title: str
    presence: Window


@dataclass(frozen=True, slots=True)
class ContactView:
    """Who is responsible on site. Both texts are empty, and ``{% if contact %}`` is false, if the club names nobody."""

    name: str
    phone: str

    def __bool__(self) -> bool:
        return bool(self.name)

    def __str__(self) -> str:
        """The name and the telephone number, so that ``{{ contact }}`` reads well."""
        return ", ".join(filter(None, (self.name, self.phone)))


@dataclass(frozen=True, slots=True)
class PeopleByRole:
    """All expected people: a list for each role, such as ``everyone.students``, and the total number of people."""

    total: int
    _lists: Mapping[str, tuple[DisclosedPerson, ...]]

    def __getitem__(self, role: str) -> tuple[DisclosedPerson, ...]:
        """The people of a role. Jinja also calls this for an attribute such as ``everyone.students``."""
        return self._lists[role]


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """The people of one role: its title, their number, the number in words ("12 students"), and the people.

    ``people`` is empty if only the number may be disclosed.
    """

    title: str
    number: int
    count: str
    people: tuple[DisclosedPerson, ...]


@dataclass(frozen=True, slots=True)
class AnnouncedSession:
    """One of the ``sessions`` of an email: the names of a template, for this session alone.

    ``label`` is its kind in a word or two. The lists of people by role are read as attributes, such as ``students``.
    """

    kind: str
    label: str
    late: bool
    date: str
    start: str
    end: str
    start_time: str
    end_time: str
    presence: Window
    before: PreviousWindow | None
    session: SessionView
    everyone: PeopleByRole
    groups: tuple[RoleGroup, ...]
    _lists: Mapping[str, tuple[DisclosedPerson, ...]]

    def __getitem__(self, role: str) -> tuple[DisclosedPerson, ...]:
        """The people of a role: all of them, or only the new ones of an ``added`` session."""
        return self._lists[role]

    def __str__(self) -> str:
        """The window in words."""
        return self.presence.text

"""What a template can name: the notice, put into the words of its language, and nothing that may not be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Kind, Notice, Session
from sessionsmgmt.domain.model.people import Disclose, Person, Roster
from sessionsmgmt.email.disclosure import Named, named
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.safe_text import LONGEST_DESCRIPTION, clean
from sessionsmgmt.email.time_window import Window, clock, days, moment, window

NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
    | {"before", "everyone", "groups", "others"}
)
"""Every name a template knows besides the roles. A role may be called like one of the last four: the role wins then."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The event as a template sees it.

    ``start`` and ``end`` are in the club's time zone; an all-day event has dates instead, the end being the day after
    the last one.
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
class Before:
    """The window that was announced before, as ``Window`` has it, and its parts as text.

    ``moved`` is true if the session was to be at another place.
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
class Other:
    """Another session of the same day that takes place."""

    title: str
    presence: Window


@dataclass(frozen=True, slots=True)
class Everyone:
    """All who are expected now: a list for each role, as in ``everyone.students``, and how many people they are."""

    total: int
    _lists: Mapping[str, tuple[Named, ...]]

    def __getitem__(self, role: str) -> tuple[Named, ...]:
        """The people of a role. A template finds it as an attribute."""
        return self._lists[role]


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one role: what it is called, how many they are, the same in words ("12 students"), and who.

    ``people`` is empty where only the number may be said.
    """

    title: str
    number: int
    count: str
    people: tuple[Named, ...]


def names(notice: Notice, wording: Wording, language: Language) -> dict[str, object]:
    """Every name and what it stands for, ready for a template.

    ``before`` is None unless the notice is ``changed``. ``groups`` has the roles that anybody is there in, in the order
    of the roster. The list of a role has everyone, for ``added`` only those who are new.
    """
    announced = window(notice.presence, wording.zone, language)
    named_here = notice.people.only(notice.newcomers) if notice.kind is Kind.ADDED else notice.people
    roles = {**wording.disclose, **notice.people.roles}
    return {
        "before": _before(notice, wording, language),
        "everyone": Everyone(
            len(notice.people.people), {role: _people(notice, notice.people, role, wording, language) for role in roles}
        ),
        "others": tuple(
            Other(clean(other.session.title), window(other.presence, wording.zone, language)) for other in notice.others
        ),
        "groups": tuple(
            _group(role, people, notice.newcomers, wording, language)
            for role, people in notice.people.roles.items()
            if people
        ),
        **{role: _people(notice, named_here, role, wording, language) for role in roles},
        "team": clean(wording.team),
        "kind": str(notice.kind),
        "notice": notice.key.notice,
        "date": days(announced.start, announced.end, language),
        "start": moment(announced.start, language),
        "end": moment(announced.end, language),
        "start_time": clock(announced.start, language),
        "end_time": clock(announced.end, language),
        "presence": announced,
        "session": _occasion(notice.session, wording.zone),
    }


def _before(notice: Notice, wording: Wording, language: Language) -> Before | None:
    if notice.kind is not Kind.CHANGED or notice.before is None:
        return None
    was = window(notice.before.presence, wording.zone, language)
    return Before(
        *(was.start, was.end, was.all_day, was.text),
        date=days(was.start, was.end, language),
        start_time=clock(was.start, language),
        end_time=clock(was.end, language),
        moved=notice.before.is_elsewhere(notice.announcement),
    )


def _people(notice: Notice, roster: Roster, role: str, wording: Wording, language: Language) -> tuple[Named, ...]:
    people = roster.roles.get(role, ())
    return named(people, role, _disclosed(role, wording), notice.newcomers, language)


def _disclosed(role: str, wording: Wording) -> Disclose:
    return wording.disclose.get(role, Disclose.NAMES)


def _group(
    role: str, people: tuple[Person, ...], newcomers: frozenset[Person], wording: Wording, language: Language
) -> Group:
    count, new = language.count(role, len(people)), sum(person in newcomers for person in people)
    if 0 < new < len(people):
        count = language.of_them_new.format(count=count, new=new)
    disclose = _disclosed(role, wording)
    shown = () if disclose is Disclose.COUNT else named(people, role, disclose, newcomers, language)
    return Group(language.title(role), len(people), count, shown)


def _occasion(session: Session, zone: ZoneInfo) -> Occasion:
    return Occasion(
        id=clean(session.id),
        title=clean(session.title),
        location=clean(session.location),
        description=clean(session.description, LONGEST_DESCRIPTION),
        start=_local(session.start, zone),
        end=_local(session.end, zone),
        all_day=session.all_day,
    )


def _local(when: datetime | date, zone: ZoneInfo) -> datetime | date:
    return when.astimezone(zone) if isinstance(when, datetime) else when

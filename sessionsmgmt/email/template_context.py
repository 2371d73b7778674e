"""The names that a template can use. They hold the notice in the words of its language, and no undisclosed data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Kind, Notice, Session
from sessionsmgmt.domain.model.people import Disclose, Person, ResponsiblePerson, Roster
from sessionsmgmt.email.disclosure import DisclosedPerson, disclosed_people
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.safe_text import MAX_DESCRIPTION_LENGTH, clean, clean_lines
from sessionsmgmt.email.time_window import (
    Window,
    format_days,
    format_hours,
    format_instant,
    format_time_of_day,
    localized_window,
)

CONTEXT_NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
    | {"before", "contact", "everyone", "late", "groups", "others"}
)
"""Every name of a template besides the roles. If a role has the name of one of the last six, the role wins."""


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


def template_context(notice: Notice, wording: Wording, language: Language) -> dict[str, object]:
    """The context of a template: every name and its value.

    ``before`` is None unless the notice is ``changed``. ``groups`` has the roles with at least one person, in the order
    of the roster. The list of a role has everyone; in an ``added`` notice, it has only the new people.
    """
    announced = localized_window(notice.presence, wording.zone, language)
    named_here = notice.people.only(notice.newcomers) if notice.kind is Kind.ADDED else notice.people
    roles = {**wording.disclose, **notice.people.roles}
    return {
        "before": _previous_window(notice, wording, language),
        "contact": _contact(wording),
        "everyone": PeopleByRole(
            len(notice.people.people), {role: _people(notice, notice.people, role, wording, language) for role in roles}
        ),
        "others": tuple(
            OtherSession(clean(occurrence.session.title), localized_window(occurrence.presence, wording.zone, language))
            for occurrence in notice.others
        ),
        "groups": tuple(
            _group(role, people, notice.newcomers, wording, language)
            for role, people in notice.people.roles.items()
            if people
        ),
        **{role: _people(notice, named_here, role, wording, language) for role in roles},
        "team": clean(wording.team),
        "kind": str(notice.kind),
        "late": notice.late,
        "notice": notice.key.notice,
        "date": format_days(announced.start, announced.end, language),
        "start": format_instant(announced.start, language),
        "end": format_instant(announced.end, language),
        "start_time": format_time_of_day(announced.start, language),
        "end_time": format_time_of_day(announced.end, language),
        "presence": announced,
        "session": _session_view(notice.session, wording.zone),
    }


def built_in_context(notice: Notice, wording: Wording, language: Language) -> dict[str, object]:
    """The names that the built-in wording has besides those of every template; they win over a role's name.

    ``label`` is the kind in a word or two, ``after_all`` is whether the last email said that the session was cancelled,
    and ``newcomers`` is how many people are new. ``was`` and ``now`` are the
    old and the new window, and ``same_day`` is true if they are on the same day, so that they consist of times alone.
    """
    after = localized_window(notice.presence, wording.zone, language)
    before = localized_window(notice.before.presence, wording.zone, language) if notice.before else after
    windows = (before, after)
    same_day = len({day for window in windows for day in (window.start.date(), window.end.date())}) == 1
    was, now = (
        format_hours(window.start, window.end, window.all_day, language) if same_day else window.text
        for window in windows
    )
    return {
        "contact": _contact(wording),
        "label": language.label(notice),
        "late": notice.late,
        "after_all": notice.takes_place_after_all,
        "newcomers": len(notice.newcomers),
        "was": was,
        "now": now,
        "same_day": same_day,
    }


def _previous_window(notice: Notice, wording: Wording, language: Language) -> PreviousWindow | None:
    if notice.kind is not Kind.CHANGED or notice.before is None:
        return None
    was = localized_window(notice.before.presence, wording.zone, language)
    return PreviousWindow(
        *(was.start, was.end, was.all_day, was.text),
        date=format_days(was.start, was.end, language),
        start_time=format_time_of_day(was.start, language),
        end_time=format_time_of_day(was.end, language),
        moved=notice.before.is_elsewhere(notice.announcement),
    )


def _contact(wording: Wording) -> ContactView:
    named = wording.contact or ResponsiblePerson("", "")
    return ContactView(clean(named.name), clean(named.phone))


def _people(
    notice: Notice, roster: Roster, role: str, wording: Wording, language: Language
) -> tuple[DisclosedPerson, ...]:
    people = roster.roles.get(role, ())
    return disclosed_people(people, role, _disclosed(role, wording), notice.newcomers, language)


def _disclosed(role: str, wording: Wording) -> Disclose:
    return wording.disclose.get(role, Disclose.NAMES)


def _group(
    role: str, people: tuple[Person, ...], newcomers: frozenset[Person], wording: Wording, language: Language
) -> RoleGroup:
    count, new = language.count(role, len(people)), sum(person in newcomers for person in people)
    if 0 < new < len(people):
        count = language.count_with_new.format(count=count, new=new)
    disclose = _disclosed(role, wording)
    shown = () if disclose is Disclose.COUNT else disclosed_people(people, role, disclose, newcomers, language)
    return RoleGroup(language.role_title(role), len(people), count, shown)


def _session_view(session: Session, zone: ZoneInfo) -> SessionView:
    return SessionView(
        id=clean(session.id),
        title=clean(session.title),
        location=clean(session.location),
        description=clean_lines(session.description, MAX_DESCRIPTION_LENGTH),
        start=_local(session.start, zone),
        end=_local(session.end, zone),
        all_day=session.all_day,
    )


def _local(when: datetime | date, zone: ZoneInfo) -> datetime | date:
    return when.astimezone(zone) if isinstance(when, datetime) else when

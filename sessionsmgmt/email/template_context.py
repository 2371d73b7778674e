"""The names that a template can use. They hold the notice in the words of its language, and no undisclosed data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Kind, Notice, Session
from sessionsmgmt.domain.model.people import Disclose, Person, ResponsiblePerson, Roster
from sessionsmgmt.domain.sessions.emails import SEVERAL, kind_of
from sessionsmgmt.email.disclosure import DisclosedPerson, disclosed_people
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.safe_text import MAX_DESCRIPTION_LENGTH, clean, clean_lines
from sessionsmgmt.email.template_views import (
    AnnouncedSession,
    ContactView,
    OtherSession,
    PeopleByRole,
    PreviousWindow,
    RoleGroup,
    SessionView,
)
from sessionsmgmt.email.time_window import (
    format_days,
    format_hours,
    format_instant,
    format_time_of_day,
    localized_window,
)

CONTEXT_NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
    | {"before", "contact", "everyone", "groups", "late", "others", "sessions"}
)
"""Every name of a template besides the roles. If a role has the name of one of the last seven, the role wins."""


def template_context(notices: Sequence[Notice], wording: Wording, language: Language) -> dict[str, object]:
    """The context of a template for the notices of one email, earliest first: every name and its value.

    ``before`` is None unless all notices are ``changed``. ``groups`` has the roles with at least one person, in the
    order of the roster. The list of a role has everyone; of an ``added`` session, it has only the new people. Where
    there are several sessions, the names of one session are those of the first, and the lists have the people of all.
    """
    sessions = tuple(_announced_session(notice, wording, language) for notice in notices)
    first, kind = sessions[0], kind_of(notices)
    if len(notices) == 1:
        everyone, groups = first.everyone, first.groups
        lists = {role: first[role] for role in {**wording.disclose, **notices[0].people.roles}}
    else:
        everyone, groups, lists = _people_of_all(notices, wording, language)
    others = dict.fromkeys(other for notice in notices for other in notice.others)
    return {
        "before": first.before if kind == Kind.CHANGED else None,
        "contact": _contact(wording),
        "everyone": everyone,
        "others": tuple(
            OtherSession(clean(other.session.title), localized_window(other.presence, wording.zone, language))
            for other in others
        ),
        "groups": groups,
        "sessions": sessions,
        **lists,
        "team": clean(wording.team),
        "kind": kind,
        "late": any(notice.late for notice in notices),
        "notice": notices[0].key.notice,
        "date": first.date,
        "start": first.start,
        "end": first.end,
        "start_time": first.start_time,
        "end_time": first.end_time,
        "presence": first.presence,
        "session": first.session,
    }


def _announced_session(notice: Notice, wording: Wording, language: Language) -> AnnouncedSession:
    announced = localized_window(notice.presence, wording.zone, language)
    named_here = notice.people.only(notice.newcomers) if notice.kind is Kind.ADDED else notice.people
    roles = {**wording.disclose, **notice.people.roles}
    return AnnouncedSession(
        kind=str(notice.kind),
        label=language.label(notice),
        late=notice.late,
        date=format_days(announced.start, announced.end, language),
        start=format_instant(announced.start, language),
        end=format_instant(announced.end, language),
        start_time=format_time_of_day(announced.start, language),
        end_time=format_time_of_day(announced.end, language),
        presence=announced,
        before=_previous_window(notice, wording, language),
        session=_session_view(notice.session, wording.zone),
        everyone=PeopleByRole(
            len(notice.people.people),
            {role: _people(notice.newcomers, notice.people, role, wording, language) for role in roles},
        ),
        groups=_groups(notice.people, notice.newcomers, wording, language),
        _lists={role: _people(notice.newcomers, named_here, role, wording, language) for role in roles},
    )


def _people_of_all(
    notices: Sequence[Notice], wording: Wording, language: Language
) -> tuple[PeopleByRole, tuple[RoleGroup, ...], dict[str, tuple[DisclosedPerson, ...]]]:
    """The people of several sessions together, each once: everyone, by group, and the lists by role."""
    roles = {**wording.disclose, **{role: None for notice in notices for role in notice.people.roles}}
    everybody, named_here = (
        Roster({role: tuple(dict.fromkeys(p for one in some for p in one.roles.get(role, ()))) for role in roles})
        for some in (
            [notice.people for notice in notices],
            [
                notice.people.only(notice.newcomers) if notice.kind is Kind.ADDED else notice.people
                for notice in notices
            ],
        )
    )
    newcomers = frozenset(person for notice in notices for person in notice.newcomers)
    by_role = {role: _people(newcomers, everybody, role, wording, language) for role in roles}
    lists = {role: _people(newcomers, named_here, role, wording, language) for role in roles}
    everyone = PeopleByRole(len(everybody.people), by_role)
    return everyone, _groups(everybody, newcomers, wording, language), lists


def several_context(
    notices: Sequence[Notice], context: Mapping[str, object], wording: Wording, language: Language
) -> dict[str, object]:
    """The names that the built-in wording for several sessions has besides those of every template (``context``).

    ``label`` is the kind in a word or two, and ``days`` are the first and the last day of the sessions.
    """
    kind = kind_of(notices)
    windows = [localized_window(notice.presence, wording.zone, language) for notice in notices]
    return {
        "contact": _contact(wording),
        "label": language.several_badge if kind == SEVERAL else language.badges[Kind(kind)],
        "days": format_days(windows[0].start, max(window.end for window in windows), language),
        "sessions": tuple(_announced_session(notice, wording, language) for notice in notices)
        if "sessions" in wording.disclose
        else context["sessions"],
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
    newcomers: frozenset[Person], roster: Roster, role: str, wording: Wording, language: Language
) -> tuple[DisclosedPerson, ...]:
    people = roster.roles.get(role, ())
    return disclosed_people(people, role, _disclosed(role, wording), newcomers, language)


def _disclosed(role: str, wording: Wording) -> Disclose:
    return wording.disclose.get(role, Disclose.NAMES)


def _groups(
    roster: Roster, newcomers: frozenset[Person], wording: Wording, language: Language
) -> tuple[RoleGroup, ...]:
    return tuple(_group(role, people, newcomers, wording, language) for role, people in roster.roles.items() if people)


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

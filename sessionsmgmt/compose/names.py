"""What a template can name: the notice, put into the words of its language, and nothing that may not be said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sessionsmgmt.compose.language import Language
from sessionsmgmt.compose.model import Wording
from sessionsmgmt.compose.people import Named, named
from sessionsmgmt.compose.text import LONGEST_DESCRIPTION, clean
from sessionsmgmt.compose.window import clock, days, moment, window
from sessionsmgmt.domain.model import Disclose, Notice, Person, Session

NAMES = frozenset(
    {"team", "kind", "notice", "date", "start", "end", "start_time", "end_time", "presence", "session"}
    | {"before", "groups"}
)
"""Every name a template knows besides the roles; the last two are none of the contract's, and a role may have them."""


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

    ``before`` is the window that had been announced, or None. ``groups`` has the roles that anybody is there in, in
    the order of the roster. A role may be called like one of these two: the role wins then.
    """
    announced = window(notice.presence, wording.zone, language)
    before = notice.before and window(notice.before.presence, wording.zone, language)
    roles = {role: _people(notice, role, wording, language) for role in {**wording.disclose, **notice.people.roles}}
    return {
        "before": before,
        "groups": tuple(
            _group(role, people, notice.newcomers, wording, language)
            for role, people in notice.people.roles.items()
            if people
        ),
        **roles,
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


def _people(notice: Notice, role: str, wording: Wording, language: Language) -> tuple[Named, ...]:
    people = notice.people.roles.get(role, ())
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

"""Invented notices of every kind, to test a template before a real notice uses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.model.notice import Announcement, Key, Kind, Notice, Occurrence, Presence, Session
from sessionsmgmt.domain.model.people import Person, ResponsiblePerson, Role, Roster
from sessionsmgmt.email.model import Wording

_DAY = datetime(2025, 3, 8, 14, 0, tzinfo=UTC)
_EARLIER = Presence(_DAY, _DAY + timedelta(hours=2))
_LATER = Presence(_DAY, _DAY + timedelta(hours=3))
_ADA = Person("Ada Sample", ("ada@example.org",))
_LEE = ResponsiblePerson("Coach Sample", "+1 555 0100")
_BO = Person("Bo Sample", ("bo@example.org",))


def sample_notices(roles: Sequence[Role]) -> tuple[Notice, ...]:
    """One notice of each kind. Every person has every role; one session is all-day, and some have no location."""
    people = {Kind.REMOVED: (_ADA,), Kind.CANCELLED: ()}
    before = {Kind.NEW: None, Kind.CHANGED: _EARLIER}
    return tuple(_notice(kind, roles, people.get(kind, (_ADA, _BO)), before.get(kind, _LATER)) for kind in Kind)


def sample_wording(roles: Sequence[Role]) -> Wording:
    """The wording of the sample notices."""
    return Wording("Sample Team", "en_US", ZoneInfo("UTC"), {role.name: role.disclose for role in roles}, contact=_LEE)


def _notice(kind: Kind, roles: Sequence[Role], people: tuple[Person, ...], before: Presence | None) -> Notice:
    session: Session = {
        Kind.NEW: Session("sample", "Team Session", _DAY, _DAY + timedelta(hours=3), "Room 1", "Bring the robot"),
        Kind.CHANGED: Session("sample", "Team Session", _DAY.date(), _DAY.date() + timedelta(days=1)),
    }.get(kind, Session("sample", "Team Session", _DAY, _DAY + timedelta(hours=3)))
    return Notice(
        key=Key("sample", session.id),
        kind=kind,
        session=session,
        presence=_LATER,
        people=Roster({role.name: people for role in roles}),
        newcomers=frozenset(people[-1:] if kind is not Kind.REMOVED else ()),
        before=Announcement(Kind.NEW, before, frozenset(), 0) if before else None,
        announcement=Announcement(kind, _LATER, frozenset(), 1 if before else 0),
        others=(Occurrence(session, _LATER),) if kind is Kind.CANCELLED else (),
        late=kind in {Kind.NEW, Kind.CANCELLED},
    )

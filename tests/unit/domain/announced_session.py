"""Shared by the tests of what is said: the session that everything happens to, and short ways to decide about it."""

from __future__ import annotations

from datetime import datetime

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Verdict
from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.domain.model.rule import PresenceMode, Rule
from sessionsmgmt.domain.sessions.decide import decide
from tests.builders import CONTACTS, NOW, accepted, club, event, reading, rule, snapshot

LAB = event()  # tomorrow from 17:00 to 20:00, Ann and Sam
KEY = Key("campus", "lab")
WHOLE_DAY = rule(presence=PresenceMode.WHOLE_DAY)


def verdicts(
    *events: Event,
    by: Rule | None = None,
    memory: LedgerSnapshot | None = None,
    now: datetime = NOW,
    contacts: tuple[Contact, ...] = CONTACTS,
) -> tuple[Verdict, ...]:
    return decide([by or rule()], reading(*events), club(contacts, memory=memory), now).verdicts


def due(
    *events: Event,
    by: Rule | None = None,
    memory: LedgerSnapshot | None = None,
    now: datetime = NOW,
    contacts: tuple[Contact, ...] = CONTACTS,
) -> tuple[Notice, ...]:
    """The notices that are due at ``now``, a Friday at 18:00 unless said otherwise."""
    return decide([by or rule()], reading(*events), club(contacts, memory=memory), now).due


def after(
    *events: Event, by: Rule | None = None, memory: LedgerSnapshot | None = None, now: datetime = NOW
) -> LedgerSnapshot:
    """The ledger after a run about these events; it must have had something to say."""
    notices = due(*events, by=by, memory=memory, now=now)
    assert notices
    return accepted(memory or snapshot(), notices, now)


def kinds(
    *events: Event, by: Rule | None = None, memory: LedgerSnapshot | None = None, now: datetime = NOW
) -> list[Kind]:
    return [one.kind for one in due(*events, by=by, memory=memory, now=now)]


def named(notice: Notice) -> dict[str, list[str]]:
    return {role: [person.name for person in people] for role, people in notice.people.roles.items()}

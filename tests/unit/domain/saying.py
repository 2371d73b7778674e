"""Shared by the tests of what is said: the session that everything happens to, and short ways to decide about it."""

from __future__ import annotations

from datetime import datetime

from sessionsmgmt.domain.claims import Book
from sessionsmgmt.domain.decide import decide
from sessionsmgmt.domain.model import Contact, Event, Key, Kind, Notice, PresenceMode, Rule, Verdict
from tests.builders import CONTACTS, NOW, accepted, book, club, event, reading, rule

LAB = event()  # tomorrow from 17:00 to 20:00, Ann and Sam
KEY = Key("campus", "lab")
WHOLE_DAY = rule(presence=PresenceMode.WHOLE_DAY)


def verdicts(
    *events: Event,
    by: Rule | None = None,
    memory: Book | None = None,
    now: datetime = NOW,
    contacts: tuple[Contact, ...] = CONTACTS,
) -> tuple[Verdict, ...]:
    return decide([by or rule()], reading(*events), club(contacts, memory=memory), now).verdicts


def due(
    *events: Event,
    by: Rule | None = None,
    memory: Book | None = None,
    now: datetime = NOW,
    contacts: tuple[Contact, ...] = CONTACTS,
) -> tuple[Notice, ...]:
    """The notices that are due at ``now``, a Friday at 18:00 unless said otherwise."""
    return decide([by or rule()], reading(*events), club(contacts, memory=memory), now).due


def after(*events: Event, by: Rule | None = None, memory: Book | None = None, now: datetime = NOW) -> Book:
    """The ledger after a run about these events; it must have had something to say."""
    notices = due(*events, by=by, memory=memory, now=now)
    assert notices
    return accepted(memory or book(), notices, now)


def kinds(*events: Event, by: Rule | None = None, memory: Book | None = None, now: datetime = NOW) -> list[Kind]:
    return [one.kind for one in due(*events, by=by, memory=memory, now=now)]


def named(notice: Notice) -> dict[str, list[str]]:
    return {role: [one.name for one in people] for role, people in notice.people.roles.items()}

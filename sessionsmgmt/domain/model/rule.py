"""Rules: the entries of ``notices`` in sessions.yml."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Kind
from sessionsmgmt.domain.model.people import Attending
from sessionsmgmt.domain.text import comparable


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
    """How far ahead a rule announces sessions."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Require:
    """What must hold of a session's people before anything is sent about it."""

    adults: int | None = None
    students_per_adult: int | None = None


@dataclass(frozen=True, slots=True)
class Premises:
    """What the owner of the premises asks of the people who use them. None, or nothing, means that it is not asked.

    ``lead`` is how long before a session it must be announced, ``cancel_by`` how long before it must be cancelled.
    ``closed`` are ranges of days, both ends included, and ``closed_weekdays`` days of the week from 0, a Monday.
    ``hours`` are the times of day between which the building is open; the end is None for midnight.
    """

    lead: Within | None = None
    closed: tuple[tuple[date, date], ...] = ()
    closed_weekdays: frozenset[int] = frozenset()
    hours: tuple[time, time | None] | None = None
    max_people: int | None = None
    cancel_by: Within | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """When a rule tells of what is new: on a day of the week, from 0, a Monday, at a time of the club's zone."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of ``notices``: which events it is about, when they are announced, and who counts as coming.

    People with a label of ``include`` count as invited to every session of the rule. ``combine`` means that all that is
    due at one moment is one email, with one of its own for what is called off. With ``digest``, what is new at one
    moment is one email, and the rule looks ahead to ``within`` after the next digest.
    """

    id: str
    match: str
    within: Within
    presence: PresenceMode
    kinds: frozenset[Kind] = DEFAULT_KINDS
    require: Require = Require()
    include: tuple[str, ...] = ()
    attending: Attending = Attending.INVITED
    combine: bool = False
    premises: Premises = Premises()
    digest: Digest | None = None

    def matches(self, title: str) -> bool:
        """Whether the rule is about events of this title; titles compare as a reader sees them (``comparable``)."""
        return comparable(self.match) in comparable(title)

"""What has to be said now, given what was said before.

One function of its arguments alone. The order of events, attendees and contacts never matters, and the same inputs
give the same notices: that is what makes a second run a safe thing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import Enum, auto

from sessionsmgmt.domain.claims import Book, Entry
from sessionsmgmt.domain.model import (
    Attendee,
    CalendarReading,
    Caution,
    Event,
    Key,
    Kind,
    Notice,
    Presence,
    Require,
    Role,
    Roster,
    Rule,
    Said,
    Session,
    State,
    Verdict,
)
from sessionsmgmt.domain.presence import begin, finish, horizon, presence
from sessionsmgmt.domain.roster import Attendance, Directory, attendance


@dataclass(frozen=True, slots=True)
class Club:
    """What a decision needs to know of the club besides its calendar: its people, its memory and its time zone."""

    roles: Sequence[Role]
    people: Directory
    book: Book
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Decisions:
    """The verdicts in the order of the sessions, and what a person should know about whom they leave out."""

    verdicts: tuple[Verdict, ...]
    cautions: tuple[Caution, ...] = ()

    @property
    def due(self) -> tuple[Notice, ...]:
        """The notices to send now."""
        return tuple(verdict.notice for verdict in self.verdicts if verdict.notice)


class Standing(Enum):
    """How an event stands to a rule at this moment."""

    SESSION = auto()  # it counts
    LATER = auto()  # it would count, but begins further ahead than the rule looks
    OVER = auto()  # it would have counted, but has ended
    NONE = auto()  # it is no session: cancelled, deleted, renamed out of the match, or nobody attends
    UNCLEAR = auto()  # it is there, but what there is to read allows no conclusion


def decide(rules: Sequence[Rule], reading: CalendarReading, club: Club, now: datetime) -> Decisions:
    """Every verdict there is to give at the instant ``now``: for each rule, on each event it matches or spoke of."""
    told = club.book.announced(now)
    events = {event.id: event for event in reading.events}
    verdicts: list[Verdict] = []
    cautions: list[Caution] = list(reading.cautions)
    for rule in rules:
        spoken_of = {key.session for key in told if key.notice == rule.id}
        matched = {event.id for event in reading.events if rule.matches(event.title)}
        for session in sorted(spoken_of | matched):
            case = _examine(rule, session, events.get(session), reading, club, now)
            verdict = _judge(case, club, now)
            if verdict:
                verdicts.append(verdict)
            cautions.extend(_cautions(case))
    for key in sorted(told - {key for key in told if key.notice in {rule.id for rule in rules}}):
        cautions.append(Caution("notice-removed", _REMOVED, key.session))
        verdicts.extend(_waiting(key, club.book.entry(key), now))
    verdicts.sort(key=lambda one: (one.start, one.key))
    return Decisions(tuple(verdicts), tuple(dict.fromkeys(cautions)))


@dataclass(frozen=True, slots=True)
class _Case:
    """One event, or the lack of it, as one rule sees it."""

    rule: Rule
    key: Key
    standing: Standing
    event: Event | None
    window: Presence | None
    attendance: Attendance


def _examine(
    rule: Rule, session: str, event: Event | None, reading: CalendarReading, club: Club, now: datetime
) -> _Case:
    key = Key(rule.id, session)
    if event is None:
        standing = Standing.NONE if reading.knows_gone(session) else Standing.UNCLEAR
        return _Case(rule, key, standing, None, None, Attendance(Roster()))
    window = presence(event, rule.presence, club.zone)
    who = attendance(event.attendees, club.people, club.roles)
    return _Case(rule, key, _standing(rule, event, who, club.zone, now), event, window, who)


def _standing(rule: Rule, event: Event, who: Attendance, zone: tzinfo, now: datetime) -> Standing:
    starts, ends = begin(event, zone), finish(event, zone)
    if not event.confirmed or not rule.matches(event.title):
        return Standing.NONE
    if not event.complete:
        return Standing.UNCLEAR
    if not who.roster.people:
        return Standing.NONE
    if starts > horizon(now, rule.within, zone):
        return Standing.LATER
    if now >= ends and now > starts:
        return Standing.OVER
    return Standing.SESSION


def _judge(case: _Case, club: Club, now: datetime) -> Verdict | None:
    entry = club.book.entry(case.key)
    if entry.claim:
        return next(_waiting(case.key, entry, now))
    said = entry.said if entry.said and entry.said.kind is not Kind.CANCELLED else None
    told = said.presence if said and now < said.presence.end else None
    match case.standing:
        case Standing.SESSION:
            return _speak(case, said, club)
        case Standing.UNCLEAR if told or case.window:
            return _skip(case, told, "the calendar does not show all of it, so nothing is concluded from it")
        case Standing.OVER if told and case.window and case.window.meets(told):
            return None  # it took place
        case Standing.LATER if told and case.window and told.covers(case.window):
            return _skip(case, told, "said already")
        case _ if told:
            return _cancel(case, told, club)
        case Standing.LATER:
            return _skip(case, told, "begins further ahead than the rule looks")
        case Standing.NONE if case.event and case.event.confirmed and now < finish(case.event, club.zone):
            return _skip(case, told, "nobody with a role attends")
    return None


def _speak(case: _Case, said: Said | None, club: Club) -> Verdict:
    """A session that counts: new, changed, added, or nothing to say."""
    event, window = _there(case)
    roster = case.attendance.roster
    known = said.people if said else frozenset()
    newcomers = frozenset(person for person in roster.people if not known & club.book.digests(person))
    reasons: list[Kind] = []
    if said is None:
        reasons.append(Kind.NEW)
    else:
        if not said.presence.covers(window):
            reasons.append(Kind.CHANGED)
        if newcomers:
            reasons.append(Kind.ADDED)
    kind = next((one for one in reasons if one in case.rule.kinds), None)
    if kind is None:
        return _skip(case, window, f"'{reasons[0]}' is not among the rule's kinds" if reasons else "said already")
    unmet = _unmet(case.rule.require, roster)
    if unmet:
        return Verdict(case.key, window.start, State.FAILED, kind, unmet)
    named = roster.only(newcomers) if kind is Kind.ADDED else roster
    digests = frozenset(digest for person in named.people for digest in club.book.digests(person))
    session = Session(event.id, event.title, event.start, event.end, event.location, event.description)
    notice = Notice(
        key=case.key,
        kind=kind,
        session=session,
        presence=window,
        people=named,
        newcomers=newcomers,
        before=said,
        said=Said(
            kind, window, digests | known if kind is Kind.ADDED else digests, _next_sequence(club.book.entry(case.key))
        ),
    )
    return Verdict(case.key, window.start, State.DUE, kind, _WHY[kind], notice)


def _cancel(case: _Case, told: Presence, club: Club) -> Verdict:
    """A session that was announced and is none any more. What is said of it is what was announced, nothing newer."""
    if Kind.CANCELLED not in case.rule.kinds:
        return _skip(case, told, f"'{Kind.CANCELLED}' is not among the rule's kinds")
    entry = club.book.entry(case.key)
    session = Session(case.key.session, case.rule.match, told.start, told.end)
    if case.event and case.rule.matches(case.event.title):
        session = replace(session, title=case.event.title, location=case.event.location)
    notice = Notice(
        key=case.key,
        kind=Kind.CANCELLED,
        session=session,
        presence=told,
        people=Roster({role.name: () for role in club.roles}),
        newcomers=frozenset(),
        before=entry.said,
        said=Said(Kind.CANCELLED, told, frozenset(), _next_sequence(entry)),
    )
    return Verdict(case.key, told.start, State.DUE, Kind.CANCELLED, _WHY[Kind.CANCELLED], notice)


def _waiting(key: Key, entry: Entry, now: datetime) -> Iterator[Verdict]:
    """A claim that stands in the way: held for a person, or of a run that is at it."""
    claim = entry.claim
    if claim and claim.is_held(now):
        yield Verdict(key, claim.said.presence.start, State.HELD, claim.said.kind, "nobody knows whether it left")
    elif claim:
        yield Verdict(key, claim.said.presence.start, State.SKIPPED, claim.said.kind, "another run is sending it")


def _skip(case: _Case, window: Presence | None, reason: str) -> Verdict:
    start = (case.window or window or _there(case)[1]).start
    return Verdict(case.key, start, State.SKIPPED, None, reason)


def _there(case: _Case) -> tuple[Event, Presence]:
    """The event and its window, of a case that has them."""
    if case.event is None or case.window is None:
        raise AssertionError(f"a {case.standing.name} event of rule {case.rule.id} has no window")
    return case.event, case.window


def _next_sequence(entry: Entry) -> int:
    return entry.said.sequence + 1 if entry.said else 0


def _unmet(require: Require, roster: Roster) -> str:
    """Why the rule's requirement is not met, or an empty text. Counts people, names nobody."""
    adults, students = len(roster.roles.get("adults", ())), len(roster.roles.get("students", ()))
    if require.adults is not None and adults < require.adults:
        return f"{adults} of at least {require.adults} adults attend"
    if require.students_per_adult is not None and students > adults * require.students_per_adult:
        return f"{students} students for {adults} adults; at most {require.students_per_adult} for each are allowed"
    return ""


def _cautions(case: _Case) -> Iterator[Caution]:
    """What a coach should know about the attendees of a session: how many and where, never who."""
    if case.standing is Standing.UNCLEAR and case.event:
        yield Caution("event-incomplete", _INCOMPLETE, case.key.session)
    if case.standing is not Standing.SESSION:
        return
    for code, attendees, text in (
        ("attendee-without-contact", case.attendance.strangers, "have no contact, so the notice leaves them out"),
        ("contact-without-role", case.attendance.roleless, "have a contact without a role's label, so are left out"),
        ("address-shared", case.attendance.shared, "have an address that several contacts share; all are named"),
    ):
        if attendees:
            places = ", ".join(sorted(one.where for one in attendees if one.where))
            count = f"{len(attendees)} attendee(s) of the session"
            yield Caution(code, f"{count} {text}{f' ({places})' if places else ''}", case.key.session)


_WHY = {
    Kind.NEW: "nothing was said about it yet",
    Kind.CHANGED: "it starts earlier or ends later than was said",
    Kind.ADDED: "somebody attends who was not named yet",
    Kind.CANCELLED: "it was announced and will not take place as announced",
}

_INCOMPLETE = (
    "the calendar does not show this account every attendee of the session, so nothing is said about it. Let the "
    "account see the guest list"
)
_REMOVED = (
    "the ledger remembers a session of a notice that is not in sessions.yml any more; its premises owner hears no more "
    "of it. Put the notice back under its old id until its sessions are over"
)

"""What has to be said now, given what was said before.

One function of its arguments alone. The order of events, attendees and contacts never matters, and the same inputs
give the same notices: that is what makes a second run a safe thing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import Enum, auto

from sessionsmgmt.domain.claims import Book, Claim, Entry, digest
from sessionsmgmt.domain.model import (
    CalendarReading,
    Caution,
    Event,
    Key,
    Kind,
    Notice,
    Person,
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
from sessionsmgmt.domain.roster import Attendance, Directory, attendance, fold, marks


@dataclass(frozen=True, slots=True)
class Club:
    """What a decision needs to know of the club besides its calendar: its people, its memory and its time zone.

    ``organizers`` are the folded addresses of those whose events count besides the calendar's own; None is everybody.
    """

    roles: Sequence[Role]
    people: Directory
    book: Book
    zone: tzinfo
    organizers: frozenset[str] | None = None

    def trusts(self, event: Event) -> bool:
        """Whether an event counts by who organises it: anybody can send an invitation that looks like a session."""
        return event.own or self.organizers is None or fold(event.organizer) in self.organizers


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
    FOREIGN = auto()  # somebody organises it whose events do not count, so what it says is no reason for anything


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
            event = events.get(session)
            sight = _look(rule, event, club, now) if event else None
            verdict = _judge(rule, Key(rule.id, session), sight, reading, club, now)
            if verdict:
                verdicts.append(verdict)
            if sight:
                cautions.extend(_cautions(sight))
    known = {rule.id for rule in rules}
    for key in sorted(key for key in told if key.notice not in known):
        cautions.append(Caution("notice-removed", _REMOVED, key.session))
        claim = club.book.entry(key).claim
        if claim:
            verdicts.append(_waiting(key, claim, now))
    verdicts.sort(key=lambda one: (one.start, one.key))
    return Decisions(tuple(verdicts), tuple(dict.fromkeys(cautions)))


@dataclass(frozen=True, slots=True)
class _Sight:
    """An event as one rule sees it now."""

    event: Event
    standing: Standing
    window: Presence
    attendance: Attendance


def _look(rule: Rule, event: Event, club: Club, now: datetime) -> _Sight:
    window = presence(event, rule.presence, club.zone)
    who = attendance(event.attendees, club.people, club.roles)
    return _Sight(event, _standing(rule, event, who, club, now), window, who)


def _standing(rule: Rule, event: Event, who: Attendance, club: Club, now: datetime) -> Standing:
    starts, ends = begin(event, club.zone), finish(event, club.zone)
    if not event.confirmed or not rule.matches(event.title):
        return Standing.NONE
    if not club.trusts(event):
        return Standing.FOREIGN
    if not event.complete:
        return Standing.UNCLEAR
    if not who.roster.people:
        return Standing.NONE
    if starts > horizon(now, rule.within, club.zone):
        return Standing.LATER
    if now >= ends and now > starts:
        return Standing.OVER
    return Standing.SESSION


def _judge(
    rule: Rule, key: Key, sight: _Sight | None, reading: CalendarReading, club: Club, now: datetime
) -> Verdict | None:
    entry = club.book.entry(key)
    if entry.claim:
        return _waiting(key, entry.claim, now)
    said = entry.said if entry.said and entry.said.kind is not Kind.CANCELLED else None
    told = said.presence if said and now < said.presence.end else None
    if sight is None:
        if told is None:
            return None
        return _cancel(rule, key, told, None, club) if reading.knows_gone(key.session) else _skip(key, told, _UNCLEAR)
    event, window = sight.event, sight.window
    match sight.standing:
        case Standing.SESSION:
            return _speak(rule, key, sight, said, club)
        case Standing.UNCLEAR:
            return _skip(key, window, _UNCLEAR)
        case Standing.FOREIGN:
            return _skip(key, window, "somebody organises it whose events do not count")
        case Standing.OVER if told and window.meets(told):
            return None  # it took place
        case Standing.LATER if not (told and _moved_away(told, window)):
            return _skip(key, window, "begins further ahead than the rule looks")
        case _ if told:
            return _cancel(rule, key, told, event, club)
        case Standing.NONE if event.confirmed and now < finish(event, club.zone):
            return _skip(key, window, "nobody with a role attends")
    return None


def _moved_away(told: Presence, window: Presence) -> bool:
    """Whether an event that now begins too far ahead was moved there. If not, the rule looks less far than it did."""
    return told.start < window.start and not told.covers(window)


def _speak(rule: Rule, key: Key, sight: _Sight, said: Said | None, club: Club) -> Verdict:
    """A session that counts: new, changed, added, or nothing to say."""
    event, window, roster = sight.event, sight.window, sight.attendance.roster
    known = said.people if said else frozenset()
    digests = {person: _digests(person, club) for person in roster.people}
    newcomers = frozenset(person for person, theirs in digests.items() if not known & theirs)
    reasons: list[Kind] = []
    if said is None:
        reasons.append(Kind.NEW)
    else:
        if not said.presence.covers(window):
            reasons.append(Kind.CHANGED)
        if newcomers:
            reasons.append(Kind.ADDED)
    kind = next((one for one in reasons if one in rule.kinds), None)
    if kind is None:
        return _skip(key, window, f"'{reasons[0]}' is not among the rule's kinds" if reasons else "said already")
    unmet = _unmet(rule.require, roster)
    if unmet:
        return Verdict(key, window.start, State.FAILED, kind, unmet)
    named = roster.only(newcomers) if kind is Kind.ADDED else roster
    people = frozenset().union(*(digests[person] for person in named.people), known if kind is Kind.ADDED else ())
    notice = Notice(
        key=key,
        kind=kind,
        session=Session(event.id, event.title, event.start, event.end, event.location, event.description),
        presence=window,
        people=named,
        newcomers=newcomers,
        before=said,
        said=Said(kind, window, people, _next_sequence(club.book.entry(key))),
    )
    return Verdict(key, window.start, State.DUE, kind, _WHY[kind], notice)


def _cancel(rule: Rule, key: Key, told: Presence, event: Event | None, club: Club) -> Verdict:
    """A session that was announced and is none any more. What is said of it is what was announced, nothing newer."""
    if Kind.CANCELLED not in rule.kinds:
        return _skip(key, told, f"'{Kind.CANCELLED}' is not among the rule's kinds")
    entry = club.book.entry(key)
    session = Session(key.session, rule.match, told.start, told.end)
    if event and rule.matches(event.title):
        session = replace(session, title=event.title, location=event.location)
    notice = Notice(
        key=key,
        kind=Kind.CANCELLED,
        session=session,
        presence=told,
        people=Roster({role.name: () for role in club.roles}),
        newcomers=frozenset(),
        before=entry.said,
        said=Said(Kind.CANCELLED, told, frozenset(), _next_sequence(entry)),
    )
    return Verdict(key, told.start, State.DUE, Kind.CANCELLED, _WHY[Kind.CANCELLED], notice)


def _waiting(key: Key, claim: Claim, now: datetime) -> Verdict:
    """A claim that stands in the way: held for a person, or of a run that is at it."""
    start, kind = claim.said.presence.start, claim.said.kind
    if claim.is_held(now):
        return Verdict(key, start, State.HELD, kind, "nobody knows whether it left")
    return Verdict(key, start, State.SKIPPED, kind, "another run is sending it")


def _skip(key: Key, window: Presence, reason: str) -> Verdict:
    return Verdict(key, window.start, State.SKIPPED, None, reason)


def _digests(person: Person, club: Club) -> frozenset[str]:
    """What stands in the ledger for a person, so that another of their addresses does not make them somebody new."""
    return frozenset(digest(club.book.secret, mark) for mark in marks(person, club.people))


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


def _cautions(sight: _Sight) -> Iterator[Caution]:
    """What a coach should know about the attendees of a session: how many and where, never who."""
    if sight.standing is Standing.UNCLEAR:
        yield Caution("event-incomplete", _INCOMPLETE, sight.event.id)
    if sight.standing is Standing.FOREIGN:
        yield Caution("organizer-unknown", _FOREIGN, sight.event.id)
    if sight.standing is not Standing.SESSION:
        return
    for code, attendees, text in (
        ("attendee-without-contact", sight.attendance.strangers, "have no contact, so the notice leaves them out"),
        ("contact-without-role", sight.attendance.roleless, "have a contact without a role's label, so are left out"),
        ("address-shared", sight.attendance.shared, "have an address that several contacts share; all are named"),
    ):
        if attendees:
            places = ", ".join(sorted(one.where for one in attendees if one.where))
            count = f"{len(attendees)} attendee(s) of the session"
            yield Caution(code, f"{count} {text}{f' ({places})' if places else ''}", sight.event.id)


_UNCLEAR = "the calendar does not show all of it, so nothing is concluded from it"
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
_FOREIGN = (
    "an event looks like a session, and somebody organises it whom calendar.organizers does not name, so nothing is "
    "said about it. Add them there if they are yours; otherwise decline the invitation"
)
_REMOVED = (
    "the ledger remembers a session of a notice that is not in sessions.yml any more; its premises owner hears no more "
    "of it. Put the notice back under its old id until its sessions are over"
)

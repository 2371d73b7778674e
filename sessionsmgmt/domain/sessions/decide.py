"""Which notices are due now, given what the ledger says was announced before.

``decide`` depends on its arguments alone. The order of events, attendees and contacts does not matter, and the same
arguments give the same notices, so that a second run is safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.delivery.claims import Claim, Entry, SetEventId
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import CalendarReading, Event
from sessionsmgmt.domain.model.looked_at import LookedAt
from sessionsmgmt.domain.model.notice import (
    Announcement,
    Key,
    Kind,
    Notice,
    Presence,
    Session,
    State,
    Verdict,
)
from sessionsmgmt.domain.model.people import Person, Roster
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.assessment import (
    Assessment,
    Club,
    Standing,
    assess,
    assessment_warnings,
    people_by_digest,
)
from sessionsmgmt.domain.sessions.digests import tells_from
from sessionsmgmt.domain.sessions.other_sessions import with_others
from sessionsmgmt.domain.sessions.overview import looked_at
from sessionsmgmt.domain.sessions.premises import is_late, premises_warnings
from sessionsmgmt.domain.sessions.presence import begin, finish, is_over
from sessionsmgmt.domain.sessions.reasons import HIDDEN, REMOVED_RULE, WHY, day_in_words
from sessionsmgmt.domain.sessions.session_keys import current_announcement, keys_by_event, new_event_ids


@dataclass(frozen=True, slots=True)
class Decisions:
    """The verdicts in the order of the sessions, and what a person should know about the events and attendees.

    ``event_ids`` are the steps for the ledger about sessions that have another id in the calendar now. ``looked_at``
    has an entry for each rule.
    """

    verdicts: tuple[Verdict, ...]
    warnings: tuple[ReportWarning, ...] = ()
    event_ids: tuple[SetEventId, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()

    @property
    def due(self) -> tuple[Notice, ...]:
        """The notices to send now."""
        return tuple(verdict.notice for verdict in self.verdicts if verdict.notice)


@dataclass(frozen=True, slots=True)
class _Context:
    """What every decision about one rule needs. ``by_digest`` has the people of the address book, if it is needed."""

    rule: Rule
    reading: CalendarReading
    club: Club
    now: datetime
    by_digest: Mapping[str, Person]


def decide(rules: Sequence[Rule], reading: CalendarReading, club: Club, now: datetime) -> Decisions:
    """All verdicts at the instant ``now``: for each rule, on each event that it matches or announced before."""
    announced = club.snapshot.announced(now)
    events = {event.id: event for event in reading.events}
    verdicts: list[Verdict] = []
    warnings: list[ReportWarning] = list(reading.warnings)
    event_ids: list[SetEventId] = []
    overview: list[LookedAt] = []
    ahead = sum(not is_over(event, now, club.zone) for event in reading.events)
    by_digest = people_by_digest(club) if any(Kind.REMOVED in rule.kinds for rule in rules) else {}
    for rule in rules:
        context = _Context(rule, reading, club, now, by_digest)
        keys = frozenset(key for key in announced if key.notice == rule.id)
        assessments = _sights(context, events, keys)
        overview.append(looked_at(rule, assessments.values(), ahead, club))
        of_event = keys_by_event(rule, assessments, reading, club, now)
        event_ids += new_event_ids(of_event, club.snapshot)
        by_key = {key: assessments[event] for event, key in of_event.items()}
        judged = {
            key: _with_event(_judge(context, key, by_key.get(key)), by_key.get(key)) for key in keys | by_key.keys()
        }
        warnings += premises_warnings(rule, judged.values(), by_key.values(), club, now)
        verdicts += with_others(tuple(filter(None, judged.values())), by_key, keys, club)
        for key, assessment in by_key.items():
            warnings += assessment_warnings(
                assessment, announced=current_announcement(club.snapshot.entry(key), now) is not None
            )
    known = {rule.id for rule in rules}
    for key in sorted(key for key in announced if key.notice not in known):
        warnings.append(ReportWarning("notice-removed", REMOVED_RULE, key.session))
        claim = club.snapshot.entry(key).claim
        if claim:
            verdicts.append(_waiting(key, claim, now))
    verdicts.sort(key=lambda verdict: verdict.order)
    return Decisions(tuple(verdicts), tuple(dict.fromkeys(warnings)), tuple(event_ids), tuple(overview))


def _with_event(verdict: Verdict | None, assessment: Assessment | None) -> Verdict | None:
    """The verdict with what people know the event by."""
    if verdict is None or assessment is None:
        return verdict
    return replace(verdict, title=assessment.event.title, begins=assessment.event.start)


def _sights(context: _Context, events: Mapping[str, Event], keys: frozenset[Key]) -> dict[str, Assessment]:
    """The assessments of the events that the rule matches or announced before, in the order of their ids."""
    rule, club = context.rule, context.club
    announced_ids = {club.snapshot.event_id(key) for key in keys}
    ids = sorted(id_ for id_, event in events.items() if id_ in announced_ids or rule.matches(event.title))
    return {id_: assess(rule, events[id_], club, context.now) for id_ in ids}


def _judge(context: _Context, key: Key, assessment: Assessment | None) -> Verdict | None:
    club, now = context.club, context.now
    entry = club.snapshot.entry(key)
    if entry.claim:
        return _waiting(key, entry.claim, now)
    announcement = current_announcement(entry, now)
    window_before = announcement.presence if announcement else None
    if assessment is None:
        if window_before is None:
            return None
        gone = context.reading.knows_gone(club.snapshot.event_id(key))
        return _cancel(context, key, window_before, None) if gone else _skip(key, window_before, HIDDEN)
    event, window = assessment.event, assessment.window
    match assessment.standing:
        case Standing.SESSION:
            return _verdict_on_session(context, key, assessment)
        case Standing.HIDDEN:
            return _skip(key, window_before or window, HIDDEN)
        case Standing.FOREIGN:
            return _skip(key, window_before or window, "somebody organises it whose events do not count")
        case Standing.TENTATIVE if window_before or now < finish(event, club.zone):
            return _skip(key, window_before or window, "it is tentative")
        case Standing.UNDECIDED:
            return _skip(key, window_before or window, "nobody has accepted the invitation yet")
        case Standing.UNKNOWN:
            return _skip(key, window_before or window, "nobody with a role attends")
        case Standing.OVER if window_before and window.meets(window_before):
            return None  # it took place
        case Standing.LATER if not (window_before and _moved_away(window_before, window)):
            told_from = tells_from(context.rule, begin(event, club.zone), club.zone)
            what = "announced; a change" if window_before else "too early:"
            return _skip(
                key, window, f"{what} will be announced on {day_in_words(told_from.astimezone(club.zone), now)}"
            )
        case _ if window_before:
            return _cancel(context, key, window_before, event)
        case Standing.NONE if event.confirmed and now < finish(event, club.zone):
            return _skip(key, window, "nobody with a role attends")
    return None


def _moved_away(window_before: Presence, window: Presence) -> bool:
    """Whether an event that begins too far ahead was moved there. Otherwise the rule's ``within`` was shortened."""
    return window_before.start < window.start and not window_before.covers(window)


def _verdict_on_session(context: _Context, key: Key, assessment: Assessment) -> Verdict:
    """The verdict on a session that counts: new, changed, added, removed, or nothing to announce."""
    rule, club = context.rule, context.club
    event, window, roster = assessment.event, assessment.window, assessment.roster
    entry = club.snapshot.entry(key)
    before = entry.announcement if entry.announcement and entry.announcement.kind is not Kind.CANCELLED else None
    known = before.people if before else frozenset()
    digests = {person: club.digests(person) for person in roster.people}
    newcomers = frozenset(person for person, theirs in digests.items() if not known & theirs)
    announcement = Announcement(
        Kind.NEW, window, frozenset[str]().union(*digests.values()), _next_sequence(entry), club.place(event.location)
    )
    reasons = list(_reasons(context, before, announcement, newcomers, assessment))
    kind = next((reason for reason in reasons if reason in rule.kinds), None)
    wants_person = bool(assessment.unmet and before)
    if kind is None:
        reason = f"'{reasons[0]}' is not among the rule's kinds" if reasons else "announced already"
        return replace(_skip(key, window, reason), attention=wants_person)
    if assessment.unmet:
        return Verdict(key, window.start, State.FAILED, kind, assessment.unmet, attention=wants_person)
    notice = Notice(
        key=key,
        kind=kind,
        session=Session(event.id, event.title, event.start, event.end, event.location, event.description),
        presence=window,
        people=roster,
        newcomers=newcomers,
        before=before,
        announcement=replace(announcement, kind=kind),
        late=is_late(kind, begin(event, club.zone), rule.premises, context.now, club.zone),
    )
    return Verdict(key, window.start, State.DUE, kind, WHY[kind], notice)


def _reasons(
    context: _Context,
    before: Announcement | None,
    announcement: Announcement,
    newcomers: frozenset[Person],
    assessment: Assessment,
) -> Iterator[Kind]:
    """The kinds of notice that there are reasons for, the most important first."""
    if before is None:
        yield Kind.NEW
        return
    if not before.presence.covers(announcement.presence) or before.is_elsewhere(announcement):
        yield Kind.CHANGED
    if newcomers:
        yield Kind.ADDED
    elif _somebody_left(context, before.people - announcement.people, assessment):
        yield Kind.REMOVED


def _somebody_left(context: _Context, missing: frozenset[str], assessment: Assessment) -> bool:
    """Whether a person who was announced does not come any more. ``missing`` are announced digests that nobody has now.

    A person who is not in the address book does not count as having left, nor does one without any address, who is
    known by a label alone. Where an attendee has no contact with a role, that attendee may be the person under another
    address; then only somebody who declined counts as having left.
    """
    known = {context.by_digest[digest] for digest in missing if digest in context.by_digest}
    left = [
        person for person in known if person.reached_by and person.reached_by.isdisjoint(assessment.attendance.coming)
    ]
    declined = {fold(attendee.address) for attendee in assessment.event.attendees if attendee.declined}
    return any(not assessment.attendance.left_out or declined & person.reached_by for person in left)


def _cancel(context: _Context, key: Key, window_before: Presence, event: Event | None) -> Verdict:
    """The verdict on a session that was announced and does not take place. The notice repeats what was announced."""
    rule, club = context.rule, context.club
    if Kind.CANCELLED not in rule.kinds:
        return _skip(key, window_before, f"'{Kind.CANCELLED}' is not among the rule's kinds")
    entry = club.snapshot.entry(key)
    session = Session(club.snapshot.event_id(key), rule.match, window_before.start, window_before.end)
    if event and rule.matches(event.title):
        session = replace(session, title=event.title, location=event.location)
    notice = Notice(
        key=key,
        kind=Kind.CANCELLED,
        session=session,
        presence=window_before,
        people=Roster({role.name: () for role in club.roles}),
        newcomers=frozenset(),
        before=entry.announcement,
        announcement=Announcement(Kind.CANCELLED, window_before, frozenset(), _next_sequence(entry)),
        late=is_late(Kind.CANCELLED, window_before.start, rule.premises, context.now, club.zone),
    )
    return Verdict(key, window_before.start, State.DUE, Kind.CANCELLED, WHY[Kind.CANCELLED], notice)


def _waiting(key: Key, claim: Claim, now: datetime) -> Verdict:
    """The verdict where there is a claim: it is held for a person, or another run is sending."""
    start, kind = claim.announcement.presence.start, claim.announcement.kind
    if claim.is_held(now):
        return Verdict(key, start, State.HELD, kind, "nobody knows whether it left")
    return Verdict(key, start, State.SKIPPED, kind, "another run is sending it")


def _skip(key: Key, window: Presence, reason: str) -> Verdict:
    return Verdict(key, window.start, State.SKIPPED, None, reason)


def _next_sequence(entry: Entry) -> int:
    return entry.announcement.sequence + 1 if entry.announcement else 0

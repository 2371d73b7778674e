"""The assessment of an event under a rule at one moment: whether it is a session, and if not, why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from enum import Enum, auto

from sessionsmgmt.domain.cancelled_titles import says_cancelled
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, digest
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import Attendee, Event, Status
from sessionsmgmt.domain.model.notice import Presence
from sessionsmgmt.domain.model.people import Person, Role, Roster
from sessionsmgmt.domain.model.rule import Require, Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.digests import looks_until
from sessionsmgmt.domain.sessions.presence import begin, is_over, presence
from sessionsmgmt.domain.sessions.roster import Attendance, Directory, attendance, identifiers
from sessionsmgmt.domain.text import comparable


@dataclass(frozen=True, slots=True)
class Club:
    """What a decision needs of the club besides its calendar: people, ledger and time zone."""

    roles: Sequence[Role]
    people: Directory
    snapshot: LedgerSnapshot
    zone: tzinfo

    def digests(self, person: Person) -> frozenset[str]:
        """The person's digests in the ledger: several, so that another of their addresses makes them no newcomer."""
        return frozenset(digest(self.snapshot.secret, identifier) for identifier in identifiers(person, self.people))

    def place(self, location: str) -> str:
        """The digest of a place in the ledger; empty for none. Places are compared as titles are (``comparable``)."""
        place = comparable(location)
        return digest(self.snapshot.secret, f"place\n{place}") if place else ""


def people_by_digest(club: Club) -> dict[str, Person]:
    """The people of the address book by each of their digests."""
    return {digest: listed.person for listed in club.people.people for digest in club.digests(listed.person)}


class Standing(Enum):
    """What an event is to a rule at this moment."""

    SESSION = auto()  # it counts
    LATER = auto()  # it would count, but begins further ahead than the rule announces
    OVER = auto()  # it would have counted, but has ended
    NONE = auto()  # it is no session: cancelled, renamed out of the match, or nobody is left who did not decline
    FOREIGN = auto()  # its organizer does not count, so nothing is concluded from it
    HIDDEN = auto()  # the calendar does not show all of it, so nothing is concluded from it
    TENTATIVE = auto()  # it may or may not take place
    UNDECIDED = auto()  # only who accepts counts, and nobody has accepted, but somebody still may
    UNKNOWN = auto()  # people attend, and no contact with a role names any of them


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one rule makes of an event now.

    ``over`` is true once the event has ended, ``later`` while it begins further ahead than the rule looks.
    ``unmet`` says why the rule's ``require`` is not met; it is empty if it is met.
    """

    event: Event
    standing: Standing
    window: Presence
    attendance: Attendance
    over: bool
    later: bool
    unmet: str

    @property
    def near(self) -> bool:
        """Whether the event is within the time that the rule covers now."""
        return not (self.over or self.later)

    @property
    def roster(self) -> Roster:
        """The people who will be there."""
        return self.attendance.roster


def assess(rule: Rule, event: Event, club: Club, now: datetime) -> Assessment:
    """The assessment of the event under the rule at the aware instant ``now``."""
    who = attendance(event.attendees, club.people, club.roles, rule.include, rule.attending)
    over = is_over(event, now, club.zone)
    later = begin(event, club.zone) > looks_until(rule, now, club.zone)
    return Assessment(
        event=event,
        standing=_standing(rule, event, who, over=over, later=later),
        window=presence(event, rule.presence, club.zone),
        attendance=who,
        over=over,
        later=later,
        unmet=unmet(rule.require, who.roster),
    )


def _standing(rule: Rule, event: Event, who: Attendance, *, over: bool, later: bool) -> Standing:
    """The first standing that applies. Reasons why the event can't be judged come before the judgement."""
    if not event.trusted:
        return Standing.FOREIGN
    if event.cancelled:
        return Standing.NONE
    if not event.complete:
        return Standing.HIDDEN
    if event.status is Status.TENTATIVE:
        return Standing.TENTATIVE
    comes_anybody = who.coming or who.roster.people
    if not (rule.matches(event.title) and (comes_anybody or who.undecided)):
        return Standing.NONE
    if over:
        return Standing.OVER
    if later:
        return Standing.LATER
    if not comes_anybody:
        return Standing.UNDECIDED
    return Standing.SESSION if who.roster.people else Standing.UNKNOWN


def unmet(require: Require, roster: Roster) -> str:
    """Why the rule's ``require`` is not met, or an empty text. It counts people and names nobody."""
    adults, students = len(roster.roles.get("adults", ())), len(roster.roles.get("students", ()))
    if require.adults is not None and adults < require.adults:
        return f"{adults} of at least {require.adults} adults attend"
    if require.students_per_adult is not None and students > adults * require.students_per_adult:
        return f"{students} students for {adults} adults; at most {require.students_per_adult} for each are allowed"
    return ""


def assessment_warnings(assessment: Assessment, *, announced: bool) -> Iterator[ReportWarning]:
    """What a coach should know about the event. The warnings say how many attendees and where, and name nobody."""
    match assessment.standing:
        case Standing.FOREIGN:
            yield ReportWarning("organizer-unknown", _FOREIGN_ANNOUNCED if announced else _FOREIGN, assessment.event.id)
        case Standing.HIDDEN if announced:
            yield ReportWarning("event-incomplete", _HIDDEN_ANNOUNCED, assessment.event.id)
        case Standing.HIDDEN if assessment.near:
            yield ReportWarning("event-incomplete", _HIDDEN, assessment.event.id)
        case Standing.TENTATIVE if announced:
            yield ReportWarning("event-tentative", _TENTATIVE_ANNOUNCED, assessment.event.id)
        case Standing.TENTATIVE if assessment.near:
            yield ReportWarning("event-tentative", _TENTATIVE, assessment.event.id)
        case Standing.UNDECIDED:
            text = _UNDECIDED_ANNOUNCED if announced else _UNDECIDED
            yield ReportWarning("attendees-undecided", text, assessment.event.id)
        case Standing.UNKNOWN:
            text = _UNKNOWN_ANNOUNCED if announced else _UNKNOWN
            yield ReportWarning(
                "attendees-unknown", f"{text}{_places(assessment.attendance.left_out)}", assessment.event.id
            )
        case Standing.NONE if assessment.near and says_cancelled(assessment.event.title):
            if assessment.event.status is not Status.CANCELLED:
                yield ReportWarning("event-cancelled-by-title", _CANCELLED_BY_TITLE, assessment.event.id)
        case Standing.NONE if (
            assessment.near and not assessment.event.attendees and assessment.event.confirmed and not announced
        ):
            yield ReportWarning("attendees-unknown", _NOBODY, assessment.event.id)
        case Standing.SESSION:
            yield from _left_out(assessment)
            if assessment.unmet and announced:
                yield ReportWarning(
                    "require-unmet", f"a session that was announced: {assessment.unmet}", assessment.event.id
                )


def _left_out(assessment: Assessment) -> Iterator[ReportWarning]:
    """The attendees whom a notice leaves out, or names only because several people share their address."""
    for code, attendees, text in (
        ("attendee-without-contact", assessment.attendance.strangers, "have no contact, so the notice leaves them out"),
        (
            "contact-without-role",
            assessment.attendance.roleless,
            "have a contact without a role's label, so are left out",
        ),
        ("address-shared", assessment.attendance.shared, "have an address that several contacts share; all are named"),
    ):
        if attendees:
            count = f"{len(attendees)} attendee(s) of the session"
            yield ReportWarning(code, f"{count} {text}{_places(attendees)}", assessment.event.id)


def _places(attendees: Sequence[Attendee]) -> str:
    places = ", ".join(sorted(attendee.where for attendee in attendees if attendee.where))
    return f" ({places})" if places else ""


_HIDDEN = (
    "the calendar does not show this account every attendee of the session, so nothing is said about it. Let the "
    "account see the guest list"
)
_HIDDEN_ANNOUNCED = (
    "the calendar does not show this account all of a session that was announced, so it stays as it was announced. Let "
    "the account see all details and the guest list"
)
_FOREIGN = (
    "an event looks like a session, and somebody organises it whom calendar.organizers does not name, so nothing is "
    "said about it. Add them there if they are yours; otherwise decline the invitation"
)
_FOREIGN_ANNOUNCED = (
    "the organizer of a session that was announced is not named by calendar.organizers, so it stays as it was "
    "announced. Add them there if they are yours; otherwise tell the owner yourself"
)
_TENTATIVE = "a session is tentative in the calendar, so it is announced once it is confirmed"
_TENTATIVE_ANNOUNCED = (
    "a session that was announced is tentative in the calendar now, so it stays as it was announced until it is "
    "confirmed or cancelled"
)
_CANCELLED_BY_TITLE = (
    "the title of an event begins with a calendar program's word for 'cancelled', so it is read as cancelled. If it "
    "takes place, take the word out of its title"
)
_UNDECIDED = (
    "nobody has accepted the invitation to a session yet, and sessions.yml says 'attending: accepted', so nothing is "
    "said about it"
)
_UNDECIDED_ANNOUNCED = (
    "nobody has accepted the invitation to a session that was announced any more, so it stays as it was announced. Ask "
    "the attendees to accept again; if it does not take place, cancel it in the calendar"
)
_UNKNOWN = (
    "people are invited to a session, and no contact with a role's label has the address of any of them, so nothing is "
    "said about it. Add them to the contacts, with a label"
)
_UNKNOWN_ANNOUNCED = (
    "people are invited to a session that was announced, and no contact with a role's label has the address of any of "
    "them any more, so it stays as it was announced. Look at the contacts and their labels"
)
_NOBODY = "nobody is invited to an event that matches, so nothing is said about it. Invite those who will be there"

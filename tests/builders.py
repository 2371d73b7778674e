"""Small things to say in tests: an event, a contact, a rule, a club. Each has defaults; a test names what matters.

The invented club meets in New York. ``local`` says an instant by the clock on its wall; everything that is kept is UTC,
as in the product.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.domain.addresses import fold as folded
from sessionsmgmt.domain.delivery.claims import Begin, Claim, Entry, LedgerSnapshot, Sent
from sessionsmgmt.domain.model.event import Attendee, CalendarReading, Event, Response, Status
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Announcement, Key, Kind, Notice, Presence, Session
from sessionsmgmt.domain.model.people import Attending, Contact, Person, Role, Roster
from sessionsmgmt.domain.model.rule import PresenceMode, Require, Rule, Unit, Within
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.assessment import Club
from sessionsmgmt.domain.sessions.roster import directory

NEW_YORK = ZoneInfo("America/New_York")
SECRET = b"an invented secret of 32 bytes.."
ADULTS = Role("adults", ("Adult",))
STUDENTS = Role("students", ("Student",))
ROLES = (ADULTS, STUDENTS)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant: ``utc(2026, 11, 7, 23)``."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def local(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, zone: tzinfo = NEW_YORK, fold: int = 0
) -> datetime:
    """The instant, in UTC, at which a clock in the zone shows this; ``fold=1`` is the second time it does so."""
    return datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)


NOW = local(2026, 11, 6, 18)
"""A Friday evening, the day before the session that ``event`` has by default."""

KEEP = timedelta(days=30)


def retention(clock: datetime) -> Retention:
    """How long a ledger remembers on a machine whose clock stands at that instant."""
    return Retention(KEEP, lambda: clock)


RETENTION = retention(datetime.max.replace(tzinfo=UTC))
"""On a machine whose clock is ahead of every instant that a test names."""


def attendees(*addresses: str, declined: Collection[str] = ()) -> tuple[Attendee, ...]:
    """People invited, by address; those in ``declined`` said no."""
    return tuple(
        Attendee(address, Response.DECLINED if address in declined else Response.NONE) for address in addresses
    )


def event(
    id: str = "lab",  # noqa: A002  the word the model has for it
    *,
    title: str = "Team Session",
    start: datetime | date | None = None,
    end: datetime | date | None = None,
    who: Iterable[str | Attendee] = ("ann@example.org", "sam@example.org"),
    location: str = "Room 101",
    description: str = "",
    status: Status = Status.CONFIRMED,
    complete: bool = True,
    where: str = "",
    organizer: str = "",
) -> Event:
    """An event: by default a session tomorrow from 17:00 to 20:00, of one adult and one student.

    Without an ``end`` it lasts three hours, or the one day. Without an ``organizer`` it is the calendar's own.
    """
    starts = start or local(2026, 11, 7, 17)
    lasts = timedelta(hours=3) if isinstance(starts, datetime) else timedelta(days=1)
    invited = tuple(one if isinstance(one, Attendee) else Attendee(one) for one in who)
    return Event(
        *(id, title, starts, end or starts + lasts, invited, location, description, status, complete, where),
        organizer=organizer,
        own=not organizer,
    )


def contact(name: str = "Ann Adult", *addresses: str, labels: Sequence[str] = ("Adult",), where: str = "") -> Contact:
    """A contact. Without an address it has ``FIRST-NAME@example.org``."""
    first = name.split(maxsplit=1)[0].lower() if name.split() else "nameless"
    return Contact(name, addresses or (f"{first}@example.org",), tuple(labels), where)


ANN = contact("Ann Adult")
ALF = contact("Alf Adult")
SAM = contact("Sam Student", labels=("Student",))
SUE = contact("Sue Student", labels=("Student",))
CONTACTS = (ANN, ALF, SAM, SUE)


def rule(
    id: str = "campus",  # noqa: A002  the word the model has for it
    *,
    match: str = "Team Session",
    within: Within | None = None,
    presence: PresenceMode = PresenceMode.EVENT,
    kinds: Iterable[Kind] = DEFAULT_KINDS,
    require: Require | None = None,
    include: Iterable[str] = (),
    attending: Attending = Attending.INVITED,
    combine: bool = False,
) -> Rule:
    """A rule: by default one that looks a day ahead, announces the event's own times and says everything."""
    counted = frozenset(kinds), require or Require(), tuple(include), attending
    return Rule(id, match, within or days(1), presence, *counted, combine)


def hours(amount: int) -> Within:
    """A look ahead in hours."""
    return Within(amount, Unit.HOURS)


def days(amount: int) -> Within:
    """A look ahead in days."""
    return Within(amount, Unit.DAYS)


def weeks(amount: int) -> Within:
    """A look ahead in weeks."""
    return Within(amount, Unit.WEEKS)


def snapshot(entries: Mapping[Key, Entry] | None = None, *, secret: bytes = SECRET) -> LedgerSnapshot:
    """A ledger at one moment; by default one in which nothing was ever said."""
    return LedgerSnapshot(secret, entries or {})


def club(
    contacts: Iterable[Contact] = CONTACTS,
    *,
    memory: LedgerSnapshot | None = None,
    zone: tzinfo = NEW_YORK,
    roles: Sequence[Role] = ROLES,
) -> Club:
    """A club: by default two adults, two students and a ledger without entries."""
    return Club(roles, directory(contacts, roles), memory or snapshot(), zone)


def reading(
    *events: Event,
    unreadable: Iterable[str] = (),
    blind: bool = False,
    warnings: Iterable[ReportWarning] = (),
) -> CalendarReading:
    """What a calendar said."""
    return CalendarReading(events, frozenset(unreadable), blind, tuple(warnings))


def window(start: datetime, end: datetime) -> Presence:
    """An announced window."""
    return Presence(start, end)


def person(name: str, *addresses: str) -> Person:
    """Somebody in the building. Without an address they have ``FIRST-NAME@example.org``."""
    written = addresses or contact(name).addresses
    return Person(name, tuple(sorted(folded(address) for address in written)))


def roster(**roles: Iterable[Person]) -> Roster:
    """The people of a session: ``roster(adults=[person("Ann Adult")])``."""
    return Roster({role: tuple(people) for role, people in roles.items()})


def announcement(
    kind: Kind = Kind.NEW,
    *,
    presence: Presence | None = None,
    people: Iterable[str] = (),
    sequence: int = 0,
) -> Announcement:
    """What the owner was told: by default, of the session that ``event`` has by default. ``people`` are digests."""
    return Announcement(
        kind, presence or window(local(2026, 11, 7, 17), local(2026, 11, 7, 20)), frozenset(people), sequence
    )


def claim(run: str = "a run", *, at: datetime = NOW, what: Announcement | None = None, held: bool = False) -> Claim:
    """A run's word that it is about to send."""
    return Claim(run, at, what or announcement(), held)


def notice(
    *,
    kind: Kind = Kind.NEW,
    key: Key | None = None,
    session: Session | None = None,
    presence: Presence | None = None,
    people: Roster | None = None,
    newcomers: Iterable[Person] | None = None,
    before: Announcement | None = None,
    sequence: int = 0,
) -> Notice:
    """A notice as ``decide`` makes it: by default of one adult and two students tomorrow, everyone a newcomer.

    A ``changed`` or ``added`` one has no newcomers unless they are given, and none has a ``before`` unless it is.
    """
    announced = presence or window(local(2026, 11, 7, 17), local(2026, 11, 7, 20))
    everyone = roster(adults=[person("Ann Adult")], students=[person("Sam Student"), person("Sue Student")])
    nobody = roster(adults=[], students=[])
    named = people or (nobody if kind is Kind.CANCELLED else everyone)
    fresh = newcomers if newcomers is not None else (named.people if kind in {Kind.NEW, Kind.ADDED} else ())
    return Notice(
        key=key or Key("campus", "lab"),
        kind=kind,
        session=session or Session("lab", "Team Session", announced.start, announced.end, "Room 101"),
        presence=announced,
        people=named,
        newcomers=frozenset(fresh),
        before=before,
        announcement=announcement(kind, presence=announced, sequence=sequence),
    )


def accepted(memory: LedgerSnapshot, notices: Iterable[Notice], now: datetime) -> LedgerSnapshot:
    """The ledger after a run at ``now`` whose every mail left, in the steps that a run takes."""
    steps = [
        step
        for one in notices
        for step in (
            Begin(one.key, "a run", memory.entry(one.key).announcement, one.announcement),
            Sent(one.key, "a run", f"<{one.key.session}-{one.announcement.sequence}@mail.invalid>"),
        )
    ]
    after, refused = memory.advanced(steps, now)
    if refused:
        raise AssertionError(f"the ledger refused what was decided from it: {refused}")
    return after


def unmasked(_: str) -> None:
    """Hide no secret: there is none in what the test makes, or the test looks at what is asked with it."""

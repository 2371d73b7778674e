"""A season as its coach and the premises owner live it, and what is true of it: written without a look at ``decide``.

``World`` is the calendar, the address book and the clock. ``Owner`` knows nothing but the notices that were sent. To
find whether the owner was told the truth, each session is walked through in steps of a quarter of an hour.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import Attendee, Event, Response, Status
from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Presence
from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.domain.model.rule import PresenceMode, Rule, Unit

STEP = timedelta(minutes=15)
HOUR = timedelta(hours=1)
TITLE, OTHER_TITLE = "Team Session", "Dentist"
PEOPLE = {
    "Ann Adult": ("ann@example.org", "ann@work.example.org"),
    "Pat Park": ("pat@example.org", "home@example.org"),
    "Kim Park": ("home@example.org", "kim@example.org"),
    "Lee Park": ("home@example.org",),
    "Sam Student": ("sam@example.org",),
}
ORGANIZER, OUTSIDER = "coach@example.org", "outsider@example.net"
ADDRESSES = (*sorted({address for theirs in PEOPLE.values() for address in theirs}), "stranger@example.org")
LABELS = ("Adult", "Student", "Friend")


@dataclass
class Entered:
    """An event as the coach entered it: at times, or on ``days`` if there are any.

    ``organizer`` is who sent the invitation that it came from, if it did; nobody can change that afterwards.
    """

    begins: datetime
    lasts: timedelta
    title: str = TITLE
    confirmed: bool = True
    guests: dict[str, bool] = field(default_factory=dict)  # address → declined
    days: int = 0
    organizer: str = ""

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The instants of its beginning and its end."""
        if not self.days:
            return self.begins, self.begins + self.lasts
        first = self.begins.astimezone(zone).date()
        after = first + timedelta(days=self.days)
        return _midnight(first, zone), _midnight(after, zone)

    def steps(self, zone: ZoneInfo) -> list[datetime]:
        """Instants of the event, a quarter of an hour apart; its beginning at least."""
        start, end = self.span(zone)
        return [start + STEP * number for number in range(max(1, (end - start) // STEP))]


class Truth(Enum):
    """Whether an event is a session for a rule now; near the edge of ``within`` on a day of changing clocks, EITHER.

    UNKNOWN: people come, and nobody knows who they are.
    """

    SESSION = auto()
    LATER = auto()
    OVER = auto()
    NONE = auto()
    UNKNOWN = auto()
    EITHER = auto()


@dataclass
class World:
    """What there is. ``labels`` is the address book's, by name."""

    zone: ZoneInfo
    now: datetime
    events: dict[str, Entered] = field(default_factory=dict)
    labels: dict[str, set[str]] = field(default_factory=dict)

    def contacts(self) -> list[Contact]:
        """The address book, in which addresses are written with capitals."""
        people = [
            Contact(name, tuple(address.title() for address in addresses), tuple(sorted(self.labels[name])))
            for name, addresses in PEOPLE.items()
        ]
        return [*people, Contact("Somebody Else", ("else@example.org",), ("Adult", "Student"))]

    def calendar(self) -> list[Event]:
        """The calendar as a provider would read it."""
        read = []
        for name, entered in self.events.items():
            start: datetime | date = entered.begins
            end: datetime | date = entered.begins + entered.lasts
            if entered.days:
                start = entered.begins.astimezone(self.zone).date()
                end = start + timedelta(days=entered.days)
            guests = tuple(
                Attendee(address, Response.DECLINED if declined else Response.NONE)
                for address, declined in entered.guests.items()
            )
            read.append(
                Event(
                    *(name, entered.title, start, end, guests),
                    status=Status.CONFIRMED if entered.confirmed else Status.CANCELLED,
                    organizer=entered.organizer.title(),
                    own=not entered.organizer,
                    trusted=entered.organizer in {"", ORGANIZER},
                )
            )
        return read

    def present(self, session: str) -> set[str]:
        """The names of those who come and have a role."""
        coming = {address for address, declined in self.events[session].guests.items() if not declined}
        return {
            name
            for name, addresses in PEOPLE.items()
            if coming & set(addresses) and self.labels[name] & {"Adult", "Student"}
        }

    def truth(self, session: str, rule: Rule) -> Truth:
        """How it stands with the event now."""
        entered = self.events.get(session)
        if entered is None or entered.organizer == OUTSIDER:
            return Truth.NONE
        if not entered.confirmed or entered.title != TITLE or all(entered.guests.values()):
            return Truth.NONE
        start, end = entered.span(self.zone)
        if self.now >= end and self.now > start:
            return Truth.OVER
        ahead = _ahead(self.now, start, rule, self.zone)
        if rule.within.unit is not Unit.HOURS and abs(ahead) <= HOUR:
            return Truth.EITHER
        if ahead > timedelta(0):
            return Truth.LATER
        return Truth.SESSION if self.present(session) else Truth.UNKNOWN


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _ahead(now: datetime, start: datetime, rule: Rule, zone: ZoneInfo) -> timedelta:
    """By how much the start lies further ahead than the rule looks: by the stopwatch, or by the clock on the wall."""
    if rule.within.unit is Unit.HOURS:
        return start - now - timedelta(hours=rule.within.amount)
    shown = (start.astimezone(zone).replace(tzinfo=None)) - (now.astimezone(zone).replace(tzinfo=None))
    return shown - timedelta(days=rule.within.amount * {Unit.DAYS: 1, Unit.WEEKS: 7}[rule.within.unit])


def believed(memory: LedgerSnapshot, rule: Rule, now: datetime) -> dict[str, Key]:
    """The key by which the ledger remembers each event of which something was said."""
    told = memory.announced(now)
    keys = sorted((key for key in memory.entries if key.notice == rule.id), key=lambda key: key in told)
    return {memory.event_id(key): key for key in keys}


def never_announced(rule: Rule, event: str) -> Key:
    """A key of which the owner heard nothing: the event's id may be the key of a session that has another id now."""
    return Key(rule.id, f"{event}, never announced")


@dataclass
class Owner:
    """The premises owner, who believes what the notices said."""

    inbox: defaultdict[Key, list[Notice]] = field(default_factory=lambda: defaultdict(list))
    names: defaultdict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def expects(self, key: Key) -> Presence | None:
        """When the owner expects people of this session in the building, if at all."""
        last = self.inbox[key][-1] if self.inbox[key] else None
        return last.presence if last and last.kind is not Kind.CANCELLED else None

    def receive(self, notice: Notice, rule: Rule, world: World) -> None:
        """Read a notice, and object to one that is odd after those before it, or that is not so."""
        key, event = notice.key, notice.session.id
        names, new = ({person.name for person in people} for people in (notice.people.people, notice.newcomers))
        expected, truth = self.expects(key), world.truth(event, rule)
        assert [one.announcement.sequence for one in self.inbox[key]] == list(range(notice.announcement.sequence))
        assert (notice.kind is Kind.NEW) == (expected is None)
        assert notice.announcement.kind is notice.kind
        assert truth is Truth.EITHER or (truth is Truth.SESSION) == (notice.kind is not Kind.CANCELLED)
        match notice.kind:
            case Kind.NEW:
                assert names == world.present(event) == new
            case Kind.CHANGED:
                assert expected
                assert notice.presence.start < expected.start or notice.presence.end > expected.end
                assert names == world.present(event)
            case Kind.ADDED:
                assert new
                assert names == world.present(event)
                assert new == names - self.names[key]
            case Kind.REMOVED:
                assert names == world.present(event) < self.names[key]
            case Kind.CANCELLED:
                assert expected == notice.presence
                assert world.now < notice.presence.end
                assert not names
                assert truth is Truth.EITHER or not self.was_told_the_truth(key, event, rule, world)
        self.names[key] = names
        self.inbox[key].append(notice)

    def was_told_the_truth(self, key: Key, event: str, rule: Rule, world: World) -> bool:
        """Whether what the owner believes of a session is so, which the calendar has as that event."""
        expected, truth = self.expects(key), world.truth(event, rule)
        entered = world.events.get(event)
        steps = entered.steps(world.zone) if entered else []
        covered = expected is not None and all(expected.start <= step <= expected.end for step in steps)
        match truth:
            case Truth.EITHER | Truth.UNKNOWN:
                return True
            case Truth.SESSION:
                return covered and world.present(event) <= self.names[key]
            case _ if expected is None or world.now >= expected.end:
                return True  # nobody is expected any more
            case Truth.LATER:
                start = steps[0]
                if rule.presence is PresenceMode.WHOLE_DAY:
                    start = _midnight(start.astimezone(world.zone).date(), world.zone)
                return covered or start <= expected.start  # else it was moved
            case Truth.OVER:
                return any(expected.start <= step <= expected.end for step in steps)  # it took place
        return False

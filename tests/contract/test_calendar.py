"""What every calendar promises, whatever it is kept in (see ``ports.Calendar``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from sessionsmgmt.domain.model.event import CalendarReading, Event, Response
from sessionsmgmt.errors import InputError, UnreachableError
from tests.builders import NEW_YORK, local
from tests.contract.calendars import CalendarWorld, Entry, FeedWorld, Guest, IcsWorld
from tests.contract.google_worlds import GoogleCalendarWorld, at_google
from tests.emulators.feed import FeedServer

SINCE = local(2026, 11, 6, 18)
UNTIL = local(2026, 11, 8, 18)
FAR = local(2027, 6, 1)


WORLDS: Mapping[str, Callable[[Path, ExitStack], CalendarWorld]] = {
    "ics": lambda folder, _: IcsWorld(folder),
    "subscription": lambda _, stack: FeedWorld(stack.enter_context(FeedServer())),
    "google": lambda _, stack: GoogleCalendarWorld(at_google(stack)),
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CalendarWorld]:
    with ExitStack() as stack:
        yield WORLDS[request.param](tmp_path, stack)


def wall(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)


def read(
    world: CalendarWorld, since: datetime = SINCE, until: datetime = UNTIL, ids: Collection[str] = ()
) -> CalendarReading:
    reading = world.open().read(since, until, ids)
    assert not reading.unreadable
    assert not reading.blind
    return reading


def events(world: CalendarWorld, since: datetime = SINCE, until: datetime = UNTIL) -> list[Event]:
    return sorted(read(world, since, until).events, key=lambda event: (str(event.start), event.title))


def titles(world: CalendarWorld) -> list[str]:
    return [event.title for event in events(world)]


def the_id(world: CalendarWorld) -> str:
    (event,) = events(world, SINCE, FAR)
    return event.id


def test_an_event_is_read_with_everything_it_says(world: CalendarWorld) -> None:
    title, text = "Team Session; build, test \\ fix 🤖", "Line one\nline, two; \\n is no line break\n" + "é" * 300
    world.put(Entry(title=title, location="Hall 2, left; up", description=text))
    (event,) = events(world)
    assert (event.title, event.location, event.description) == (title, "Hall 2, left; up", text)
    assert (event.start, event.end) == (local(2026, 11, 7, 17), local(2026, 11, 7, 20))
    assert (event.confirmed, event.complete, event.all_day) == (True, True, False)
    assert isinstance(event.start, datetime)
    assert event.start.tzinfo is UTC
    assert event.start.utcoffset() == timedelta(0)
    assert {guest.address for guest in event.attendees} == {"ann@example.org", "sam@example.org"}


def test_who_organises_an_event_is_read_unless_it_is_the_calendar_itself(world: CalendarWorld) -> None:
    world.put(Entry("own", title="own"), Entry("sent", title="sent", organizer="Outsider@example.net"))
    own, sent = events(world)
    assert own.own
    assert (sent.own, sent.organizer.lower()) == (False, "outsider@example.net")


def test_an_event_without_a_title_or_guests_is_read(world: CalendarWorld) -> None:
    world.put(Entry(title="", guests=()))
    (event,) = events(world)
    assert (event.title, event.attendees) == ("", ())


@pytest.mark.parametrize(
    ("start", "end", "there"),
    [
        (wall(11, 6, 15), wall(11, 6, 18), False),
        (wall(11, 6, 15), wall(11, 6, 18, 1), True),
        (wall(11, 6, 18), wall(11, 6, 18), True),
        (wall(11, 6, 17, 59), wall(11, 6, 17, 59), False),
        (wall(11, 1, 9), wall(11, 20, 9), True),
        (wall(11, 8, 18), wall(11, 8, 20), True),
        (wall(11, 8, 18, 1), wall(11, 8, 20), False),
    ],
)
def test_events_are_read_from_those_under_way_to_those_that_begin_at_the_end(
    world: CalendarWorld, start: datetime, end: datetime, there: bool
) -> None:
    world.put(Entry(start=start, end=end))
    assert titles(world) == ["Team Session"] * there


@pytest.mark.parametrize(
    ("first", "after", "there"),
    [
        (date(2026, 11, 6), date(2026, 11, 7), True),
        (date(2026, 11, 5), date(2026, 11, 6), False),
        (date(2026, 11, 2), date(2026, 11, 7), True),
        (date(2026, 11, 8), date(2026, 11, 9), True),
        (date(2026, 11, 9), date(2026, 11, 10), False),
    ],
)
def test_all_day_events_stay_days_and_count_in_the_configured_zone(
    world: CalendarWorld, first: date, after: date, there: bool
) -> None:
    world.put(Entry(start=first, end=after))
    found = events(world)
    assert [(event.start, event.end, event.all_day) for event in found] == [(first, after, True)] * there


def test_a_day_begins_and_ends_with_the_configured_zone_and_not_with_utc(world: CalendarWorld) -> None:
    world.put(Entry(start=date(2026, 11, 7), end=date(2026, 11, 8)))
    assert events(world, local(2026, 11, 7, 23, 59), local(2026, 11, 7, 23, 59))
    assert not events(world, local(2026, 11, 8), local(2026, 11, 8, 1))
    assert not events(world, local(2026, 11, 6, 20), local(2026, 11, 6, 23, 59))
    assert events(world, local(2026, 11, 6, 20), local(2026, 11, 7))


def test_events_asked_for_by_id_are_read_wherever_they_are(world: CalendarWorld) -> None:
    world.put(Entry())
    known = the_id(world)
    for start in (wall(6, 1, 9, year=2025), wall(3, 1, 9, year=2028)):
        world.put(Entry(start=start, end=start + timedelta(hours=2)))
        assert not events(world)
        (event,) = read(world, ids=[known]).events
        assert (event.id, event.start) == (known, start.astimezone(UTC))


def test_an_event_asked_for_twice_is_read_once(world: CalendarWorld) -> None:
    world.put(Entry())
    assert len(read(world, ids=[the_id(world), the_id(world)]).events) == 1


def test_an_unknown_id_is_left_out(world: CalendarWorld) -> None:
    world.put(Entry())
    unknown = ["nobody", "nobody_20261107T220000Z", "nobody_20261107", "_", "", "é_20269999"]
    reading = read(world, ids=unknown)
    assert len(reading.events) == 1
    assert all(reading.knows_gone(one) for one in unknown)


def test_an_event_keeps_its_id_when_it_is_edited_and_moved(world: CalendarWorld) -> None:
    world.put(Entry())
    known = the_id(world)
    world.put(
        Entry(title="Another title", start=wall(11, 8, 9), end=wall(11, 8, 11), guests=(), status="tentative"),
        Entry(name="another"),
    )
    assert {event.title: event.id == known for event in events(world)} == {"Team Session": False, "Another title": True}


def test_a_deleted_event_is_known_to_be_gone(world: CalendarWorld) -> None:
    world.put(Entry(), Entry(name="another"))
    deleted = next(event.id for event in events(world))
    world.put(*[Entry(name=name) for name in ("lab", "another") if _id_of(world, name) != deleted])
    reading = read(world, ids=[deleted])
    assert len(reading.events) == 1
    assert reading.knows_gone(deleted)


def _id_of(world: CalendarWorld, name: str) -> str:
    world.put(Entry(name=name))
    return the_id(world)


def test_a_cancelled_event_is_gone_or_unconfirmed(world: CalendarWorld) -> None:
    world.put(Entry())
    known = the_id(world)
    world.put(Entry(status="cancelled"))
    reading = read(world, ids=[known])
    assert not any(event.confirmed for event in reading.events)
    assert reading.knows_gone(known)


def test_a_tentative_event_is_unconfirmed(world: CalendarWorld) -> None:
    world.put(Entry(status="tentative"))
    (event,) = events(world)
    assert not event.confirmed


def test_every_answer_to_the_invitation_is_read(world: CalendarWorld) -> None:
    answers = {
        "ann@example.org": ("declined", Response.DECLINED),
        "alf@example.org": ("accepted", Response.ACCEPTED),
        "sam@example.org": ("tentative", Response.NONE),
        "sue@example.org": ("needs-action", Response.NONE),
    }
    world.put(Entry(guests=[Guest(address, word) for address, (word, _) in answers.items()]))
    (event,) = events(world)
    assert {guest.address: guest.response for guest in event.attendees} == {
        address: response for address, (_, response) in answers.items()
    }


def test_the_shared_id_of_an_event_stays_when_the_event_is_edited_and_that_of_a_series_has_the_original_start(
    world: CalendarWorld,
) -> None:
    world.put(Entry("lab"), Entry("weekly", start=wall(10, 31, 12), end=wall(10, 31, 13), weeks=3))
    before = {event.id: event.shared_id for event in events(world, local(2026, 10, 1), FAR)}
    assert len(set(before.values())) == len(before) == 4
    assert all(before.values())
    moved = Entry("weekly", start=wall(11, 8, 9), end=wall(11, 8, 10))
    changed: dict[datetime | date, Entry] = {wall(11, 7, 12): moved}
    world.put(
        Entry("lab", title="Renamed", start=wall(11, 8, 17), end=wall(11, 8, 20)),
        Entry("weekly", start=wall(10, 31, 12), end=wall(10, 31, 13), weeks=3, changed=changed),
    )
    assert {event.id: event.shared_id for event in events(world, local(2026, 10, 1), FAR)} == before


def test_a_room_is_nobody(world: CalendarWorld) -> None:
    world.put(Entry(guests=[Guest("ann@example.org"), Guest("hall@example.org", room=True)]))
    (event,) = events(world)
    assert [guest.address for guest in event.attendees] == ["ann@example.org"]


WEEKLY = Entry(start=wall(10, 24, 17), end=wall(10, 24, 20), weeks=4)


def test_a_series_keeps_to_the_wall_clock_when_the_clocks_change(world: CalendarWorld) -> None:
    world.put(WEEKLY)
    assert [event.start for event in events(world, local(2026, 10, 1), FAR)] == [
        datetime(2026, 10, 24, 21, tzinfo=UTC),
        datetime(2026, 10, 31, 21, tzinfo=UTC),
        datetime(2026, 11, 7, 22, tzinfo=UTC),
        datetime(2026, 11, 14, 22, tzinfo=UTC),
    ]


def test_the_instances_of_a_series_have_ids_of_their_own_that_stay(world: CalendarWorld) -> None:
    world.put(WEEKLY)
    before = {event.id: event.start for event in events(world, local(2026, 10, 1), FAR)}
    assert len(before) == 4
    world.put(Entry(name="another"), WEEKLY)
    after = {event.id: event.start for event in events(world, local(2026, 10, 1), FAR)}
    assert before.items() <= after.items()


def test_an_instance_is_found_by_its_id_wherever_it_is(world: CalendarWorld) -> None:
    world.put(WEEKLY)
    for wanted in events(world, local(2026, 10, 1), FAR):
        found = read(world, local(2028, 1, 1), local(2028, 1, 2), [wanted.id]).events
        assert [(event.id, event.start) for event in found] == [(wanted.id, wanted.start)]


def test_an_instance_that_moves_keeps_its_id(world: CalendarWorld) -> None:
    world.put(WEEKLY)
    (known,) = (event.id for event in events(world))
    moved = Entry(title="Moved", start=wall(12, 24, 9), end=wall(12, 24, 10), guests=[Guest("zoe@example.org")])
    world.put(Entry(start=WEEKLY.start, end=WEEKLY.end, weeks=4, changed={wall(11, 7, 17): moved}))
    assert titles(world) == []
    (event,) = read(world, ids=[known]).events
    assert (event.id, event.title, event.start) == (known, "Moved", local(2026, 12, 24, 9))
    assert [guest.address for guest in event.attendees] == ["zoe@example.org"]


def test_an_instance_that_moves_into_sight_is_seen(world: CalendarWorld) -> None:
    moved = Entry(title="Moved", start=wall(11, 7, 9), end=wall(11, 7, 10))
    world.put(Entry(start=WEEKLY.start, end=WEEKLY.end, weeks=20, changed={wall(12, 26, 17): moved}))
    assert titles(world) == ["Moved", "Team Session"]


@pytest.mark.parametrize("deleted", [True, False])
def test_an_instance_that_is_deleted_or_cancelled_is_no_session(world: CalendarWorld, deleted: bool) -> None:
    world.put(WEEKLY)
    (known,) = (event.id for event in events(world))
    gone = wall(11, 7, 17)
    cancelled = Entry(start=gone, end=wall(11, 7, 20), status="cancelled")
    world.put(
        Entry(
            start=WEEKLY.start,
            end=WEEKLY.end,
            weeks=4,
            without=[gone] if deleted else [],
            changed={} if deleted else {gone: cancelled},
        )
    )
    reading = read(world, ids=[known])
    assert not any(event.confirmed for event in reading.events)
    assert reading.knows_gone(known)
    assert len([event for event in events(world, local(2026, 10, 1), FAR) if event.confirmed]) == 3


def test_an_all_day_series_has_days(world: CalendarWorld) -> None:
    world.put(Entry(start=date(2026, 10, 24), end=date(2026, 10, 26), weeks=3, without=[date(2026, 10, 31)]))
    assert [(event.start, event.end) for event in events(world, local(2026, 10, 1), FAR)] == [
        (date(2026, 10, 24), date(2026, 10, 26)),
        (date(2026, 11, 7), date(2026, 11, 9)),
    ]


def test_the_order_of_the_entries_does_not_matter(world: CalendarWorld) -> None:
    entries = [WEEKLY, Entry(name="b", title="B"), Entry(name="c", start=date(2026, 11, 7), end=date(2026, 11, 8))]
    seen = set()
    for order in permutations(entries):
        world.put(*order)
        seen.add(frozenset((event.id, event.title, str(event.start)) for event in events(world)))
    assert len(seen) == 1
    assert len(next(iter(seen))) == 3


def test_an_empty_calendar_is_no_error(world: CalendarWorld) -> None:
    world.put()
    reading = read(world, ids=["lab"])
    assert reading.events == ()
    assert reading.knows_gone("lab")


def test_a_calendar_that_cannot_be_read_is_an_error_and_never_empty(world: CalendarWorld) -> None:
    world.put(Entry())
    world.spoil()
    with pytest.raises((InputError, UnreachableError)):
        world.open().read(SINCE, UNTIL, [])

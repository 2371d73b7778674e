"""Any calendar or address book file is read, or it is an error with a hint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import icalendar
import recurring_ical_events
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.event import Attendee, CalendarReading
from sessionsmgmt.errors import InputError
from tests.builders import NEW_YORK
from tests.contract.calendars import Entry, Guest, IcsWorld, ics
from tests.unit.adapters.files.files import EARLY, FIXTURES, LATE, read_ics, read_vcf, vcalendar, vevent, wall

SAMPLES = [path.read_bytes() for path in sorted(FIXTURES.glob("ics/*.ics"))]
CARDS = [path.read_bytes() for path in sorted(FIXTURES.glob("vcf/*.vcf"))]

names = st.sampled_from(["BEGIN", "END", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"]) | (
    st.sampled_from(["RECURRENCE-ID", "STATUS", "ATTENDEE", "SUMMARY", "TZID", "TZOFFSETTO"])
)
params = st.sampled_from(["", ";TZID=Ours", ";VALUE=DATE", ";RANGE=THISANDFUTURE", ';CN="', ";X", ";TZID=Europe/Paris"])
parts = st.sampled_from(["VEVENT", "VCALENDAR", "VTIMEZONE", "VALARM", "STANDARD", "Ours", "+0100", "a", "b"])
moments = st.sampled_from(["20261107", "20261107T170000", "20261107T170000Z", "00010101T000000", "99991231T235959"])
others = st.sampled_from(["20261107/P1D", "P1D", "PT1H", "-P1D", "FREQ=DAILY", "FREQ=WEEKLY;COUNT=3", "mailto:a@b.c"])
values = st.text(max_size=8) | parts | moments | others
lines = st.tuples(names, params, values).map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}")


def outcome(data: bytes) -> CalendarReading | InputError:
    try:
        return read_ics(data, ids=["x", "x_20261107T220000Z", "x_20261107"])
    except InputError as error:
        return error


def understood(result: CalendarReading | InputError) -> bool:
    """Whether the file gives a reading that explains what is missing, or an error with a hint."""
    if isinstance(result, InputError):
        return bool(result.hint)
    return bool(result.warnings) or not (result.unreadable or result.blind)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_an_error(data: bytes) -> None:
    assert understood(outcome(data))
    assert understood(outcome(b"BEGIN:VCALENDAR\n" + data + b"\nEND:VCALENDAR\n"))
    assert understood(outcome(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n" + data + b"\nEND:VEVENT\nEND:VCALENDAR\n"))


@given(content=st.lists(lines, max_size=14))
def test_any_lines_of_a_calendar_are_read_or_an_error(content: list[str]) -> None:
    assert understood(outcome(ics(*content)))
    assert understood(outcome(ics("BEGIN:VEVENT", "UID:a", "DTSTART:20261107T170000", *content, "END:VEVENT")))


@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_a_file_that_lost_some_bytes_is_read_or_an_error(sample: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, len(sample)))
    assert understood(outcome(sample[:start] + sample[end:]))


@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_a_file_that_lost_its_end_is_an_error(sample: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, sample.rindex(b"END:VCALENDAR") + len("END:VCALENDA")))
    assert isinstance(outcome(sample[:end]), InputError)


PROPERTIES = [
    "UID:lab",
    "DTSTART;TZID=Europe/Paris:20261024T140000",
    "DURATION:PT2H",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "EXDATE;TZID=Europe/Paris:20261031T140000",
    "SUMMARY:Session",
    "LOCATION:Hall",
    "ATTENDEE:mailto:ann@example.org",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:sam@example.org",
]


@given(shuffled=st.permutations(PROPERTIES))
def test_the_order_of_the_properties_of_an_event_does_not_matter(shuffled: Sequence[str]) -> None:
    def told(properties: Sequence[str]) -> set[object]:
        found = read_ics(ics("BEGIN:VEVENT", *properties, "END:VEVENT")).events
        people = {(attendee.address, attendee.declined) for event in found for attendee in event.attendees}
        return people | {(event.id, event.start, event.end, event.title, event.location) for event in found}

    assert len(told(PROPERTIES)) == 5
    assert told(shuffled) == told(PROPERTIES)


RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=9",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY=MO,WE,SA",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU",
    "FREQ=WEEKLY;UNTIL=20261201T000000Z",
    "FREQ=MONTHLY;BYDAY=2TH",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=YEARLY;BYMONTH=11,12;BYDAY=-1FR",
]


@given(
    rule=st.sampled_from(RULES),
    first=st.datetimes(wall(2020, 1, 1), wall(2026, 12, 1)),
    without=st.sets(st.integers(0, 20), max_size=4),
    moved=st.dictionaries(st.integers(0, 20), st.integers(-3_000, 3_000), max_size=4),
    added=st.lists(st.datetimes(wall(2026, 9, 1), wall(2027, 3, 1)), max_size=3, unique=True),
)
def test_a_series_has_the_same_instances_in_another_implementation(
    rule: str, first: datetime, without: set[int], moved: dict[int, int], added: list[datetime]
) -> None:
    def zoned(moment: datetime) -> str:
        return f";TZID=America/New_York:{moment:%Y%m%dT%H%M%S}"

    first = first.replace(hour=first.hour % 12 + 6)  # clear of the hours that the clocks skip or repeat
    added = [start.replace(hour=start.hour % 12 + 6, minute=59, second=59, microsecond=0) for start in added]
    extra = [f"RDATE{zoned(start)}" for start in added]
    plain = vevent(f"RRULE:{rule}", *extra, start=zoned(first))
    found = read_ics(vcalendar(plain)).events
    walls = sorted(item.start.astimezone(NEW_YORK) for item in found if isinstance(item.start, datetime))
    gone = [f"EXDATE{zoned(walls[at])}" for at in without if at < len(walls)]
    changes = [
        vevent(f"RECURRENCE-ID{zoned(walls[at])}", start=zoned(walls[at] + timedelta(minutes=by)), summary="moved")
        for at, by in moved.items()
        if at < len(walls) and at not in without
    ]
    text = vcalendar(vevent(f"RRULE:{rule}", *extra, *gone, start=zoned(first)), *changes)
    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(EARLY, LATE)
    expected = {(event.start.astimezone(UTC), str(event["SUMMARY"])) for event in theirs}
    assert {(event.start, event.title) for event in read_ics(text).events if event.start != LATE} == expected


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
entries = st.builds(
    Entry,
    name=st.uuids().map(str),
    title=texts,
    start=st.datetimes(wall(2026, 11, 1), wall(2026, 12, 1)).map(
        lambda one: one.replace(microsecond=0, tzinfo=NEW_YORK)
    ),
    end=st.just(wall(2026, 12, 2).replace(tzinfo=NEW_YORK)),
    guests=st.lists(
        st.builds(
            Guest,
            st.integers(0, 99).map(lambda number: f"guest{number}@example.org"),
            st.sampled_from(["accepted", "declined"]),
        ),
        max_size=5,
        unique_by=lambda guest: guest.address,
    ),
    location=texts,
    description=texts,
)


@given(written=st.lists(entries, max_size=4))
def test_a_written_calendar_is_read_back(written: list[Entry]) -> None:
    with TemporaryDirectory() as folder:
        world = IcsWorld(Path(folder))
        world.put(*written)
        reading = world.open().read(EARLY, LATE, [])
    assert (reading.warnings, reading.unreadable, reading.blind) == ((), frozenset(), False)

    assert sorted(
        (str(event.start), str(event.end), event.title, event.location, event.description, _people(event.attendees))
        for event in reading.events
    ) == sorted(
        (_utc(entry.start), _utc(entry.end), entry.title, entry.location, entry.description, _people(entry.guests))
        for entry in written
    )


def _utc(moment: date) -> str:
    return str(moment.astimezone(UTC)) if isinstance(moment, datetime) else str(moment)


def _people(invited: Iterable[Attendee | Guest]) -> list[tuple[str, bool]]:
    return sorted(
        (who.address, who.declined if isinstance(who, Attendee) else who.answer == "declined") for who in invited
    )


@given(data=st.binary(max_size=200))
def test_any_bytes_are_an_address_book_or_an_error(data: bytes) -> None:
    for whole in (data, b"BEGIN:VCARD\n" + data + b"\nEND:VCARD\n", CARDS[0] + data):
        with suppress(InputError):
            assert all("@" in address for contact in read_vcf(whole).contacts for address in contact.addresses)

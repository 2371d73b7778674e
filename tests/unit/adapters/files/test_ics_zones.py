"""The time zones of a calendar file are found under any name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.files.ics_blocks import Block
from sessionsmgmt.adapters.files.ics_rules import WorkBudget
from sessionsmgmt.adapters.files.ics_zones import Zones, zone_definitions
from tests.builders import NEW_YORK, local, utc
from tests.unit.adapters.files.files import events, read_ics, vcalendar, vevent, wall

EASTERN = [
    "TZID:Ours",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0400",
    "DTSTART:20070311T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500",
    "DTSTART:20071104T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    "END:STANDARD",
]


def vtimezone(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VTIMEZONE", *lines, "END:VTIMEZONE"])


def zones(*lines: str) -> Zones:
    return Zones(zone_definitions([Block(1, tuple(line.encode() for line in lines), 1)]), WorkBudget())


OURS = zones(*EASTERN).find(1, "Ours")


@given(
    instant=st.datetimes(wall(2007, 4, 1), wall(2037, 1, 1), timezones=st.just(UTC))
    | st.integers(0, 239).map(lambda minute: utc(2026, 11, 1, 4) + timedelta(minutes=minute))
)
def test_a_defined_zone_shows_the_time_that_the_zone_it_describes_shows(instant: datetime) -> None:
    ours, theirs = instant.astimezone(OURS), instant.astimezone(NEW_YORK)
    assert (ours.replace(tzinfo=None), ours.fold) == (theirs.replace(tzinfo=None), theirs.fold)
    assert ours.utcoffset() == theirs.utcoffset()
    assert ours.astimezone(UTC) == instant


@given(
    wall=st.datetimes(wall(2007, 4, 1), wall(2037, 1, 1))
    | st.integers(0, 179).map(lambda minute: wall(2026, 3, 8, 1) + timedelta(minutes=minute))
    | st.integers(0, 179).map(lambda minute: wall(2026, 11, 1, 0) + timedelta(minutes=minute)),
    fold=st.sampled_from([0, 1]),
)
def test_a_wall_clock_of_a_defined_zone_means_the_same_instant_in_gaps_and_folds(wall: datetime, fold: int) -> None:
    ours, theirs = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for zone in (OURS, NEW_YORK))
    assert ours == theirs


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("America/New_York", "America/New_York"),
        ("Eastern Standard Time", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/citadel.org/20261107_1/Europe/Paris", "Europe/Paris"),
        ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("UTC", "UTC"),
        ("gmt", "UTC"),
    ],
)
def test_an_undefined_name_is_known_if_windows_or_iana_knows_it(name: str, zone: str) -> None:
    (event,) = events(vevent(start=f";TZID={name}:20261107T170000"))
    assert event.start == local(2026, 11, 7, 17, zone=ZoneInfo(zone))


@pytest.mark.parametrize("name", ["Nowhere", "../../etc/passwd", "Europe", "localtime", "x" * 300, "/"])
def test_an_event_in_an_unknown_zone_is_unreadable(name: str) -> None:
    reading = read_ics(vcalendar(vevent(start=f";TZID={name}:20261107T170000")))
    assert reading.events == ()
    assert len(reading.unreadable) == 1
    assert "time zone" in reading.warnings[0].text


def test_a_name_of_iana_means_iana_whatever_the_file_defines() -> None:
    cut = vtimezone("TZID:America/New_York", *EASTERN[7:11], "END:STANDARD")
    (event,) = events(cut, vevent(start=";TZID=America/New_York:20260707T170000"), since=utc(2026, 1, 1))
    assert event.start == utc(2026, 7, 7, 21)


def test_another_name_means_what_the_file_defines() -> None:
    ours = vtimezone(*EASTERN).replace("TZID:Ours", "TZID:Romance Standard Time")
    found = events(
        ours,
        vevent("RRULE:FREQ=WEEKLY;COUNT=2", start=";TZID=Romance Standard Time:20261031T170000"),
    )
    assert [event.start for event in found] == [utc(2026, 10, 31, 21), utc(2026, 11, 7, 22)]


def test_changes_may_be_listed_one_by_one() -> None:
    listed = [line for line in EASTERN if not line.startswith("RRULE")]
    listed.insert(5, "RDATE:20260308T020000,20270314T020000")
    listed.insert(-1, "RDATE:20261101T020000")
    found = events(
        vtimezone(*listed),
        *(vevent(uid=day, start=f";TZID=Ours:{day}T170000") for day in ("20260707", "20261107")),
        since=utc(2026, 1, 1),
    )
    assert [event.start for event in found] == [utc(2026, 7, 7, 21), utc(2026, 11, 7, 22)]


@pytest.mark.parametrize(
    "lines",
    [
        ["TZID:Ours"],
        ["TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETTO:+0100", "END:STANDARD"],
        [line.replace("-0500", "-5") for line in EASTERN],
        [line.replace("-0500", "+9900") for line in EASTERN],
        [line.replace("YEARLY", "SECONDLY") for line in EASTERN],
        [line.replace("YEARLY", "HOURLY") for line in EASTERN],
        [line.replace("DTSTART:", "DTSTART:x") for line in EASTERN],
        [line.replace("DTSTART:2007", "DTSTART;VALUE=DATE:2007").removesuffix("T020000") for line in EASTERN],
        [*EASTERN[:5], "RDATE:" + ",".join(f"{year}0308T020000" for year in range(1000, 2900)), *EASTERN[6:]],
    ],
)
def test_events_in_a_zone_that_is_defined_badly_are_unreadable_and_others_are_read(lines: list[str]) -> None:
    bad = vevent(start=";TZID=Ours:20261107T170000")
    reading = read_ics(vcalendar(vtimezone(*lines), bad, vevent(uid="good")))
    assert len(reading.events) == 1
    assert len(reading.unreadable) == 1


def test_a_zone_without_an_end_affects_only_its_own_events() -> None:
    open_ended = vtimezone(*EASTERN).removesuffix("\r\nEND:VTIMEZONE")
    reading = read_ics(vcalendar(open_ended, vevent(start=";TZID=Ours:20261107T170000"), vevent(uid="good")))
    assert len(reading.events) == 1
    assert len(reading.unreadable) == 1

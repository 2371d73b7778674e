"""The attached .ics contains what the notice announces, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Session
from sessionsmgmt.email.ics_attachment import calendar_attachment, uid
from sessionsmgmt.email.safe_text import clean
from tests.builders import NEW_YORK, local, notice, window
from tests.unit.email.cases import COMPETITION, EVENING, NOW, SATURDAY


def entry(of: Notice, organizer: str = "coaches@example.org") -> Any:
    calendar = Calendar.from_ical(calendar_attachment((of,), "MantaBots", NEW_YORK, organizer, NOW))
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert len(calendar.subcomponents) == 1
    return calendar.events[0]


def test_it_publishes_one_event_with_what_was_announced() -> None:
    event = entry(notice(presence=EVENING, sequence=3))
    assert set(event) == {
        *("UID", "DTSTAMP", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY", "LOCATION", "ORGANIZER", "DTSTART", "DTEND"),
    }
    assert (event["SUMMARY"], event["LOCATION"]) == ("MantaBots: Team Session", "Room 101")
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CONFIRMED", 3, "TRANSPARENT")
    assert event["ORGANIZER"] == "mailto:coaches@example.org"
    assert event.decoded("DTSTAMP") == NOW.astimezone(UTC)


def test_a_cancellation_cancels_the_same_event() -> None:
    event = entry(notice(kind=Kind.CANCELLED, presence=EVENING, sequence=4))
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 4)
    assert event["UID"] == entry(notice(presence=EVENING))["UID"]


def test_its_times_are_those_of_the_announced_window_and_not_the_events_own() -> None:
    session = Session("lab", "Team Session", local(2026, 11, 7, 18), local(2026, 11, 7, 19))
    event = entry(notice(presence=EVENING, session=session))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (EVENING.start, EVENING.end)
    whole = entry(notice(presence=SATURDAY, session=session))
    assert (whole.decoded("DTSTART"), whole.decoded("DTEND")) == (date(2026, 11, 7), date(2026, 11, 8))


def test_several_whole_days_are_dates_too() -> None:
    event = entry(notice(presence=COMPETITION))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 11, 13), date(2026, 11, 16))


def test_a_window_without_length_has_no_end() -> None:
    event = entry(notice(presence=window(EVENING.start, EVENING.start)))
    assert event.decoded("DTSTART") == EVENING.start
    assert "DTEND" not in event


def test_without_an_address_of_the_club_there_is_no_organizer() -> None:
    assert "ORGANIZER" not in entry(notice(presence=EVENING), organizer="")


def test_the_uid_belongs_to_one_notice_and_session_and_reveals_neither() -> None:
    uids = {uid(Key("campus", "lab")), uid(Key("campus", "lab2")), uid(Key("hall", "lab")), uid(Key("campusl", "ab"))}
    assert len(uids) == 4
    assert not any("campus" in value or "lab" in value for value in uids)


@given(title=st.text(max_size=600), location=st.text(max_size=600), identity=st.text())
def test_whatever_the_calendar_says_it_is_one_event_with_nobody_in_it(title: str, location: str, identity: str) -> None:
    session = Session(identity, title, EVENING.start, EVENING.end, location, "ATTENDEE:mailto:x@example.net")
    hostile = notice(presence=EVENING, session=session, key=Key("campus", identity))
    event = entry(hostile)
    allowed = {"UID", "DTSTAMP", "SEQUENCE", "STATUS", "TRANSP", "SUMMARY", "LOCATION", "ORGANIZER", "DTSTART", "DTEND"}
    assert set(event) <= allowed
    assert "\n" not in event["SUMMARY"]
    raw = calendar_attachment((hostile,), "MantaBots", NEW_YORK, "", NOW)
    assert max(map(len, raw.split(b"\r\n"))) <= 75


@given(title=st.text(max_size=300), location=st.text(max_size=300))
def test_a_reader_of_calendars_gets_back_the_very_words(title: str, location: str) -> None:
    session = Session("lab", f"{title}\\N;,", EVENING.start, EVENING.end, f"{location}:\\,", "")
    event = entry(notice(presence=EVENING, session=session))
    assert event["SUMMARY"] == f"MantaBots: {clean(session.title)}"
    assert event["LOCATION"] == clean(session.location)


def test_no_fold_splits_an_escape_sequence_or_a_character() -> None:
    for length in range(60, 80):
        session = Session("lab", "x" * length + ";\\é🤖,", EVENING.start, EVENING.end)
        of = notice(presence=EVENING, session=session)
        parts = calendar_attachment((of,), "T", NEW_YORK, "", NOW).split(b"\r\n")
        assert all(part.decode().count("\\") != 1 or not part.endswith(b"\\") for part in parts)


@pytest.mark.parametrize("now", [NOW, NOW.astimezone(NEW_YORK), datetime(2026, 11, 6, 23, tzinfo=UTC)])
def test_the_stamp_is_in_utc(now: datetime) -> None:
    assert b"DTSTAMP:20261106T230000Z" in calendar_attachment(
        (notice(presence=EVENING),), "MantaBots", NEW_YORK, "", now
    )

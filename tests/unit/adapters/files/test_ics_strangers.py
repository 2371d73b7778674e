"""If organizers are named, a stranger's entry with a session's UID does not change the session."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from sessionsmgmt.adapters.files.calendar import IcsFile
from sessionsmgmt.domain.model.event import CalendarReading, Status
from tests.builders import NEW_YORK, local
from tests.unit.adapters.files.files import EARLY, LATE, vcalendar

COACH = "ORGANIZER:mailto:coach@example.org"
OUTSIDER = "ORGANIZER:mailto:outsider@example.net"


def entry(*more: str, by: str = COACH, start: str = "20261107T170000", uid: str = "UID:lab") -> str:
    lines = [uid, f"DTSTART;TZID=America/New_York:{start}", "DURATION:PT3H", "SUMMARY:Team Session", by, *more]
    return "\r\n".join(["BEGIN:VEVENT", *filter(None, lines), "END:VEVENT"])


def read(*entries: str, organizers: frozenset[str] | None = frozenset({"coach@example.org"})) -> CalendarReading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.ics"
        path.write_text(vcalendar(*entries), newline="", encoding="utf-8")
        return IcsFile(path, "calendar.ics", NEW_YORK, organizers).read(EARLY, LATE, ())


def codes(reading: CalendarReading) -> list[str]:
    return [warning.code for warning in reading.warnings]


HOSTILE = {
    "cancelled": entry("STATUS:CANCELLED", "SEQUENCE:9", by=OUTSIDER),
    "one date cancelled": entry("STATUS:CANCELLED", "RECURRENCE-ID;TZID=America/New_York:20261107T170000", by=OUTSIDER),
    "newer, at another time": entry("SEQUENCE:9", by=OUTSIDER, start="20261108T090000"),
    "newer, with nobody": entry("SEQUENCE:9", "DTSTAMP:20261231T000000Z", by=OUTSIDER),
    "unreadable start": entry(by=OUTSIDER, start="nonsense"),
    "unreadable, without a UID": entry(by=OUTSIDER, start="nonsense", uid=""),
    "broken lines": entry("ATTENDEE;X", by=OUTSIDER),
    "several organizers": entry(OUTSIDER, "STATUS:CANCELLED"),
    "organizer without an address": entry("STATUS:CANCELLED", by="ORGANIZER:tel:5550100"),
    "organizer in small letters": entry("STATUS:CANCELLED", by="organizer;CN=Coach:mailto:outsider@example.net"),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_the_session_is_as_it_would_be_without_the_stranger_and_a_warning_says_so(hostile: str, first: bool) -> None:
    alone = read(entry())
    both = read(*((hostile, entry()) if first else (entry(), hostile)))
    assert [(event.id, event.start, event.status, event.own) for event in both.events] == [
        (alone.events[0].id, local(2026, 11, 7, 17), Status.CONFIRMED, False)
    ]
    assert (both.unreadable, both.blind) == (frozenset(), False)
    assert codes(both) == ["organizer-unknown"]


def test_an_own_entry_that_can_not_be_read_is_not_replaced_by_a_strangers() -> None:
    both = read(entry(start="nonsense"), entry(by=OUTSIDER))
    assert both.events == ()
    assert both.unreadable
    assert sorted(codes(both)) == ["event-unreadable", "organizer-unknown"]


def test_a_strangers_event_with_its_own_uid_is_read_for_its_warning() -> None:
    found = read(entry(), entry(by=OUTSIDER, uid="UID:spam")).events
    assert {item.organizer for item in found} == {"coach@example.org", "outsider@example.net"}


def test_where_no_organizers_are_named_everybody_counts() -> None:
    both = read(entry(), entry("STATUS:CANCELLED", "SEQUENCE:9", by=OUTSIDER), organizers=None)
    assert [event.status for event in both.events] == [Status.CANCELLED]

"""Events that say what they mean in another way than the standard asks for: read as meant, or with a warning."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.domain.model.event import CalendarReading, Status
from tests.builders import NEW_YORK, local
from tests.unit.adapters.files.files import events, read_ics, vcalendar, vevent

BERLIN = ZoneInfo("Europe/Berlin")
ADA, SAM = "ATTENDEE:mailto:ada@example.org", "ATTENDEE:mailto:sam@example.org"


def starts(reading: CalendarReading) -> list[str]:
    return sorted(str(event.start) for event in reading.events)


def codes(reading: CalendarReading) -> list[tuple[str, str]]:
    return [(warning.code, warning.where) for warning in reading.warnings]


class TestStatus:
    @pytest.mark.parametrize("word", ["CANCELED", "canceled", "CANCELLED ", "CANCEL"])
    def test_a_cancelled_event_is_spelled_in_several_ways(self, word: str) -> None:
        assert [event.status for event in events(vevent(f"STATUS:{word}"))] == [Status.CANCELLED]

    @pytest.mark.parametrize("word", ["", " ", "Confirmed"])
    def test_an_empty_status_is_confirmed(self, word: str) -> None:
        assert [event.status for event in events(vevent(f"STATUS:{word}"))] == [Status.CONFIRMED]

    @pytest.mark.parametrize("word", ["DELETED", "NEEDS-ACTION", "ABGESAGT", "1"])
    def test_an_unknown_status_is_not_certain_and_is_warned_about(self, word: str) -> None:
        reading = read_ics(vcalendar(vevent(f"STATUS:{word}", "RRULE:FREQ=DAILY;COUNT=3")))
        assert {event.status for event in reading.events} == {Status.TENTATIVE}
        assert codes(reading) == [("event-status-unknown", "calendar.ics:3")]


class TestMethod:
    def test_a_cancellation_of_an_invitation_needs_no_status(self) -> None:
        both = vcalendar(vevent("SEQUENCE:0", ADA)) + vcalendar("METHOD:CANCEL", vevent("SEQUENCE:1", ADA))
        reading = read_ics(both)
        assert [event.status for event in reading.events] == [Status.CANCELLED]
        assert codes(reading) == [("event-cancelled-by-method", "calendar.ics:14")]

    @pytest.mark.parametrize("start", [":20261107T170000", ":20261114T170000"])
    @pytest.mark.parametrize("first", [True, False])
    def test_it_counts_with_the_same_sequence_and_another_start(self, start: str, first: bool) -> None:
        files = [vcalendar(vevent("SEQUENCE:2", ADA)), vcalendar("method:cancel", vevent("SEQUENCE:2", start=start))]
        reading = read_ics("".join(files if first else files[::-1]))
        assert {event.status for event in reading.events} == {Status.CANCELLED}

    def test_an_invitation_that_is_newer_than_the_cancellation_counts(self) -> None:
        reading = read_ics(vcalendar(vevent("SEQUENCE:3")) + vcalendar("METHOD:CANCEL", vevent("SEQUENCE:2")))
        assert [event.status for event in reading.events] == [Status.CONFIRMED]

    def test_one_date_of_a_series_is_cancelled(self) -> None:
        gone = vevent("RECURRENCE-ID:20261114T170000", start=":20261114T170000")
        reading = read_ics(vcalendar(vevent("RRULE:FREQ=WEEKLY;COUNT=3")) + vcalendar("METHOD:CANCEL", gone))
        assert {event.start: event.status for event in reading.events} == {
            local(2026, 11, 7, 17): Status.CONFIRMED,
            local(2026, 11, 14, 17): Status.CANCELLED,
            local(2026, 11, 21, 17): Status.CONFIRMED,
        }

    @pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
    def test_a_reply_does_not_hide_the_other_attendees(self, method: str) -> None:
        reply = vevent("SEQUENCE:1", "DTSTAMP:20261103T000000Z", ADA + "")
        reading = read_ics(vcalendar(vevent("SEQUENCE:1", ADA, SAM)) + vcalendar(f"METHOD:{method}", reply))
        assert [len(event.attendees) for event in reading.events] == [2]
        assert codes(reading) == [("event-reply", "calendar.ics:15")]

    def test_a_calendar_of_nothing_but_replies_is_read(self) -> None:
        assert len(events("METHOD:REPLY", vevent(ADA))) == 1


class TestZones:
    DEFINED = (
        "BEGIN:VTIMEZONE",
        "TZID:{}",
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        "TZOFFSETFROM:-0700",
        "TZOFFSETTO:-0700",
        "END:STANDARD",
        "END:VTIMEZONE",
    )

    @pytest.mark.parametrize("name", ["EST", "GMT", "UTC", "CET", "EST5EDT", "Japan"])
    def test_the_files_own_definition_counts_for_an_abbreviation(self, name: str) -> None:
        zone = "\r\n".join(self.DEFINED).format(name)
        (event,) = events(zone, vevent(start=f";TZID={name}:20261107T170000"))
        assert str(event.start) == "2026-11-08 00:00:00+00:00"

    def test_an_abbreviation_without_a_definition_keeps_its_meaning(self) -> None:
        (event,) = events(vevent(start=";TZID=GMT:20261107T170000"))
        assert str(event.start) == "2026-11-07 17:00:00+00:00"

    @pytest.mark.parametrize(
        "used",
        [
            '"(UTC-07:00) Arizona, Mesa"',
            "(UTC-07:00) Arizona, Mesa",
            "(UTC-07:00) Arizona\\, Mesa",
            '"(UTC-07:00) Arizona\\, Mesa"',
            "(UTC-07:00) Arizona, Mesa;VALUE=DATE-TIME",
        ],
    )
    @pytest.mark.parametrize(
        "defined", ["(UTC-07:00) Arizona\\, Mesa", "(UTC-07:00) Arizona, Mesa", '"(UTC-07:00) Arizona, Mesa"']
    )
    def test_commas_and_colons_in_a_name_are_escaped_quoted_or_bare(self, used: str, defined: str) -> None:
        zone = "\r\n".join(self.DEFINED).format(defined)
        series = vevent(
            f"DTEND;TZID={used}:20261107T180000",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            f"EXDATE;TZID={used}:20261114T170000",
            start=f";TZID={used}:20261107T170000",
        )
        assert [str(event.start) for event in events(zone, series)] == [
            "2026-11-08 00:00:00+00:00",
            "2026-11-22 00:00:00+00:00",
        ]

    @pytest.mark.parametrize("zone", [";TZID=a:b" * 3_000, ";TZID=a:b;TZID=c", ";X=a:b", ';TZID="a":b'])
    def test_a_zone_that_is_not_one_name_makes_the_event_unreadable(self, zone: str) -> None:
        reading = read_ics(vcalendar(vevent(start=f"{zone}:20261107T170000")))
        assert codes(reading) == [("event-unreadable", "calendar.ics:5")]

    def test_times_without_a_zone_are_in_the_zone_of_their_calendar(self) -> None:
        first = vcalendar("X-WR-TIMEZONE:America/Los_Angeles", vevent("RRULE:FREQ=WEEKLY;COUNT=2"))
        second = vcalendar("x-wr-timezone:America/Toronto", vevent(uid="b"), vevent(uid="c", start=":20261107T170000Z"))
        reading = read_ics(first + second)
        assert starts(reading) == [
            "2026-11-07 17:00:00+00:00",
            "2026-11-07 22:00:00+00:00",
            "2026-11-08 01:00:00+00:00",
            "2026-11-15 01:00:00+00:00",
        ]
        assert codes(reading) == [("calendar-zone", "calendar.ics:4")]

    def test_a_zone_of_the_calendar_that_is_not_known_is_the_clubs_with_a_warning(self) -> None:
        reading = read_ics(vcalendar("X-WR-TIMEZONE:Moon/Base", vevent(), vevent(uid="b")))
        assert starts(reading) == ["2026-11-07 22:00:00+00:00"] * 2
        assert codes(reading) == [("calendar-zone", "calendar.ics:4")]

    def test_days_do_not_depend_on_the_zone_of_the_calendar(self) -> None:
        (day,) = events("X-WR-TIMEZONE:Asia/Tokyo", vevent(start=";VALUE=DATE:20261107"))
        assert str(day.start) == "2026-11-07"


class TestSeriesOfDays:
    @pytest.mark.parametrize(
        ("until", "zone", "days"),
        [
            ("20261121", NEW_YORK, 3),
            ("20261121T000000Z", NEW_YORK, 3),
            ("20261121T000000", NEW_YORK, 3),
            ("20261121T000000Z", BERLIN, 3),
            ("20261120T230000Z", BERLIN, 3),
            ("20261121T235959Z", BERLIN, 3),
            ("20261121T225959Z", BERLIN, 3),
            ("20261121T050000Z", NEW_YORK, 3),
            ("20261121T045959Z", NEW_YORK, 2),
            ("20261121T170000Z", NEW_YORK, 3),
            ("20261120T235959Z", BERLIN, 2),
            ("20261120", BERLIN, 2),
        ],
    )
    def test_the_day_on_which_a_series_ends_is_included(self, until: str, zone: ZoneInfo, days: int) -> None:
        series = vevent(f"RRULE:FREQ=WEEKLY;UNTIL={until}", start=";VALUE=DATE:20261107")
        assert len(events(series, zone=zone)) == days

    @pytest.mark.parametrize("excluded", ["20261114T000000Z", "20261114T050000Z", "20261114", "20261114T000000"])
    def test_a_day_is_excluded_and_changed_by_a_time(self, excluded: str) -> None:
        series = vevent("RRULE:FREQ=WEEKLY;COUNT=3", f"EXDATE:{excluded}", start=";VALUE=DATE:20261107")
        assert [str(event.start) for event in events(series)] == ["2026-11-07", "2026-11-21"]
        moved = vevent(f"RECURRENCE-ID:{excluded}", start=";VALUE=DATE:20261115")
        series = vevent("RRULE:FREQ=WEEKLY;COUNT=3", start=";VALUE=DATE:20261107")
        assert [str(event.start) for event in events(series, moved)] == ["2026-11-07", "2026-11-15", "2026-11-21"]


class TestExrule:
    def test_dates_of_an_exclusion_rule_do_not_take_place(self) -> None:
        series = vevent("RRULE:FREQ=WEEKLY;COUNT=5", "EXRULE:FREQ=WEEKLY;INTERVAL=2", "RDATE:20261110T170000")
        assert [event.start for event in events(series)] == [
            local(2026, 11, 10, 17),
            local(2026, 11, 14, 17),
            local(2026, 11, 28, 17),
        ]

    def test_a_changed_date_that_the_rule_excludes_does_not_take_place(self) -> None:
        changed = vevent("RECURRENCE-ID:20261107T170000", start=":20261107T190000")
        assert len(events(vevent("RRULE:FREQ=WEEKLY;COUNT=3", "EXRULE:FREQ=WEEKLY;COUNT=1"), changed)) == 2

    def test_days_are_excluded_until_a_day(self) -> None:
        lines = ("RRULE:FREQ=DAILY;COUNT=5", "EXRULE:FREQ=DAILY;UNTIL=20261109T000000Z")
        assert [str(event.start) for event in events(vevent(*lines, start=";VALUE=DATE:20261107"))] == [
            "2026-11-10",
            "2026-11-11",
        ]

    def test_a_series_whose_exclusion_rule_is_not_valid_is_not_read(self) -> None:
        reading = read_ics(vcalendar(vevent("RRULE:FREQ=WEEKLY;COUNT=3", "EXRULE:FREQ=NEVER")))
        assert not reading.events
        assert codes(reading) == [("event-unreadable", "calendar.ics:8")]


class TestStaleChanges:
    def test_a_change_whose_series_has_moved_gives_way_to_the_series(self) -> None:
        changed = vevent("RECURRENCE-ID:20261114T180000", start=":20261114T190000")
        reading = read_ics(vcalendar(vevent("RRULE:FREQ=WEEKLY;COUNT=3"), changed))
        assert [event.start for event in sorted(reading.events, key=lambda event: str(event.start))] == [
            local(2026, 11, 7, 17),
            local(2026, 11, 14, 17),
            local(2026, 11, 21, 17),
        ]
        assert codes(reading) == [("event-change-stale", "calendar.ics:9")]

    def test_a_change_to_a_day_of_the_series_is_not_stale(self) -> None:
        changed = vevent("RECURRENCE-ID:20261114T170000", start=":20261121T190000")
        assert len(events(vevent("RRULE:FREQ=WEEKLY;COUNT=3"), changed)) == 3

    def test_two_changes_of_one_day_one_of_them_stale(self) -> None:
        stale = vevent("RECURRENCE-ID:20261114T180000", start=":20261114T190000")
        valid = vevent("RECURRENCE-ID:20261114T170000", start=":20261114T200000")
        reading = read_ics(vcalendar(vevent("RRULE:FREQ=WEEKLY;COUNT=3"), stale, valid))
        assert len(reading.events) == 4
        assert codes(reading) == [("event-change-stale", "calendar.ics:9")]


class TestPeople:
    @pytest.mark.parametrize(
        "value",
        [
            "ATTENDEE:MAILTO:'ada@example.org'",
            "ATTENDEE:mailto:Ada%20%3Cada@example.org%3E",
            "ATTENDEE:mailto:Ada <ada@example.org>",
            'ATTENDEE;EMAIL="mailto:ada@example.org":urn:uuid:1',
            "ATTENDEE;EMAIL='ada@example.org':invalid:nomail",
            "ATTENDEE:mailto:mailto:ada@example.org",
        ],
    )
    def test_an_address_is_found_in_every_wrapping(self, value: str) -> None:
        (event,) = events(vevent(value))
        assert [attendee.address for attendee in event.attendees] == ["ada@example.org"]

    @pytest.mark.parametrize("value", ["mailto:ada@example.org,sam@example.org", "mailto:a@x <b@y>, c@z", "mailto:"])
    def test_a_value_that_is_not_one_address_is_warned_about(self, value: str) -> None:
        reading = read_ics(vcalendar(vevent(f"ATTENDEE:{value}")))
        assert [event.attendees for event in reading.events] == [()]
        assert codes(reading) == [("attendee-without-address", "calendar.ics:7")]

    def test_somebody_who_sent_another_person_does_not_come(self) -> None:
        sent = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:SAM@example.org":mailto:ada@example.org'
        (event,) = events(vevent(sent, SAM))
        assert [(attendee.address, attendee.declined) for attendee in event.attendees] == [
            ("ada@example.org", True),
            ("sam@example.org", False),
        ]

    @pytest.mark.parametrize("delegate", ["", ';DELEGATED-TO="mailto:kim@example.org"'])
    def test_somebody_who_sent_a_person_that_is_not_invited_is_warned_about(self, delegate: str) -> None:
        reading = read_ics(vcalendar(vevent(f"ATTENDEE;PARTSTAT=DELEGATED{delegate}:mailto:ada@example.org", SAM)))
        assert [attendee.declined for attendee in reading.events[0].attendees] == [True, False]
        assert codes(reading) == [("attendee-delegated", "calendar.ics:7")]


class TestGluedBlocks:
    def test_events_and_calendars_without_a_line_end_between_them_stay_apart(self) -> None:
        text = vcalendar(vevent(SAM), vevent(ADA, uid="b")) + vcalendar("METHOD:CANCEL", vevent(uid="c"))
        for glue in ("", " "):
            for name in ("VEVENT", "VCALENDAR"):
                text = text.replace(f"END:{name}\r\nBEGIN:{name}", f"END:{name}{glue}BEGIN:{name}")
            reading = read_ics(text)
            assert sorted(event.status for event in reading.events) == ["cancelled", "confirmed", "confirmed"]

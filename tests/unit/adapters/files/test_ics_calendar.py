"""Real calendars contain cases that a simple reader gets wrong."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.adapters.files.calendar import MAX_BYTES, IcsFile
from sessionsmgmt.domain.model.event import CalendarReading
from sessionsmgmt.errors import InputError
from tests.builders import NEW_YORK, local, utc
from tests.unit.adapters.files.files import EARLY, LATE, events, read_ics, vcalendar, vevent

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
LAB = hashlib.sha256(b"lab@example.org").hexdigest()[:20]


def starts(reading: CalendarReading) -> list[str]:
    return sorted(str(event.start) for event in reading.events)


class TestIds:
    def test_a_single_event_is_known_by_its_uid_alone(self) -> None:
        (event,) = events(vevent())
        assert event.id == LAB

    def test_an_instance_is_known_by_its_original_start(self) -> None:
        assert [event.id for event in events(vevent("RRULE:FREQ=WEEKLY;COUNT=2", start=":20261031T170000"))] == [
            f"{LAB}_20261031T210000Z",
            f"{LAB}_20261107T220000Z",
        ]

    def test_an_instance_of_a_series_of_days_is_known_by_its_day(self) -> None:
        found = events(vevent("RRULE:FREQ=WEEKLY;COUNT=2", start=";VALUE=DATE:20261107"))
        assert [event.id for event in found] == [f"{LAB}_20261107", f"{LAB}_20261114"]

    def test_an_instance_without_its_series_is_read(self) -> None:
        invited = vevent("RECURRENCE-ID:20261107T170000", start=":20261109T170000")
        (event,) = events(invited)
        assert (event.id, event.start) == (f"{LAB}_20261107T220000Z", local(2026, 11, 9, 17))

    def test_an_instance_that_the_rule_does_not_give_is_read_with_a_warning(self) -> None:
        added = vevent("RECURRENCE-ID:20261230T170000Z", start=":20261231T170000Z")
        reading = read_ics(vcalendar(vevent(WEEKLY), added))
        assert f"{LAB}_20261230T170000Z" in {event.id for event in reading.events}
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("event-change-stale", "calendar.ics:9")
        ]

    def test_a_change_of_a_single_event_keeps_its_id(self) -> None:
        other = vevent("RECURRENCE-ID:20261110T170000", start=":20261110T180000")
        assert [event.id for event in events(vevent(), other)] == [LAB, f"{LAB}_20261110T220000Z"]

    def test_the_name_of_the_zone_does_not_change_an_instance(self) -> None:
        ids = {
            tuple(sorted(event.id for event in events(vevent(WEEKLY, start=start))))
            for start in (":20261107T170000", ";TZID=America/Toronto:20261107T170000", ":20261107T220000Z")
        }
        assert len(ids) == 1

    def test_an_event_without_uid_is_known_by_start_and_title_with_a_warning(self) -> None:
        one, other = vevent(uid=""), vevent(uid="", summary="T")
        reading = read_ics(vcalendar(one, other))
        assert len({event.id for event in reading.events}) == 2
        assert {event.id for event in read_ics(vcalendar(other, one)).events} == {event.id for event in reading.events}
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("event-without-uid", "calendar.ics:3"),
            ("event-without-uid", "calendar.ics:7"),
        ]
        assert not reading.blind

    def test_two_events_of_one_uid_are_both_read_in_any_order_with_a_warning(self) -> None:
        parts = [vevent(), vevent(start=":20261108T170000"), vevent(WEEKLY, start=":20261109T170000")]
        seen = set()
        for order in permutations(parts):
            reading = read_ics(vcalendar(*order))
            assert [warning.code for warning in reading.warnings] == ["event-uid-shared"]
            assert LAB not in {event.id for event in reading.events}
            seen.add(frozenset((event.id, event.start) for event in reading.events))
        assert len(seen) == 1
        assert len(next(iter(seen))) == 6

    def test_a_changed_instance_belongs_to_the_series_among_events_of_one_uid(self) -> None:
        moved = vevent("RECURRENCE-ID:20261114T170000", start=":20261115T170000", summary="moved")
        for order in permutations([vevent(start=":20261106T090000"), vevent(WEEKLY), moved]):
            found = sorted(read_ics(vcalendar(*order)).events, key=lambda event: str(event.start))
            assert [event.title for event in found] == ["S", "S", "moved", "S", "S"]

    def test_of_two_versions_of_one_event_the_newer_counts_whatever_their_order(self) -> None:
        versions = [vevent("SEQUENCE:9", summary="old"), vevent("SEQUENCE:10", summary="new")]
        for order in permutations(versions):
            (event,) = events(*order)
            assert (event.id, event.title) == (LAB, "new")

    def test_of_two_versions_of_one_instance_the_newer_counts_whatever_their_order(self) -> None:
        again = "RECURRENCE-ID:20261107T170000"
        versions = [vevent(again, "DTSTAMP:20261001T000000Z", summary="old")]
        versions.append(vevent(again, "DTSTAMP:20261002T000000Z", summary="new"))
        for order in permutations([vevent(WEEKLY), *versions]):
            assert [event.title for event in events(*order)] == ["new", "S", "S", "S"]


class TestTimes:
    def test_a_time_without_a_zone_is_one_of_the_configured_zone(self) -> None:
        (event,) = events(vevent(), zone=ZoneInfo("Asia/Tokyo"))
        assert event.start == local(2026, 11, 7, 17, zone=ZoneInfo("Asia/Tokyo"))

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York"])
    def test_a_time_without_a_zone_is_found_at_the_edge_of_the_period(self, zone: str) -> None:
        start = local(2026, 11, 7, 17, zone=ZoneInfo(zone))
        for part in (vevent("DURATION:PT1H"), vevent("DURATION:PT1H", WEEKLY)):
            assert events(part, since=start, until=start, zone=ZoneInfo(zone))
            assert not events(
                part, since=start + timedelta(hours=1), until=start + timedelta(days=1), zone=ZoneInfo(zone)
            )
            early = start - timedelta(seconds=1)
            assert not events(part, since=early, until=early, zone=ZoneInfo(zone))

    @pytest.mark.parametrize(
        ("start", "more", "end"),
        [
            (":20261107T170000", [], local(2026, 11, 7, 17)),
            (";VALUE=DATE:20261107", [], date(2026, 11, 8)),
            (":20261107", [], date(2026, 11, 8)),
            (";VALUE=DATE:20261107", ["DTEND;VALUE=DATE:20261107"], date(2026, 11, 8)),
            (";VALUE=DATE:20261107", ["DURATION:P2D"], date(2026, 11, 9)),
            (";VALUE=DATE:20261107", ["DURATION:P1W"], date(2026, 11, 14)),
            (";VALUE=DATE:20261107", ["DURATION:PT48H"], date(2026, 11, 9)),
            (":20261107T170000", ["DURATION:PT2H30M"], local(2026, 11, 7, 19, 30)),
            (":20261107T170000", ["DTEND:20261107T230000Z"], local(2026, 11, 7, 18)),
            (":20261031T170000", ["DURATION:P1D"], local(2026, 11, 1, 17)),
            (":20261031T170000", ["DURATION:PT24H"], local(2026, 11, 1, 16)),
        ],
    )
    def test_an_event_ends_as_its_dtend_its_duration_or_the_standard_says(
        self, start: str, more: list[str], end: datetime | date
    ) -> None:
        (event,) = events(vevent(*more, start=start))
        assert event.end == end

    def test_a_time_that_the_clocks_skip_counts_by_the_offset_before(self) -> None:
        (event,) = events(vevent(start=":20260308T023000"), since=utc(2026, 1, 1))
        assert event.start == utc(2026, 3, 8, 7, 30)

    def test_a_time_that_comes_twice_is_the_first_of_the_two(self) -> None:
        (event,) = events(vevent(start=":20261101T013000"))
        assert event.start == utc(2026, 11, 1, 5, 30)

    def test_the_instances_of_a_night_last_as_long_as_the_first_if_an_end_says_so(self) -> None:
        night = vevent("DTEND:20261025T060000", "RRULE:FREQ=WEEKLY;COUNT=2", start=":20261024T220000")
        assert [(event.end, event.start) for event in events(night)][1] == (
            local(2026, 11, 1, 5),
            local(2026, 10, 31, 22),
        )

    def test_a_leap_second_is_the_second_before(self) -> None:
        (event,) = events(vevent(start=":20261231T235960Z"))
        assert event.start == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


class TestSeries:
    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ("FREQ=DAILY;COUNT=3", [7, 8, 9]),
            ("FREQ=DAILY;INTERVAL=2;UNTIL=20261111", [7, 9, 11]),
            ("FREQ=DAILY;UNTIL=20261109T220000Z", [7, 8, 9]),
            ("FREQ=DAILY;UNTIL=20261109T215959Z", [7, 8]),
            ("FREQ=DAILY;UNTIL=20261109T170000", [7, 8, 9]),
            ("FREQ=WEEKLY;BYDAY=SA,MO;COUNT=4", [7, 9, 14, 16]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,SA;WKST=MO;COUNT=3", [7, 8, 21]),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,SA;WKST=SU;COUNT=3", [7, 15, 21]),
            ("FREQ=MONTHLY;BYDAY=1SA,-1SA;COUNT=2", [7, 28]),
            ("FREQ=MONTHLY;BYMONTHDAY=7,-1;COUNT=2", [7, 30]),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=1", [7, 30]),
            ("FREQ=YEARLY;BYMONTH=11;BYDAY=1SA;COUNT=1", [7]),
            ("freq=daily;count=2", [7, 8]),
            ("FREQ=DAILY;COUNT=2;", [7, 8]),
            ("FREQ=HOURLY;INTERVAL=24;COUNT=2", [7, 8]),
            ("FREQ=DAILY;UNTIL=20261106", []),
        ],
    )
    def test_a_rule_gives_its_days(self, rule: str, days: list[int]) -> None:
        found = events(vevent(f"RRULE:{rule}"), until=utc(2026, 12, 1))
        assert [event.start for event in found] == [local(2026, 11, day, 17) for day in days]

    def test_dates_are_added_and_taken_out_in_every_form(self) -> None:
        found = events(
            vevent(
                "RRULE:FREQ=DAILY;COUNT=6",
                "RDATE:20261120T100000,20261121T150000Z",
                "RDATE;TZID=Europe/Paris:20261122T120000",
                "RDATE;VALUE=PERIOD:20261123T120000Z/PT3H,20261124T120000Z/20261124T130000Z",
                "EXDATE:20261108T170000,20261109T220000Z",
                "EXDATE;VALUE=DATE:20261110",
                "EXDATE;TZID=America/Chicago:20261111T160000",
                "DURATION:PT30M",
            )
        )
        assert [(event.start, event.end) for event in found] == [
            (local(2026, 11, 7, 17), local(2026, 11, 7, 17, 30)),
            (local(2026, 11, 12, 17), local(2026, 11, 12, 17, 30)),
            (local(2026, 11, 20, 10), local(2026, 11, 20, 10, 30)),
            (utc(2026, 11, 21, 15), utc(2026, 11, 21, 15, 30)),
            (utc(2026, 11, 22, 11), utc(2026, 11, 22, 11, 30)),
            (utc(2026, 11, 23, 12), utc(2026, 11, 23, 15)),
            (utc(2026, 11, 24, 12), utc(2026, 11, 24, 13)),
        ]

    def test_a_change_to_all_later_instances_moves_them_and_keeps_their_ids(self) -> None:
        onward = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261114T170000"
        later = vevent(onward, "DURATION:PT1H", start=":20261115T183000", summary="later")
        found = events(vevent(WEEKLY), later)
        assert [(event.id[21:], event.start, event.title) for event in found] == [
            ("20261107T220000Z", local(2026, 11, 7, 17), "S"),
            ("20261114T220000Z", local(2026, 11, 15, 18, 30), "later"),
            ("20261121T220000Z", local(2026, 11, 22, 18, 30), "later"),
            ("20261128T220000Z", local(2026, 11, 29, 18, 30), "later"),
        ]
        assert found[-1].end == local(2026, 11, 29, 19, 30)
        moment = local(2026, 11, 22, 19)
        assert [event.title for event in events(vevent(WEEKLY), later, since=moment, until=moment)] == ["later"]

    @pytest.mark.parametrize("by", [timedelta(days=-40), timedelta(days=40)])
    def test_instances_that_all_moved_far_are_seen_where_they_are_now(self, by: timedelta) -> None:
        onward = "RECURRENCE-ID;RANGE=THISANDFUTURE:20261114T170000Z"
        later = vevent(onward, start=f":{utc(2026, 11, 14, 17) + by:%Y%m%dT%H%M%SZ}")
        moment = utc(2026, 11, 21, 17) + by
        found = events(vevent(WEEKLY, start=":20261107T170000Z"), later, since=moment, until=moment)
        assert [event.id for event in found] == [f"{LAB}_20261121T170000Z"]

    def test_an_added_date_is_found_by_its_id_wherever_it_is(self) -> None:
        wanted = f"{LAB}_20290101T120000Z"
        assert [event.id for event in events(vevent("RDATE:20290101T120000Z"), until=EARLY, ids=[wanted])] == [wanted]

    def test_an_instance_that_is_named_by_its_day_alone_is_found(self) -> None:
        moved = vevent("RECURRENCE-ID;VALUE=DATE:20261114", start=":20261115T090000", summary="moved")
        assert [event.title for event in events(vevent(WEEKLY), moved)] == ["S", "moved", "S", "S"]

    def test_a_day_that_is_named_by_a_time_is_found(self) -> None:
        gone = vevent(WEEKLY, "EXDATE:20261114T050000Z", start=";VALUE=DATE:20261107")
        assert [str(event.start) for event in events(gone)] == ["2026-11-07", "2026-11-21", "2026-11-28"]

    def test_an_instance_taken_out_stays_out_though_it_was_changed_too(self) -> None:
        moved = vevent("RECURRENCE-ID:20261114T170000", start=":20261115T090000")
        assert len(events(vevent(WEEKLY, "EXDATE:20261114T170000"), moved)) == 3

    def test_a_series_that_began_long_ago_is_followed(self) -> None:
        for rule in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY;INTERVAL=24"):
            (event,) = events(
                vevent(f"RRULE:FREQ={rule}", start=":16041107T170000"),
                since=local(2026, 11, 7, 17),
                until=local(2026, 11, 7, 18) if rule != "WEEKLY" else local(2026, 11, 14, 16),
            )
            assert event.start in {local(2026, 11, 7, 17), local(2026, 11, 10, 17), local(2026, 11, 8, 17)}

    def test_a_long_instance_that_began_before_is_under_way(self) -> None:
        camp = vevent("RRULE:FREQ=YEARLY", "DURATION:P30D", start=":20201020T090000")
        assert [event.start for event in events(camp, since=local(2026, 11, 18), until=local(2026, 11, 18))] == [
            local(2026, 10, 20, 9)
        ]

    def test_several_instances_are_found_by_id_at_once(self) -> None:
        wanted = [f"{LAB}_20261107T220000Z", f"{LAB}_20261128T220000Z", f"{LAB}_20261129T220000Z", f"{LAB}_20261107"]
        found = events(vevent(WEEKLY), since=utc(2030, 1, 1), until=utc(2030, 1, 2), ids=wanted)
        assert [event.id for event in found] == wanted[:2]


class TestAttendees:
    def test_an_organizer_without_a_usable_address_counts_as_an_organizer(self) -> None:
        for lines in (["ORGANIZER:urn:uuid:1"], [f"ORGANIZER:mailto:{one}@example.org" for one in "ab"]):
            (event,) = events(vevent(*lines))
            assert (event.own, event.organizer) == (False, "")

    def test_the_organizer_alone_is_not_an_attendee(self) -> None:
        (event,) = events(vevent("ORGANIZER:mailto:coach@example.org"))
        assert event.attendees == ()

    def test_an_address_is_found_in_every_form(self) -> None:
        (event,) = events(
            vevent(
                "ATTENDEE:MAILTO:a@example.org",
                "attendee;cn=x:mailto:b%2Bc@example.org?subject=x",
                'ATTENDEE;CN="One; two: three, four";EMAIL=d@example.org:urn:uuid:1',
                "ATTENDEE:e@example.org",
                "ATTENDEE;CUTYPE=GROUP:mailto:f@example.org",
                "ATTENDEE;CN=Ann ^'x^':mailto:<g@example.org>",
            )
        )
        assert [attendee.address[0] for attendee in event.attendees] == list("abdefg")
        assert event.attendees[1].address == "b+c@example.org"

    def test_rooms_and_resources_are_never_attendees(self) -> None:
        (event,) = events(
            vevent("ATTENDEE;CUTYPE=room:mailto:r@example.org", 'ATTENDEE;CUTYPE="RESOURCE":mailto:s@example.org')
        )
        assert event.attendees == ()

    def test_an_attendee_listed_twice_is_one_person_who_declined_only_if_both_lines_say_so(self) -> None:
        no, yes = "ATTENDEE;PARTSTAT=DECLINED:mailto:", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:"
        (event,) = events(
            vevent(f"{no}a@example.org", f"{yes}A@EXAMPLE.org", f"{no}b@example.org", f"{no}b@example.org")
        )
        assert [(attendee.declined, attendee.where) for attendee in event.attendees] == [
            (False, "calendar.ics:8"),
            (True, "calendar.ics:9"),
        ]

    @pytest.mark.parametrize(
        "value",
        [
            "mailto:",
            "mailto:nobody",
            "mailto:a b@example.org",
            "urn:uuid:1",
            "mailto:a@b%0d%0aBcc:c@d",
            "mailto:a%00@b.c",
            "x",
        ],
    )
    def test_an_attendee_without_an_address_is_left_out_and_counted(self, value: str) -> None:
        reading = read_ics(vcalendar(vevent(f"ATTENDEE:{value}", "ATTENDEE:mailto:ann@example.org")))
        (event,) = reading.events
        assert [attendee.address for attendee in event.attendees] == ["ann@example.org"]
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("attendee-without-address", "calendar.ics:7")
        ]

    def test_the_people_of_a_reminder_are_not_attendees(self) -> None:
        alarm = ["BEGIN:VALARM", "ATTENDEE:mailto:a@example.org", "DURATION:PT1H", "SUMMARY:alarm", "END:VALARM"]
        (event,) = events(vevent(*alarm, "LOCATION:Hall"))
        assert (event.attendees, event.title, event.location) == ((), "S", "Hall")
        assert event.end == event.start


GOOD = vevent(uid="good@example.org")


class TestOneBadEvent:
    @pytest.mark.parametrize(
        ("lines", "at"),
        [
            (["DTSTART:20261107T170000", "DTSTART:20261108T170000"], 7),
            (["DTSTART:20261107T170000", "STATUS:CONFIRMED", "STATUS:CANCELLED"], 8),
            (["DTSTART:20261107T170000", "SUMMARY:other"], 7),
            (["LOCATION:Hall"], 3),
            (["DTSTART:tomorrow"], 6),
            (["DTSTART:20261399T170000"], 6),
            (["DTSTART;TZID=Asia/Tokyo:00010101T000000"], 6),
            (["DTSTART;VALUE=DATE:99991231"], 6),
            (["DTSTART;TZID=Nowhere:20261107T170000"], 6),
            (["DTSTART:20261107T170000", "DTEND:20261107T160000"], 7),
            (["DTSTART:20261107T170000", "DTEND;VALUE=DATE:20261108"], 7),
            (["DTSTART;VALUE=DATE:20261107", "DTEND:20261107T170000"], 7),
            (["DTSTART:20261107T170000", "DURATION:-PT1H"], 7),
            (["DTSTART:20261107T170000", "DURATION:PT"], 7),
            (["DTSTART:20261107T170000", "DURATION:P999999W"], 7),
            (["DTSTART:20261107T170000", "DURATION:P3661D"], 7),
            (["DTSTART:99991231T000000", "DURATION:P2D"], 7),
            (["DTSTART:20261107T170000", "RDATE:20261108T1700"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY", "EXDATE:x"], 8),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY;INTERVAL=0"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY;COUNT=0"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY;COUNT=2;COUNT=3"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY;UNTIL=soon"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=WEEKLY;BYDAY=XX"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=MONTHLY;BYMONTHDAY=0"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=YEARLY;RSCALE=HEBREW"], 7),
            (["DTSTART:20261107T170000", "RRULE:COUNT=3"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=SECONDLY"], 7),
            (["DTSTART:20261107T170000", "RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,5,10,15,20,25,30,35,40"], 7),
            (["DTSTART:20261107T170000", "ATTENDEE;CN=Ann"], 7),
            (["DTSTART:20261107T170000", "ATTENDEE:mailto:ann@exam", "ple.org"], 8),
            (["DTSTART:20261107T170000", "BEGIN:VALARM", "TRIGGER:-PT5M"], 3),
        ],
    )
    def test_an_unreadable_event_is_reported_with_its_line_and_the_others_are_read(
        self, lines: list[str], at: int
    ) -> None:
        bad = vevent(*lines, start="")
        for order in ([bad, GOOD], [GOOD, bad]):
            reading = read_ics(vcalendar(*order))
            assert [event.title for event in reading.events] == ["S"]
            assert reading.unreadable == {LAB}
            assert not reading.blind
            assert not reading.knows_gone(LAB)
            assert not reading.knows_gone(f"{LAB}_20261107T220000Z")
            assert reading.knows_gone("another")
            (warning,) = reading.warnings
            line = at if order[0] is bad else at + 5
            assert (warning.code, warning.where) == ("event-unreadable", f"calendar.ics:{line}")

    @pytest.mark.parametrize(
        "bad",
        [
            "BEGIN:VEVENT\r\nUID:lab@example.org\r\nDTSTART:20261107T170000",
            "BEGIN:VEVENT\r\nUID:lab@example.org\r\nBEGIN:VALARM\r\nDTSTART:20261107T170000",
        ],
    )
    def test_an_event_without_an_end_does_not_affect_other_events(self, bad: str) -> None:
        for order in ([bad, GOOD], [GOOD, bad]):
            reading = read_ics(vcalendar(*order))
            assert len(reading.events) == 1
            assert reading.unreadable == {LAB}
            assert [warning.code for warning in reading.warnings] == ["event-unreadable"]

    def test_one_bad_instance_does_not_affect_other_instances(self) -> None:
        bad = vevent("RECURRENCE-ID:20261114T170000", start=":x")
        reading = read_ics(vcalendar(vevent(WEEKLY), bad))
        assert [start[8:10] for start in starts(reading)] == ["07", "21", "28"]
        assert reading.unreadable == {f"{LAB}_20261114T220000Z"}

    def test_an_unidentified_instance_makes_its_series_unreadable(self) -> None:
        bad = vevent("RECURRENCE-ID:x")
        reading = read_ics(vcalendar(vevent(WEEKLY), bad, GOOD))
        assert len(reading.events) == 1
        assert reading.unreadable == {LAB}

    def test_an_event_that_nobody_can_identify_makes_the_reading_blind(self) -> None:
        reading = read_ics(vcalendar(vevent(uid="", start=""), GOOD))
        assert len(reading.events) == 1
        assert reading.blind
        assert not reading.knows_gone("anything")

    @pytest.mark.parametrize("stray", ["?????", "END:VEVENT", "begging:for attention", "UID:lost@example.org"])
    def test_a_line_outside_of_everything_makes_the_reading_blind(self, stray: str) -> None:
        reading = read_ics(f"{vcalendar(GOOD)}{stray}\r\n")
        assert len(reading.events) == 1
        assert reading.blind
        assert [(warning.code, warning.where) for warning in reading.warnings] == [
            ("calendar-damaged", "calendar.ics:9")
        ]

    def test_an_end_without_its_event_makes_the_reading_blind(self) -> None:
        reading = read_ics(vcalendar("END:VEVENT", GOOD))
        assert reading.blind
        assert len(reading.events) == 1

    def test_a_broken_line_of_a_text_is_forgiven(self) -> None:
        (event,) = events(vevent("DESCRIPTION:Bring", "glasses and", "", "gloves", "LOCATION:Hall"))
        assert (event.description, event.location) == ("Bring", "Hall")

    def test_what_is_broken_in_a_reminder_is_forgiven(self) -> None:
        alarm = ["BEGIN:VALARM", "SUMMARY:Bring", "glasses", "END:VALARM", "END:VALARM", "LOCATION:Hall"]
        (event,) = events(vevent(*alarm, "ATTENDEE:mailto:ann@example.org"))
        assert (event.location, len(event.attendees)) == ("Hall", 1)

    def test_a_bad_instance_of_a_series_that_shares_its_uid_does_not_affect_other_instances(self) -> None:
        bad = vevent("RECURRENCE-ID:20261114T170000", start=":x")
        reading = read_ics(vcalendar(vevent(start=":20261106T090000"), vevent(WEEKLY), bad))
        assert [start[8:10] for start in starts(reading)] == ["06", "07", "21", "28"]
        (lost,) = reading.unreadable
        assert any(event.id.startswith(lost.partition("_")[0]) for event in reading.events)

    def test_a_repeated_equal_property_counts_once(self) -> None:
        assert len(events(vevent("UID:lab@example.org", "SUMMARY:S", "STATUS:CONFIRMED", "STATUS:CONFIRMED"))) == 1

    def test_a_bad_event_makes_another_event_of_its_uid_unreadable(self) -> None:
        reading = read_ics(vcalendar(vevent(), vevent(start=":x")))
        assert reading.events == ()
        assert reading.blind

    def test_warnings_about_bad_events_name_nobody(self) -> None:
        text = "Ann Moreau ann@example.org"
        bad = [vevent(f"RRULE:{text}", summary=text), vevent(uid=text, start=f";TZID={text}:{text}")]
        reading = read_ics(vcalendar(*bad, vevent(f"ATTENDEE;CN={text}:{text}", uid="")))
        assert len(reading.warnings) > 3
        assert not [warning for warning in reading.warnings if "Ann" in str(warning) or "ann" in warning.text]

    def test_warnings_about_very_many_bad_events_are_shortened(self) -> None:
        reading = read_ics(vcalendar(*(vevent(uid=f"{number}", start=":x") for number in range(300))))
        assert len(reading.unreadable) == 300
        assert len(reading.warnings) == 26
        assert reading.warnings[-1].text == "275 more like this"


class TestFiles:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf \r\n\r\n", "is empty"),
            (b"<!DOCTYPE html><html>BEGIN:VCALENDAR</html>", "web page"),
            (b'{"error": "not found"}', "no BEGIN:VCALENDAR"),
            (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "no BEGIN:VCALENDAR"),
            (b"%PDF-1.7\n\x00\xff\xfe", "UTF-8"),
            (vcalendar(GOOD).encode()[:-20], "cut off"),
            (vcalendar(GOOD).encode()[:80], "cut off"),
            (b"BEGIN:VEVENT\r\nUID:x\r\n", "cut off"),
            (vcalendar(GOOD, vevent(summary="Zoë")).encode("latin-1"), "UTF-8"),
            (vcalendar(GOOD).encode("utf-16"), "UTF-8"),
            (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 1000, "nested"),
        ],
    )
    def test_an_incomplete_calendar_is_an_error_with_a_hint(self, data: bytes, reason: str) -> None:
        with pytest.raises(InputError) as caught:
            read_ics(data)
        assert reason in caught.value.text
        assert caught.value.text.startswith("calendar.ics ")
        assert caught.value.hint

    def test_a_missing_file_a_folder_and_a_pipe_are_errors(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for path in (tmp_path / "missing.ics", tmp_path, tmp_path / "pipe", tmp_path / "a\0b"):
            with pytest.raises(InputError, match=r"^calendar\.ics "):
                IcsFile(path, "calendar.ics", NEW_YORK).read(EARLY, LATE, [])

    def test_a_file_that_is_too_large_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "large.ics"
        with path.open("wb") as file:
            file.truncate(MAX_BYTES + 1)
        with pytest.raises(InputError, match="at most 64 MiB"):
            IcsFile(path, "large.ics", NEW_YORK).read(EARLY, LATE, [])

    def test_line_ends_folds_and_marks_of_every_kind_are_read(self) -> None:
        text = vcalendar(vevent("LOCATION:Ha", " ll", "\t 2", summary="Zoë and 小明"))
        (expected,) = events(vevent("LOCATION:Hall 2", summary="Zoë and 小明"))
        mixed = text.replace("\r\n", "\n", 3)
        for form in (
            text,
            text.replace("\r\n", "\n"),
            mixed,
            "\ufeff" + text,
            text.replace("\r\n", "\r\r\n"),
            text.rstrip(),
        ):
            (event,) = read_ics(form).events
            assert (event.title, event.location, event.start) == (expected.title, "Hall 2", expected.start)

    def test_a_character_folded_in_its_middle_is_read(self) -> None:
        data = vcalendar(vevent(summary="Zoë")).encode().replace("ë".encode(), b"\xc3\r\n \xab")
        (event,) = read_ics(data).events
        assert event.title == "Zoë"

    def test_several_calendars_in_one_file_are_all_read_each_with_its_zones(self) -> None:
        def zoned(offset: str) -> str:
            part = [f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE"]
            return "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000", *part])

        first = vcalendar(zoned("+0100"), vevent(uid="1", start=";TZID=Ours:20261107T170000"))
        second = vcalendar(zoned("-0300"), vevent(uid="2", start=";TZID=Ours:20261107T170000"))
        reading = read_ics(first + second)
        assert sorted(event.start for event in reading.events) == [utc(2026, 11, 7, 16), utc(2026, 11, 7, 20)]
        assert reading.warnings == ()

    def test_an_event_outside_of_every_calendar_is_read(self) -> None:
        assert len(read_ics(f"{GOOD}\r\n").events) == 1
        assert len(read_ics(vcalendar(vevent()) + f"{GOOD}\r\n").events) == 2

    def test_a_calendar_without_an_end_before_another_makes_the_reading_blind(self) -> None:
        reading = read_ics(vcalendar(vevent()).removesuffix("END:VCALENDAR\r\n") + vcalendar(GOOD))
        assert len(reading.events) == 2
        assert reading.blind

    def test_other_parts_and_names_in_lower_case_are_accepted(self) -> None:
        other = "begin:vtodo\r\nuid:lab@example.org\r\ndue:20261107\r\nend:vtodo"
        (event,) = events(other, vevent("location:Hall").replace("BEGIN:VEVENT", "begin:vevent"))
        assert event.location == "Hall"

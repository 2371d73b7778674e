"""When people are in the building, and how far ahead a rule looks. Every expectation here was worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.rule import PresenceMode, Within
from sessionsmgmt.domain.sessions.presence import begin, finish, horizon, presence
from tests.builders import NEW_YORK, days, event, hours, local, utc, weeks, window

PARIS = ZoneInfo("Europe/Paris")
CAIRO = ZoneInfo("Africa/Cairo")  # 2026: midnight of 24 April is skipped; 29 October has its last hour twice
ASUNCION = ZoneInfo("America/Asuncion")  # 2023: midnight of 1 October is skipped; 25 March has its last hour twice
NUUK = ZoneInfo("America/Nuuk")  # 2026: the last hour of 28 March is skipped, that of 24 October comes twice
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
HAVANA = ZoneInfo("America/Havana")  # 2026: the first hour of 1 November comes twice
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead of UTC
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead
ZONES = (NEW_YORK, PARIS, CAIRO, ASUNCION, NUUK, LORD_HOWE, HAVANA, KATHMANDU, KIRITIMATI)

EVENT, WHOLE_DAY = PresenceMode.EVENT, PresenceMode.WHOLE_DAY


def test_the_mode_event_announces_the_events_own_times() -> None:
    lab = event(start=local(2026, 11, 7, 17), end=local(2026, 11, 7, 20))
    assert presence(lab, EVENT, NEW_YORK) == window(utc(2026, 11, 7, 22), utc(2026, 11, 8, 1))


def test_the_mode_whole_day_announces_from_midnight_to_a_minute_before_midnight_by_the_clock_of_the_zone() -> None:
    lab = event(start=local(2026, 11, 7, 17), end=local(2026, 11, 7, 20))
    assert presence(lab, WHOLE_DAY, NEW_YORK) == window(utc(2026, 11, 7, 5), utc(2026, 11, 8, 4, 59))


def test_the_day_is_that_of_the_configured_zone_and_not_that_of_utc() -> None:
    late = event(start=utc(2026, 11, 8, 1), end=utc(2026, 11, 8, 3))  # 20:00 on the 7th in New York
    assert presence(late, WHOLE_DAY, NEW_YORK) == window(local(2026, 11, 7), local(2026, 11, 7, 23, 59))
    assert presence(late, WHOLE_DAY, PARIS) == window(
        local(2026, 11, 8, zone=PARIS), local(2026, 11, 8, 23, 59, zone=PARIS)
    )


@pytest.mark.parametrize("mode", PresenceMode)
def test_an_all_day_event_is_its_days_in_the_configured_zone_in_either_mode(mode: PresenceMode) -> None:
    competition = event(start=date(2026, 11, 7), end=date(2026, 11, 9))
    assert presence(competition, mode, NEW_YORK) == window(local(2026, 11, 7), local(2026, 11, 8, 23, 59))
    assert presence(competition, mode, KIRITIMATI) == window(
        local(2026, 11, 7, zone=KIRITIMATI), local(2026, 11, 8, 23, 59, zone=KIRITIMATI)
    )


@pytest.mark.parametrize("mode", PresenceMode)
def test_an_event_that_ends_at_midnight_does_not_reach_into_the_next_day(mode: PresenceMode) -> None:
    late = event(start=local(2026, 11, 7, 21), end=local(2026, 11, 8))
    assert presence(late, mode, NEW_YORK).end == local(2026, 11, 7, 23, 59)


def test_an_event_over_midnight_is_announced_as_it_is_or_as_both_its_days() -> None:
    night = event(start=local(2026, 11, 6, 22), end=local(2026, 11, 7, 1))
    assert presence(night, EVENT, NEW_YORK) == window(local(2026, 11, 6, 22), local(2026, 11, 7, 1))
    assert presence(night, WHOLE_DAY, NEW_YORK) == window(local(2026, 11, 6), local(2026, 11, 7, 23, 59))


def test_an_event_of_several_days_is_announced_from_its_first_to_its_last() -> None:
    camp = event(start=local(2026, 11, 5, 9), end=local(2026, 11, 9, 12))
    assert presence(camp, EVENT, NEW_YORK) == window(local(2026, 11, 5, 9), local(2026, 11, 9, 12))
    assert presence(camp, WHOLE_DAY, NEW_YORK) == window(local(2026, 11, 5), local(2026, 11, 9, 23, 59))


def test_an_event_without_length_is_a_moment_or_its_day() -> None:
    moment = event(start=local(2026, 11, 7, 17), end=local(2026, 11, 7, 17))
    assert presence(moment, EVENT, NEW_YORK) == window(local(2026, 11, 7, 17), local(2026, 11, 7, 17))
    assert presence(moment, WHOLE_DAY, NEW_YORK) == window(local(2026, 11, 7), local(2026, 11, 7, 23, 59))


def test_an_event_without_length_at_midnight_is_of_the_day_that_begins() -> None:
    moment = event(start=local(2026, 11, 7), end=local(2026, 11, 7))
    assert presence(moment, EVENT, NEW_YORK) == window(local(2026, 11, 7), local(2026, 11, 7))
    assert presence(moment, WHOLE_DAY, NEW_YORK) == window(local(2026, 11, 7), local(2026, 11, 7, 23, 59))


def test_an_event_of_the_last_half_minute_of_a_day_does_not_end_before_it_begins() -> None:
    start = local(2026, 11, 7, 23, 59) + timedelta(seconds=30)
    assert presence(event(start=start, end=local(2026, 11, 8)), EVENT, NEW_YORK) == window(start, start)


def test_an_event_that_ends_before_it_begins_is_a_moment() -> None:
    backwards = event(start=local(2026, 11, 7, 17), end=local(2026, 11, 7, 9))
    assert finish(backwards, NEW_YORK) == local(2026, 11, 7, 17)
    assert presence(backwards, EVENT, NEW_YORK) == window(local(2026, 11, 7, 17), local(2026, 11, 7, 17))


@pytest.mark.parametrize("mode", PresenceMode)
@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        pytest.param(NEW_YORK, date(2026, 3, 8), utc(2026, 3, 8, 5), utc(2026, 3, 9, 3, 59), id="new-york-23-hours"),
        pytest.param(NEW_YORK, date(2026, 11, 1), utc(2026, 11, 1, 4), utc(2026, 11, 2, 4, 59), id="new-york-25-hours"),
        pytest.param(PARIS, date(2026, 3, 29), utc(2026, 3, 28, 23), utc(2026, 3, 29, 21, 59), id="paris-23-hours"),
        pytest.param(PARIS, date(2026, 10, 25), utc(2026, 10, 24, 22), utc(2026, 10, 25, 22, 59), id="paris-25-hours"),
        pytest.param(CAIRO, date(2026, 4, 24), utc(2026, 4, 23, 22), utc(2026, 4, 24, 20, 59), id="no-midnight"),
        pytest.param(CAIRO, date(2026, 4, 23), utc(2026, 4, 22, 22), utc(2026, 4, 23, 21, 59), id="before-no-midnight"),
        pytest.param(CAIRO, date(2026, 10, 29), utc(2026, 10, 28, 21), utc(2026, 10, 29, 21, 59), id="last-hour-twice"),
        pytest.param(ASUNCION, date(2023, 10, 1), utc(2023, 10, 1, 4), utc(2023, 10, 2, 2, 59), id="asuncion-spring"),
        pytest.param(ASUNCION, date(2023, 3, 25), utc(2023, 3, 25, 3), utc(2023, 3, 26, 3, 59), id="asuncion-autumn"),
        pytest.param(NUUK, date(2026, 3, 28), utc(2026, 3, 28, 2), utc(2026, 3, 29, 0, 59), id="no-last-hour"),
        pytest.param(NUUK, date(2026, 10, 24), utc(2026, 10, 24, 1), utc(2026, 10, 25, 1, 59), id="nuuk-autumn"),
        pytest.param(HAVANA, date(2026, 11, 1), utc(2026, 11, 1, 4), utc(2026, 11, 2, 4, 59), id="first-hour-twice"),
        pytest.param(LORD_HOWE, date(2026, 4, 5), utc(2026, 4, 4, 13), utc(2026, 4, 5, 13, 29), id="half-hour-more"),
        pytest.param(LORD_HOWE, date(2026, 10, 4), utc(2026, 10, 3, 13, 30), utc(2026, 10, 4, 12, 59), id="half-less"),
    ],
)
def test_a_day_on_which_the_clocks_change_is_announced_from_its_first_to_its_last_minute(
    zone: ZoneInfo, day: date, start: datetime, end: datetime, mode: PresenceMode
) -> None:
    all_day = event(start=day)
    assert presence(all_day, mode, zone) == window(start, end)
    assert begin(all_day, zone) == start
    assert finish(all_day, zone) == end + timedelta(minutes=1)


def test_an_event_that_ends_with_a_day_whose_last_hour_comes_twice_ends_in_the_second_one() -> None:
    late = event(start=local(2026, 10, 29, 20, zone=CAIRO), end=local(2026, 10, 30, zone=CAIRO))
    assert presence(late, EVENT, CAIRO).end == utc(2026, 10, 29, 21, 59)


def test_an_event_that_ends_at_a_midnight_that_is_skipped_does_not_reach_into_the_next_day() -> None:
    late = event(start=local(2026, 4, 23, 20, zone=CAIRO), end=local(2026, 4, 24, 1, zone=CAIRO))
    assert presence(late, EVENT, CAIRO).end == local(2026, 4, 23, 23, 59, zone=CAIRO)


def test_an_event_through_the_night_the_clocks_change_keeps_its_instants() -> None:
    night = event(start=local(2026, 10, 31, 22), end=local(2026, 11, 1, 3))
    told = presence(night, EVENT, NEW_YORK)
    assert told.end - told.start == timedelta(hours=6)


def test_the_second_of_two_equal_clock_times_is_an_hour_after_the_first() -> None:
    first, second = local(2026, 11, 1, 1, 30), local(2026, 11, 1, 1, 30, fold=1)
    told = presence(event(start=first, end=second), EVENT, NEW_YORK)
    assert told.end - told.start == timedelta(hours=1)


def test_hours_ahead_are_counted_on_a_stopwatch() -> None:
    evening = local(2026, 3, 7, 18)
    assert horizon(evening, hours(24), NEW_YORK) == local(2026, 3, 8, 19)  # the clocks skip an hour in between
    assert horizon(local(2026, 10, 31, 18), hours(24), NEW_YORK) == local(2026, 11, 1, 17)


@pytest.mark.parametrize(
    ("now", "within", "until"),
    [
        pytest.param(local(2026, 11, 6, 18), days(1), local(2026, 11, 7, 18), id="a-day"),
        pytest.param(local(2026, 3, 7, 18), days(1), local(2026, 3, 8, 18), id="a-day-of-23-hours"),
        pytest.param(local(2026, 10, 31, 18), days(1), local(2026, 11, 1, 18), id="a-day-of-25-hours"),
        pytest.param(local(2026, 10, 25, 18), weeks(1), local(2026, 11, 1, 18), id="a-week-with-a-change"),
        pytest.param(local(2026, 12, 31, 18), days(60), local(2027, 3, 1, 18), id="over-a-new-year"),
        pytest.param(local(2026, 3, 7, 2, 30), days(1), local(2026, 3, 8, 3, 30), id="a-time-that-is-skipped"),
        pytest.param(local(2026, 10, 31, 1, 30), days(1), local(2026, 11, 1, 1, 30), id="the-first-of-two"),
        pytest.param(local(2026, 11, 1, 1, 30, fold=1), days(1), local(2026, 11, 2, 1, 30), id="from-the-second"),
    ],
)
def test_days_and_weeks_ahead_are_counted_on_the_clock_of_the_zone(
    now: datetime, within: Within, until: datetime
) -> None:
    assert horizon(now, within, NEW_YORK) == until


def test_days_ahead_are_the_zones_whatever_zone_now_is_written_in() -> None:
    now = local(2026, 3, 28, 18, zone=PARIS)
    expected = local(2026, 3, 29, 18, zone=PARIS)
    assert horizon(now, days(1), PARIS) == expected
    assert horizon(now.astimezone(NEW_YORK), days(1), PARIS) == expected


near_a_change = st.builds(
    lambda moment, hours_before: moment - timedelta(hours=hours_before),
    st.sampled_from(
        [
            utc(2026, 3, 8, 7),  # New York
            utc(2026, 11, 1, 6),
            utc(2026, 3, 29, 1),  # Paris and Nuuk
            utc(2026, 10, 25, 1),
            utc(2026, 4, 23, 22),  # Cairo
            utc(2026, 10, 29, 21),
            utc(2023, 10, 1, 4),  # Asuncion
            utc(2023, 3, 26, 3),
            utc(2026, 11, 1, 5),  # Havana
        ]
    ),
    st.integers(-3, 30),
)
moments = near_a_change | st.timedeltas(timedelta(0), timedelta(days=6_000)).map(lambda on: utc(2020, 1, 1) + on)
lengths = st.integers(0, 30).map(lambda hours: timedelta(hours=hours)) | st.timedeltas(timedelta(0), timedelta(days=9))


@given(moments, lengths, st.sampled_from(ZONES))
def test_a_whole_day_window_holds_every_minute_of_the_event_and_whole_days_only(
    start: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    lab = event(start=start, end=start + length)
    whole, own = presence(lab, WHOLE_DAY, zone), presence(lab, EVENT, zone)
    assert whole.start <= start
    assert whole.end + timedelta(minutes=1) >= start + length
    assert whole.start.astimezone(zone).date() == start.astimezone(zone).date()
    for edge in (whole.start, whole.end + timedelta(minutes=1)):
        before = (edge - timedelta(seconds=1)).astimezone(zone).date()
        assert before < edge.astimezone(zone).date()
    assert own.start == start
    assert start + length - timedelta(minutes=1) <= max(own.end, start) <= start + length


@given(moments, st.sampled_from([hours(5), days(1), days(30), weeks(2)]), st.sampled_from(ZONES))
def test_a_rule_looks_ahead_as_far_as_it_says_give_or_take_a_change_of_the_clocks(
    now: datetime, within: Within, zone: ZoneInfo
) -> None:
    meant = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}[within.unit]
    assert abs(horizon(now, within, zone) - now - meant * within.amount) <= timedelta(hours=1)

"""Recurrence rules give the starts that ``dateutil`` gives without a limit, but with limited work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sessionsmgmt.adapters.files.content_lines import ContentLine, UnreadableError
from sessionsmgmt.adapters.files.ics_rules import Rule, WorkBudget, occurrences, parse_rule
from tests.unit.adapters.files.files import read_ics, vcalendar, vevent, wall

FIRST = wall(2026, 11, 7, 17)


def rule(text: str) -> Rule:
    return parse_rule(ContentLine("RRULE", text, 7), UTC)


DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(*values: object) -> st.SearchStrategy[str]:
    """A list of up to three of the values in the syntax of a rule. It may be empty."""
    return st.lists(st.sampled_from(values), max_size=3, unique=True).map(lambda chosen: ",".join(map(str, chosen)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that gives some starts: ``dateutil`` would search for ever for a rule that gives none."""
    frequency = draw(st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    by_day = {"BYDAY": some(*DAYS)}
    by_nth_day = {"BYDAY": some(*(f"{n}{day}" for n in (1, 2, 5, -1) for day in DAYS))}
    by_month_day = {"BYMONTHDAY": some(*range(-28, 0), *range(1, 29))}
    by_position = {"BYDAY": st.just("MO,TH"), "BYSETPOS": some(1, 2, -1)}
    by_week = by_day | {"BYWEEKNO": st.sampled_from(["1", "20", "52", "-1"])}
    limits = {"MONTHLY": [by_nth_day, by_month_day, by_position], "YEARLY": [by_nth_day, by_month_day, by_week]}
    parts = {
        "INTERVAL": st.sampled_from(["6", "11", "25"] if frequency == "HOURLY" else ["1", "2", "3", "5", "11"]),
        "WKST": st.sampled_from(["", *DAYS]),
        "COUNT": st.just("") | st.integers(1, 60).map(str),
        **draw(st.sampled_from(limits.get(frequency, [by_day]))),
    }
    if "BYWEEKNO" not in parts:
        parts["BYMONTH"] = some(*range(1, 13))
    given_parts = {name: draw(value) for name, value in parts.items()}
    return ";".join([f"FREQ={frequency}", *(f"{name}={value}" for name, value in given_parts.items() if value)])


@given(
    text=rules(),
    first=st.datetimes(wall(1990, 1, 1), wall(2027, 1, 1)).map(lambda one: one.replace(microsecond=0)),
    look=st.integers(-400, 4_000),
    length=st.integers(0, 500),
)
@example("FREQ=YEARLY", wall(2024, 2, 29, 9), 800, 1_500)
@example("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", wall(2026, 10, 7, 9), 21, 20)
@example("FREQ=MONTHLY", wall(2026, 1, 31, 9), 100, 400)
@example("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SU;WKST=SU;BYSETPOS=1", wall(2026, 1, 31, 9), 1_000, 60)
@example("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", wall(2024, 12, 30, 9), 360, 1_500)
def test_a_rule_gives_what_it_would_give_if_walked_from_its_beginning(
    text: str, first: datetime, look: int, length: int
) -> None:
    after = first + timedelta(days=look)
    before = after + timedelta(days=length)
    whole: list[datetime] = []
    for one in rrulestr(text, dtstart=first):
        if one > before or len(whole) > 4_000:
            break
        whole.append(one)
    assume(len(whole) <= 4_000)
    assert occurrences(rule(text), first, after, before, WorkBudget()) == [start for start in whole if start >= after]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=DAILY;COUNT=3;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_gives_a_start_uses_a_part_of_the_budget_and_is_refused(text: str) -> None:
    budget = WorkBudget()
    assert occurrences(rule(text), FIRST, FIRST, FIRST + timedelta(days=9), budget) == []
    spent = WorkBudget().left - budget.left
    assert 0 < spent < WorkBudget().left
    budget.left = spent - 1
    with pytest.raises(UnreadableError, match="too much work"):
        occurrences(rule(text), FIRST, FIRST, FIRST + timedelta(days=9), budget)


def test_a_rule_that_began_long_ago_costs_no_more_than_one_that_begins_now() -> None:
    def cost(first: datetime) -> float:
        budget = WorkBudget()
        assert len(occurrences(rule("FREQ=DAILY"), first, FIRST, FIRST + timedelta(days=9), budget)) == 10
        return WorkBudget().left - budget.left

    assert cost(wall(1, 1, 1, 17)) <= cost(FIRST) + 2


def test_a_rule_that_counts_too_long_is_given_up_before_it_is_walked() -> None:
    with pytest.raises(UnreadableError, match="too much work"):
        occurrences(rule("FREQ=HOURLY;COUNT=999999"), wall(1, 1, 1), FIRST, FIRST, WorkBudget())


def test_a_rule_with_more_starts_than_are_allowed_is_given_up() -> None:
    with pytest.raises(UnreadableError, match="too much work"):
        occurrences(rule("FREQ=HOURLY"), FIRST, FIRST, FIRST + timedelta(days=100), WorkBudget())


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=HOURLY;BYMINUTE=0,30",
        "FREQ=DAILY;BYHOUR=1;BYSECOND=" + ",".join(map(str, range(25))),
    ],
)
def test_a_rule_for_more_than_every_hour_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="once an hour"):
        rule(text)


@pytest.mark.parametrize("text", ["FREQ=HOURLY", "FREQ=HOURLY;BYHOUR=9;BYMINUTE=0,30", "FREQ=DAILY;BYHOUR=9,17"])
def test_a_rule_for_every_hour_is_allowed(text: str) -> None:
    assert rule(text).frequency in text


HOSTILE = [
    "RRULE:FREQ=SECONDLY",
    "RRULE:FREQ=MINUTELY",
    "RRULE:FREQ=DAILY;INTERVAL=0",
    "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "RRULE:FREQ=HOURLY;COUNT=999999",
    "RRULE:FREQ=YEARLY;BYDAY=" + ",".join(f"{n}{day}" for n in range(1, 54) for day in DAYS),
    "RDATE:" + ",".join(["20261107T120000Z"] * 5_001),
    "RRULE:FREQ=DAILY\r\nEXDATE:" + ",".join(["20261107T120000Z"] * 5_001),
    "RRULE:FREQ=DAILY\r\nDURATION:P3650D",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_rule_since_1970_is_given_up_or_followed_and_the_others_are_read(hostile: str) -> None:
    bad = [vevent(hostile, uid=f"{number}", start=":19700101T000000") for number in range(3)]
    reading = read_ics(vcalendar(*bad, vevent(uid="good", summary="good")))
    assert "good" in {event.title for event in reading.events}
    assert len(reading.unreadable) == len(reading.warnings)


@pytest.mark.parametrize("name", ["RDATE", "EXDATE"])
def test_an_endless_list_of_dates_is_given_up(name: str) -> None:
    dates = ",".join(["20261107T120000Z"] * 2_501)
    reading = read_ics(vcalendar(vevent("RRULE:FREQ=DAILY", f"{name}:{dates}", f"{name}:{dates}")))
    assert reading.events == ()
    assert ["more than 5000 dates" in warning.text for warning in reading.warnings] == [True]


def test_many_hostile_rules_use_up_one_budget_and_the_plain_events_are_read() -> None:
    bad = [vevent(HOSTILE[3], uid=f"{number}") for number in range(500)]
    reading = read_ics(vcalendar(*bad, vevent(uid="good", summary="good")))
    assert "good" in {event.title for event in reading.events}
    assert 400 < len(reading.unreadable) < 500
    assert any("too much work" in warning.text for warning in reading.warnings)


def test_an_empty_rule_is_none() -> None:
    reading = read_ics(vcalendar(vevent("RRULE:")))
    assert (len(reading.events), reading.warnings) == (1, ())

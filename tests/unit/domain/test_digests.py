"""A digest: when the next one is, how far a rule looks then, and which digest brings a session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.rule import Digest, Rule
from sessionsmgmt.domain.sessions.digests import digest_after, looks_until, tells_from
from sessionsmgmt.domain.sessions.presence import horizon
from tests.builders import days, hours, local, rule, weeks

MONDAYS = Digest(0, time(7))
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [
    ZoneInfo(name)
    for name in ("America/New_York", "Europe/Paris", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia", "UTC")
]
WEEK = timedelta(days=7)
INSTANTS = st.datetimes(datetime(2009, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  aware by its strategy
DIGESTS = st.builds(Digest, st.integers(0, 6), st.times().map(lambda clock: clock.replace(second=0, microsecond=0)))
RULES = st.builds(
    lambda within, digest: replace(rule(within=within), digest=digest),
    st.sampled_from([hours(1), hours(36), days(1), days(7), weeks(3)]),
    DIGESTS,
)


@pytest.mark.parametrize(
    ("now", "following"),
    [
        (local(2026, 11, 6, 12), local(2026, 11, 9, 7)),
        (local(2026, 11, 9, 6, 59), local(2026, 11, 9, 7)),
        (local(2026, 11, 9, 7), local(2026, 11, 16, 7)),
        (local(2026, 10, 31, 7), local(2026, 11, 2, 7)),
    ],
)
def test_the_next_digest_is_after_now(now: datetime, following: datetime) -> None:
    assert digest_after(now, MONDAYS, NEW_YORK) == following


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    twice = Digest(6, time(1, 30))
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    assert digest_after(first - timedelta(hours=1), twice, NEW_YORK) == first
    assert digest_after(first, twice, NEW_YORK) > first + timedelta(days=6)


@pytest.mark.parametrize("clock", [time(2), time(2, 1), time(2, 30), time(2, 59)])
def test_a_time_that_is_skipped_is_the_instant_of_the_change(clock: time) -> None:
    assert digest_after(local(2026, 3, 7, 12), Digest(6, clock), NEW_YORK) == datetime(2026, 3, 8, 7, tzinfo=UTC)


@given(INSTANTS, DIGESTS, st.sampled_from(ZONES))
def test_digests_are_about_a_week_apart_and_show_their_time(now: datetime, digest: Digest, zone: ZoneInfo) -> None:
    first = digest_after(now, digest, zone)
    second = digest_after(first, digest, zone)

    assert now < first <= now + WEEK + timedelta(days=1)
    assert abs(second - first - WEEK) <= timedelta(days=1)
    shown = first.astimezone(zone)
    skipped = shown.utcoffset() != (first - timedelta(seconds=1)).astimezone(zone).utcoffset()
    assert skipped or (shown.weekday(), shown.time()) == (digest.weekday, digest.at)
    assert digest_after(first - timedelta(seconds=1), digest, zone) == first


@given(INSTANTS, RULES, st.sampled_from(ZONES), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_rule_never_looks_less_far_than_before(now: datetime, about: Rule, zone: ZoneInfo, later: timedelta) -> None:
    assert looks_until(about, now, zone) <= looks_until(about, now + later, zone)
    assert looks_until(about, now, zone) >= horizon(now, about.within, zone) - timedelta(hours=1)


@given(INSTANTS, RULES, st.sampled_from(ZONES))
def test_a_session_is_told_from_the_first_digest_that_looks_so_far(
    start: datetime, about: Rule, zone: ZoneInfo
) -> None:
    told_from = tells_from(about, start, zone)

    assert looks_until(about, told_from, zone) >= start
    assert looks_until(about, told_from - timedelta(seconds=1), zone) < start
    assert about.digest
    assert digest_after(told_from - timedelta(seconds=1), about.digest, zone) == told_from


def test_without_a_digest_the_time_ahead_counts_from_now() -> None:
    about = rule(within=days(2))
    assert looks_until(about, local(2026, 11, 6, 12), NEW_YORK) == local(2026, 11, 8, 12)
    assert tells_from(about, local(2026, 11, 8, 12), NEW_YORK) == local(2026, 11, 6, 12)

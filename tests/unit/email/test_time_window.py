"""The announced window, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.domain.model.notice import Presence
from sessionsmgmt.domain.sessions.presence import DAY, MINUTE, dawn
from sessionsmgmt.email.language import has_wording, language
from sessionsmgmt.email.time_window import (
    format_day,
    format_days,
    format_instant,
    format_time_of_day,
    localized_window,
    whole_days,
)
from tests.builders import NEW_YORK, local

EVENING = Presence(local(2026, 11, 7, 17), local(2026, 11, 7, 20, 30))
NIGHT = Presence(local(2026, 11, 7, 22), local(2026, 11, 8, 1))
SATURDAY = Presence(local(2026, 11, 7), local(2026, 11, 7, 23, 59))
WEEKEND = Presence(local(2026, 11, 7), local(2026, 11, 8, 23, 59))


TWICE = Presence(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 15, tzinfo=UTC))
INTO_TWICE = Presence(datetime(2026, 11, 1, 4, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 0, tzinfo=UTC))
OUT_OF_TWICE = Presence(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), datetime(2026, 11, 1, 8, 0, tzinfo=UTC))
SPRING = Presence(datetime(2027, 3, 14, 6, 30, tzinfo=UTC), datetime(2027, 3, 14, 7, 30, tzinfo=UTC))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2013", "-")


@pytest.mark.parametrize(
    ("presence", "locale", "text"),
    [
        (EVENING, "en_US", "Saturday, November 7, 2026, 5:00 PM - 8:30 PM"),
        (EVENING, "en_GB", "Saturday, 7 November 2026, 17:00 - 20:30"),
        (EVENING, "fr_FR", "samedi 7 novembre 2026, 17:00 - 20:30"),
        (EVENING, "fr_CA", "samedi 7 novembre 2026, 17 h 00 - 20 h 30"),
        (EVENING, "de_DE", "Samstag, 7. November 2026, 17:00 - 20:30"),
        (TWICE, "en_US", "Sunday, November 1, 2026, 1:30 AM EDT - 1:15 AM EST"),
        (TWICE, "fr_FR", "dimanche 1 novembre 2026, 01:30 EDT - 01:15 EST"),
        (INTO_TWICE, "en_US", "Sunday, November 1, 2026, 12:30 AM - 1:00 AM EST"),
        (OUT_OF_TWICE, "en_US", "Sunday, November 1, 2026, 1:30 AM EST - 3:00 AM"),
        (SPRING, "en_US", "Sunday, March 14, 2027, 1:30 AM - 3:30 AM"),
        (NIGHT, "en_US", "Saturday, November 7, 2026, 10:00 PM - Sunday, November 8, 2026, 1:00 AM"),
        (SATURDAY, "en_US", "Saturday, November 7, 2026, all day"),
        (SATURDAY, "fr", "samedi 7 novembre 2026, toute la journée"),
        (WEEKEND, "en_US", "Saturday, November 7, 2026 - Sunday, November 8, 2026, all day"),
    ],
)
def test_a_window_is_written_in_the_form_of_the_locale(presence: Presence, locale: str, text: str) -> None:
    assert plain(localized_window(presence, NEW_YORK, language(locale)).text) == text


def test_a_window_is_written_in_the_zone() -> None:
    said = localized_window(EVENING, ZoneInfo("Europe/Paris"), language("fr_FR"))
    assert plain(said.text) == "samedi 7 novembre 2026, 23:00 - dimanche 8 novembre 2026, 02:30"
    assert (said.start.hour, said.end.hour) == (23, 2)


def test_the_parts_of_a_window_can_be_written_alone() -> None:
    english = language("en_US")
    start, end = NIGHT.start.astimezone(NEW_YORK), NIGHT.end.astimezone(NEW_YORK)
    assert format_day(start, english) == format_days(start, start, english) == "Saturday, November 7, 2026"
    assert plain(format_days(start, end, english)) == "Saturday, November 7, 2026 - Sunday, November 8, 2026"
    assert plain(format_time_of_day(start, english)) == "10:00 PM"
    assert plain(format_instant(start, english)) == "Saturday, November 7, 2026, 10:00 PM"


@pytest.mark.parametrize(
    ("zone", "year", "month", "number"),
    [
        ("America/New_York", 2026, 3, 8),
        ("America/New_York", 2026, 11, 1),
        ("Africa/Cairo", 2026, 4, 24),
        ("Africa/Cairo", 2026, 10, 29),
        ("Australia/Lord_Howe", 2026, 4, 5),
    ],
)
def test_a_day_on_which_the_clocks_change_is_a_whole_day(zone: str, year: int, month: int, number: int) -> None:
    where = ZoneInfo(zone)
    date = local(year, month, number, 12, zone=where).astimezone(where).date()
    whole = Presence(dawn(date, where), dawn(date + DAY, where) - MINUTE)
    assert whole_days(whole, where) == (date, date)
    assert whole_days(Presence(whole.start + MINUTE, whole.end), where) is None
    assert whole_days(Presence(whole.start, whole.end - MINUTE), where) is None


@pytest.mark.parametrize(("number", "english", "french"), [(0, "0 students", "0 élève"), (1, "1 student", "1 élève")])
def test_numbers_have_the_plural_of_the_language(number: int, english: str, french: str) -> None:
    assert language("en_US").count("students", number) == english
    assert language("fr_FR").count("students", number) == french
    assert language("en_US").count("students", 2) == "2 students"
    assert language("fr_FR").count("students", 1_000_000) == "1000000 élèves"
    assert language("en_US").count("mentors", 2) == "2 people"


def test_a_role_of_the_clubs_own_is_called_by_its_name() -> None:
    assert language("en_US").role_title("team_leads") == "Team leads"
    assert language("fr_FR").role_title("students") == "Élèves"


def test_only_english_and_french_have_built_in_wording() -> None:
    assert [has_wording(name) for name in ("en_US", "fr-CA", "fr", "de_DE")] == [True, True, True, False]

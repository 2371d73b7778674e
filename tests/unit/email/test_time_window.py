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

MONTHS = Presence(local(2026, 11, 30), local(2026, 12, 1, 23, 59))
OCTOBER = Presence(local(2026, 10, 1), local(2026, 10, 11, 23, 59))
YEARS = Presence(local(2026, 12, 31), local(2027, 1, 1, 23, 59))
NEW_YEAR = Presence(local(2026, 12, 31, 22), local(2027, 1, 1, 1))


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
        (EVENING, "fr_FR", "samedi 7 novembre 2026, de 17:00 à 20:30"),
        (EVENING, "fr_CA", "samedi 7 novembre 2026, de 17 h à 20 h 30"),
        (EVENING, "de_DE", "Samstag, 7. November 2026, 17:00 - 20:30 Uhr"),
        (EVENING, "es_ES", "sábado, 7 de noviembre de 2026, de 17:00 a 20:30"),
        (EVENING, "it_IT", "sabato 7 novembre 2026 17:00 - 20:30"),
        (NIGHT, "fr_FR", "du samedi 7 novembre à 22:00 au dimanche 8 novembre 2026 à 01:00"),
        (NIGHT, "es_ES", "del sábado 7 de noviembre a las 22:00 al domingo 8 de noviembre de 2026 a la 1:00"),
        (NIGHT, "de_DE", "Samstag, 7. November, 22:00 Uhr bis Sonntag, 8. November 2026, 01:00 Uhr"),
        (NEW_YEAR, "fr_FR", "du jeudi 31 décembre 2026 à 22:00 au vendredi 1er janvier 2027 à 01:00"),
        (TWICE, "en_US", "Sunday, November 1, 2026, 1:30 AM EDT - 1:15 AM EST"),
        (INTO_TWICE, "en_US", "Sunday, November 1, 2026, 12:30 AM - 1:00 AM EST"),
        (OUT_OF_TWICE, "en_US", "Sunday, November 1, 2026, 1:30 AM EST - 3:00 AM"),
        (SPRING, "en_US", "Sunday, March 14, 2027, 1:30 AM - 3:30 AM"),
        (NIGHT, "en_US", "Saturday, November 7, 10:00 PM - Sunday, November 8, 2026, 1:00 AM"),
        (SATURDAY, "en_US", "Saturday, November 7, 2026, all day"),
        (OCTOBER, "fr_FR", "du jeudi 1er au dimanche 11 octobre 2026, toute la journée"),
        (OCTOBER, "fr_CA", "du jeudi 1er au dimanche 11 octobre 2026, toute la journée"),
        (SATURDAY, "fr", "samedi 7 novembre 2026, toute la journée"),
        (WEEKEND, "en_US", "Saturday, November 7 - Sunday, November 8, 2026, all day"),
        (WEEKEND, "en_GB", "Saturday, 7 - Sunday, 8 November 2026, all day"),
        (WEEKEND, "fr_FR", "du samedi 7 au dimanche 8 novembre 2026, toute la journée"),
        (WEEKEND, "es_MX", "del sábado 7 al domingo 8 de noviembre de 2026, todo el día"),
        (WEEKEND, "de_AT", "Samstag, 7. bis Sonntag, 8. November 2026, ganztägig"),
        (MONTHS, "fr_FR", "du lundi 30 novembre au mardi 1er décembre 2026, toute la journée"),
        (YEARS, "de_DE", "Donnerstag, 31. Dezember 2026 bis Freitag, 1. Januar 2027, ganztägig"),
        (WEEKEND, "ja", "2026年11月7日土曜日 - 2026年11月8日日曜日 all day"),
        (WEEKEND, "he", "יום שבת, 7 בנובמבר - יום ראשון, 8 בנובמבר 2026, all day"),
    ],
)
def test_a_window_is_written_in_the_form_of_the_locale(presence: Presence, locale: str, text: str) -> None:
    assert plain(localized_window(presence, NEW_YORK, language(locale)).text) == text


def test_a_window_is_written_in_the_zone() -> None:
    said = localized_window(EVENING, ZoneInfo("Europe/Paris"), language("fr_FR"))
    assert plain(said.text) == "du samedi 7 novembre à 23:00 au dimanche 8 novembre 2026 à 02:30"
    assert (said.start.hour, said.end.hour) == (23, 2)


def test_the_parts_of_a_window_can_be_written_alone() -> None:
    english = language("en_US")
    start, end = NIGHT.start.astimezone(NEW_YORK), NIGHT.end.astimezone(NEW_YORK)
    assert format_day(start, english) == format_days(start, start, english) == "Saturday, November 7, 2026"
    assert plain(format_days(start, end, english)) == "Saturday, November 7 - Sunday, November 8, 2026"
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


def test_four_languages_have_built_in_wording() -> None:
    names = ("en_US", "fr-CA", "fr", "de_DE", "es_MX", "it_IT")
    assert [has_wording(name) for name in names] == [True, True, True, True, True, False]

"""What mail programs make of an email: one thread for a session, the direction of its words, and a size that fits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Presence, Session
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.email.compose import MAX_HTML_BYTES, compose, is_cut_by_gmail
from sessionsmgmt.email.language import language
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.time_window import format_time_of_day, localized_window
from tests.builders import NEW_YORK, notice, person, roster
from tests.unit.email.cases import CASES, ENVELOPE, EVENING, NOW
from tests.unit.email.golden import part

HEBREW = "מנטה"
TEMPLATE = "Subject: x\n\n{{ date }}"


def email(
    of: Notice, *, team: str = "MantaBots", locale: str = "en_US", template: str | None = None, sender: str = ""
) -> EmailMessage:
    wording = Wording(team, locale, NEW_YORK, {"adults": Disclose.NAMES, "students": Disclose.NAMES}, template)
    return compose(of, wording, replace(ENVELOPE, sender=sender or ENVELOPE.sender), NOW)


# One thread


def test_all_emails_about_a_session_name_the_same_root_and_the_first_one_too() -> None:
    session = Session("another-id", "Renamed", EVENING.start, EVENING.end)
    emails = [
        email(notice()),
        email(notice(kind=Kind.ADDED, sequence=1)),
        email(notice(kind=Kind.CANCELLED, sequence=2, session=session), sender="trainer@example.net"),
    ]
    roots = {str(message["References"]) for message in emails}
    assert len(roots) == 1
    assert re.fullmatch(r"<[0-9a-f]{32}@sessionsmgmt\.invalid>", roots.pop())
    assert len({str(message["Message-ID"]) for message in emails}) == 3


def test_another_session_and_another_rule_have_another_root() -> None:
    keys = [Key("campus", "lab"), Key("campus", "lab2"), Key("hall", "lab")]
    assert len({str(email(notice(key=key))["References"]) for key in keys}) == 3


# Direction


def test_a_name_from_right_to_left_turns_no_sentence_of_the_program() -> None:
    message = email(notice(), team=HEBREW)
    for kind in ("plain", "html"):
        assert f"\u2068{HEBREW}\u2069 " in part(message, kind)
        assert "\u2068" not in re.sub(rf"<title>.*</title>|\u2068{HEBREW}\u2069", "", part(message, kind))


def test_english_words_below_a_template_in_another_language_say_that_they_are_english() -> None:
    arabic = part(email(notice(), locale="ar", template=TEMPLATE), "html")
    assert '<html lang="ar" dir="rtl">' in arabic
    assert re.findall(r'class="(\w+)[^>]* dir="ltr"[^>]* lang="en"', arabic) == ["badge", "footer"]
    assert 'lang="en"' not in part(email(notice(), locale="fr", template=TEMPLATE), "html")


# The hour that comes twice


@pytest.mark.parametrize(
    ("zone", "locale", "first", "words"),
    [
        ("America/New_York", "en_US", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ("1:30 AM EDT", "1:30 AM EST")),
        ("Europe/Berlin", "en_GB", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ("02:30 CEST", "02:30 CET")),
        ("America/Santiago", "en_GB", datetime(2026, 4, 5, 2, 30, tzinfo=UTC), ("23:30 UTC-03:00", "23:30 UTC-04:00")),
    ],
)
def test_an_hour_that_comes_twice_is_told_apart(
    zone: str, locale: str, first: datetime, words: tuple[str, str]
) -> None:
    window = localized_window(Presence(first, first + timedelta(hours=1)), ZoneInfo(zone), language(locale))
    plain = window.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert plain.endswith(f"{words[0]} \u2013 {words[1]}")


def test_another_hour_has_no_zone() -> None:
    for hour in (4, 7, 8):
        when = datetime(2026, 11, 1, hour, 30, tzinfo=UTC).astimezone(NEW_YORK)
        assert format_time_of_day(when, language("en_US")).endswith("M")


# On the way


def test_a_line_that_begins_with_from_is_encoded_so_that_no_server_changes_it() -> None:
    long = "From now on " * 12
    message = email(notice(), template=f"Subject: x\n\nFrom Monday on we meet here.\n\n{long}\n\n    From code")
    raw = message.as_bytes()
    assert not re.search(rb"^From ", raw, re.MULTILINE)
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert "\n\nFrom now on" in part(message_from_bytes(raw, EmailMessage, policy=SMTP), "plain")
    assert part(message, "plain").startswith("From Monday on we meet here.\n")


def test_an_email_that_gmail_would_cut_is_noticed() -> None:
    crowd = roster(adults=[], students=[person(f"Student with a name {number}") for number in range(400)])
    assert is_cut_by_gmail(email(notice(people=crowd)))
    assert not any(is_cut_by_gmail(case.email()) for case in CASES.values())
    assert MAX_HTML_BYTES == 100 * 1024


# The attached calendar


@pytest.mark.parametrize(
    ("locale", "summary"),
    [
        ("en_US", "Canceled: MantaBots: Team Session"),
        ("en_GB", "Cancelled: MantaBots: Team Session"),
        ("fr_FR", "Annulé\u00a0: MantaBots: Team Session"),
    ],
)
def test_the_entry_of_a_cancelled_session_says_so_in_its_title(locale: str, summary: str) -> None:
    message = email(notice(kind=Kind.CANCELLED), locale=locale)
    [text] = [leaf.get_content() for leaf in message.walk() if leaf.get_content_type() == "text/calendar"]
    assert Calendar.from_ical(text).events[0]["SUMMARY"] == summary


# A description with several lines


def test_a_description_keeps_its_lines_in_both_parts() -> None:
    description = "Bring gloves.\r\n\r\n\n\n  Ring\ttwice  \n# No heading\n-- \n"
    session = Session("lab", "Lab\nx", EVENING.start, EVENING.end, "", description)
    template = "Subject: {{ session.description }}\n\n> {{ session.description }}\n\n    {{ session.description }}\n"
    message = email(notice(session=session), template=template)
    assert message["Subject"] == "Bring gloves. Ring twice # No heading --"
    quoted, code = ("\n".join(f"{mark}{line}".rstrip() for line in LINES) for mark in ("> ", "    "))
    assert part(message, "plain").startswith(f"{quoted}\n\n{code}\n\n-- \n")
    assert "Bring gloves.<br><br>Ring twice<br># No heading<br>--</p>" in part(message, "html")


LINES = ("Bring gloves.", "", "Ring twice", "# No heading", "--")

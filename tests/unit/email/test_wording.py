"""What the emails say, as people who speak the language would write it."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from babel import Locale, localedata
from babel.dates import format_time

from sessionsmgmt.domain.model.notice import Kind, Session
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.email.compose import MAX_SUBJECT_LENGTH, compose
from sessionsmgmt.email.language import has_wording, language
from sessionsmgmt.email.model import Wording
from sessionsmgmt.email.safe_text import ISOLATE, POP
from sessionsmgmt.email.time_window import format_time_of_day
from tests.builders import NEW_YORK, announcement, notice
from tests.unit.email.cases import ENVELOPE, EVENING, NOW
from tests.unit.email.golden import part

NBSP = "\u00a0"
HEBREW = "מנטה"
ARABIC = "فريق"
OURS = sorted(name for name in localedata.locale_identifiers() if has_wording(name))
NAMES = {"adults": Disclose.NAMES, "students": Disclose.NAMES}


def subject(message: EmailMessage) -> str:
    """The subject as a mail program reads it from the message that is sent."""
    return str(message_from_bytes(message.as_bytes(), EmailMessage, policy=SMTP)["Subject"])


# Spaces that no line may break at


@pytest.mark.parametrize(
    ("locale", "hour", "minute", "words"),
    [
        ("fr_CA", 18, 30, f"18{NBSP}h{NBSP}30"),
        ("fr_CA", 18, 0, f"18{NBSP}h"),
        ("fr_CA", 9, 5, f"9{NBSP}h{NBSP}05"),
        ("fr_FR", 18, 30, "18:30"),
        ("de_DE", 18, 0, "18:00"),
        ("es_MX", 18, 0, "6:00\u202fp.m."),
    ],
)
def test_a_time_of_day_is_written_as_in_the_country(locale: str, hour: int, minute: int, words: str) -> None:
    assert format_time_of_day(datetime(2026, 11, 7, hour, minute, tzinfo=NEW_YORK), language(locale)) == words


def test_no_line_breaks_within_a_time_in_any_country_of_our_languages() -> None:
    for name in OURS:
        for hour in (0, 9, 18):
            when = datetime(2026, 11, 7, hour, 30, tzinfo=NEW_YORK)
            assert " " not in format_time_of_day(when, language(name)), name


def test_only_the_times_with_words_differ_from_the_data_of_the_locale() -> None:
    when = datetime(2026, 11, 7, 18, 30, tzinfo=NEW_YORK)
    for name in sorted({*OURS} - {"fr_CA"}):
        theirs = format_time(when, "short", locale=Locale.parse(name))
        assert format_time_of_day(when, language(name)) == theirs.replace(" ", NBSP), name


@pytest.mark.parametrize("kind", Kind)
def test_french_has_no_line_break_before_its_high_punctuation(kind: Kind) -> None:
    before = None if kind is Kind.NEW else announcement(presence=EVENING)
    message = compose(notice(kind=kind, before=before), Wording("MantaBots", "fr_FR", NEW_YORK, NAMES), ENVELOPE, NOW)
    for text in (subject(message), part(message, "plain"), re.sub(r"(?s)<style.*?</style>", "", part(message, "html"))):
        assert not re.search(r"[ \n][!?;:](?!\w)", text)
    assert kind is Kind.NEW or f"{NBSP}: " in subject(message)


def test_german_keeps_the_time_and_its_uhr_together() -> None:
    message = compose(notice(presence=EVENING), Wording("MantaBots", "de_DE", NEW_YORK, NAMES), ENVELOPE, NOW)
    for text in (subject(message), part(message, "plain"), part(message, "html")):
        assert f"17:00{NBSP}\u2013{NBSP}20:00{NBSP}Uhr" in text


# Names from right to left


@pytest.mark.parametrize("team", [HEBREW, ARABIC])
@pytest.mark.parametrize("template", [None, "Subject: {{ team }} 7\n\n{{ team }} 7"])
def test_a_name_from_right_to_left_turns_no_subject(team: str, template: str | None) -> None:
    message = compose(notice(), Wording(team, "en_US", NEW_YORK, NAMES, template), ENVELOPE, NOW)
    assert subject(message).startswith(f"{ISOLATE}{team}{POP} ")
    assert f"{ISOLATE}{team}{POP} " in part(message, "plain")


def test_a_subject_from_left_to_right_has_no_invisible_character() -> None:
    message = compose(notice(), Wording("Équipe", "en_US", NEW_YORK, NAMES), ENVELOPE, NOW)
    assert not set(subject(message)) & {ISOLATE, POP}


def test_a_subject_that_is_cut_ends_its_isolates() -> None:
    session = Session("lab", f"{HEBREW} " * 60, EVENING.start, EVENING.end)
    wording = Wording("MantaBots", "en_US", NEW_YORK, NAMES, "Subject: a {{ session.title }}\n\nx")
    cut = subject(compose(notice(session=session), wording, ENVELOPE, NOW))
    assert len(cut) <= MAX_SUBJECT_LENGTH
    assert cut.count(ISOLATE) == cut.count(POP) == 1
    assert cut.endswith(f"…{POP}")


# A session that takes place after all


@pytest.mark.parametrize(
    ("locale", "label", "sentence"),
    [
        ("en_GB", "On after all:", "This session will take place after all."),
        ("fr_FR", f"Finalement maintenu{NBSP}:", "Finalement, cette séance aura bien lieu."),
        ("es_ES", "Sí se celebra:", "Finalmente, esta sesión sí se celebrará."),
        ("de_DE", "Findet doch statt:", "dieses Treffen findet nun doch statt."),
    ],
)
def test_a_session_that_was_called_off_and_returns_is_said_to_take_place_after_all(
    locale: str, label: str, sentence: str
) -> None:
    wording = Wording("MantaBots", locale, NEW_YORK, NAMES)
    back, first = (compose(notice(sequence=sequence), wording, ENVELOPE, NOW) for sequence in (2, 0))
    assert subject(back).startswith(f"{label} MantaBots")
    assert sentence in part(back, "plain")
    assert f">{label.rstrip(':').rstrip()}<" in part(back, "html")
    assert label not in subject(first)
    assert sentence not in part(first, "plain")

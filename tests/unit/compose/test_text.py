"""Hostile text is made harmless, and what people write stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.compose.text import ISOLATE, POP, clean, isolate, shorten, tame


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Team Session", "Team Session"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\u2029c\x00d\x1be\x85f", "a b c d e f"),
        ("  a \t b  ", "a b"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066\u2067a\u2069\u200e\u200f\u061c", "a"),
        ("Ada\u200bLovelace\ufeff", "AdaLovelace"),
        ("\ue000a\U000f0000b\U00100000", "ab"),
        ("a\ud800b", "ab"),
        ("e\u0301", "é"),
        ("אבי", "אבי"),
        ("نر\u200cدر", "نر\u200cدر"),
        ("👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f", "👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f"),
        ("5:00\u202fPM", "5:00\u202fPM"),
        ("\u00a0", ""),
    ],
)
def test_text_is_one_line_of_what_a_person_can_see(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text())
def test_no_control_or_reordering_character_is_left(typed: str) -> None:
    left = clean(typed)
    assert not {unicodedata.category(character) for character in left} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(character) for character in left} & {
        *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"),
    }
    assert clean(left) == left


def test_a_separator_keeps_the_space_around_it() -> None:
    assert tame(" and\n") == " and "


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("one two three four", 15, "one two three…"),
        ("one incomprehensible", 10, "one incom…"),
        ("ab👩\u200d👧c", 5, "ab…"),
        ("abe\u0323\u0301cd", 5, "ab…"),
    ],
)
def test_long_text_ends_with_an_ellipsis_and_within_no_character(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


@given(st.text(), st.integers(1, 40))
def test_shortened_text_is_short_enough(text: str, longest: int) -> None:
    assert len(shorten(text, longest)) <= longest


def test_only_right_to_left_text_is_fenced() -> None:
    assert isolate("Room 12") == "Room 12"
    assert isolate("אבי") == f"{ISOLATE}אבי{POP}"

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.characters import find_invisible, visible_text

NAMED = {
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u00ad": "U+00AD SOFT HYPHEN",
    "\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "\u00a0": "U+00A0 NO-BREAK SPACE",
    "\u202f": "U+202F NARROW NO-BREAK SPACE",
    "\u3000": "U+3000 IDEOGRAPHIC SPACE",
    "\u2009": "U+2009 THIN SPACE",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\u0085": "U+0085",
    "\u200d": "U+200D ZERO WIDTH JOINER",
    "\u200c": "U+200C ZERO WIDTH NON-JOINER",
    "\u2060": "U+2060 WORD JOINER",
    "\u034f": "U+034F COMBINING GRAPHEME JOINER",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u200f": "U+200F RIGHT-TO-LEFT MARK",
    "\u2066": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "\u061c": "U+061C ARABIC LETTER MARK",
    "\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    "\ufe00": "U+FE00 VARIATION SELECTOR-1",
    "\U000e0100": "U+E0100 VARIATION SELECTOR-17",
    "\u180e": "U+180E MONGOLIAN VOWEL SEPARATOR",
    "\U000e0041": "U+E0041 TAG LATIN CAPITAL LETTER A",
    "\u3164": "U+3164 HANGUL FILLER",
    "\u115f": "U+115F HANGUL CHOSEONG FILLER",
    "\u2800": "U+2800 BRAILLE PATTERN BLANK",
    "\u2064": "U+2064 INVISIBLE PLUS",
    "\ufff9": "U+FFF9 INTERLINEAR ANNOTATION ANCHOR",
}


@pytest.mark.parametrize(("character", "name"), NAMED.items(), ids=NAMED.values())
@pytest.mark.parametrize("around", [("Team", "Session"), ("", "Team"), ("Team", ""), ("", "")])
def test_an_invisible_character_is_found_and_named(character: str, name: str, around: tuple[str, str]) -> None:
    match = find_invisible(character.join(around))

    assert match is not None
    assert (match.index, match.name) == (len(around[0]), name)
    assert name in match.sentence


@pytest.mark.parametrize(
    "text",
    [
        "Team Session",
        "Séance d\u2019équipe",
        "Entraînement \u2013 équipe « A »",
        "Übung",
        "u\u0308",  # an accent by itself is seen
        "\U0001f3ca\u200d\u2642\ufe0f Training",  # a man swimming
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "क्\u200dष",  # Hindi
        "練習",
        "תרגול",
        "\ue000",
    ],
)
def test_visible_text_and_its_joiners_are_accepted(text: str) -> None:
    assert find_invisible(text) is None
    assert visible_text(text) == text


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("Team\u00a0Session", "Team Session"),
        ("Te\u200bam\ufeff", "Team"),
        ("\u00a0\u00a0match", "match"),
        ("a\u200d\u200d\u200db", "ab"),
        ("\U0001f3ca\u200d", "\U0001f3ca"),
        ("a\ufe0f", "a"),
        ("a\u3164b", "a b"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4"),
    ],
)
def test_a_text_becomes_what_people_see(text: str, looks: str) -> None:
    assert visible_text(text) == looks


@given(st.text())
def test_visible_text_has_no_invisible_character(text: str) -> None:
    assert find_invisible(visible_text(text)) is None


def test_every_format_character_and_blank_of_unicode_is_known() -> None:
    """Those of the shapes of one script's own numbers and verses apart, which are seen."""
    seen = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
    seen |= set(range(0x13430, 0x13440))  # how hieroglyphs are put together
    hidden = {
        code for code in range(0x80, sys.maxunicode + 1) if unicodedata.category(chr(code)) in {"Cf", "Zs", "Zl", "Zp"}
    }
    assert {f"{code:04X}" for code in hidden - seen if find_invisible(chr(code)) is None} == set()

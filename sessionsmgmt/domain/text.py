"""How texts are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_MARKS = 30
"""The most combining marks in a row: no language needs more (UAX #15, 13, Stream-Safe Text Format)."""


def composed(text: str) -> str:
    """The text with its accents in one encoding (Unicode's form NFC), and with no more than ``MAX_MARKS`` in a row.

    Composing takes a time that grows with the square of the number of marks in a row.
    """
    if len(text) <= MAX_MARKS or text.isascii():
        return unicodedata.normalize("NFC", text)
    characters, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            characters.append(character)
    return unicodedata.normalize("NFC", "".join(characters))


def caseless(text: str) -> str:
    """A text for comparison: without case, and with its accents in one encoding (``composed``)."""
    return composed(text).casefold()


def fold_label(label: str) -> str:
    """A contact's label for comparison: without case and surrounding space."""
    return caseless(label.strip())


@lru_cache(maxsize=4096)  # the dates of a series have one title, and each is compared with every rule
def comparable(text: str) -> str:
    """A title or a place for comparison, as a reader sees it.

    Case, the encoding of accents, repeated and exotic blanks, and the kinds of apostrophes, quotes and dashes make no
    difference.
    """
    return " ".join(caseless(text).translate(_LOOK_ALIKES).split())


_LOOK_ALIKES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u02b9\u0060\u00b4\u2032\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2800\u3164\uffa0"), " "),
    **dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad\u180e"), None),  # nobody sees them
    **dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), None),
}
"""Characters that look alike to a reader, and what each counts as."""

"""Finds invisible characters, and blanks that look like a space but are another character.

They get into a file from web pages, chats and word processors. A text with one looks right but matches nothing.
"""

from __future__ import annotations

import re
import unicodedata

from sessionsmgmt.domain.frozen import dataclass

_FILLERS = "\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\U0001d159"
"""Letters and signs without a visible shape."""
_BLANKS = "\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_JOINERS = "\u200c\u200d"
_SHAPES = "\ufe0e\ufe0f"
_TAGS = "\U000e0020-\U000e007f"
_INVISIBLE = re.compile(
    f"[{_FILLERS}{_BLANKS}{_JOINERS}{_SHAPES}"
    "\u00ad\u034f\u061c\u070f\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANK = re.compile(f"[{_BLANKS}\u2800\u3164]")
_KEYS = frozenset("0123456789#*")
_LAST_LETTER_OF_EUROPE = "\u058f"
_TYPOGRAPHY = re.compile(r"(?<=\S)[\u00a0\u2009\u202f\u00ad](?=\S)")
_FLAG = re.compile(f"\U0001f3f4[{_TAGS}]{{1,8}}\U000e007f")
"""A flag that tags spell, such as the flag of Scotland (UTS #51, C.1)."""


@dataclass(frozen=True, slots=True)
class InvisibleCharacter:
    """An invisible character, and its index in the text."""

    index: int
    character: str

    @property
    def name(self) -> str:
        """The code point and its Unicode name: ``U+200B ZERO WIDTH SPACE``."""
        return " ".join(filter(None, [f"U+{ord(self.character):04X}", unicodedata.name(self.character, "")]))

    @property
    def is_blank(self) -> bool:
        """Whether the character looks like a space."""
        return _BLANK.match(self.character) is not None

    @property
    def predicate(self) -> str:
        """The problem as the end of a sentence whose subject is the text."""
        return f"has {'a blank' if self.is_blank else 'an invisible character'} in it ({self.name})"

    @property
    def sentence(self) -> str:
        """The problem and its correction, as a sentence without a full stop."""
        if self.is_blank:
            return f"a blank ({self.name}) only looks like a space; write a space, or remove it"
        return f"an invisible character ({self.name}) is here; remove it"


def find_invisible(text: str) -> InvisibleCharacter | None:
    """The first invisible character of the text; None if there is none.

    Invisible characters that change how letters and emoji look are allowed: a joiner between two non-Latin letters or
    two signs, and a selector for the shape of a sign.
    """
    if text.isascii():
        return None
    flags = [match.span() for match in _FLAG.finditer(text)]
    for match in _INVISIBLE.finditer(text):
        index = match.start()
        if not any(start <= index < end for start, end in flags) and not _is_used(text, index):
            return InvisibleCharacter(index, match[0])
    return None


def without_typography(text: str) -> str:
    """The text with its typographic spaces and soft hyphens, which are usual in prose, replaced by plain spaces."""
    return _TYPOGRAPHY.sub(" ", text)


def visible_text(text: str) -> str:
    """The text as people see it: blanks become spaces, invisible characters are removed, and the ends are stripped."""
    while match := find_invisible(text):
        text = text[: match.index] + " " * match.is_blank + text[match.index + 1 :]
    return text.strip()


def _is_used(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if text[index] in _SHAPES and before.isascii():
        return before in _KEYS and after == "\u20e3"
    if text[index] in _SHAPES:
        return unicodedata.category(before) in {"So", "Sm", "Po", "Sk"}
    if text[index] in _JOINERS:
        return bool(before and after) and _takes_joiners(before) and _takes_joiners(after)
    return False


def _takes_joiners(character: str) -> bool:
    """Whether a joiner has an effect beside the character. It has none beside Latin, Greek and Cyrillic letters."""
    return (character > _LAST_LETTER_OF_EUROPE and not _INVISIBLE.match(character)) or character in _SHAPES

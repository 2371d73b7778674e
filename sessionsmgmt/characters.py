"""Characters that nobody sees: invisible ones, and blanks that look like a space and are none.

They get into a file from web pages, chats and word processors. What holds one looks right and matches nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_FILLERS = "\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\U0001d159"
"""Letters and signs without a shape of their own."""
_BLANKS = "\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_JOINERS = "\u200c\u200d"
_SHAPES = "\ufe0e\ufe0f"
_TAGS = "\U000e0020-\U000e007f"
_UNSEEN = re.compile(
    f"[{_FILLERS}{_BLANKS}{_JOINERS}{_SHAPES}"
    "\u00ad\u034f\u061c\u070f\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BLANK = re.compile(f"[{_BLANKS}\u2800\u3164]")
_KEYS = frozenset("0123456789#*")
_LAST_LETTER_OF_EUROPE = "\u058f"
_TYPOGRAPHY = re.compile(r"(?<=\S)[\u00a0\u2009\u202f\u00ad](?=\S)")
_FLAG = re.compile(f"\U0001f3f4[{_TAGS}]{{1,8}}\U000e007f")
"""A flag that is spelled in tags, such as Scotland's (UTS #51, C.1)."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A character that nobody sees, and where in the text it stands."""

    index: int
    character: str

    @property
    def name(self) -> str:
        """Its code and its name in Unicode: ``U+200B ZERO WIDTH SPACE``."""
        return " ".join(filter(None, [f"U+{ord(self.character):04X}", unicodedata.name(self.character, "")]))

    @property
    def is_blank(self) -> bool:
        """Whether it looks like a space."""
        return _BLANK.match(self.character) is not None

    @property
    def trace(self) -> str:
        """What is wrong, as the end of a sentence that begins with what the text is called."""
        return f"has {'a blank' if self.is_blank else 'an invisible character'} in it ({self.name})"

    @property
    def fault(self) -> str:
        """What is wrong, as a sentence without its end."""
        if self.is_blank:
            return f"a blank ({self.name}) stands here that only looks like a space; write a space, or remove it"
        return f"an invisible character ({self.name}) stands here; remove it"


def unseen(text: str) -> Unseen | None:
    """The first character that nobody sees. Those that letters and emoji are made with are seen by what they do.

    That is a joiner between two letters that are not Latin, or between two signs; and what chooses the shape of a sign.
    """
    if text.isascii():
        return None
    flags = [found.span() for found in _FLAG.finditer(text)]
    for found in _UNSEEN.finditer(text):
        index = found.start()
        if not any(start <= index < end for start, end in flags) and not _is_used(text, index):
            return Unseen(index, found[0])
    return None


def typeset(text: str) -> str:
    """The text with a space for each blank and each soft hyphen of fine typography, as prose may have within it."""
    return _TYPOGRAPHY.sub(" ", text)


def without_unseen(text: str) -> str:
    """The text as it looks: blanks are spaces, and there are none around it."""
    while found := unseen(text):
        text = text[: found.index] + " " * found.is_blank + text[found.index + 1 :]
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
    """Whether joiners do something beside it: not beside Latin, Greek or Cyrillic, nor a blank, nor one another."""
    return (character > _LAST_LETTER_OF_EUROPE and not _UNSEEN.match(character)) or character in _SHAPES

"""Text from calendars and address books, made harmless.

Whatever stands in a title, a name or a place was typed by somebody we don't know. What is harmless here is plain text
of one line with no invisible instructions in it; that it can't become Markdown, HTML or a header is seen to where it
is put into one.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1_000
"""Characters that are kept of a title, a name or a place: more than any calendar program lets people type."""

LONGEST_DESCRIPTION = 4_000
"""Characters that are kept of an event's description."""

ISOLATE, POP = "\u2068", "\u2069"

_DROPPED = re.compile(
    "["
    "\u00ad\u200b\u2060-\u2064\ufeff"  # soft hyphen and the zero-width characters that only break words up
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # bidirectional controls (UAX #9), deprecated ones too
    "\ufff9-\ufffb\U000e0001"  # interlinear annotation, language tag
    "\ufdd0-\ufdef"  # noncharacters
    "\ud800-\udfff"  # surrogates without their other half
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: values are marked with them (see marks.py)
    "]"
)
_SPACE = re.compile(r"(?:[^\S\u00a0\u202f]|[\x00-\x1f\x7f-\x9f\ufffe\uffff])+")  # but not the unbreakable spaces


def clean(text: str, longest: int = LONGEST) -> str:
    """The text as ``tame`` leaves it, without space around it, at most ``longest`` characters long."""
    return shorten(tame(text).strip(), longest)


def tame(text: str) -> str:
    """The text on one line, without controls.

    Line breaks and control characters become spaces, runs of space become one. Characters that reorder or hide text
    are dropped, while letters of every script, joiners and emoji stay. Text comes out in composed form (NFC).
    """
    return unicodedata.normalize("NFC", _SPACE.sub(" ", _DROPPED.sub("", text)))


def shorten(text: str, longest: int) -> str:
    """The text, cut with an ellipsis if it has more than ``longest`` characters; between words if one is near."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    while cut and (unicodedata.category(text[len(cut)])[0] == "M" or "\u200d" in (text[len(cut)], cut[-1])):
        cut = cut[:-1]  # not within what people see as one character
    words = cut.rpartition(" ")[0]
    return f"{(words if len(words) > longest * 3 // 4 else cut).rstrip()}…"


def isolate(text: str) -> str:
    """The text as it is put among other text: right-to-left text is fenced so that it can't reorder what surrounds it.

    These are the isolates that UAX #9 recommends for text of unknown direction (6.3).
    """
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text):
        return f"{ISOLATE}{text}{POP}"
    return text

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
    "\u00ad\u034f\u180e\u200b\u2060-\u2065\ufeff"  # what only says where a word may break, or that two may not join
    "\u115f\u1160\u3164\uffa0\u17b4\u17b5\U00016fe4"  # fillers, which are letters without a shape
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # bidirectional controls (UAX #9), deprecated ones too
    "\u180b-\u180d\u180f\ufe00-\ufe0d\U000e0100-\U000e01ef"  # variation selectors, but for the two of emoji
    "\u070f\ufff0-\ufffc\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"  # other formatting
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"  # tags, but for those that name a flag
    "\ufdd0-\ufdef"  # noncharacters
    "\ud800-\udfff"  # surrogates without their other half
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: values are marked with them (see marks.py)
    f"{''.join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 15))}"  # noncharacters
    "]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800\ufffe\uffff]")
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")  # but not the unbreakable spaces

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""The blocks that emoji are in, as parts of a character class."""

_JOINING = (
    "\u0600-\u109f\u1780-\u18aa\u1900-\u1cff\ua840-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
"""The blocks of the scripts whose letters take another shape beside a joiner: Arabic and its kin, those of India."""

_SEEN = re.compile(
    "(?P<seen>"
    "\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|"
    "\U000e0077\U000e006c\U000e0073)\U000e007f)"  # the flags of England, Scotland and Wales, which tags spell
    "|[#*0-9]\ufe0f\u20e3"  # keycaps
    f"|[{_EMOJI}][\ufe0e\ufe0f]?(?:\u200d(?=[{_EMOJI}]))?"  # and what joins one to the next
    f"|[{_JOINING}](?:[\u200c\u200d](?=[{_JOINING}]))?"
    ")|[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]"
)
"""What stays of joiners, of the selectors of emoji, and of tags: what changes how its neighbours look."""

_RUNS = re.compile("([\u200c\u200d])[\u200c\u200d]+")


def clean(text: str, longest: int = LONGEST) -> str:
    """The text as ``tame`` leaves it, without space around it, at most ``longest`` characters long."""
    return shorten(tame(text).strip(), longest)


def tame(text: str) -> str:
    """The text on one line, without controls.

    Line breaks and control characters become spaces, runs of space become one. Text comes out in composed form (NFC),
    as ``visible`` leaves it.
    """
    return unicodedata.normalize("NFC", _SPACE.sub(" ", visible(text)))


def visible(text: str) -> str:
    """The text without characters that nobody sees, or that reorder what others see; they may hide other text.

    Letters of every script, emoji, and the joiners and selectors that either needs stay. So do tabs and line feeds; any
    other control becomes a space.
    """
    shown = _CONTROL.sub(" ", _DROPPED.sub("", text))
    return _SEEN.sub(lambda found: found["seen"] or "", _RUNS.sub(r"\1", shown))


def shorten(text: str, longest: int) -> str:
    """The text, cut with an ellipsis if it has more than ``longest`` characters; between words if one is near."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    while cut and (_clings(text[len(cut)]) or cut[-1] in _JOINERS):
        cut = cut[:-1]  # not within what people see as one character
    words = cut.rpartition(" ")[0]
    return f"{(words if len(words) > longest * 3 // 4 else cut).rstrip()}…"


_JOINERS = "\u200c\u200d"


def _clings(character: str) -> bool:
    """Whether the character is seen with the one before it as one: a mark, a joiner, a tag, a skin tone."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in _JOINERS
        or "\U000e0020" <= character <= "\U000e007f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def isolate(text: str) -> str:
    """The text as it is put among other text: right-to-left text is fenced so that it can't reorder what surrounds it.

    These are the isolates that UAX #9 recommends for text of unknown direction (6.3).
    """
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text):
        return f"{ISOLATE}{text}{POP}"
    return text

"""Makes text from calendars and address books harmless.

Strangers may have typed any title, name or location. The result of this module is plain text on one line without
invisible characters. It is not escaped: the code that puts it into Markdown, HTML or a header does that.
"""

from __future__ import annotations

import re
import unicodedata

from sessionsmgmt.domain.text import composed

MAX_LENGTH = 1_000
"""The most characters of a title, a name or a location: more than calendar programs let people type."""

MAX_DESCRIPTION_LENGTH = 4_000
"""The most characters of an event's description."""

ISOLATE, POP = "\u2068", "\u2069"

_INVISIBLE = re.compile(
    "["
    "\u00ad\u034f\u180e\u200b\u2060-\u2065\ufeff"  # where a word may break or may not break
    "\u115f\u1160\u3164\uffa0\u17b4\u17b5\U00016fe4"  # fillers: letters without a shape
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # bidirectional controls (UAX #9), also the deprecated
    "\u180b-\u180d\u180f\ufe00-\ufe0d\U000e0100-\U000e01ef"  # variation selectors, except the two for emoji
    "\u070f\ufff0-\ufffc\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"  # other formatting
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"  # tags, except those that spell a flag
    "\ufdd0-\ufdef"  # noncharacters
    "\ud800-\udfff"  # lone surrogates
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use, which placeholders.py needs for itself
    f"{''.join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 15))}"  # noncharacters
    "]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800\ufffe\uffff]")
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")  # all space except the unbreakable kinds

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""The blocks that contain emoji, as parts of a regular expression's character class."""

_JOINER_SCRIPTS = (
    "\u0600-\u109f\u1780-\u18aa\u1900-\u1cff\ua840-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
"""The blocks of the scripts whose letters change their shape beside a joiner: the Arabic and Indian scripts."""

_KEPT_JOINERS = re.compile(
    "(?P<kept>"
    "\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|"
    "\U000e0077\U000e006c\U000e0073)\U000e007f)"  # the flags of England, Scotland and Wales, spelled by tags
    "|[#*0-9]\ufe0f\u20e3"  # keycaps
    f"|[{_EMOJI}][\ufe0e\ufe0f]?(?:\u200d(?=[{_EMOJI}]))?"  # an emoji, with the joiner to the next emoji
    f"|[{_JOINER_SCRIPTS}](?:[\u200c\u200d](?=[{_JOINER_SCRIPTS}]))?"
    ")|[\u200c\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]"
)
"""Joiners, emoji selectors and tags. The group ``kept`` has those that change the look of their neighbours."""

_REPEATED_JOINERS = re.compile("([\u200c\u200d])[\u200c\u200d]+")


def clean(text: str, max_length: int = MAX_LENGTH) -> str:
    """The text on one line (``one_line``), without space around it, and at most ``max_length`` characters long."""
    return shorten(one_line(text).strip(), max_length)


def clean_lines(text: str, max_length: int) -> str:
    """The text with its lines, each cleaned as by ``one_line``, and at most one empty line between two others."""
    lines = "\n".join(one_line(line).strip() for line in re.split("\r\n|[\r\n]", text))
    return shorten(_EMPTY_LINES.sub("\n\n", lines).strip(), max_length)


_EMPTY_LINES = re.compile("\n{3,}")


def one_line(text: str) -> str:
    """The text on one line, without invisible characters (``without_invisible``), in composed form (NFC).

    Line breaks and control characters become spaces, and several spaces become one.
    """
    return single_spaced(without_invisible(text))


def single_spaced(text: str) -> str:
    """The text with single spaces for line breaks and for several spaces, in composed form (NFC)."""
    return composed(_SPACE.sub(" ", text))


def without_invisible(text: str) -> str:
    """The text without characters that are invisible or that reorder other text, since they may hide or disguise text.

    Letters of every script and emoji stay, with the joiners and selectors that they need. Tabs and line feeds stay too.
    Any other control character becomes a space.
    """
    cleaned = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return _KEPT_JOINERS.sub(lambda match: match["kept"] or "", _REPEATED_JOINERS.sub(r"\1", cleaned))


def shorten(text: str, max_length: int) -> str:
    """The text, cut with an ellipsis if it has more than ``max_length`` characters; cut between words if possible."""
    if len(text) <= max_length:
        return text
    cut = text[: max_length - 1]
    while cut and (_extends_previous(text[len(cut)]) or cut[-1] in _JOINERS):
        cut = cut[:-1]  # never cut within what people see as one character
    words = cut.rpartition(" ")[0]
    return f"{(words if len(words) > max_length * 3 // 4 else cut).rstrip()}…"


_JOINERS = "\u200c\u200d"


def _extends_previous(character: str) -> bool:
    """Whether people see the character as a part of the one before it, such as a combining mark or a skin tone."""
    return (
        unicodedata.category(character)[0] == "M"
        or character in _JOINERS
        or "\U000e0020" <= character <= "\U000e007f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def shorten_isolated(text: str, max_length: int) -> str:
    """The text, cut as by ``shorten``. If the cut falls within an isolate, the isolate ends behind the cut."""
    cut = shorten(text, max_length)
    if cut.count(ISOLATE) == cut.count(POP):
        return cut
    return f"{shorten(text, max_length - 1)}{POP}"


def isolate(text: str) -> str:
    """The text, with isolate characters around it if it is right-to-left, so that it can't reorder the text around it.

    UAX #9 recommends these isolates for text of unknown direction (6.3).
    """
    if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text):
        return f"{ISOLATE}{text}{POP}"
    return text


def isolate_lines(text: str) -> str:
    """The text with each of its lines isolated, since an isolate does not reach beyond the end of its line."""
    return "\n".join(isolate(line) for line in text.split("\n"))

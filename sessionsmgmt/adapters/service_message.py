"""Makes the error message of a service safe to show to a person."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 200
"""The most characters of a service's message that are shown."""

_MAX_EXAMINED = 2_000
"""The most characters of a message that are examined, so that a huge message costs no time."""
_SPACE = re.compile(r"\s+")
_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"'=?&/]+(?:@|%40|\uff20|\ufe6b)[^\s<>()\[\]{},;:\"'?&/]+", re.IGNORECASE)
_SECRET = re.compile(r"(?:\bya29\.|\b1//|\bGOCSPX-|\b4/|\bgh[a-z]_|\bgithub_pat_|\bBearer\s)[^\s\"']{4,}")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown_message(text: object) -> str:
    """The message as one short line without addresses, secrets and invisible characters; empty if ``text`` is no text.

    The line has no full stop at its end, since messages quote it within a sentence.
    """
    if not isinstance(text, str):
        return ""
    spaced = _SPACE.sub(" ", text[:_MAX_EXAMINED])
    visible = [character for character in spaced if unicodedata.category(character) not in _INVISIBLE_CATEGORIES]
    line = "".join(visible).strip()
    line = _SECRET.sub("(a secret)", _ADDRESS.sub("(an address)", line)).replace('"', "'").rstrip(" .:")
    return line if len(line) <= MAX_LENGTH else f"{line[: MAX_LENGTH - 1].rstrip()}…"

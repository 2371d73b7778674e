"""What a service says of a failure, made fit to be shown to a person."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200
"""Characters of a service's message that are shown."""

_EXAMINED = 2_000
"""Characters of a message that are looked at: what is beyond them is never shown."""
_SPACE = re.compile(r"\s+")
_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"'=?&/]+(?:@|%40|\uff20|\ufe6b)[^\s<>()\[\]{},;:\"'?&/]+", re.IGNORECASE)
_SECRET = re.compile(r"(?:\bya29\.|\b1//|\bGOCSPX-|\b4/|\bgh[a-z]_|\bgithub_pat_|\bBearer\s)[^\s\"']{4,}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown_message(text: object) -> str:
    """The message as one short line without an address, a token or a character that nobody sees; empty if it is none.

    It has no full stop at its end, since it is quoted inside of a sentence.
    """
    if not isinstance(text, str):
        return ""
    spaced = _SPACE.sub(" ", text[:_EXAMINED])
    line = "".join(one for one in spaced if unicodedata.category(one) not in _UNSEEN).strip()
    line = _SECRET.sub("(a secret)", _ADDRESS.sub("(an address)", line)).replace('"', "'").rstrip(" .:")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"

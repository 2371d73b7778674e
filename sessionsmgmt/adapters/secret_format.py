"""Mistakes of copying a secret: what is around it, or in it, and does not belong to it.

No message repeats the secret.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from sessionsmgmt.characters import find_invisible

_QUOTES = {"'": "'", '"': '"', "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u201e": "\u201c", "\u00ab": "\u00bb"}
_BOM = ("\ufeff", "\u00ef\u00bb\u00bf")
_CURLY = "\u201c\u201d\u201e\u2018\u2019"
_STARS = frozenset("*\u2022\u25cf")
_ASSIGNED = re.compile(r"(?:export\s+)?[A-Z][A-Z0-9]*_[A-Z0-9_]*\s*[=:]")
_BEARER = re.compile(r"(?:bearer|token|basic)\s", re.IGNORECASE)
_KNOWN = re.compile(r"\s*(?:\{|-----BEGIN |gh[a-z]_|github_pat_|1//|ya29\.|GOCSPX-)")
"""The beginnings of a credential, a private key, and the tokens of GitHub and Google."""


def word_fault(secret: str) -> str:
    """The first mistake in a secret of one word, as the end of a sentence that begins with its name; else empty."""
    return next(_mistakes(secret), "") or next(_gaps(secret.strip()), "")


def document_fault(secret: str) -> str:
    """The same for a secret of several lines, such as a JSON document or a private key."""
    return next(_mistakes(secret), "")


def _mistakes(secret: str) -> Iterator[str]:
    text = secret.strip()
    if secret.startswith(_BOM):
        yield "has a byte order mark (U+FEFF) in front of it"
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        yield "has quotation marks around it"
    invisible = find_invisible(text)
    if invisible:
        yield invisible.predicate
    if text.startswith("${{"):
        yield "is an expression that was not worked out: it stands between quotes, or in a place that has none"
    if text and set(text) <= _STARS:
        yield "is only the stars that a form shows instead of it"
    if _ASSIGNED.match(text):
        yield "has its name in front of it"
    if _is_coded(text):
        yield "has base64 around it"
    if any(quote in text for quote in _CURLY):
        yield "has curly quotation marks in it"


def _gaps(text: str) -> Iterator[str]:
    if _BEARER.match(text):
        yield "has a word such as 'Bearer' in front of it"
    if "\n" in text or "\r" in text:
        yield "has a line break in it"
    if " " in text or "\t" in text:
        yield "has a space in it"


def _is_coded(text: str) -> bool:
    try:
        inner = base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return False
    return _KNOWN.match(inner) is not None or _is_key(inner)


def _is_key(text: str) -> bool:
    """Whether it is itself base64 of a key's 32 bytes."""
    try:
        return len(base64.b64decode(text.strip(), validate=True)) == 32  # noqa: PLR2004 - what a key has
    except ValueError:
        return False

"""Finds the email address in a value of a calendar or an address book, in the forms that programs and people write."""

from __future__ import annotations

import re
from urllib.parse import unquote

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_SEPARATOR = re.compile("[,;]")
_QUOTES = ('""', "''", "<>", "\u2018\u2019", "\u201c\u201d")
_MAX_LAYERS = 6


def written_address(text: str) -> str:
    """The one address in the text; empty if the text is anything else.

    The address may be a URI (``mailto:ada@example.org?subject=x``), in quotes or angle brackets, or behind a name
    (``Ada <ada@example.org>``), and several of these at once.
    """
    for _ in range(_MAX_LAYERS):
        inner = _without_layer(text.strip())
        if inner == text:
            break
        text = inner
    return text if _ADDRESS.fullmatch(text) and text.isprintable() else ""


def written_addresses(text: str) -> tuple[str, ...]:
    """The addresses in a text that has one address or a list of them; empty if a part of the text is not an address."""
    if single := written_address(text):
        return (single,)
    parts = [written_address(part) for part in _SEPARATOR.split(text) if part.strip()]
    return tuple(parts) if all(parts) else ()


def _without_layer(text: str) -> str:
    if text[:7].lower() == "mailto:":
        return unquote(text[7:].partition("?")[0]).strip()
    if any(len(text) > 1 and text[0] == pair[0] and text[-1] == pair[1] for pair in _QUOTES):
        return text[1:-1].strip()
    name, _, inner = text.rpartition("<")
    if text.endswith(">") and ("@" not in name or not _SEPARATOR.search(name)):  # otherwise there are several addresses
        return inner[:-1].strip()
    address, _, _ = text.rpartition("(")  # a comment behind the address: ada@example.org (Ada)
    return address.strip() if text.endswith(")") and "@" in address else text

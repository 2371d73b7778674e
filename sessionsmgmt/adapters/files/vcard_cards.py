"""The cards of an address book file (vCard 2.1, RFC 2426, RFC 6350), one after the other, with what counts of each.

The file is walked once and nothing large is kept: a photo of a hundred megabytes goes by without being stored.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from sessionsmgmt.adapters.files.content_lines import ContentLine, parse
from sessionsmgmt.errors import InputError

LONGEST = 64 * 1024
"""The longest property that is kept, in bytes; a name, an address or a list of labels is never as long."""

MOST = 64 * 2**20
"""The most that is kept of one file, in bytes, each property counting ``OVERHEAD`` besides its length."""

OVERHEAD = 200

PROPERTIES = frozenset(
    {
        *("BEGIN", "END", "UID", "KIND", "FN", "N", "NICKNAME", "ORG", "EMAIL", "CATEGORIES", "MEMBER", "AGENT"),
        *("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"),
    }
)
"""The properties that say who somebody is, how they are reached and what they are labelled."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card: its properties in the order of the file, their values as text. ``line`` is that of its BEGIN.

    ``damage`` says why it can't be relied on, if it can't; ``guessed`` is set where a value was in no known encoding.
    """

    line: int
    properties: tuple[ContentLine, ...]
    damage: str = ""
    guessed: bool = False

    def values(self, name: str) -> list[ContentLine]:
        """The card's properties of a name."""
        return [prop for prop in self.properties if prop.name == name]


def cards(file: BinaryIO, shown_as: str) -> Iterator[Card]:
    """Every card of the file. Raises InputError if there is none at all, or if the last one is cut off."""
    begun, depth, total, size = 0, 0, 0, 0
    agent = guessed = False
    kept: list[ContentLine] = []
    for number, raw in _properties(file):
        octets = parse(raw.decode("latin-1"), number)  # each character is an octet until its encoding is known
        if octets is None or octets.name not in PROPERTIES:
            continue
        size += len(raw) + OVERHEAD
        if size > MOST:
            raise InputError(f"{shown_as} holds more than an address book does.", "Export only the contacts needed.")
        prop, clean = _decoded(octets)
        mark = prop.value.strip().upper() == "VCARD" and prop.name
        if mark == "BEGIN" and begun and agent:
            depth, agent = depth + 1, False  # in vCard 2.1 an agent is a card inside the card
        elif mark == "END" and depth:
            depth -= 1
        elif depth:
            continue
        elif mark == "BEGIN":
            if begun:
                yield Card(begun, tuple(kept), "it has no END line")
            begun, guessed, kept, total = number, False, [], total + 1
        elif mark == "END" and begun:
            yield Card(begun, tuple(kept), guessed=guessed)
            begun = 0
        elif begun and prop.name != "AGENT":
            kept.append(prop)
            guessed = guessed or not clean
        agent = prop.name == "AGENT" and not prop.value.strip()
    if begun:
        raise InputError(f"{shown_as} is cut off: the card begun in line {begun} has no end.", _EXPORT)
    if not total:
        raise InputError(f"{shown_as} is not an address book: it has no BEGIN:VCARD.", _EXPORT)


_EXPORT = "Export the contacts again as vCard (.vcf) and put that file in its place."


def _properties(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Unfolded lines with the number of their first line; what is longer than a property may be is left out.

    A line goes on in the next one if that begins with space (RFC 6350, 3.2), or, in quoted-printable, if it ends with
    ``=`` (vCard 2.1).
    """
    number, size = 0, 0
    parts: list[bytes] = []
    soft = False
    for here, line in _lines(file):
        if parts and (soft or line[:1] in {b" ", b"\t"}):
            piece = line if soft else line[1:]
            size += len(piece)
            if size <= LONGEST:
                parts.append(piece)
        else:
            if parts and size <= LONGEST:
                yield number, b"".join(parts)
            number, parts, size = here, [line], len(line)
        soft = line.endswith(b"=") and size <= LONGEST and _quoted(parts[0])
        if soft:
            parts[-1] = parts[-1].removesuffix(b"=")
    if parts and size <= LONGEST:
        yield number, b"".join(parts)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of the file without their ends; of a line too long to keep, as much as shows that it is."""
    number = 0
    while piece := file.readline(LONGEST + 2):
        number += 1
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        yield number, piece.rstrip(b"\r\n")
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(LONGEST + 2)


def _quoted(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()


_CHARSET = re.compile(
    r"utf-?(8|16)|us-ascii|iso-?8859-\d{1,2}|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|shift_jis|euc-(jp|kr)|gb\w{1,5}|big5",
    re.IGNORECASE,
)
"""The character sets that address books name; Python knows others, some of which are no sets of characters."""


def _decoded(octets: ContentLine) -> tuple[ContentLine, bool]:
    """The property with its value as text, and whether its encoding was known.

    UTF-8 is the rule; older programs write Windows-1252 and do not say so.
    """
    value = octets.value.encode("latin-1")
    encoding = {octets.param("ENCODING").upper(), *(bare.upper() for bare in octets.params.get("TYPE", ()))}
    if "QUOTED-PRINTABLE" in encoding:
        value = quopri.decodestring(value)
    elif encoding & {"B", "BASE64"}:
        with suppress(binascii.Error):
            value = binascii.a2b_base64(value)
    named = octets.param("CHARSET")
    for name in (named if _CHARSET.fullmatch(named) else "utf-8", "utf-8"):
        with suppress(UnicodeDecodeError, LookupError):
            return replace(octets, value=value.decode(name)), True
    return replace(octets, value=value.decode("cp1252", "replace")), False

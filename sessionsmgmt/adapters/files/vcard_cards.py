"""Reads the cards of an address book file (vCard 2.1, RFC 2426, RFC 6350) with their needed properties.

The file is read once as a stream, and large values such as photos are not kept in memory.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO

from sessionsmgmt.adapters.files.content_lines import ContentLine, parse_line
from sessionsmgmt.errors import InputError

MAX_PROPERTY_BYTES = 64 * 1024
"""The most bytes of a property that is kept. Names, addresses and lists of labels are never as long."""

MAX_KEPT_BYTES = 64 * 2**20
"""The most bytes that are kept of one file. Each property counts with its length and ``OVERHEAD``."""

OVERHEAD = 200

PROPERTIES = frozenset(
    {
        *("BEGIN", "END", "UID", "KIND", "FN", "N", "NICKNAME", "ORG", "EMAIL", "CATEGORIES", "MEMBER", "AGENT"),
        *("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"),
    }
)
"""The properties that are read: those about a person's names, addresses and labels."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its properties in the order of the file, with their values as text. ``line`` is the line of its BEGIN.

    ``damage`` says why the card can't be used, and is empty if it can. ``guessed`` is true if the encoding of a value
    was unknown.
    """

    line: int
    properties: tuple[ContentLine, ...]
    damage: str = ""
    guessed: bool = False

    def values(self, name: str) -> list[ContentLine]:
        """The card's properties with a name."""
        return [prop for prop in self.properties if prop.name == name]


def read_cards(file: BinaryIO, shown_as: str) -> Iterator[Card]:
    """All cards of the file. Raises InputError if there are none, or if the last card is cut off."""
    begin_line, depth, total, size = 0, 0, 0, 0
    agent = guessed = False
    properties: list[ContentLine] = []
    for number, raw in _properties(file):
        octets = parse_line(raw.decode("latin-1"), number)  # one character per octet, until the encoding is known
        if octets is None or octets.name not in PROPERTIES:
            continue
        size += len(raw) + OVERHEAD
        if size > MAX_KEPT_BYTES:
            raise InputError(f"{shown_as} is too large for an address book.", "Export only the contacts needed.")
        prop, clean = _decoded(octets)
        keyword = prop.value.strip().upper() == "VCARD" and prop.name
        if keyword == "BEGIN" and begin_line and agent:
            depth, agent = depth + 1, False  # in vCard 2.1, an agent is a card within the card
        elif keyword == "END" and depth:
            depth -= 1
        elif depth:
            continue
        elif keyword == "BEGIN":
            if begin_line:
                yield Card(begin_line, tuple(properties), "it has no END line")
            begin_line, guessed, properties, total = number, False, [], total + 1
        elif keyword == "END" and begin_line:
            yield Card(begin_line, tuple(properties), guessed=guessed)
            begin_line = 0
        elif begin_line and prop.name != "AGENT":
            properties.append(prop)
            guessed = guessed or not clean
        agent = prop.name == "AGENT" and not prop.value.strip()
    if begin_line:
        raise InputError(f"{shown_as} is cut off: the card begun in line {begin_line} has no end.", _EXPORT)
    if not total:
        raise InputError(f"{shown_as} is not an address book: it has no BEGIN:VCARD.", _EXPORT)


_EXPORT = "Export the contacts again as vCard (.vcf) and put that file in its place."


def _properties(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The unfolded lines with the number of their first line, without those that are too long.

    A line continues in the next line if the next line begins with space (RFC 6350, 3.2), or if the line is
    quoted-printable and ends with ``=`` (vCard 2.1).
    """
    number, size = 0, 0
    parts: list[bytes] = []
    continues = False
    for here, line in _lines(file):
        if parts and (continues or line[:1] in {b" ", b"\t"}):
            piece = line if continues else line[1:]
            size += len(piece)
            if size <= MAX_PROPERTY_BYTES:
                parts.append(piece)
        else:
            if parts and size <= MAX_PROPERTY_BYTES:
                yield number, b"".join(parts)
            number, parts, size = here, [line], len(line)
        continues = line.endswith(b"=") and size <= MAX_PROPERTY_BYTES and _quoted(parts[0])
        if continues:
            parts[-1] = parts[-1].removesuffix(b"=")
    if parts and size <= MAX_PROPERTY_BYTES:
        yield number, b"".join(parts)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of the file without their ends. A line that is too long is cut to just above the limit."""
    number = 0
    while piece := file.readline(MAX_PROPERTY_BYTES + 2):
        number += 1
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        yield number, piece.rstrip(b"\r\n")
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(MAX_PROPERTY_BYTES + 2)


def _quoted(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()


_CHARSET = re.compile(
    r"utf-?(8|16)|us-ascii|iso-?8859-\d{1,2}|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|shift_jis|euc-(jp|kr)|gb\w{1,5}|big5",
    re.IGNORECASE,
)
"""The character sets that address books name. Python has other codecs, and some of them are not character sets."""


def _decoded(octets: ContentLine) -> tuple[ContentLine, bool]:
    """The property with its value as text, and whether its encoding was known.

    The default is UTF-8. Older programs write Windows-1252 without naming it.
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

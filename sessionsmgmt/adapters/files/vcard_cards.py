"""Reads the cards of an address book file (vCard 2.1, RFC 2426, RFC 6350) with their needed properties.

The file is read once as a stream, and large values such as photos are not kept in memory.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from sessionsmgmt.adapters.files.content_lines import ContentLine, parse_line
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError

MAX_PROPERTY_BYTES = 64 * 1024
"""The most bytes of a property that is kept. Names, addresses and lists of labels are never as long."""

MAX_KEPT_BYTES = 64 * 2**20
"""The most bytes that are kept of one file. Each property counts with its length and ``OVERHEAD``."""

OVERHEAD = 200

PROPERTIES = frozenset(
    {
        *(
            "BEGIN",
            "END",
            "UID",
            "KIND",
            "FN",
            "N",
            "NICKNAME",
            "ORG",
            "EMAIL",
            "CATEGORIES",
            "MEMBER",
            "AGENT",
            "RELATED",
        ),
        *("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER"),
    }
)
"""The properties that are read: those about a person's names, addresses and labels."""

_TEXTS = PROPERTIES - {"BEGIN", "END", "AGENT"}


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its properties in the order of the file, with their values as text. ``line`` is the line of its BEGIN.

    ``damage`` says why the card can't be used, and is empty if it can. ``guessed`` is true if the encoding of a value
    was unknown. ``broken`` is true if a line of it is not a property, but may be the rest of one that is read.
    ``glued`` is true if its BEGIN is on the line of the END of the card before.
    """

    line: int
    properties: tuple[ContentLine, ...]
    damage: str = ""
    guessed: bool = False
    broken: bool = False
    glued: bool = False

    def values(self, name: str) -> list[ContentLine]:
        """The card's properties with a name."""
        return [prop for prop in self.properties if prop.name == name]


def read_cards(file: BinaryIO, shown_as: str) -> Iterator[Card]:
    """All cards of the file. Raises InputError if there are none, or if the last card is cut off."""
    begin_line, depth, total, size = 0, 0, 0, 0
    agent = guessed = is_read = broken = glued = False
    properties: list[ContentLine] = []
    end_line = 0
    for number, raw in _properties(file):
        octets = parse_line(raw.decode("latin-1"), number)  # one character per octet, until the encoding is known
        if octets is None:
            broken = broken or (is_read and depth == 0 and bool(raw.strip()))
            continue
        is_read = octets.name in _TEXTS
        if octets.name not in PROPERTIES:
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
            begin_line, guessed, broken, properties, total = number, False, False, [], total + 1
            glued = number == end_line
        elif keyword == "END" and begin_line:
            yield Card(begin_line, tuple(properties), guessed=guessed, broken=broken, glued=glued)
            begin_line, end_line = 0, number
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
    quoted-printable and ends with ``=`` (vCard 2.1). Some exports write an empty line between the two.
    """
    number, size = 0, 0
    parts: list[bytes] = []
    continues = False
    for here, line in _lines(file):
        if not line and not continues:
            continue
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
    """The lines of the file without their ends. A line that is too long is cut to just above the limit.

    Cards that were joined without a line end have the END of one card and the BEGIN of the next on one line, perhaps
    behind a value. Both are lines of their own here, with one number, so that two people never become one.
    """
    number = 0
    while piece := file.readline(MAX_PROPERTY_BYTES + 2):
        number += 1
        if number == 1:
            piece = piece.removeprefix(b"\xef\xbb\xbf")
        parts = _GLUED.split(piece.rstrip(b"\r\n"))
        tail = piece[-_TAIL:] if len(parts) == 1 else b""
        while piece and not piece.endswith(b"\n"):
            piece = file.readline(MAX_PROPERTY_BYTES + 2)
            tail = (tail + piece)[-_TAIL:]
            if _GLUED.search(tail):
                parts += _GLUED.split(tail.rstrip(b"\r\n"))[1:]
                tail = b""
        for part in filter(None, parts) if len(parts) > 1 else parts:
            yield number, part


_GLUED = re.compile(rb"(END:VCARD)[ \t\0]{0,20}(BEGIN:VCARD)", re.IGNORECASE)
_TAIL = 60


def _quoted(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()


_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Text codecs of Python that no file is written in."""

_ALIASES = {
    **dict.fromkeys(("x-mac-roman", "csmacintosh", "x-macroman"), "mac_roman"),
    **dict.fromkeys(("x-sjis", "x-ms-sjis"), "cp932"),
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
    "ansi": "cp1252",
    "windows-874": "cp874",
    "ks_c_5601-1987": "cp949",
}
"""Names of character sets in files that Python does not know."""


def _codec(name: str) -> str:
    """Python's name of a character set, by its IANA name (RFC 2978); empty if there is none."""
    alias = _ALIASES.get(name.lower(), name)
    try:
        codec = codecs.lookup(alias)
        b"A".decode(codec.name)  # raises LookupError for a codec that does not give text
    except (LookupError, ValueError, UnicodeError):  # ValueError: a name with a null character
        return ""
    return "" if codec.name.replace("-", "_") in _NOT_CHARSETS else codec.name


def _decoded(octets: ContentLine) -> tuple[ContentLine, bool]:
    """The property with its value as text, and whether its encoding was known.

    Any character set that is named and known is used. The default is UTF-8. Older programs write Windows-1252 without
    naming it.
    """
    value = octets.value.encode("latin-1")
    encoding = {octets.param("ENCODING").upper(), *(bare.upper() for bare in octets.params.get("TYPE", ()))}
    if "QUOTED-PRINTABLE" in encoding:
        value = quopri.decodestring(value)
    elif encoding & {"B", "BASE64"}:
        with suppress(binascii.Error):
            value = binascii.a2b_base64(value)
    named = octets.param("CHARSET").strip()
    codec = _codec(named) if named else "utf-8"
    for name in filter(None, (codec, "utf-8")):
        with suppress(UnicodeDecodeError):
            return replace(octets, value=value.decode(name)), name == codec or value.isascii()
    return replace(octets, value=value.decode("cp1252", "replace")), False

"""Reads content lines, the syntax that calendars and address books share: ``NAME;PARAM=value:value``.

The syntax is that of RFC 5545, 3.1 and RFC 6350, 3.2 and 3.3, read tolerantly: any line ends, folds between octets or
characters, names in any case. A file may be hostile, so the time of every step is linear in the size of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from sessionsmgmt.domain.frozen import dataclass


class UnreadableError(Exception):
    """A part of a file can't be read, but the rest of the file may be readable.

    ``reason`` completes the sentence "the event can't be read: …" and contains no text of the file. ``line`` is
    counted from 1.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A property. ``name`` and the names of parameters are in upper case; ``value`` is raw, with its escapes.

    ``group`` is the prefix of the name in a vCard (``item1.EMAIL``), in upper case. A parameter's values have no
    quotes. A bare value in vCard 2.1, such as ``HOME``, becomes a value of the parameter ``TYPE``.
    """

    name: str
    value: str
    line: int
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""

    def param(self, name: str) -> str:
        """The first value of a parameter; empty if there is none."""
        return next(iter(self.params.get(name, ())), "")


_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEAD = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)(?=[;:])")
_PARAM = re.compile(r';[ \t]*([A-Za-z0-9-]+)[ \t]*(?:=((?:"[^"]*"|[^";:])*))?')
_PARAM_VALUE = re.compile(r'"[^"]*"|[^",]+')
_ZONED = frozenset(("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"))
_BARE_ZONE = re.compile(r';TZID=([^";]+)', re.IGNORECASE)


def parse_line(text: str, line: int) -> ContentLine | None:
    """The property on an unfolded line, or None if the line is not a property."""
    name, colon, value = text.partition(":")
    if colon and _NAME.fullmatch(name):  # most lines have no parameters
        return ContentLine(name.upper(), value, line)
    head = _HEAD.match(text)
    if not head:
        return None
    at = head.end()
    params: dict[str, list[str]] = {}
    while (match := _PARAM.match(text, at)) is not None:
        name, value = match.group(1).upper(), match.group(2)
        name, value = ("TYPE", name) if value is None else (name, value)
        values = (value,) if name == "TZID" else _PARAM_VALUE.findall(value)  # a zone's name may have commas
        params.setdefault(name, []).extend(map(_unquoted, values))
        at = match.end()
    if text[at : at + 1] != ":":
        return None
    if head.group(2).upper() in _ZONED and ":" in text[at + 1 :]:
        return _with_quoted_zone(text, line)
    by_name = {name: tuple(values) for name, values in params.items()}
    return ContentLine(head.group(2).upper(), text[at + 1 :], line, by_name, (head.group(1) or "").upper())


def _with_quoted_zone(text: str, line: int) -> ContentLine | None:
    """The property about a time whose zone has a colon in its name, but no quotes: ``TZID=(UTC+01:00) Berlin``.

    No time has a colon, so the value begins behind the last one.
    """
    named, _, value = text.rpartition(":")
    if len(_BARE_ZONE.findall(named)) != 1:
        return None  # also the end of the recursion, since a zone in quotes is not counted
    quoted = _BARE_ZONE.sub(lambda match: f';TZID="{match[1]}"', named)
    return parse_line(f"{quoted}:{value}", line)


def unfold(lines: Sequence[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    """The unfolded lines, each with the number of its first physical line.

    ``first`` is the number of ``lines[0]``. The lines are octets, since some programs fold within a character.
    """
    number, unfolded, more = first, b"", []
    for current, line in enumerate(lines, first):
        if line[:1] in _FOLDS:
            more.append(line[1:].rstrip(b"\r"))
            continue
        if more:
            unfolded = b"".join((unfolded, *more))
            more = []
        if unfolded:
            yield number, unfolded
        number, unfolded = current, line.rstrip(b"\r")
    if unfolded or more:
        yield number, b"".join((unfolded, *more))


_FOLDS = frozenset((b" ", b"\t"))
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def unescape(value: str) -> str:
    """A TEXT value without its escapes (RFC 5545, 3.3.11)."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value) if "\\" in value else value


def split(value: str, separator: str) -> list[str]:
    r"""The parts of a list of TEXT values, split at unescaped separators. Escapes are kept (``a\,b`` is one part)."""
    return [match[0] for match in re.finditer(rf"(?:\\.|[^\\{separator}])+", value, re.DOTALL)]


_CARET = re.compile(r"\^([n^'])")


def _unquoted(value: str) -> str:
    """A parameter's value without quotes and caret escapes (RFC 6868)."""
    bare = value.strip().strip('"')
    return _CARET.sub(lambda match: {"n": "\n", "^": "^", "'": '"'}[match[1]], bare) if "^" in bare else bare

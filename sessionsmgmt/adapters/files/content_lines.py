"""Content lines, the form that calendars and address books share: ``NAME;PARAM=value:value``.

RFC 5545, 3.1 and RFC 6350, 3.2 and 3.3, read tolerantly: any line ends, folds of octets or characters, names in any
case. A file is hostile until read, so every step costs time in proportion to what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


class UnreadableError(Exception):
    """A part of a file says nothing that can be relied on; the rest of the file may.

    ``reason`` completes the sentence "the event can't be read: …" and carries no text of the file. ``line`` counts
    from 1.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property. ``name`` and the parameters' names are in upper case; ``value`` is raw, escapes included.

    ``group`` is what stands before the name in a vCard (``item1.EMAIL``), in upper case. A parameter's values are as
    written, without quotes; in vCard 2.1 a bare value such as ``HOME`` stands under the name ``TYPE``.
    """

    name: str
    value: str
    line: int
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""

    def param(self, name: str) -> str:
        """The parameter's first value, or an empty text."""
        return next(iter(self.params.get(name, ())), "")


_NAME = re.compile(r"[A-Za-z0-9-]+")
_HEAD = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)(?=[;:])")
_PARAM = re.compile(r';[ \t]*([A-Za-z0-9-]+)[ \t]*(?:=((?:"[^"]*"|[^";:])*))?')
_PARAM_VALUE = re.compile(r'"[^"]*"|[^",]+')


def parse(text: str, line: int) -> ContentLine | None:
    """The unfolded line as a property, or None if it is none."""
    name, colon, value = text.partition(":")
    if colon and _NAME.fullmatch(name):  # most lines are as simple as that
        return ContentLine(name.upper(), value, line)
    head = _HEAD.match(text)
    if not head:
        return None
    at = head.end()
    params: dict[str, tuple[str, ...]] = {}
    while (found := _PARAM.match(text, at)) is not None:
        name, value = found.group(1).upper(), found.group(2)
        name, value = ("TYPE", name) if value is None else (name, value)
        params[name] = params.get(name, ()) + tuple(_plain(one) for one in _PARAM_VALUE.findall(value))
        at = found.end()
    if text[at : at + 1] != ":":
        return None
    return ContentLine(head.group(2).upper(), text[at + 1 :], line, params, (head.group(1) or "").upper())


def unfold(lines: Sequence[bytes], first: int) -> Iterator[tuple[int, bytes]]:
    """Physical lines joined where one goes on the line before, each with the number of its first line.

    ``first`` is the number of ``lines[0]``. Joins octets, since some programs fold in the middle of a character.
    """
    number, held, more = first, b"", []
    for here, line in enumerate(lines, first):
        if line[:1] in _FOLDS:
            more.append(line[1:].rstrip(b"\r"))
            continue
        if more:
            held = b"".join((held, *more))
            more = []
        if held:
            yield number, held
        number, held = here, line.rstrip(b"\r")
    if held or more:
        yield number, b"".join((held, *more))


_FOLDS = frozenset((b" ", b"\t"))
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def unescape(value: str) -> str:
    """A TEXT value as a person wrote it (RFC 5545, 3.3.11)."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def split(value: str, separator: str) -> list[str]:
    r"""The parts of a list of TEXT values, at separators that are not escaped; escapes are kept (``a\,b`` is one)."""
    return [match[0] for match in re.finditer(rf"(?:\\.|[^\\{separator}])+", value, re.DOTALL)]


_CARET = re.compile(r"\^([n^'])")


def _plain(value: str) -> str:
    """A parameter's value without its quotes and carets (RFC 6868)."""
    bare = value.strip().strip('"')
    return _CARET.sub(lambda found: {"n": "\n", "^": "^", "'": '"'}[found[1]], bare) if "^" in bare else bare

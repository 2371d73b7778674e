"""Files that people write, as text: bounded, UTF-8, with one kind of line end and nothing in it that can't be seen."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

from sessionsmgmt.characters import Unseen

# What YAML 1.2.2 (5.1) calls not printable, and the line breaks that only YAML 1.1 knows (5.4 of 1.2.2).
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Place(NamedTuple):
    """A line and a column, both from 1; (0, 0) is the file as a whole."""

    line: int
    column: int


WHOLE = Place(0, 0)


class UnreadableError(Exception):
    """The file can't be understood any further. ``where`` is the place inside the document, as in ``Problem.path``."""

    def __init__(self, place: Place, text: str, where: str = "") -> None:
        super().__init__(text)
        self.place = place
        self.text = text
        self.where = where


def read(path: Path, largest: int) -> str:
    """The text of a file of at most so many bytes. Raises UnreadableError."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UnreadableError(WHOLE, f"the file can't be read: {error.strerror}") from None
    if len(data) > largest:
        raise UnreadableError(WHOLE, f"the file is larger than {largest // 1024} KiB; make it smaller")
    return decoded(data)


def decoded(data: bytes) -> str:
    """The bytes as text. Raises UnreadableError at the first that are none."""
    data = data.removeprefix(BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = _lines(data[: error.start].decode("utf-8"))
        raise UnreadableError(
            position(before, len(before)), "this is not UTF-8 text; save the file as UTF-8 in your editor"
        ) from None
    text = _lines(text)
    if found := _UNSEEN.search(text):
        raise UnreadableError(position(text, found.start()), Unseen(found.start(), found[0]).fault)
    return text


def position(text: str, index: int) -> Place:
    """The place of the character at an index."""
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")

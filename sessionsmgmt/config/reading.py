"""Reads text files that people write: limited in size, in UTF-8, with line feeds and without control characters."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import NamedTuple

from sessionsmgmt.characters import InvisibleCharacter

# The characters that are not printable in YAML 1.2.2 (5.1), and the line breaks of YAML 1.1 alone (5.4 of 1.2.2).
_NOT_PRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class Position(NamedTuple):
    """A line and a column, both counted from 1. (0, 0) means the whole file."""

    line: int
    column: int


WHOLE_FILE = Position(0, 0)


class UnreadableFileError(Exception):
    """The rest of the file can't be read. ``where`` is the key path in words, as in ``Problem.path``."""

    def __init__(self, position: Position, text: str, where: str = "") -> None:
        super().__init__(text)
        self.position = position
        self.text = text
        self.where = where


def read_text(path: Path, largest: int) -> str:
    """The text of a file. Raises UnreadableFileError if it has more than ``largest`` bytes, or is not readable text."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UnreadableFileError(WHOLE_FILE, f"the file can't be read: {error.strerror}") from None
    if len(data) > largest:
        raise UnreadableFileError(WHOLE_FILE, f"the file is larger than {largest // 1024} KiB; make it smaller")
    return decode(data)


def decode(data: bytes) -> str:
    """The bytes as text. Raises UnreadableFileError with the position of the first bytes that are not."""
    data = data.removeprefix(BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = _lines(data[: error.start].decode("utf-8"))
        raise UnreadableFileError(
            position_at(before, len(before)), "this is not UTF-8 text; save the file as UTF-8 in your editor"
        ) from None
    text = _lines(text)
    if match := _NOT_PRINTABLE.search(text):
        raise UnreadableFileError(
            position_at(text, match.start()), InvisibleCharacter(match.start(), match[0]).sentence
        )
    return text


def position_at(text: str, index: int) -> Position:
    """The position of the character at an index."""
    return Position(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")

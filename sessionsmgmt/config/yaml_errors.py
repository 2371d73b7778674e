"""Explains a YAML syntax error to people who do not know YAML."""

from __future__ import annotations

import re

import yaml

from sessionsmgmt.characters import find_invisible
from sessionsmgmt.config.reading import Position, UnreadableFileError

_COMMENT = re.compile(r"(^|[ \t])#.*")


def explain_syntax_error(error: yaml.MarkedYAMLError, text: str) -> UnreadableFileError:
    """The parser's error with a position and a message that says how to correct the text."""
    problem, context = error.problem or "", error.context or ""
    lines = text.split("\n")
    if invisible := _invisible_near(error, lines):
        return UnreadableFileError(*invisible)
    mark = error.problem_mark or error.context_mark
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        at, message = mark, "this is a tab; YAML allows only spaces"
    elif "quoted scalar" in context:
        at, message = (
            error.context_mark,
            "the quotes that begin here do not end, or contain a \\ that YAML does not know",
        )
    elif "flow" in context:
        at, message = error.context_mark, "the bracket that begins here is not closed, or a comma is missing in it"
    elif "mapping values are not allowed" in problem:
        at, message = mark, "a colon is not allowed here; put text with a colon in quotes, or correct the indentation"
    elif "cannot start any token" in problem:
        at, message = mark, "no text can begin with this character; put the text in quotes"
    elif "could not find expected ':'" in problem:
        at, message = error.context_mark, "a key needs a colon and a space after it, as in `key: value`"
    elif "expected <block end>, but found '<scalar>'" in problem:
        at, message = mark, "this follows the end of a text; put the whole text in one pair of quotes"
    elif "expected <block end>" in problem:
        at, message = mark, "this line is not indented like the lines that it belongs to"
    else:
        at, message = mark, "this is not YAML; look at the indentation, the colons and the quotes here"
    return UnreadableFileError(_position(at or mark, lines), message)


def _invisible_near(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[Position, str] | None:
    """The position of the first invisible character outside comments near the error, and a sentence about it."""
    marks = [mark.line for mark in (error.context_mark, error.problem_mark) if mark]
    for number in range(max(min(marks, default=0) - 1, 0), min(max(marks, default=0) + 1, len(lines))):
        if invisible := find_invisible(_COMMENT.sub("", lines[number])):
            return Position(number + 1, invisible.index + 1), invisible.sentence
    return None


def _position(mark: yaml.Mark | None, lines: list[str]) -> Position:
    """The position of the parser's mark. A mark behind the end of the text becomes the end of the last line."""
    if mark is None:
        return Position(1, 1)
    if mark.line < len(lines) and lines[mark.line]:
        return Position(mark.line + 1, mark.column + 1)
    last = max((number for number, line in enumerate(lines[: mark.line]) if line), default=0)
    return Position(last + 1, len(lines[last]) + 1)

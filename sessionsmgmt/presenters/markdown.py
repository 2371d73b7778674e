"""Text from outside made fit for GitHub's Markdown, which is Markdown and HTML at once.

Every sign that means something to either is written as a character reference. A reference never begins a structure
(CommonMark 0.31, 2.5), so that is enough against headings, tables, links, images, tags and code. What GitHub looks for
in the finished text are mentions and references to issues; it does not look into code, and elsewhere they are broken
up by a space that has no width.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sessionsmgmt.presenters.text import visible

_SIGNS = re.compile(r"[!-+\-./:-@\[-`{-~]")


def plain(text: str) -> str:
    """The text as one line of words without any other meaning, for a sentence or a cell of a table."""
    return _SIGNS.sub(lambda sign: _REFERENCES[sign[0]], visible(text))


def code(text: str) -> str:
    """The text as one line of code, for a sentence or a cell of a table."""
    return f"<code>{_SIGNS.sub(lambda sign: f'&#{ord(sign[0])};', visible(text))}</code>"


def code_block(line: str) -> list[str]:
    """A block that nothing in the line can end: its fence is longer than any run of backticks there."""
    shown = visible(line)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    return [f"{fence}console", shown, fence]


def row(cells: Iterable[str]) -> str:
    """A row of a table of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def _reference(sign: str) -> str:
    return f"&#{ord(sign)};" + ("&#8203;" if sign in "@#" else "")


_REFERENCES = {chr(number): _reference(chr(number)) for number in range(0x21, 0x7F)}

"""Text from outside, made safe for GitHub's Markdown, which is Markdown and HTML at once.

Every character with a meaning in either is written as a character reference. A reference never begins a structure
(CommonMark 0.31, 2.5), so the text can't make headings, tables, links, images, tags or code. GitHub also finds mentions
and references to issues in the finished text, but not inside code. Elsewhere a space without width breaks them up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sessionsmgmt.presenters.text import visible

_SIGNS = re.compile(r"[!-+\-./:-@\[-`{-~]")


def plain(text: str) -> str:
    """The text as one line of plain words, for a sentence or a cell of a table."""
    return _SIGNS.sub(lambda sign: _REFERENCES[sign[0]], visible(text))


def code(text: str) -> str:
    """The text as one line of code, for a sentence or a cell of a table."""
    return f"<code>{_SIGNS.sub(lambda sign: f'&#{ord(sign[0])};', visible(text))}</code>"


def code_block(line: str) -> list[str]:
    """A block of code. Nothing in the line can end it: its fence is longer than any run of backticks in the line."""
    shown = visible(line)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    return [f"{fence}console", shown, fence]


def row(cells: Iterable[str]) -> str:
    """A row of a table. The cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def _reference(sign: str) -> str:
    return f"&#{ord(sign)};" + ("&#8203;" if sign in "@#" else "")


_REFERENCES = {chr(number): _reference(chr(number)) for number in range(0x21, 0x7F)}

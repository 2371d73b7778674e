"""The plain-text part of an email, from the same Markdown as the HTML."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest

from markdown_it.tree import SyntaxTreeNode

from sessionsmgmt.email.markdown import read
from sessionsmgmt.email.placeholders import restore, restore_link
from sessionsmgmt.email.safe_text import isolate

WIDTH = 72
"""Columns a line of text may have: what fits on a screen beside a folder list, and below RFC 5322's 78 (2.1.1)."""

NARROWEST = 20
"""Columns that text gets however deep it lies in lists and quotations."""

_GLUE = "\ue000"  # a space that lines are not broken at; values never contain it


def to_text(body: str, values: Sequence[str]) -> str:
    """Markdown whose values are marks, as text that reads well: wrapped, headings underlined, tables aligned.

    A value is never broken across lines, so that a name can be searched for.
    """
    lines = _blocks(_tree(body), values, WIDTH)
    return "\n".join(line.replace(_GLUE, " ").rstrip() for line in lines)


@lru_cache(maxsize=64)
def _tree(body: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(read(body))


def _blocks(node: SyntaxTreeNode, values: Sequence[str], width: int) -> list[str]:
    """The lines of all blocks within the node, an empty line between two; none after a heading."""
    lines: list[str] = []
    previous = ""
    tight = node.type == "list_item"
    for child in node.children:
        block = _block(child, values, width)
        nested = tight and child.type in {"bullet_list", "ordered_list"}
        if lines and block and previous != "heading" and not nested:
            lines.append("")
        lines.extend(block)
        previous = child.type if block else previous
    return lines


def _block(node: SyntaxTreeNode, values: Sequence[str], width: int) -> list[str]:
    match node.type:
        case "heading":
            title = wrapped(_inline(node, values), width)
            return [*title, ("=" if node.tag == "h1" else "-") * min(width, max(map(columns, title), default=0))]
        case "bullet_list":
            return _list(node, values, width, ["- "] * len(node.children))
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _list(node, values, width, [f"{first + i}. " for i in range(len(node.children))])
        case "blockquote":
            return [f"> {line}" for line in _blocks(node, values, width - 2)]
        case "fence" | "code_block":
            return [f"    {restore(line, values, _glued)}" for line in node.content.splitlines()]
        case "hr":
            return ["-" * 8]
        case "table":
            return _table(node, values, width)
        case _:
            return wrapped(_inline(node, values), width)


def _list(node: SyntaxTreeNode, values: Sequence[str], width: int, bullets: Sequence[str]) -> list[str]:
    lines = []
    for item, bullet in zip(node.children, bullets, strict=True):
        indent = " " * len(bullet)
        content = _blocks(item, values, width - len(bullet))
        lines += [f"{indent if place else bullet}{line}" for place, line in enumerate(content or [""])]
    return lines


def _table(node: SyntaxTreeNode, values: Sequence[str], width: int) -> list[str]:
    """Rows with aligned columns; the last column is wrapped within what the others leave of the width."""
    cells = [row.children for part in node.children for row in part.children]
    rows = [[_inline(cell, values).replace("\n", " ") for cell in row] for row in cells]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    right = ["right" in str(cell.attrs.get("style", "")) for cell in cells[0]]
    widths = [max(columns(cell) for cell in column) for column in zip_longest(*rows, fillvalue="")]
    lines = []
    for row in rows:
        padded = [_padded(*cell) for cell in zip(row[:-1], widths, right, strict=False)]
        lead = "".join(f"{cell}  " for cell in padded)
        last = wrapped(row[-1], width - columns(lead)) or [""]
        lines += [f"{' ' * columns(lead) if place else lead}{line}" for place, line in enumerate(last)]
    return lines


def _padded(cell: str, width: int, right: bool) -> str:
    padding = " " * (width - columns(cell))
    return f"{padding}{cell}" if right else f"{cell}{padding}"


def _inline(node: SyntaxTreeNode, values: Sequence[str]) -> str:
    """The words within a block; a hard line break is kept, emphasis is not shown."""
    return "".join(_words(node, values))


def _words(node: SyntaxTreeNode, values: Sequence[str]) -> Iterator[str]:
    match node.type:
        case "text" | "code_inline":
            yield restore(node.content, values, _glued)
        case "softbreak":
            yield " "
        case "hardbreak":
            yield "\n"
        case "link":
            words = "".join(word for child in node.children for word in _words(child, values))
            address = restore_link(str(node.attrs["href"]), values)
            yield words if address.removeprefix("mailto:") == words else f"{words} ({address})"
        case _:
            for child in node.children:
                yield from _words(child, values)


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """The text in lines that are broken between words only."""
    return [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(paragraph, max(width, NARROWEST), break_long_words=False, break_on_hyphens=False)
    ]


def _glued(value: str) -> str:
    return isolate(value).replace(" ", _GLUE)


def columns(text: str) -> int:
    """How wide the text is on a screen: two columns for wide characters (UAX #11), none for marks and joiners."""
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1

"""The plain-text part of an email, from the same Markdown as the HTML."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from markdown_it.tree import SyntaxTreeNode

from sessionsmgmt.email.markdown import parse
from sessionsmgmt.email.placeholders import fill_link, fill_text
from sessionsmgmt.email.safe_text import isolate_lines

LINE_WIDTH = 72
"""The most columns of a line: they fit on a screen beside a list of folders, and within RFC 5322's 78 (2.1.1)."""

MIN_WIDTH = 20
"""The columns that text has at least, however deeply it is nested in lists and quotations."""

_NO_BREAK_SPACE = "\ue000"  # stands for a space at which no line is broken; values never contain this character


def to_text(body: str, values: Sequence[str]) -> str:
    """The Markdown as plain text, with its values filled in: lines wrapped, headings underlined, tables aligned.

    A value is never broken across lines, so that people can search for a name.
    """
    lines = _blocks(_tree(body), values, LINE_WIDTH)
    return "\n".join(line.replace(_NO_BREAK_SPACE, " ").rstrip() for line in lines)


@lru_cache(maxsize=64)
def _tree(body: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(parse(body))


def _blocks(node: SyntaxTreeNode, values: Sequence[str], width: int) -> list[str]:
    """The lines of all blocks within the node, with an empty line between two blocks, except after a heading."""
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
            title = wrap(_inline(node, values), width)
            return [*title, ("=" if node.tag == "h1" else "-") * min(width, max(map(display_width, title), default=0))]
        case "bullet_list":
            return _list(node, values, width, ["- "] * len(node.children))
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return _list(node, values, width, [f"{first + i}. " for i in range(len(node.children))])
        case "blockquote":
            return [f"> {line}" for line in _blocks(node, values, width - 2)]
        case "fence" | "code_block":
            lines = [fill_text(line, values, _without_breaks).split("\n") for line in node.content.splitlines()]
            return [f"    {line}" for line in chain.from_iterable(lines)]
        case "hr":
            return ["-" * 8]
        case "table":
            return _table(node, values, width)
        case _:
            return wrap(_inline(node, values), width)


def _list(node: SyntaxTreeNode, values: Sequence[str], width: int, bullets: Sequence[str]) -> list[str]:
    lines = []
    for item, bullet in zip(node.children, bullets, strict=True):
        indent = " " * len(bullet)
        content = _blocks(item, values, width - len(bullet))
        lines += [f"{indent if index else bullet}{line}" for index, line in enumerate(content or [""])]
    return lines


def _table(node: SyntaxTreeNode, values: Sequence[str], width: int) -> list[str]:
    """The table's rows with aligned columns. The last column is wrapped to the rest of the width."""
    cells = [row.children for part in node.children for row in part.children]
    rows = [[_inline(cell, values).replace("\n", " ") for cell in row] for row in cells]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    right = ["right" in str(cell.attrs.get("style", "")) for cell in cells[0]]
    widths = [max(display_width(cell) for cell in column) for column in zip_longest(*rows, fillvalue="")]
    lines = []
    for row in rows:
        padded = [_padded(*cell) for cell in zip(row[:-1], widths, right, strict=False)]
        lead = "".join(f"{cell}  " for cell in padded)
        last = wrap(row[-1], width - display_width(lead)) or [""]
        lines += [f"{' ' * display_width(lead) if index else lead}{line}" for index, line in enumerate(last)]
    return lines


def _padded(cell: str, width: int, right: bool) -> str:
    padding = " " * (width - display_width(cell))
    return f"{padding}{cell}" if right else f"{cell}{padding}"


def _inline(node: SyntaxTreeNode, values: Sequence[str]) -> str:
    """The words within a block. Hard line breaks are kept, and emphasis is dropped."""
    return "".join(_inline_words(node, values))


def _inline_words(node: SyntaxTreeNode, values: Sequence[str]) -> Iterator[str]:
    match node.type:
        case "text" | "code_inline":
            yield fill_text(node.content, values, _without_breaks)
        case "softbreak":
            yield " "
        case "hardbreak":
            yield "\n"
        case "link":
            words = "".join(word for child in node.children for word in _inline_words(child, values))
            address = fill_link(str(node.attrs["href"]), values)
            yield words if address.removeprefix("mailto:") == words else f"{words} ({address})"
        case _:
            for child in node.children:
                yield from _inline_words(child, values)


def wrap(text: str, width: int = LINE_WIDTH) -> list[str]:
    """The lines of the text, broken only between words. Empty lines within it stay."""
    return [
        line
        for paragraph in text.split("\n")
        for line in textwrap.wrap(paragraph, max(width, MIN_WIDTH), break_long_words=False, break_on_hyphens=False)
        or ([""] if text.strip() else [])
    ]


def _without_breaks(value: str) -> str:
    return isolate_lines(value).replace(" ", _NO_BREAK_SPACE)


def display_width(text: str) -> int:
    """The text's columns on a screen: two for a wide character (UAX #11), none for combining marks and joiners."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1

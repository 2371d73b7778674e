"""Turns the HTML that calendar programs write into a description into the text that a reader sees."""

from __future__ import annotations

import html
import re

_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "pre"))
_LINES = frozenset(("div", "li", "ul", "ol", "tr", "hr", "dl", "dt", "dd", "section", "article"))
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "big", "body", "center", "cite", "code", "del", "em", "font", "footer", "header", "html"),
        *("html-blob", "i", "img", "ins", "kbd", "link", "main", "mark", "meta", "o:p", "q", "s", "samp", "small"),
        *("span", "strike", "strong", "sub", "sup", "tbody", "td", "tfoot", "th", "thead", "tt", "u", "var", "wbr"),
    )
)
_HIDDEN = frozenset(("script", "style", "head", "title"))
_ELEMENTS = _PARAGRAPHS | _LINES | _INLINE | _HIDDEN | {"br"}
_TAG = re.compile(r"(<(?:/?[A-Za-z][^<>]*|!--[^<>]*--|!doctype[^<>]*)>)", re.IGNORECASE)
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_LINE, _PARAGRAPH = "\f", "\v"
"""What stands for the begin or the end of an element until all are known: several in a row are one break."""


def text_of_html(text: str) -> str:
    """The text without tags and with the characters that entities name; unchanged if it has none of both.

    A line break, a paragraph and an item of a list begin a new line. Only elements of HTML count as tags, so
    ``a < b`` and ``<ada@example.org>`` stay. The result may contain any character, so it is not HTML and not escaped.
    The time is linear in the length of the text.
    """
    parts = _TAG.split(text.replace(_LINE, " ").replace(_PARAGRAPH, " "))
    names = [_name(part) for part in parts[1::2]]
    if not any(names):
        return _decoded(text)
    shown, hidden = [parts[0]], ""
    for tag, name, after in zip(parts[1::2], names, parts[2::2], strict=True):
        if name in _HIDDEN and not hidden and not tag.startswith("</"):
            hidden = name
        elif hidden == name:
            hidden = ""
        if not hidden:
            shown += [tag if name is None else _break(name), after]
    return _decoded(_SPACE.sub(_space, "".join(shown)).strip())


def _break(name: str) -> str:
    """The break that a tag makes: a line, a paragraph or none."""
    if name == "br":
        return "\n"
    return _PARAGRAPH if name in _PARAGRAPHS else _LINE if name in _LINES else ""


def _space(match: re.Match[str]) -> str:
    """A run of space with its breaks: at most one empty line."""
    run = match[0]
    if _PARAGRAPH in run:
        return "\n\n"
    if _LINE in run or "\n" in run:
        return "\n" * min(max(run.count("\n"), 1), 2)
    return run


def _name(tag: str) -> str | None:
    """The name of an element of HTML in lower case, empty for a comment; None if it is none, and so is text."""
    match = _NAME.match(tag)
    if match is None:
        return "" if tag.startswith("<!") else None
    name = match[1].lower()
    return name if name in _ELEMENTS else None


def _decoded(text: str) -> str:
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text

"""Placeholders: single characters that stand for the values of an email until its HTML and text are made.

A template prints one character of private use plane 15 (Unicode 23.5) for each value. In the address of a link, the
placeholder becomes the same character of plane 16. Markdown, HTML and CSS are processed with the placeholders. The
values are filled in last, each escaped for the context that it goes into. So a title or a name can never become markup,
and the form of an email depends on its template alone.

Nothing else may look like a placeholder. Values contain no such characters (see ``safe_text``).
``without_private_use`` removes them from the text of a template, and ``without_placeholder_references`` removes the
Markdown references that would create them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from sessionsmgmt.email.safe_text import isolate_lines

_FIRST = 0xF0000
_FIRST_IN_LINK = 0x100000

MAX_PLACEHOLDERS = 0xFF00
"""The most values that one template can print. The page around its text needs a few placeholders more."""

_PLACEHOLDER = re.compile("[\U000f0000-\U000ffffd]")
_PLACEHOLDER_GROUP = re.compile(f"({_PLACEHOLDER.pattern})")
_LINK_PLACEHOLDER = re.compile("[\U00100000-\U0010fffd]")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}));")


def placeholder(number: int) -> str:
    """The placeholder of the value with this number, counted from 0."""
    return chr(_FIRST + number)


def without_private_use(text: str) -> str:
    """The text without any private use character."""
    return _PRIVATE_USE.sub("", text)


def without_placeholder_references(markdown: str) -> str:
    """The Markdown, with numeric references to private use characters replaced by the replacement character's."""
    return _REFERENCE.sub(lambda match: "&#xFFFD;" if _is_private_use(match) else match[0], markdown)


def _is_private_use(reference: re.Match[str]) -> bool:
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"])
    return code <= 0x10FFFF and bool(_PRIVATE_USE.match(chr(code)))  # noqa: PLR2004 - the last code point of Unicode


def fill_text(text: str, values: Sequence[str], transform: Callable[[str], str] = isolate_lines) -> str:
    """The text with its placeholders replaced by their values, each passed through ``transform``."""
    return _PLACEHOLDER.sub(lambda match: transform(values[ord(match[0]) - _FIRST]), text)


def fill_link(address: str, values: Sequence[str]) -> str:
    """The text with its link placeholders (``to_link_placeholders``) replaced by their percent-encoded values."""
    return _LINK_PLACEHOLDER.sub(lambda match: quote(values[ord(match[0]) - _FIRST_IN_LINK], safe=""), address)


def fill_html(page: str, values: Sequence[str]) -> str:
    """The HTML with its placeholders replaced by their values: escaped with line breaks, percent-encoded in links."""
    return fill_text(fill_link(page, values), values, _html_lines)


def _html_lines(value: str) -> str:
    return html.escape(isolate_lines(value)).replace("\n", "<br>")


def map_around_placeholders(text: str, transform: Callable[[str], str]) -> str:
    """The text with its placeholders unchanged, and every piece of text around them passed through ``transform``."""
    return "".join(
        piece if _PLACEHOLDER.fullmatch(piece) else transform(piece) for piece in _PLACEHOLDER_GROUP.split(text)
    )


def to_link_placeholders(address: str) -> str:
    """The address with its placeholders as those of links, which are filled in percent-encoded."""
    return _PLACEHOLDER.sub(lambda match: chr(ord(match[0]) - _FIRST + _FIRST_IN_LINK), address)


def has_placeholder(address: str) -> bool:
    """Whether this part of a link's address contains a value."""
    return bool(_PLACEHOLDER.search(address) or _LINK_PLACEHOLDER.search(address))

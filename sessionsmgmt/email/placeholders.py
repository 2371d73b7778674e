"""Marks: single characters that stand for the values of an email until its form is settled.

What a template prints is put down as one character of private use plane 15 (Unicode 23.5) for each value; in the
address of a link it becomes the same character of plane 16. Markdown, HTML and CSS are worked out on that, and only
then the values are put in, escaped for the place they go to. So whatever stands in a title or a name can't become
markup, backslashes are never seen, and the form of an email depends on its template alone.

Nothing else may look like a mark. Values have no such characters (see ``safe_text``). ``unmarked`` takes them out of
what a person has written, and ``without_references`` the references by which Markdown would make them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from sessionsmgmt.email.safe_text import isolate

_FIRST = 0xF0000
_FIRST_IN_LINK = 0x100000

MOST_MARKS = 0xFF00
"""How many values of a template can be told apart; the page has some of its own."""

_MARK = re.compile("[\U000f0000-\U000ffffd]")
_MARK_KEPT = re.compile(f"({_MARK.pattern})")
_MARK_IN_LINK = re.compile("[\U00100000-\U0010fffd]")
_EITHER = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}));")


def mark(number: int) -> str:
    """The mark of the value with this number, counting from 0."""
    return chr(_FIRST + number)


def unmarked(text: str) -> str:
    """The text without any character of private use, for what a person has written."""
    return _EITHER.sub("", text)


def without_references(markdown: str) -> str:
    """Markdown whose numeric references to characters of private use are such to the replacement character."""
    return _REFERENCE.sub(lambda found: "&#xFFFD;" if _is_private(found) else found[0], markdown)


def _is_private(reference: re.Match[str]) -> bool:
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"])
    return code <= 0x10FFFF and bool(_EITHER.match(chr(code)))  # noqa: PLR2004 - the last character there is


def restore(text: str, values: Sequence[str], how: Callable[[str], str] = isolate) -> str:
    """The text with the values in the places of their marks, each passed through ``how``."""
    return _MARK.sub(lambda found: how(values[ord(found[0]) - _FIRST]), text)


def restore_link(address: str, values: Sequence[str]) -> str:
    """A part of a link's address as ``in_link`` made it, with the values in it percent-encoded whole."""
    return _MARK_IN_LINK.sub(lambda found: quote(values[ord(found[0]) - _FIRST_IN_LINK], safe=""), address)


def restore_html(page: str, values: Sequence[str]) -> str:
    """HTML with the values in the places of their marks, as text and nothing else; in links, percent-encoded."""
    return restore(restore_link(page, values), values, lambda value: html.escape(isolate(value)))


def between(text: str, how: Callable[[str], str]) -> str:
    """The text with its marks as they are, and what stands between them passed through ``how``."""
    return "".join(piece if _MARK.fullmatch(piece) else how(piece) for piece in _MARK_KEPT.split(text))


def in_link(address: str) -> str:
    """The address with its marks as those of links."""
    return _MARK.sub(lambda found: chr(ord(found[0]) - _FIRST + _FIRST_IN_LINK), address)


def marked_link(address: str) -> bool:
    """Whether there is a value in this part of a link's address."""
    return bool(_MARK.search(address) or _MARK_IN_LINK.search(address))

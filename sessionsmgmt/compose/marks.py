"""Marks: single characters that stand for the values of an email until its form is settled.

What a template prints is put down as one character of private use plane 15 (Unicode 23.5) for each value. Markdown,
HTML and CSS are worked out on that, and only then the values are put in, escaped for the place they go to. So
whatever stands in a title or a name can't become markup, backslashes are never seen, and the form of an email depends
on its template alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote

from sessionsmgmt.compose.text import isolate

_FIRST = 0xF0000

MOST_MARKS = 0xFFFD
"""How many values can be told apart."""

_MARK = re.compile("[\U000f0000-\U000ffffd]")
_MARK_IN_LINK = re.compile("%F3%B[0-9A-F]%[0-9A-F]{2}%[0-9A-F]{2}")
_ENCODED_HOST = re.compile(r"(?<=xn--)[a-z0-9-]+")


def mark(number: int) -> str:
    """The mark of the value with this number, counting from 0."""
    return chr(_FIRST + number)


def unmarked(text: str) -> str:
    """The text without any mark, for what a person has written."""
    return _MARK.sub("", text)


def restore(text: str, values: Sequence[str], how: Callable[[str], str] = isolate) -> str:
    """The text with the values in the places of their marks, each passed through ``how``."""
    return _MARK.sub(lambda found: how(values[ord(found[0]) - _FIRST]), text)


def restore_link(address: str, values: Sequence[str]) -> str:
    """An address of a link, in which a mark is percent-encoded, with the values in it percent-encoded whole."""
    return _MARK_IN_LINK.sub(lambda found: quote(values[ord(unquote(found[0])) - _FIRST], safe=""), address)


def restore_html(page: str, values: Sequence[str]) -> str:
    """HTML with the values in the places of their marks, as text and nothing else; in links, percent-encoded."""
    return restore(restore_link(page, values), values, lambda value: html.escape(isolate(value)))


def marked_link(address: str) -> bool:
    """Whether there is a value in this part of a link's address, as it is or encoded as links and hosts are."""
    hosts = (name.encode().decode("punycode", "replace") for name in _ENCODED_HOST.findall(address))
    return bool(_MARK_IN_LINK.search(address)) or any(_MARK.search(text) for text in (address, *hosts))

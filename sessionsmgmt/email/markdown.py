"""Markdown as it may stand in an email: CommonMark and tables, without HTML and without pictures.

What is worked on here has marks in the place of values (see ``placeholders``); nothing in it comes from a calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sessionsmgmt.email.placeholders import between, in_link, marked_link
from sessionsmgmt.email.safe_text import visible

_LINK = re.compile(r"(?:https?://|mailto:)([^/?#]+)", re.IGNORECASE)


class _Parser(MarkdownIt):
    """CommonMark whose links keep their marks. A subclass is how the library lets one say so."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library calls it by this name
        """Percent-encode what stands before, between and after marks."""
        return in_link(between(url, super().normalizeLink))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library calls it by this name
        """Show the address of a link as it was written, and decode nothing."""
        return link


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=64)
def read(body: str) -> tuple[Token, ...]:
    """The Markdown's tokens. Of a link that may not stand, and of a picture, only the words remain.

    Characters that nobody sees are left out, also where the Markdown has a reference to one (``&#x202E;``).
    """
    tokens = _parser().parse(body)
    for token in tokens:
        if token.children:
            token.children = [_seen(child) for child in _harmless(token.children)]
        token.info = ""  # the language of a code block, which nobody needs
        token.content = between(token.content, visible)
    return tuple(tokens)


def slips(body: str) -> list[tuple[str, str]]:
    """What an author wrote that will not be in the email: a piece of it to find it by, and a sentence."""
    found = []
    for token in _parser().parse(body):
        for child in token.children or ():
            address = str(child.attrGet("href") or child.attrGet("src") or "")
            if child.type == "image":
                found.append((address, "pictures are left out of notices: many mail programs do not show them"))
            elif child.type == "link_open" and not allowed(address):
                found.append((address, "a link must begin with https://, http:// or mailto: and a name of your own"))
    return found


def allowed(address: str) -> bool:
    """Whether a link may lead there: to the web or to a mailbox, and to a host that the author has chosen."""
    host = _LINK.match(address)
    return bool(host) and not marked_link(host[1] if host else "")


def to_html(tokens: Sequence[Token], top: int) -> str:
    """The tokens as HTML whose highest heading is of level ``top``, with tables that a screen reader can tell."""
    return str(_parser().renderer.render(list(_tables(_outlined(tokens, top))), _parser().options, {}))


def _harmless(tokens: Sequence[Token]) -> Iterator[Token]:
    """Inline tokens, with the words of a picture in its place and without links that may not stand."""
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            open_links.append(allowed(str(token.attrGet("href"))))
            if not open_links[-1]:
                continue
        elif token.type == "link_close" and not open_links.pop():
            continue
        yield Token("text", "", 0, content=token.content) if token.type == "image" else token


def _seen(token: Token) -> Token:
    """The inline token with what can be seen of its text, and of the title of a link."""
    title = {name: between(str(text), visible) for name, text in token.attrs.items() if name == "title"}
    return token.copy(content=between(token.content, visible), attrs={**token.attrs, **title})


def _outlined(tokens: Sequence[Token], top: int) -> Iterator[Token]:
    """The tokens with headings that begin at the given level and skip none, as an outline should."""
    depth: list[int] = []  # the author's levels that are open
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            depth = [*(one for one in depth if one < level), level]
        if token.type in {"heading_open", "heading_close"}:
            yield token.copy(tag=f"h{min(6, top + len(depth) - 1)}")
        else:
            yield token


def _tables(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens with accessible tables.

    A heading right before a table is its caption. The cells of a header row head their columns; a header row without
    a word in it is dropped, and then the first cell of each row heads its row.
    """
    waiting: list[Token] = []  # a heading that may turn out to be a caption
    row_heads, first_cell = False, False
    stream = list(tokens)
    place = 0
    while place < len(stream):
        token = stream[place]
        place += 1
        if token.type == "heading_open":
            waiting = stream[place - 1 : place + 2]
            place += 2
            if place < len(stream) and stream[place].type == "table_open":
                continue
            yield from waiting
        elif token.type == "table_open":
            head, place = _head(stream, place)
            row_heads = not head
            yield token.copy(attrs={"class": "facts" if row_heads else "list"})
            if waiting:
                yield from (Token("caption_open", "caption", 1), *waiting, Token("caption_close", "caption", -1))
            yield from head
        elif token.type == "tr_open":
            first_cell = True
            yield token
        elif row_heads and first_cell and token.type in {"td_open", "td_close"}:
            first_cell = token.type == "td_open"
            yield token.copy(tag="th", attrs={"scope": "row"} if token.nesting == 1 else {})
        else:
            yield token
        waiting = []


def _head(stream: Sequence[Token], place: int) -> tuple[list[Token], int]:
    """The header of the table that begins here, empty if there is no word in it, and the place after it."""
    after = next(i for i in range(place, len(stream)) if stream[i].type == "thead_close") + 1
    head = [
        token.copy(attrs={**token.attrs, "scope": "col"}) if token.type == "th_open" else token
        for token in stream[place:after]
    ]
    words = any(token.content.strip() for token in head if token.type == "inline")
    return (head if words else []), after

"""The Markdown of emails: CommonMark and tables, without HTML and without pictures.

The Markdown here has placeholders for values (see ``placeholders``), so none of its text comes from a calendar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sessionsmgmt.email.placeholders import has_placeholder, map_around_placeholders, to_link_placeholders
from sessionsmgmt.email.safe_text import without_invisible

_LINK = re.compile(r"(?:https?://|mailto:)([^/?#]+)", re.IGNORECASE)


class _Parser(MarkdownIt):
    """CommonMark that keeps placeholders in links. The library offers subclassing as the only way to say so."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library calls it by this name
        """Percent-encode the text around the placeholders."""
        return to_link_placeholders(map_around_placeholders(url, super().normalizeLink))

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library calls it by this name
        """Show the address of a link as it was written, without decoding it."""
        return link


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=64)
def parse(body: str) -> tuple[Token, ...]:
    """The Markdown's tokens. A picture, or a link that is not allowed, is replaced by its words.

    Invisible characters are left out, even if the Markdown writes one as a reference (``&#x202E;``).
    """
    tokens = _parser().parse(body)
    for token in tokens:
        if token.children:
            token.children = [_visible_token(child) for child in _safe_inlines(token.children)]
        token.info = ""  # the language of a code block would become a class in the HTML
        token.content = map_around_placeholders(token.content, without_invisible)
    return tuple(tokens)


def dropped_parts(body: str) -> list[tuple[str, str]]:
    """The parts of a template that will not be in the email: for each, an address to find it by, and a sentence."""
    pictures = [
        (str(child.attrGet("src") or ""), "pictures are left out of notices: many mail programs do not show them")
        for token in _parser().parse(body)
        for child in token.children or ()
        if child.type == "image"
    ]
    return pictures + dropped_links(body)


def dropped_links(body: str) -> list[tuple[str, str]]:
    """The links that will not be in the email: for each, its address and a sentence."""
    return [
        (address, "a link must begin with https://, http:// or mailto: and a name of your own")
        for token in _parser().parse(body)
        for child in token.children or ()
        if child.type == "link_open" and not is_allowed_link(address := str(child.attrGet("href") or ""))
    ]


def is_allowed_link(address: str) -> bool:
    """Whether a link may have this address: on the web or a mailbox, and with a host that the author has written."""
    host = _LINK.match(address)
    return bool(host) and not has_placeholder(host[1] if host else "")


def to_html(tokens: Sequence[Token], top_level: int) -> str:
    """The tokens as HTML whose highest heading is of ``top_level``, with tables that screen readers can announce."""
    accessible = list(_with_accessible_tables(list(_with_outline_levels(tokens, top_level))))
    return str(_parser().renderer.render(accessible, _parser().options, {}))


def _safe_inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    """The inline tokens, with a picture replaced by its words, and without links that are not allowed."""
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            open_links.append(is_allowed_link(str(token.attrGet("href"))))
            if not open_links[-1]:
                continue
        elif token.type == "link_close" and not open_links.pop():
            continue
        yield Token("text", "", 0, content=token.content) if token.type == "image" else token


def _visible_token(token: Token) -> Token:
    """The inline token without the invisible characters in its text and in the title of its link."""
    attrs = dict(token.attrs)
    if "title" in attrs:
        attrs["title"] = map_around_placeholders(str(attrs["title"]), without_invisible)
    return token.copy(content=map_around_placeholders(token.content, without_invisible), attrs=attrs)


def _with_outline_levels(tokens: Sequence[Token], top_level: int) -> Iterator[Token]:
    """The tokens with heading levels that begin at ``top_level`` and skip none, as accessibility rules ask."""
    open_levels: list[int] = []  # the levels, as the author wrote them, of the headings around the current one
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            open_levels = [*(outer for outer in open_levels if outer < level), level]
        if token.type in {"heading_open", "heading_close"}:
            yield token.copy(tag=f"h{min(6, top_level + len(open_levels) - 1)}")
        else:
            yield token


def _with_accessible_tables(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens with accessible tables.

    A heading directly before a table becomes its caption. The cells of the header row become headers of their columns.
    An empty header row is dropped; the first cell of each row then becomes the header of its row.
    """
    heading: Sequence[Token] = ()  # the heading before the current token, which becomes a caption before a table
    first_column_heads_rows, first_cell = False, False
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token.type == "heading_open":
            heading = tokens[position - 1 : position + 2]
            position += 2
            if position < len(tokens) and tokens[position].type == "table_open":
                continue
            yield from heading
        elif token.type == "table_open":
            header, position = _table_header(tokens, position)
            first_column_heads_rows = not header
            yield token.copy(attrs={"class": "facts" if first_column_heads_rows else "list"})
            if heading:
                yield from (Token("caption_open", "caption", 1), *heading, Token("caption_close", "caption", -1))
            yield from header
        elif token.type == "tr_open":
            first_cell = True
            yield token
        elif first_column_heads_rows and first_cell and token.type in {"td_open", "td_close"}:
            first_cell = token.type == "td_open"
            yield token.copy(tag="th", attrs={"scope": "row"} if token.nesting == 1 else {})
        else:
            yield token
        heading = ()


def _table_header(tokens: Sequence[Token], position: int) -> tuple[list[Token], int]:
    """The header row of the table at ``position``, or nothing if it is empty; and the position after it."""
    after = next(i for i in range(position, len(tokens)) if tokens[i].type == "thead_close") + 1
    header = [
        token.copy(attrs={**token.attrs, "scope": "col"}) if token.type == "th_open" else token
        for token in tokens[position:after]
    ]
    words = any(token.content.strip() for token in header if token.type == "inline")
    return (header if words else []), after

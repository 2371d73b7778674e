"""Lists that Google gives in pages, each of which names the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sessionsmgmt.errors import UnreachableError

MOST = 10_000
"""Pages of one list: more than any club has."""

AGAIN = 10
"""How often a page may name a page that was named before: after an empty page, the next may have the same token."""


def rows(page: Callable[[str | None], Mapping[str, Any]], name: str) -> Iterator[Any]:
    """The rows of all pages; ``name`` is the field of a page that has them. Raises as ``pages``."""
    return (row for reply in pages(page) for row in reply.get(name, ()))


def pages(page: Callable[[str | None], Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every page. ``page`` asks for the page of that token. A short or empty page may still have a next page.

    Raises UnreachableError where the same pages come again and again, or there is no last page.
    """
    token, named, tokens = None, 0, set[str]()
    while True:
        reply = page(token)
        yield reply
        token = reply.get("nextPageToken")
        if not token:
            return
        named += 1
        tokens.add(token)
        if named > MOST or named - len(tokens) > AGAIN:
            raise UnreachableError("Google's list has no last page.", "The next run tries again.")

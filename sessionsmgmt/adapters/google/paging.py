"""Lists that Google gives in pages, each of which names the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sessionsmgmt.errors import UnreachableError

MOST = 10_000
"""Pages of one list: more than any club has."""

AGAIN = 10
"""How often a page may be named that was named before: after an empty one, the next may have the same token."""


def rows(page: Callable[[str | None], Mapping[str, Any]], name: str) -> Iterator[Any]:
    """What stands under that name on every page. See ``pages``."""
    return (row for reply in pages(page) for row in reply.get(name, ()))


def pages(page: Callable[[str | None], Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every page; ``page`` asks for the one of that token. A page may be short or empty and still have a next one.

    Raises UnreachableError where the same pages come again and again, or they have no end.
    """
    token, named, seen = None, 0, set[str]()
    while True:
        reply = page(token)
        yield reply
        token = reply.get("nextPageToken")
        if not token:
            return
        named += 1
        seen.add(token)
        if named > MOST or named - len(seen) > AGAIN:
            raise UnreachableError("Google's list has no last page.", "The next run tries again.")

"""Lists that GitHub gives in numbered pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from github.Repository import Repository

from sessionsmgmt.errors import UnreachableError

T = TypeVar("T")

PAGE = 100
"""Entries of a page: the most that GitHub lists at once."""

MOST_PAGES = 100
"""Pages of one list: more than any repository of a club has."""


def every(page: Callable[[int], Sequence[T]]) -> Iterator[T]:
    """The entries of all pages. ``page`` asks for the page of that number, from 1; only the last may be short.

    Raises UnreachableError where there are more pages than any list has, and otherwise as ``page`` does.
    """
    for number in range(1, MOST_PAGES + 1):
        entries = page(number)
        yield from entries
        if len(entries) < PAGE:
            return
    raise UnreachableError("GitHub's list has no last page.", "Nothing is lost; the next run goes on.")


def numbered(number: int) -> dict[str, int]:
    """What a call says to be given that page."""
    return {"per_page": PAGE, "page": number}


def entries_of(repository: Repository, url: str, number: int, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """That page of the list at the address. Raises TypeError for a reply that is no list."""
    _, entries = repository.requester.requestJsonAndCheck("GET", url, parameters={**query, **numbered(number)})
    if not isinstance(entries, list):
        raise TypeError("this is not a list")
    return entries

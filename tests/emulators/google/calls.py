"""What answering a call has to work with: the checked request, the world, and the cutting into pages."""

from __future__ import annotations

import threading
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import TypeVar

from tests.emulators.google.description import Json, Method
from tests.emulators.google.refusals import Refusal, Refused
from tests.emulators.google.world import World

T = TypeVar("T")


class PageSizes:
    """How much less than asked for the next pages hold: pages may be short, or empty, and not be the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sizes: defaultdict[str, deque[int]] = defaultdict(deque)

    def set(self, call: str, *sizes: int) -> None:
        """Let the next pages of a call hold at most so many, one after the other."""
        with self._lock:
            self._sizes[call].extend(sizes)

    def next(self, call: str, asked: int) -> int:
        """The size of this page."""
        with self._lock:
            return min(asked, self._sizes[call].popleft()) if self._sizes[call] else asked


@dataclass(frozen=True, slots=True)
class Call:
    """A request that fits the description. ``scopes`` are those of its access token."""

    method: Method
    path: dict[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: Json
    scopes: frozenset[str]
    world: World
    sizes: PageSizes
    broken: Callable[[str], None] = field(repr=False)

    def one(self, name: str, default: str = "") -> str:
        """A parameter of the query that is given at most once."""
        return next((value for given, value in self.query if given == name), default)

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a repeated parameter."""
        return tuple(value for given, value in self.query if given == name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter."""
        return self.one(name, "true" if default else "false") == "true"

    def breaks(self, message: str, location: str = "") -> Refused:
        """The refusal of a request that breaks a documented rule; it is recorded as a violation too."""
        self.broken(f"{self.method.id}: {message}")
        return Refused(Refusal(400, "badRequest" if not location else "invalidParameter", message, location))

    def page(self, items: Sequence[T], name: str, default: int, cap: int) -> tuple[list[T], Json]:
        """One page of the items, and the ``nextPageToken`` where there are more.

        ``name`` is the parameter for the size, 0 and absent mean the default, and more than ``cap`` is the cap. The
        token stands for a place in the list that these parameters make: with others it means nothing.
        """
        asked = min(int(self.one(name, "0")) or default, cap)
        digest = f"{zlib.crc32(repr(sorted(p for p in self.query if p[0] != 'pageToken')).encode()):08x}"
        start = 0
        if token := self.one("pageToken"):
            start_text, _, made_with = token.removeprefix("page-").partition("-")
            if not start_text.isdecimal() or made_with != digest:
                raise self.breaks("the page token was made with other parameters", "pageToken")
            start = int(start_text)
        end = start + self.sizes.next(self.method.id, asked)
        return list(items[start:end]), ({"nextPageToken": f"page-{end}-{digest}"} if end < len(items) else {})


Handler = Callable[[Call], Json]

"""What answering a call has to work with: the checked request, the world, whoever asks, and the cutting into pages."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.emulators.github.description import Json, Operation
from tests.emulators.github.refusals import NOT_FOUND, Refusal, Refused
from tests.emulators.github.repository import Repository, rfc3339
from tests.emulators.github.world import Token, World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said: a body that the description knows, or ``raw`` bytes in another media type."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request that fits the description. ``token`` is whoever asks, None for the app itself and for nobody."""

    operation: Operation
    path: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: Json
    token: Token | None
    world: World
    root: str
    target: str
    broken: Callable[[str], None] = field(repr=False)

    @property
    def author(self) -> str:
        """The login of whoever asks."""
        return self.token.author if self.token else ""

    @property
    def instant(self) -> str:
        """The world's time, as the API writes it."""
        return rfc3339(self.world.now)

    @property
    def repository(self) -> Repository:
        """The repository in the path; 404 if there is none."""
        return found_repository(self.world, self.path)

    @property
    def repository_url(self) -> str:
        """Where the repository in the path is."""
        return f"{self.root}/repos/{self.world.owner}/{self.repository.name}"

    def one(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return dict(self.query).get(name, default)

    def breaks(self, message: str, status: int = 422) -> Refused:
        """The refusal of a request that breaks a documented rule; it is recorded as a violation too."""
        self.broken(f"{self.operation.id}: {message}")
        return Refused(Refusal(status, message))

    def page(self, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
        """One page of the items, and the ``Link`` header that names the other pages (RFC 8288)."""
        size = min(max(int(self.one("per_page", "30")), 1), 100)
        number = max(int(self.one("page", "1")), 1)
        last = max(-(-len(items) // size), 1)
        others = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        kept = {"prev", "first"} if number > 1 else set()
        kept |= {"next", "last"} if number < last else set()
        rest = [pair for pair in self.query if pair[0] != "page"]
        links = [
            f'<{self.root}{self.target}?{urlencode([*rest, ("page", str(place))])}>; rel="{name}"'
            for name, place in others.items()
            if name in kept
        ]
        return items[(number - 1) * size : number * size], ({"Link": ", ".join(links)} if links else {})

    def user(self, login: str) -> Json:
        """A person, an organization or a bot."""
        kind = "Bot" if login.endswith("[bot]") else "Organization" if login == self.world.owner else "User"
        return {
            "login": login,
            "id": zlib.crc32(login.encode()),
            "node_id": f"U_{login}",
            "type": kind,
            "url": f"{self.root}/users/{login}",
        }


def found_repository(world: World, path: Mapping[str, str]) -> Repository:
    """The repository in the path; 404 if there is none."""
    for repository in world.repositories:
        if path["owner"].casefold() == world.owner.casefold() and repository.name.casefold() == path["repo"].casefold():
            return repository
    raise Refused(NOT_FOUND)


Handler = Callable[[Call], Answer]

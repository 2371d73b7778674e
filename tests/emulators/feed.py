"""A host of calendar feeds on loopback, which answers as it is told to."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tests.emulators.http import Fault, LoopbackServer, Request, Response, Script

PATH = "/private-0a1b2c3d/team.ics"
"""The secret part of the feed's address."""


class FeedServer:
    """Answers with ``feed`` at ``address``, and as ``others`` says at other paths. ``script`` has what goes wrong."""

    def __init__(self) -> None:
        self.feed = b""
        self.others: dict[str, Response] = {}
        self.script: Script[Fault] = Script()
        self.requests: list[Request] = []
        self._server = LoopbackServer(self)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.__exit__(kind, error, at)

    @property
    def root(self) -> str:
        return self._server.root

    @property
    def address(self) -> str:
        return f"{self.root}{PATH}"

    def call(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def fault(self, call: str) -> Fault | None:
        return self.script.take(call)

    def inspect(self, request: Request) -> None:
        self.requests.append(request)

    def answer(self, request: Request) -> Response:
        self.requests.append(request)
        if request.path in self.others:
            return self.others[request.path]
        if request.path != PATH:
            return Response(404)
        return Response(200, {"Content-Type": "text/calendar; charset=utf-8"}, self.feed)

"""The emulator itself: one root on loopback under which GitHub's REST API answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Self

from tests.emulators.github import actions, apps, checks, contents, elsewhere, git, issues, secrets
from tests.emulators.github.auth import admit, known, told
from tests.emulators.github.calls import Answer, Call, Handler
from tests.emulators.github.description import (
    Filler,
    Operation,
    body_problems,
    find,
    path_problems,
    query_problems,
    schema_problems,
)
from tests.emulators.github.refusals import NOT_FOUND, Refusal, Refused
from tests.emulators.github.world import World
from tests.emulators.http import (
    Break,
    Exchange,
    Instead,
    LoopbackServer,
    Request,
    Response,
    Script,
    Watch,
    json_response,
    unwatched,
)

HANDLERS: Mapping[str, Handler] = {
    **actions.HANDLERS,
    **apps.HANDLERS,
    **checks.HANDLERS,
    **contents.HANDLERS,
    **git.HANDLERS,
    **issues.HANDLERS,
    **secrets.HANDLERS,
}
UNKNOWN = "unknown"

Trouble = Break | Instead | Refusal


class _Service:
    """What is behind the sockets: the ``Application`` that the server carries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: list[str] = []
        self.lock = threading.RLock()
        self.script: Script[Trouble] = Script()

    def call(self, method: str, path: str) -> str:
        if elsewhere.is_viewer(method, path):
            return elsewhere.VIEWER
        found = find(method, elsewhere.by_name(self.world, path))
        return found[0].id if found else UNKNOWN

    def fault(self, call: str) -> Break | Instead | None:
        trouble = self.script.take(call)
        return Instead(trouble.response(), trouble.accepted) if isinstance(trouble, Refusal) else trouble

    def inspect(self, request: Request) -> None:
        with self.lock:
            self._problems(request)

    def answer(self, request: Request) -> Response:
        with self.lock:
            problems = self._problems(request)
            token = known(self.world, request.headers)
            if elsewhere.is_viewer(request.method, request.path):
                return elsewhere.viewer(token)
            if moved := elsewhere.redirection(self.world, request, token):
                return moved
            found = find(request.method, elsewhere.by_name(self.world, request.path))
            if found is None:
                return NOT_FOUND.response()
            operation, path = found
            try:
                response = self._answer(request, operation, path, problems)
            except Refused as refused:
                response = refused.refusal.response()
            return (
                replace(response, headers={**told(self.world, operation.id, token), **response.headers})
                if token
                else response
            )

    def _problems(self, request: Request) -> list[str]:
        """How the request breaks the description, recorded whatever becomes of it."""
        if elsewhere.is_viewer(request.method, request.path):
            problems = elsewhere.viewer_problems(request)
        elif found := find(request.method, elsewhere.by_name(self.world, request.path)):
            operation, path = found
            problems = [*path_problems(operation, path), *query_problems(operation, request.query)]
            problems += [] if request.headers.get("User-Agent") else ["a request needs a User-Agent header"]
            problems = [f"{operation.id}: {one}" for one in problems + _body_problems(operation, request)]
        else:
            problems = [f"{UNKNOWN}: {request.method} {request.path} is no call that is emulated"]
        self.violations += problems
        return problems

    def _answer(self, request: Request, operation: Operation, path: dict[str, str], problems: list[str]) -> Response:
        token = admit(self.world, operation, path, request.headers)
        if problems:
            raise Refused(Refusal(422, f"Invalid request.\n\n{problems[0]}"))
        call = Call(
            operation,
            path,
            request.query,
            request.headers,
            json.loads(request.body) if request.body else {},
            token,
            self.world,
            f"http://{request.headers.get('Host', 'localhost')}",
            request.path,
            self.violations.append,
        )
        return _response(call, HANDLERS[operation.id](call))


def _body_problems(operation: Operation, request: Request) -> list[str]:
    if not request.body:
        return ["the body is missing"] if operation.body_required else []
    try:
        body = json.loads(request.body)
    except ValueError:
        return ["the body is no JSON"]
    return body_problems(operation, body)


def _response(call: Call, answer: Answer) -> Response:
    """The answer, filled up and checked by the same description that requests are checked by."""
    if answer.raw is not None:
        return Response(
            answer.status, {"Content-Type": "application/vnd.github.raw+json", **answer.headers}, answer.raw
        )
    schema = call.operation.answers[answer.status]
    if schema is None:
        return Response(answer.status, answer.headers)
    body = Filler(call.root, call.instant).fill(schema, answer.body)
    if problems := schema_problems(schema, body):
        raise AssertionError(f"the emulator's answer to {call.operation.id} breaks the description: {problems[0]}")
    return json_response(answer.status, body, answer.headers)


class GitHubEmulator:
    """``with GitHubEmulator(world) as github:`` and ``github.root`` is GitHub's API, as far as it goes.

    Calls are named by their ids in GitHub's description (``repos/get-content``). ``watch`` is called with ``before``
    or ``after`` and the name of a call: when it was read whole, and when it was done and is about to be answered.
    """

    def __init__(self, world: World | None = None, *, latency: float = 0.0, watch: Watch = unwatched) -> None:
        self.world = world or World()
        self._service = _Service(self.world)
        self._server = LoopbackServer(self._service, latency=latency, watch=watch)

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.__exit__(kind, error, at)

    @property
    def root(self) -> str:
        """``http://127.0.0.1:PORT``: what ``GITHUB_API_URL`` is."""
        return self._server.root

    @property
    def requests(self) -> tuple[Exchange, ...]:
        """Every request so far, in the order of the answers."""
        return self._server.exchanges

    @property
    def violations(self) -> tuple[str, ...]:
        """Every way in which a request broke the description or a documented rule. A good client has none."""
        with self._service.lock:
            return tuple(self._service.violations)

    @property
    def unmet(self) -> tuple[str, ...]:
        """The calls for which trouble is still waiting: a test in which none came to pass proves nothing."""
        return self._service.script.left

    def calls(self, call: str) -> tuple[Exchange, ...]:
        """The requests of one call."""
        return tuple(request for request in self.requests if request.call == call)

    def fail(self, call: str, trouble: Trouble, *, times: int = 1, after: int = 0) -> None:
        """Let something go wrong on the next requests of a call (``*`` is any text), after letting some by."""
        self._service.script.add(call, trouble, times=times, after=after)

    def advance(self, by: timedelta) -> None:
        """Let time pass in the world."""
        with self._service.lock:
            self.world.advance(by)

    def refuse(self) -> None:
        """Refuse connections from now on."""
        self._server.refuse()

    def listen(self) -> None:
        """Take connections again."""
        self._server.listen()

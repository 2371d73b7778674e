"""The emulator itself: one root on loopback under which OAuth, Calendar, People and Gmail answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Self

from tests.emulators.google import calendar, gmail, mask, people
from tests.emulators.google.calls import Call, Handler, PageSizes
from tests.emulators.google.description import (
    Json,
    Method,
    body_problems,
    find,
    mask_problems,
    parameter_problems,
)
from tests.emulators.google.oauth import ENDPOINTS, OAuth
from tests.emulators.google.refusals import EXPIRED_TOKEN, Refusal, Refused, TokenRefusal
from tests.emulators.google.world import Sent, World
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

HANDLERS: Mapping[str, Handler] = {**calendar.HANDLERS, **people.HANDLERS, **gmail.HANDLERS}
OUT_OF_WORLD = frozenset(
    {
        "https://www.googleapis.com/auth/calendar.app.created",
        "https://www.googleapis.com/auth/calendar.events.freebusy",
        "https://www.googleapis.com/auth/calendar.events.public.readonly",
    }
)
"""Scopes for calendars of a kind that the world does not have."""
UNKNOWN = "unknown"

Trouble = Break | Instead | Refusal | TokenRefusal


class _Service:
    """What is behind the sockets: the ``Application`` that the server carries."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.violations: list[str] = []
        self.lock = threading.RLock()
        self.oauth = OAuth(world)
        self.script: Script[Trouble] = Script()
        self.sizes = PageSizes()

    def call(self, method: str, path: str) -> str:
        if path in ENDPOINTS:
            return ENDPOINTS[path]
        found = find(method, path)
        return found[0].id if found else UNKNOWN

    def fault(self, call: str) -> Break | Instead | None:
        trouble = self.script.take(call)
        if isinstance(trouble, Refusal):
            return Instead(trouble.response(call.partition(".")[0]), trouble.accepted)
        if isinstance(trouble, TokenRefusal):
            return Instead(trouble.response(), trouble.accepted)
        return trouble

    def inspect(self, request: Request) -> None:
        with self.lock:
            self._problems(request)

    def answer(self, request: Request) -> Response:
        with self.lock:
            problems = self._problems(request)
            if request.path in ENDPOINTS:
                return self.oauth.answer(request)
            found = find(request.method, request.path)
            if found is None:
                return Refusal(404, "notFound").response("")
            method, path = found
            try:
                return self._answer(request, method, path, problems)
            except Refused as refused:
                return refused.refusal.response(method.service)

    def _problems(self, request: Request) -> list[str]:
        """How the request breaks the description, recorded whatever becomes of it."""
        if request.path in ENDPOINTS:
            problems = self.oauth.problems(request)
        elif found := find(request.method, request.path):
            problems = [f"{found[0].id}: {problem}" for problem in _shape_problems(found[0], request)]
        else:
            problems = [f"{UNKNOWN}: {request.method} {request.path} is no call of any of the APIs"]
        self.violations += problems
        return problems

    def _answer(self, request: Request, method: Method, path: dict[str, str], problems: list[str]) -> Response:
        scopes = self.oauth.admits(_bearer(request))
        if scopes is None:
            raise Refused(EXPIRED_TOKEN)
        if not scopes & method.scopes - OUT_OF_WORLD:
            raise Refused(Refusal(403, "insufficientPermissions"))
        if problems:
            raise Refused(Refusal(400, "badRequest", problems[0]))
        if method.id not in HANDLERS:
            self.violations.append(f"{method.id}: the emulator does not know this call")
            raise Refused(Refusal(501, "notImplemented"))
        body = json.loads(request.body) if request.body else {}
        call = Call(
            method, path, request.query, request.headers, body, scopes, self.world, self.sizes, self.violations.append
        )
        answer = HANDLERS[method.id](call)
        return _response(method, answer, call.one("fields"))


def _shape_problems(method: Method, request: Request) -> list[str]:
    problems = [text for _, text in parameter_problems(method, request.query)]
    problems += [f"{name} stands in the URL" for name, _ in request.query if name in {"access_token", "oauth_token"}]
    if (fields := dict(request.query).get("fields")) is not None and (problem := mask_problems(method, fields)):
        problems.append(problem)
    if method.request is None:
        return problems + (["a body is sent where none is described"] if request.body else [])
    if (kind := request.headers.get_content_type()) != "application/json":
        return [*problems, f"the body is {kind}, not application/json"]
    try:
        body = json.loads(request.body)
    except ValueError:
        return [*problems, "the body is no JSON"]
    return problems + body_problems(method.service, method.request, body, patch=method.verb == "PATCH")


def _bearer(request: Request) -> str:
    kind, _, token = (request.headers.get("Authorization") or "").partition(" ")
    return token if kind == "Bearer" else ""


def _response(method: Method, answer: Json, fields: str) -> Response:
    """The answer, checked by the same description that requests are checked by."""
    if method.response is None:
        raise AssertionError(f"{method.id} answers nothing")
    if problems := body_problems(method.service, method.response, answer):
        raise AssertionError(f"the emulator's answer to {method.id} breaks the description: {problems[0]}")
    etag = {"ETag": answer["etag"]} if "etag" in answer else {}
    return json_response(200, mask.apply(mask.parse(fields), answer) if fields else answer, etag)


class GoogleEmulator:
    """``with GoogleEmulator(world) as google:`` and everything below ``google.root`` is Google, as far as it goes.

    Calls are named by their ids in the discovery documents (``calendar.events.list``), and ``oauth.token``,
    ``oauth.revoke``, ``oauth.tokeninfo``, ``oauth.authorize``. ``watch`` is called with ``before`` or ``after`` and the
    name of a call: when it was read whole, and when it was done and is about to be answered.
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
        """``http://127.0.0.1:PORT``."""
        return self._server.root

    @property
    def credentials(self) -> str:
        """What ``GOOGLE_CREDENTIALS`` holds, for the grant the world begins with."""
        consent = self.world.consent
        return json.dumps(
            {
                "type": "authorized_user",
                "client_id": consent.client_id,
                "client_secret": consent.client_secret,
                "refresh_token": self._service.oauth.refresh_token,
            }
        )

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The messages that left."""
        with self._service.lock:
            return tuple(self.world.mailbox.sent)

    @property
    def requests(self) -> tuple[Exchange, ...]:
        """Every request so far, in the order of the answers."""
        return self._server.exchanges

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._server.connections

    @property
    def violations(self) -> tuple[str, ...]:
        """Every way in which a request broke a description or a documented rule. A good client has none."""
        with self._service.lock:
            return tuple(self._service.violations)

    @property
    def unmet(self) -> tuple[str, ...]:
        """The calls for which trouble is still waiting: a test in which none came to pass proves nothing."""
        return self._service.script.left

    def calls(self, call: str) -> tuple[Exchange, ...]:
        """The requests of one call."""
        return tuple(request for request in self.requests if request.call == call)

    def scopes_used(self, call: str) -> frozenset[frozenset[str]]:
        """The sets of scopes that the access tokens of a call had: one set, if every token was the same narrow one."""
        with self._service.lock:
            return frozenset(self._service.oauth.scopes_of(_bearer(one.request)) for one in self.calls(call))

    def fail(self, call: str, trouble: Trouble, *, times: int = 1, after: int = 0) -> None:
        """Let something go wrong on the next requests of a call (``*`` is any text), after letting some by."""
        self._service.script.add(call, trouble, times=times, after=after)

    def pages(self, call: str, *sizes: int) -> None:
        """Let the next pages of a call hold at most so many entries, 0 for an empty one, with a token all the same."""
        self._service.sizes.set(call, *sizes)

    def expire_tokens(self, *, after: int = 0) -> None:
        """Let every access token issued until then expire after so many more requests to the APIs."""
        with self._service.lock:
            self._service.oauth.expire_after(after)

    def end_grant(self) -> None:
        """Let the grant end, as when the person withdraws it or changes their password."""
        with self._service.lock:
            self._service.oauth.granted.revoked = True

    def grant(self, scopes: frozenset[str]) -> None:
        """Let the person have agreed to these scopes and no others."""
        with self._service.lock:
            self._service.oauth.granted.scopes = scopes

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

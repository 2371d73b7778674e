"""A service on the loopback interface that answers HTTP/1.1 as it is told to, and breaks as it is told to.

What the service says is an ``Application``; this module only carries it over real sockets, so that a client meets the
same timeouts, resets and half answers as it would outside. Every exchange is recorded.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from fnmatch import fnmatchcase
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO, Generic, Protocol, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

LINE_LIMIT = 65_536
BODY_LIMIT = 64 * 1024 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER, on, for 0 s: closing sends RST instead of FIN


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked. ``path`` is as it came, still percent-encoded; ``query`` is decoded, in its order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What a service answers. ``Content-Length`` is added when it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(
        status, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, json.dumps(body).encode()
    )


class Break(Enum):
    """How a connection can let a client down.

    *Before reading*: the request line and headers are read, the body is not. *Before accepting*: the whole request is
    read and nothing is done. *After accepting*: what was asked for is done, and the client never learns of it.
    """

    RESET_BEFORE_READING = "reset before reading"
    RESET_BEFORE_ACCEPTING = "reset before accepting"
    RESET_AFTER_ACCEPTING = "reset after accepting"
    CLOSE_BEFORE_READING = "close before reading"
    CLOSE_BEFORE_ACCEPTING = "close before accepting"
    CLOSE_AFTER_ACCEPTING = "close after accepting"
    HANG_BEFORE_ACCEPTING = "hang before accepting"
    HANG_AFTER_ACCEPTING = "hang after accepting"
    TRUNCATE = "truncate"
    """Done, and the answer breaks off in the middle, short of its Content-Length."""
    GARBLE = "garble"
    """Done, and answered with 200 and a web page, as a captive portal does."""
    REFUSE_AFTERWARDS = "refuse afterwards"
    """Done and answered, but from then on nobody listens any more, until ``LoopbackServer.listen`` is called."""

    @property
    def unread(self) -> bool:
        """Whether the body of the request is not even read."""
        return self.value.endswith("before reading")

    @property
    def accepted(self) -> bool:
        """Whether what was asked for is done."""
        return "before" not in self.value

    @property
    def silent(self) -> bool:
        """Whether the client gets no answer at all."""
        return self.value.startswith(("reset", "close", "hang"))


@dataclass(frozen=True, slots=True)
class Instead:
    """An answer in the place of the right one; ``accepted`` says whether what was asked for is done all the same."""

    response: Response
    accepted: bool = False


PORTAL = Response(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in to the guest network</title>")
Fault = Break | Instead


class Application(Protocol):
    """What a service is, apart from the sockets. Called from several threads at once."""

    def call(self, method: str, path: str) -> str:
        """What this request is called in scripts and records."""
        ...

    def fault(self, call: str) -> Fault | None:
        """What goes wrong this time."""
        ...

    def inspect(self, request: Request) -> None:
        """Look at a request that will not be answered."""
        ...

    def answer(self, request: Request) -> Response:
        """Do what is asked for and say so."""
        ...


Watch = Callable[[str, str], None]
"""Told ``before`` or ``after``, and the name of a call: read whole and nothing done yet; done and not yet answered."""


def unwatched(moment: str, call: str) -> None:
    """The watch of those who watch nothing."""


T = TypeVar("T")


class Script(Generic[T]):
    """What is to happen on which call: a list of (pattern, what, how many more times, how many calls to let by)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[tuple[str, T, int, int]] = []

    def add(self, pattern: str, what: T, *, times: int = 1, after: int = 0) -> None:
        """Let ``what`` happen ``times`` times on calls that match the pattern (``*`` is any text), after some."""
        with self._lock:
            self._lines.append((pattern, what, times, after))

    def take(self, call: str) -> T | None:
        """What happens on this call. Lines are used up in the order in which they were added."""
        with self._lock:
            for number, (pattern, what, times, after) in enumerate(self._lines):
                if not fnmatchcase(call, pattern):
                    continue
                if after:
                    self._lines[number] = (pattern, what, times, after - 1)
                    continue
                if times == 1:
                    del self._lines[number]
                else:
                    self._lines[number] = (pattern, what, times - 1, 0)
                return what
        return None

    @property
    def left(self) -> tuple[str, ...]:
        """The patterns of what has not happened yet: a fault that no call met proves nothing."""
        with self._lock:
            return tuple(pattern for pattern, *_ in self._lines)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it.

    ``status`` is 0 where no answer was given. ``began`` and ``ended`` are seconds of ``time.monotonic``: when the
    headers were read, and when the answer was about to be written or the connection to be broken.
    """

    call: str
    request: Request
    connection: int
    status: int
    fault: Fault | None
    accepted: bool
    began: float
    ended: float


def longest_chain(exchanges: Iterable[Exchange]) -> int:
    """The most requests of which each began after the one before it had ended.

    That many times the latency is what a run must at least have waited, given the order it chose.
    """
    length, free = 0, float("-inf")
    for exchange in sorted(exchanges, key=lambda one: one.ended):
        if exchange.began >= free:
            length, free = length + 1, exchange.ended
    return length


class LoopbackServer:
    """Carries an application on a free port of 127.0.0.1 while the ``with`` block runs.

    ``latency`` is waited, in seconds, before each answer. ``watch`` runs in the thread of the connection, which goes on
    when it returns: a test may end the client there. A client that vanishes is no fault; what it did not send whole is
    not done. An exception in the application is answered with 500 and
    raised again at the end of the block, so that a broken emulator never passes for a broken service.
    """

    def __init__(self, application: Application, *, latency: float = 0.0, watch: Watch = unwatched) -> None:
        self.application = application
        self.watch = watch
        self.latency = latency
        self.root = ""
        self._exchanges: list[Exchange] = []
        self._crashes: list[Exception] = []
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._open: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._acceptor: threading.Thread | None = None
        self._count = 0
        self._listening = False

    def __enter__(self) -> Self:
        self._wake, self._woken = socket.socketpair()
        self._port = _bound(0)
        self._number = self._port.getsockname()[1]
        self.root = f"http://127.0.0.1:{self._number}"
        self.listen()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        self._leave()
        for thread in self._threads:
            thread.join()
        for end in (self._port, self._wake, self._woken):
            end.close()
        if self._crashes and error is None:
            raise self._crashes[0]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked so far, in the order in which it was answered."""
        with self._lock:
            return tuple(self._exchanges)

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        with self._lock:
            return self._count

    def listen(self) -> None:
        """Take connections again after ``refuse``, on the same port."""
        if self._acceptor:
            self._acceptor.join()  # or the new one would take the wake-up call that is for the old one
        with self._lock:
            self._port.listen(128)
            self._port.setblocking(False)
            self._listening = True
            selector = selectors.DefaultSelector()
            selector.register(self._port, selectors.EVENT_READ)  # here, since it may be closed before the thread runs
            selector.register(self._woken, selectors.EVENT_READ)
            self._acceptor = self._start(self._accept, self._port, selector)

    def refuse(self) -> None:
        """Break all connections and refuse new ones."""
        self._leave()
        with self._lock:
            self._port = _bound(self._number)

    def _leave(self, spared: int = 0) -> None:
        """Stop listening and break all connections but one."""
        with self._lock:
            self._port.close()
            if self._listening:
                self._wake.send(b".")
            self._listening = False
            for number, connection in self._open.items():
                if number != spared:
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self, port: socket.socket, selector: selectors.BaseSelector) -> None:
        with selector:
            while True:
                if any(key.fileobj is self._woken for key, _ in selector.select()):
                    self._woken.recv(1)
                    return
                try:
                    connection, _ = port.accept()
                except OSError:  # gone again, or the port was closed and the wake-up call is on its way
                    continue
                connection.setblocking(True)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    if not self._listening:
                        connection.close()
                        continue
                    self._count += 1
                    self._open[self._count] = connection
                    self._start(self._converse, connection, self._count)

    def _converse(self, connection: socket.socket, number: int) -> None:
        try:
            with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
                while self._exchange(connection, stream, number):
                    pass
        finally:
            with self._lock:
                del self._open[number]

    def _exchange(self, connection: socket.socket, stream: BinaryIO, number: int) -> bool:
        """Read one request and deal with it; false if the connection is not to be used again."""
        line = stream.readline(LINE_LIMIT)
        headers = _headers(stream) if line.strip() else None
        if headers is None:
            return False
        method, target, version = line.decode("latin-1").split()
        began = time.monotonic()
        parts = urlsplit(target)
        call = self.application.call(method, parts.path)
        fault = self.application.fault(call)
        broken = fault if isinstance(fault, Break) else None
        body = b"" if broken and broken.unread else _body(headers, stream)
        if body is None:
            return False
        request = Request(method, parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True)), headers, body)
        if self.latency and not (broken and broken.unread):
            self._stopping.wait(self.latency)
        accepted = fault is None or fault.accepted
        if not (broken and broken.unread):
            self.watch("before", call)
        response = Response(500)
        if accepted or not (broken and broken.unread):
            response = self._processed(request, accepted)
        if accepted:
            self.watch("after", call)
        if isinstance(fault, Instead):
            response = fault.response
        elif fault is Break.GARBLE:
            response = PORTAL
        status = 0 if broken and broken.silent else response.status
        keep = version == "HTTP/1.1" and headers.get("Connection", "").lower() != "close"
        keep = keep and broken not in {Break.TRUNCATE, Break.REFUSE_AFTERWARDS}
        with self._lock:
            self._exchanges.append(Exchange(call, request, number, status, fault, accepted, began, time.monotonic()))
        if broken and broken.silent:
            _end(connection, stream, broken)
            return False
        if broken is Break.REFUSE_AFTERWARDS:
            self._leave(number)
            self._port = _bound(self._number)
        data = _bytes(response, keep=keep)
        connection.sendall(data[: -max(1, len(response.body) // 2)] if broken is Break.TRUNCATE else data)
        return keep

    def _processed(self, request: Request, accepted: bool) -> Response:
        try:
            if accepted:
                return self.application.answer(request)
            self.application.inspect(request)
        except Exception as error:  # noqa: BLE001  raised again at the end of the block
            with self._lock:
                self._crashes.append(error)
        return Response(500, {"Content-Type": "text/plain"}, b"the emulator is broken")


def _bound(port: int) -> socket.socket:
    """A socket that keeps the port and refuses connections, until it listens."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _headers(stream: BinaryIO) -> Message | None:
    """The headers, or None if the client vanished before their end."""
    lines = [stream.readline(LINE_LIMIT)]
    while lines[-1] not in {b"\r\n", b"\n"}:
        if not lines[-1].endswith(b"\n"):
            return None
        lines.append(stream.readline(LINE_LIMIT))
    return http.client.parse_headers(io.BytesIO(b"".join(lines)))


def _body(headers: Message, stream: BinaryIO) -> bytes | None:
    """The body, or None if the client vanished before its end."""
    if headers.get("Transfer-Encoding"):
        raise NotImplementedError("the emulators read bodies of a known length only")
    length = min(int(headers.get("Content-Length", "0")), BODY_LIMIT)
    body = stream.read(length)
    return body if len(body) == length else None


def _bytes(response: Response, *, keep: bool) -> bytes:
    """The answer as one piece: two writes would wait for each other, 40 ms with Nagle and a delayed ACK."""
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    headers |= {} if keep else {"Connection": "close"}
    head = f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{head}\r\n".encode("latin-1") + response.body


def _end(connection: socket.socket, stream: BinaryIO, how: Break) -> None:
    """Break the connection in the way asked for, or leave it hanging."""
    if how.value.startswith("reset"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return
    if how.value.startswith("close"):
        connection.shutdown(socket.SHUT_WR)
    while stream.read(LINE_LIMIT):  # a connection closed with unread bytes in it would be reset instead
        pass

"""A stranger on loopback, whose replies never end, grow without end or make no sense."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sessionsmgmt.adapters.http_session import LARGEST

MEBIBYTE = 1024 * 1024

Say = Callable[[socket.socket, threading.Event], None]


@dataclass
class Stranger:
    """Somebody on a port who reads requests and says what he likes. ``asked`` counts the requests."""

    say: Say
    root: str = ""
    asked: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def listening(self) -> Iterator[Stranger]:
        with socket.create_server(("127.0.0.1", 0)) as port:
            self.root = f"http://127.0.0.1:{port.getsockname()[1]}"
            acceptor = threading.Thread(target=self._accept, args=(port,), daemon=True)
            acceptor.start()
            try:
                yield self
            finally:
                self._over.set()
                port.shutdown(socket.SHUT_RDWR)
                acceptor.join()

    def _accept(self, port: socket.socket) -> None:
        while not self._over.is_set():
            try:
                connection, _ = port.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(65_536).find(b"\r\n\r\n") < 0:
                    pass
                self.asked += 1
                self.say(connection, self._over)
            except OSError:
                return


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes, *headers: str) -> Say:
    lines = "".join(f"{one}\r\n" for one in (*headers, f"Content-Length: {len(body)}")).encode()
    return lambda connection, _: connection.sendall(HEAD + lines + b"\r\n" + body)


def for_ever(begin: bytes, piece: bytes, pause: float = 0.0) -> Say:
    """The same piece again and again, after a beginning."""

    def say(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(begin)
        while not over.wait(pause) if pause else not over.is_set():
            connection.sendall(piece)

    return say


BOMB = gzip.compress(bytes(LARGEST + MEBIBYTE), 9, mtime=0)
ZEROS = bytes(MEBIBYTE)

LARGE: dict[str, Say] = {
    "a bomb": whole(BOMB, "Content-Encoding: gzip"),
    "a bomb in a bomb": whole(gzip.compress(BOMB, 9, mtime=0), "Content-Encoding: gzip, gzip"),
    "more than there may be": whole(bytes(LARGEST + 1)),
    "no length and no end": for_ever(HEAD + b"\r\n", ZEROS),
    "chunks without end": for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + ZEROS + b"\r\n"),
    "a chunk's length without end": for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * MEBIBYTE),
    "a trailer without end": for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"x" * MEBIBYTE),
    "a header without end": for_ever(HEAD + b"X: ", b"x" * MEBIBYTE),
    "headers without end": for_ever(HEAD, b"X: y\r\n" * 10_000),
}
SLOW: dict[str, Say] = {
    "silence": for_ever(b"", b"", 0.01),
    "a status line in drops": for_ever(b"HTTP/1.1 200 ", b"O", 0.01),
    "headers in drops": for_ever(HEAD + b"X: ", b"y", 0.01),
    "a body in drops": for_ever(HEAD + b"Content-Length: 100000\r\n\r\n", b" ", 0.01),
    "chunks in drops": for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
    "continuing without end": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
    "continuing in drops": for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
}
NONSENSE: dict[str, Say] = {
    "no HTTP": lambda connection, _: connection.sendall(b"\x00\xff\r\n\r\n"),
    "a length that is none": lambda connection, _: connection.sendall(HEAD + b"Content-Length: 1, 2\r\n\r\nxx"),
    "packed and not": whole(b"{}", "Content-Encoding: gzip"),
    "a chunk that is none": lambda connection, _: connection.sendall(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"
    ),
}

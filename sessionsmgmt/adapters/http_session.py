"""HTTP for every service: replies bounded in time and size, nothing tried again, and nothing of the machine's own.

A reply is given up when its time is over, however it arrives, and when it is larger than it may be, packed or unpacked.
requests and urllib3 by themselves limit only the silence between two pieces of it.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from sessionsmgmt.base_urls import is_loopback

if TYPE_CHECKING:
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection

LARGEST = 64 * 1024 * 1024
"""Bytes of a reply, as it is unpacked."""

POOL = 8
"""Connections that are kept open to one host."""

_PIECE = 65_536
_ROOM = 1024 * 1024
"""Bytes that the packed form of a reply and its headers may have beyond ``LARGEST``."""


class ReplyTooLargeError(requests.ConnectionError):
    """A reply has more bytes than a reply may have: the rest of it is not read."""


class _Bounded(io.RawIOBase):
    """What arrives on a socket, until so many seconds are over or so many bytes were read."""

    def __init__(self, arriving: socket.socket, raw: io.RawIOBase, seconds: float, largest: int) -> None:
        self._socket = arriving
        self._raw = raw
        self._ends = time.monotonic() + seconds
        self._left = largest

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, and wait for it no longer than until the end."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the reply has taken too long")
        self._socket.settimeout(seconds)
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise OSError("the reply is too large")
        return int(count) if count is not None else None

    def close(self) -> None:
        """Let go of the socket as well."""
        self._raw.close()
        super().close()


class _Reply(http.client.HTTPResponse):
    """A reply that ends when the socket's timeout is over, counted from its beginning and not from each piece."""

    def __init__(self, arriving: socket.socket, *further: Any, **named: Any) -> None:
        super().__init__(arriving, *further, **named)
        seconds = arriving.gettimeout() or 0.0
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_Bounded(arriving, raw, seconds, LARGEST + _ROOM))


class _Connection(HTTPConnection):
    response_class: type[http.client.HTTPResponse] = _Reply


class _TlsConnection(HTTPSConnection):
    response_class: type[http.client.HTTPResponse] = _Reply


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls: type[BaseHTTPConnection] = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls: type[BaseHTTPSConnection] = _TlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class BoundedAdapter(HTTPAdapter):
    """The connections of one run. The second number of a request's timeout is the seconds that all of a reply may take.

    urllib3's own retries are off: who tries again is decided in one place (``patience``). ``retries`` may look at a
    reply all the same, before anybody else does. ``largest`` is the most bytes of a reply, as it is unpacked.
    """

    def __init__(self, retries: urllib3.Retry | int = 0, largest: int = LARGEST) -> None:
        self._largest = largest
        super().__init__(pool_connections=POOL, pool_maxsize=POOL, max_retries=retries)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Make connections of our own kind."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Make connections of our own kind through a proxy as well."""
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """Send it, and read the whole reply. What goes wrong on the way is an exception of ``requests``."""
        response = super().send(request, *arguments, **{**named, "stream": True})
        try:
            body = _whole(response, self._largest)
        except BaseException:
            response.close()
            raise
        # requests has no other way to be given a body that was read already; its own adapters' tests do it like this
        response._content = body  # noqa: SLF001 - see the line above
        response.encoding = "utf-8"  # JSON's own; to guess one from the bytes could take minutes
        return response

    def open(self, address: str, seconds: float, settings: Mapping[str, Any]) -> None:
        """Open a connection to the host of the address, if none is open, and keep it for the next request.

        ``settings`` are those of ``Session.merge_environment_settings``. Raises an exception of urllib3, or OSError.
        """
        request = requests.Request("GET", address).prepare()
        pool: Any = self.get_connection_with_tls_context(
            request, settings["verify"], proxies=settings["proxies"], cert=settings["cert"]
        )
        connection = pool._get_conn()  # noqa: SLF001 - urllib3 opens a connection for a request only
        try:
            connection.timeout = seconds
            if connection.is_closed and pool.proxy is not None and pool.scheme == "https":
                pool._prepare_proxy(connection)  # noqa: SLF001 - as urllib3 does for a request
            elif connection.is_closed:
                connection.connect()
        except BaseException:
            connection.close()
            raise
        finally:
            pool._put_conn(connection)  # noqa: SLF001 - the pool has no public way to return it


def _whole(response: requests.Response, largest: int) -> bytes:
    pieces, size = [], 0
    for piece in response.iter_content(_PIECE):
        size += len(piece)
        if size > largest:
            raise ReplyTooLargeError(f"the reply has more than {largest} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def fitted(session: requests.Session, adapter: BoundedAdapter, root: str) -> requests.Session:
    """The session with the adapter's connections, for calls below the root.

    Nothing is taken from ``.netrc``. Towards a root on loopback, nothing of the environment counts: neither a proxy nor
    certificates.
    """
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.auth = _keep_as_is
    session.trust_env = not is_loopback(root)
    return session


def _keep_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An ``auth`` that adds nothing: without one, requests looks for credentials in ``.netrc`` and would send them."""
    return request

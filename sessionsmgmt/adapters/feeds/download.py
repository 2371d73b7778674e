"""Downloads a feed: bounded in bytes, time and redirects, and never from a host of a private network by a redirect.

A name is resolved once for each request, its IP addresses are checked, and the connection goes to a checked one. So an
answer of the DNS that changes in between makes no difference. A proxy of the environment is not used: it would resolve
the name again by itself.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from sessionsmgmt.adapters.feeds.addresses import own_hosts, permitted, redirected
from sessionsmgmt.adapters.http_session import BoundedAdapter, ReplyTooLargeError, fitted
from sessionsmgmt.errors import ConsentError, InputError, UnreachableError
from sessionsmgmt.retry import RetryLater, RetryPolicy, retry, retry_after

MAX_BYTES = 10 * 2**20
"""The most bytes of a feed, as it is unpacked."""

MAX_SECONDS = 60
"""The most seconds that a feed takes, with redirects and with what is tried again."""

MAX_REDIRECTS = 5
"""The most redirects that are followed."""

_CONNECT = 10
_MAX_HOSTS = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)  # ValueError: a bad Location


class UnknownHostError(OSError):
    """The name of a host has no IP address, or none in time."""


Resolve = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host's name. Raises OSError where there are none."""


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The IP addresses as the machine's resolver says them, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Download:
    """How a feed is downloaded. ``named`` is how messages name it, since its address may be a secret.

    ``may_be_private`` says whether the feed's own host may be in a private network. A host that has public addresses
    too is asked at those alone. ``seconds`` is the most that all
    of it takes.
    """

    named: str
    may_be_private: bool
    retry_policy: RetryPolicy = RetryPolicy()
    seconds: float = MAX_SECONDS
    resolve: Resolve = field(default=resolve)

    def content(self, address: str) -> bytes:
        """What is at the address.

        Raises UnreachableError if it could not be read whole, ConsentError if the server wants a sign-in, and
        InputError if the host is private and may not be.
        """
        policy = self.retry_policy
        ends = policy.clock() + self.seconds
        limited = replace(policy, total=min(policy.total, self.seconds))
        return retry(lambda: self._attempt(address, ends), f"The calendar feed ({self.named})", limited)

    def _attempt(self, address: str, ends: float) -> bytes | RetryLater:
        own: frozenset[str] = frozenset()
        try:
            for redirects in range(MAX_REDIRECTS + 1):
                hosts = self._hosts(address, ends)
                allowed = permitted(hosts, own) if redirects else own_hosts(hosts, self.may_be_private)
                if not allowed:
                    raise self._refused(redirects)
                own = own or frozenset(allowed)
                reply = self._ask(address, allowed[:_MAX_HOSTS], ends)
                location = requests.Session().get_redirect_target(reply)
                if reply.status_code not in _REDIRECTS or location is None:
                    return self._judged(reply)
                address = redirected(address, location)
                if not address:
                    raise UnreachableError(
                        f"{self.named} leads to an address that is not https, or has a password in it.", _NEW_ADDRESS
                    )
        except ReplyTooLargeError:
            raise UnreachableError(
                f"{self.named} is larger than {MAX_BYTES // 2**20} MiB.",
                "Take a calendar that has the club's sessions only.",
            ) from None
        except UnknownHostError:
            return RetryLater("nobody knows the name of its host, or says it in time")
        except _BROKEN as error:
            return RetryLater(f"the connection failed ({type(error).__name__})")
        raise UnreachableError(f"{self.named} has more than {MAX_REDIRECTS} redirects.", _NEW_ADDRESS)

    def _refused(self, redirects: int) -> InputError | UnreachableError:
        if redirects:
            text = f"{self.named} redirects into a private network, which is not followed."
            return UnreachableError(text, _NEW_ADDRESS)
        return InputError(f"{self.named} is in a private network.", "Put its address into CALENDAR_URL instead.")

    def _hosts(self, address: str, ends: float) -> Sequence[str]:
        """The IP addresses of the address's host. Raises UnknownHostError where there are none in time.

        The machine's resolver knows no limit of time, so it is asked in a thread that is left behind.
        """
        parts = urlsplit(requests.Request("GET", address).prepare().url or "")  # a name in its ASCII form
        host, port = parts.hostname or "", parts.port or _port(parts.scheme)
        answers: list[Sequence[str]] = []

        def ask() -> None:
            try:
                answers.append(self.resolve(host, port))
            except (OSError, UnicodeError):
                answers.append(())

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self._left(ends))
        if not answers or not answers[0]:
            raise UnknownHostError
        return answers[0]

    def _left(self, ends: float) -> float:
        """The seconds that are left. Raises TimeoutError where there are none."""
        seconds = ends - self.retry_policy.clock()
        if seconds <= 0:
            raise TimeoutError("it took too long")
        return seconds

    def _ask(self, address: str, hosts: Sequence[str], ends: float) -> requests.Response:
        """The reply of the first of the hosts that answers."""
        for host in hosts[:-1]:
            try:
                return self._ask_host(address, host, ends)
            except (requests.ConnectTimeout, requests.ConnectionError) as error:
                if isinstance(error, ReplyTooLargeError):
                    raise
        return self._ask_host(address, hosts[-1], ends)

    def _ask_host(self, address: str, host: str, ends: float) -> requests.Response:
        """The reply of this IP address, which is asked and checked by the host's name."""
        parts = urlsplit(requests.Request("GET", address).prepare().url or "")
        literal = f"[{host}]" if ":" in host else host
        port = f":{parts.port}" if parts.port else ""
        adapter = BoundedAdapter(largest=MAX_BYTES)
        if parts.scheme == "https":
            adapter.poolmanager.connection_pool_kw["server_hostname"] = parts.hostname
        with fitted(requests.Session(), adapter, address) as session:
            session.trust_env = False
            left = self._left(ends)
            return session.get(
                urlunsplit((parts.scheme, f"{literal}{port}", parts.path, parts.query, "")),
                headers={
                    "Host": parts.netloc,
                    "Accept": "text/calendar, */*;q=0.1",
                    "Accept-Encoding": "gzip",
                    "User-Agent": "sessionsmgmt",
                },
                timeout=(min(_CONNECT, left), left),
                allow_redirects=False,
                verify=_certificates(),
            )

    def _judged(self, reply: requests.Response) -> bytes | RetryLater:
        status = reply.status_code
        if status == HTTPStatus.OK:
            return reply.content
        if status in _PASSING:
            headers = {name.lower(): value for name, value in reply.headers.items()}
            return RetryLater(f"it answered {status}", retry_after(headers, self.retry_policy.today()))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise ConsentError(f"{self.named} is refused without a sign-in ({status}).", _NEW_ADDRESS)
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise UnreachableError(f"{self.named} leads to nothing ({status}).", _NEW_ADDRESS)
        raise UnreachableError(f"{self.named} was answered with {status} and no calendar.", _NEW_ADDRESS)


_NEW_ADDRESS = "Copy the calendar's address from its settings again (docs/feeds.md)."


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _certificates() -> str | bool:
    """Where the trusted certificates are: what SSL_CERT_FILE names, the system's, else those that requests brings."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or True

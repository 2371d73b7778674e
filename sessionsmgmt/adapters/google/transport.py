"""One way to Google for every call: one connection pool, explicit timeouts, reads tried again, sends never.

googleapiclient speaks to something shaped like ``httplib2.Http``. httplib2 itself sends a POST again when the other
side closes without a reply, which would be a second email; so googleapiclient is given an adapter over ``requests``
instead, which tries once. httplib2 is not even loaded (see ``postponed_imports``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol

import requests
import urllib3

from sessionsmgmt.adapters.google.error_replies import ErrorReply, error_reply
from sessionsmgmt.adapters.http_session import BoundedAdapter, fitted
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import UnreachableError
from sessionsmgmt.retry import RetryLater, RetryPolicy
from sessionsmgmt.retry import retry as until_kept
from sessionsmgmt.secret_masking import Mask

BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.InvalidHeader,
)
"""How a reply fails that does not come, or not whole, or not as HTTP."""
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection and for all of a reply."""

    connect: float = 10
    read: float = 30


@dataclass(frozen=True, slots=True)
class Response:
    """What googleapiclient and its errors read of an ``httplib2.Response``, and the headers, by names in lower case."""

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Http(Protocol):
    """The part of ``httplib2.Http`` that googleapiclient uses."""

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Response, bytes]:
        """One call."""
        ...


@dataclass(frozen=True, slots=True)
class Once:
    """Calls through the session, each tried once. What goes wrong on the way is ``requests``' own exception."""

    session: requests.Session
    timeouts: Timeouts = Timeouts()

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Response, bytes]:
        """One request, without following a redirect: Google's APIs use none, and a POST must not be repeated."""
        reply = self.session.request(
            method,
            uri,
            data=body,
            headers=dict(headers or {}),
            timeout=(self.timeouts.connect, self.timeouts.read),
            allow_redirects=False,
        )
        headers_in_lower_case = {name.lower(): value for name, value in reply.headers.items()}
        response = Response(reply.status_code, reply.reason, headers_in_lower_case)
        # googleapiclient looks for the reason of a refusal in it, and fails where it can't be parsed
        return response, reply.content if _is_document(reply.content) else b""


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to Google, one for a run: its connections, how long to wait, and whether another root stands in.

    ``root`` has no slash at its end and is empty for Google itself (see ``roots.root``). ``mask`` is told every token
    that Google gives, before it is used.
    """

    mask: Mask = field(repr=False)
    root: str = ""
    timeouts: Timeouts = Timeouts()
    retry_policy: RetryPolicy = RetryPolicy()
    _adapter: BoundedAdapter = field(default_factory=BoundedAdapter, repr=False)

    def at(self, address: str, path: str) -> str:
        """Google's own address, or the path below the root that stands in for it."""
        return f"{self.root}{path}" if self.root else address

    def bare(self) -> Once:
        """Calls that carry no access token of their own, over the run's connections.

        Nothing of the machine's own goes along (no ``.netrc``).
        """
        return Once(fitted(requests.Session(), self._adapter, self.root), self.timeouts)

    def open(self, address: str) -> None:
        """Open a connection for the first request below the address. Raises UnreachableError where that can't be."""
        settings = self.bare().session.merge_environment_settings(address, {}, None, None, None)

        def opened() -> bool | RetryLater:
            try:
                self._adapter.open(address, self.timeouts.connect, settings)
            except (urllib3.exceptions.HTTPError, requests.RequestException, OSError) as error:
                return RetryLater(f"the connection failed ({type(error).__name__})")
            return True

        until_kept(opened, "Google", self.retry_policy)


@dataclass(frozen=True, slots=True)
class Patient:
    """Calls that may be made twice, tried again while that can help and the time lasts.

    Those are calls that only read, and those that ``If-Match`` lets come true once.
    """

    http: Http
    retry_policy: RetryPolicy = RetryPolicy()

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Response, bytes]:
        """One call. Raises UnreachableError when the time is up; a refusal that will not pass is returned at once."""

        def attempt() -> tuple[Response, bytes]:
            return self.http.request(uri, method, body, headers)

        return retry(attempt, is_passing, self.retry_policy)


def retry(
    attempt: Callable[[], tuple[Response, bytes]],
    again: Callable[[Response, bytes], bool],
    retry_policy: RetryPolicy,
) -> tuple[Response, bytes]:
    """Try until the reply is one to keep; see ``patience.persist``.

    A limit that lasts is a reply to keep as well: whoever asked knows what could not be done because of it.
    """
    limited: list[tuple[Response, bytes]] = []

    def tried() -> tuple[Response, bytes] | RetryLater:
        limited.clear()
        try:
            response, content = attempt()
        except BROKEN as error:
            return RetryLater(f"the connection failed ({type(error).__name__})")
        if not again(response, content):
            return response, content
        reply = refusal(response, content, retry_policy)
        if reply.is_limit:
            limited.append((response, content))
        return RetryLater(f"it answered {response.status} and nothing of use", reply.wait)

    try:
        return until_kept(tried, "Google", retry_policy)
    except UnreachableError:
        if limited:
            return limited[0]
        raise


def refusal(response: Response, content: bytes, retry_policy: RetryPolicy) -> ErrorReply:
    """What a reply that is no success says."""
    return error_reply(response.status, response.headers, content, retry_policy.today())


def is_passing(response: Response, content: bytes) -> bool:
    """Whether the same question may well be answered a little later. A success that is no JSON is not Google's."""
    stranger = response.status == requests.codes.ok and not (
        content.lstrip()[:1] == b"{" and response.headers.get("content-type", "").startswith(JSON)
    )
    return stranger or response.status in RETRIED or refusal(response, content, RetryPolicy()).is_limit


def _is_document(content: bytes) -> bool:
    """Whether it is JSON that can be parsed."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True

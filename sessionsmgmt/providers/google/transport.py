"""One way to Google for every call: one connection pool, explicit timeouts, reads tried again, sends never.

googleapiclient speaks to something shaped like ``httplib2.Http``. httplib2 itself sends a POST again when the other
side closes without a reply, which would be a second email; so what it is given here is an adapter over
``requests``, which tries once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import requests
from requests.adapters import HTTPAdapter

from sessionsmgmt.masks import unmasked
from sessionsmgmt.patience import Later, Patience, retry_after
from sessionsmgmt.patience import persist as until_kept

if TYPE_CHECKING:
    import httplib2

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
RATE_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
"""Why a 403 is only a matter of time (Calendar and Gmail: "Resolve errors")."""
POOL = 8
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection and for a reply."""

    connect: float = 10
    read: float = 30


class Http(Protocol):
    """The part of ``httplib2.Http`` that googleapiclient uses."""

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[httplib2.Response, bytes]:
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
    ) -> tuple[httplib2.Response, bytes]:
        """One request, without following a redirect: Google's APIs use none, and a POST must not be repeated."""
        import httplib2

        reply = self.session.request(
            method,
            uri,
            data=body,
            headers=dict(headers or {}),
            timeout=(self.timeouts.connect, self.timeouts.read),
            allow_redirects=False,
        )
        response = httplib2.Response({**reply.headers, "status": str(reply.status_code)})
        response.reason = reply.reason
        return response, reply.content


def _pool() -> HTTPAdapter:
    """urllib3's own retries are off: who tries again is decided in one place."""
    return HTTPAdapter(pool_connections=POOL, pool_maxsize=POOL, max_retries=0)


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to Google, one for a run: its connections, how long to wait, and whether another root stands in.

    ``root`` has no slash at its end and is empty for Google itself (see ``roots.root``). ``mask`` is told every token
    that Google gives, before it is used.
    """

    root: str = ""
    timeouts: Timeouts = Timeouts()
    patience: Patience = Patience()
    mask: Callable[[str], None] = field(default=unmasked, repr=False)
    _adapter: HTTPAdapter = field(default_factory=_pool, repr=False)

    def at(self, address: str, path: str) -> str:
        """Google's own address, or the path below the root that stands in for it."""
        return f"{self.root}{path}" if self.root else address

    def over(self, session: requests.Session) -> Once:
        """Calls through the session over the run's connections, with nothing of the machine's own (no ``.netrc``)."""
        session.mount("https://", self._adapter)
        session.mount("http://", self._adapter)
        session.auth = _keep_as_is
        return Once(session, self.timeouts)

    def bare(self) -> Once:
        """Calls that carry no access token: those to the token endpoint."""
        return self.over(requests.Session())


def _keep_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An ``auth`` that adds nothing: without one, requests looks for credentials in ``.netrc`` and would send them."""
    return request


@dataclass(frozen=True, slots=True)
class Patient:
    """Calls that may be made twice, tried again while that can help and the time lasts.

    Those are calls that only read, and those that ``If-Match`` lets come true once.
    """

    once: Once
    patience: Patience = Patience()

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[httplib2.Response, bytes]:
        """One call. Raises UnreachableError when the time is up; a refusal that will not pass is returned at once."""

        def attempt() -> tuple[httplib2.Response, bytes]:
            return self.once.request(uri, method, body, headers)

        return persist(attempt, is_passing, self.patience)


def persist(
    attempt: Callable[[], tuple[httplib2.Response, bytes]],
    again: Callable[[httplib2.Response, bytes], bool],
    patience: Patience,
) -> tuple[httplib2.Response, bytes]:
    """Try until the reply is one to keep; see ``patience.persist``."""

    def tried() -> tuple[httplib2.Response, bytes] | Later:
        try:
            response, content = attempt()
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            return Later(f"the connection failed ({type(error).__name__})")
        if not again(response, content):
            return response, content
        return Later(f"it answered {response.status} and nothing of use", retry_after(response, patience.today()))

    return until_kept(tried, "Google", patience)


def reasons(content: bytes) -> frozenset[str]:
    """Why Google refuses, in its own words for machines: ``error.errors[].reason`` and ``error.details[].reason``."""
    try:
        error = json.loads(content)["error"]
        rows = [*error.get("errors", ()), *error.get("details", ())]
        return frozenset(str(row["reason"]) for row in rows if "reason" in row)
    except (ValueError, TypeError, KeyError, AttributeError):
        return frozenset()


def is_rate_limit(status: int, content: bytes) -> bool:
    """Whether the reply says "later": 429, or a 403 whose reason is a rate."""
    return status == requests.codes.too_many or (
        status == requests.codes.forbidden and bool(reasons(content) & RATE_REASONS)
    )


def is_passing(response: httplib2.Response, content: bytes) -> bool:
    """Whether the same question may well be answered a little later. A success that is no JSON is not Google's."""
    stranger = response.status == requests.codes.ok and not response.get("content-type", "").startswith(JSON)
    return stranger or response.status in RETRIED or is_rate_limit(response.status, content)

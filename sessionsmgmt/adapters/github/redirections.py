"""Redirections are not followed, so that a token reaches only the server that it is for."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from urllib3 import BaseHTTPResponse, Retry

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool

_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})


class MovedError(Exception):
    """GitHub answered with a redirection. ``path`` is the path that was asked for."""

    def __init__(self, status: int, path: str, location: str) -> None:
        super().__init__(status)
        self.status = status
        self.path = path
        self.location = location


class NoRedirect(Retry):
    """The policy of PyGithub's connections: no request is sent again, and no redirection is followed.

    PyGithub itself follows a 301 without its query, and takes the body of any other redirection for the answer.
    """

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: ARG002 - as urllib3 has it
        """Whether ``increment`` is to be called with the reply."""
        return status_code in _REDIRECTIONS

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Raise MovedError for a redirection, and what urllib3 raises for everything else."""
        if response is not None and response.status in _REDIRECTIONS:
            response.close()
            raise MovedError(response.status, url or "", response.headers.get("location", ""))
        return super().increment(method, url, response, error, _pool, _stacktrace)

"""PyGithub's connections, over the one HTTP session of all services: bounded replies, nothing of the machine's own."""

from __future__ import annotations

from typing import Any

from github import Github
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

from sessionsmgmt.adapters.http_session import BoundedAdapter, fitted


class _BoundedHttps(HTTPSRequestsConnectionClass):
    """A connection to GitHub, as PyGithub makes it, but for its session."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        fitted(self.session, BoundedAdapter(self.retry), f"{self.protocol}://{self.host}")


class _BoundedHttp(HTTPRequestsConnectionClass):
    """The same without TLS, which only roots on loopback have."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        fitted(self.session, BoundedAdapter(self.retry), f"{self.protocol}://{self.host}")


def bound(api: Github) -> None:
    """Let all calls of ``api`` go over such connections.

    PyGithub's own way to say so (``injectConnectionClasses``) is for all of the process, and opens a connection for
    each call. So the one name is set that it looks at; a test would notice if it looked at another one.
    """
    plain = api.requester.scheme == "http"
    vars(api.requester)["_Requester__connectionClass"] = _BoundedHttp if plain else _BoundedHttps

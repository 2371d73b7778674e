"""The connections of PyGithub, with bounded replies and with no credentials of the machine (see ``http_session``)."""

from __future__ import annotations

from typing import Any

from github import Github
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

from sessionsmgmt.adapters.http_session import BoundedAdapter, fitted


class _BoundedHttps(HTTPSRequestsConnectionClass):
    """PyGithub's connection with our session."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        fitted(self.session, BoundedAdapter(self.retry), f"{self.protocol}://{self.host}")


class _BoundedHttp(HTTPRequestsConnectionClass):
    """The same without TLS. Only a base URL on loopback has no TLS."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        fitted(self.session, BoundedAdapter(self.retry), f"{self.protocol}://{self.host}")


def bound(api: Github) -> None:
    """Make ``api`` use these connections for all of its calls.

    PyGithub's own function for that (``injectConnectionClasses``) changes the whole process, and opens a connection for
    each call. So the private name that PyGithub reads is set here. A test fails if PyGithub reads another name.
    """
    plain = api.requester.scheme == "http"
    vars(api.requester)["_Requester__connectionClass"] = _BoundedHttp if plain else _BoundedHttps

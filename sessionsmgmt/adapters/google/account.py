"""The club's account: one session per stage, each with its own narrow access, over the run's one connection pool."""

from __future__ import annotations

import json
import threading
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.credentials import Credentials

from sessionsmgmt.adapters.google.credentials import StoredCredential
from sessionsmgmt.adapters.google.tokens import Granted, excess, lapses, refresh
from sessionsmgmt.adapters.google.transport import Connection, Http, Once, Patient
from sessionsmgmt.domain.model.warning import ReportWarning

VERSIONS = {"calendar": "v3", "people": "v1", "gmail": "v1"}


@dataclass(frozen=True, slots=True)
class Account:
    """The club's account, as everything that reads or sends for it sees it."""

    credential: StoredCredential
    connection: Connection
    calendars: dict[str, str] = field(default_factory=dict, repr=False)
    """The ids of calendars by name, as far as this run has asked for them."""
    _stages: dict[frozenset[str], tuple[Once, Granted]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reading(self, name: str, scopes: frozenset[str]) -> Any:
        """The API for calls that only read: tried again while that can help. Raises as ``tokens.refresh`` does."""
        once = self._stage(scopes, renewals=1)
        return _service(name, self.connection.root, Patient(once, self.connection.retry_policy))

    def guarded(self, name: str, scopes: frozenset[str]) -> Any:
        """The API for calls that change something, and only if nobody else did in between (``If-Match``).

        They are tried again like those that read, whose stage they share: one that came true without our hearing of it
        is refused the next time. Raises as ``tokens.refresh`` does.
        """
        return self.reading(name, scopes)

    def sending(self, name: str, scopes: frozenset[str]) -> Any:
        """The API for calls that must not happen twice: each is tried once. Raises as ``tokens.refresh`` does."""
        return _service(name, self.connection.root, self._stage(scopes, renewals=0))

    def open(self, name: str, scopes: frozenset[str]) -> None:
        """Do all of ``sending`` that can be done before there is something to send: the token, and a connection.

        Raises as ``tokens.refresh`` does, and UnreachableError where there is no connection.
        """
        self._stage(scopes, renewals=0)
        self.connection.open(self.connection.at(str(_document(name)["rootUrl"]), "/"))

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What the token endpoint said that a person should know."""
        stages = [granted for _, granted in self._stages.values()]
        return tuple(dict.fromkeys(one for granted in stages for one in (*lapses(granted), *excess(granted))))

    def _stage(self, scopes: frozenset[str], renewals: int) -> Once:
        """Calls whose access token is good for these scopes alone; the token is fetched on the first call.

        ``renewals`` is how often a call that is answered 401 is made again with a fresh token. Raises as
        ``tokens.refresh`` does. Safe to call, and what it gives to use, from several threads.
        """
        with self._lock:
            if scopes not in self._stages:
                self._stages[scopes] = self._open(scopes, renewals)
            return self._stages[scopes][0]

    def _open(self, scopes: frozenset[str], renewals: int) -> tuple[Once, Granted]:
        def renew(*_: object, **__: object) -> tuple[str, datetime]:
            """The form of google-auth's ``refresh_handler``: a token, and the UTC instant it ends at without a zone."""
            return _of(refresh(self.credential, scopes, self.connection))

        granted = refresh(self.credential, scopes, self.connection)
        token, expiry = _of(granted)
        session = AuthorizedSession(
            Credentials(token=token, expiry=expiry, refresh_handler=renew),
            max_refresh_attempts=renewals,
            auth_request=Request(requests.Session()),
        )
        return self.connection.over(session), granted


def _of(granted: Granted) -> tuple[str, datetime]:
    return granted.access_token.reveal(), granted.expires.replace(tzinfo=None)


def _service(name: str, root: str, http: Http) -> Any:
    """One of Google's APIs, from the description that ships with the library, below ``root`` if there is one.

    The library warns of old Pythons, by today's date, when it is imported. That is for those who pin it, not for a log.
    """
    warnings.filterwarnings("ignore", "You are using a .*Python version", FutureWarning)
    from googleapiclient.discovery import build_from_document

    document = _document(name)
    if root:
        # every address is made from these: nothing is left that points at Google's own hosts
        document["rootUrl"] = f"{root}/"
        document["baseUrl"] = f"{root}/{document['servicePath']}"
        document.pop("mtlsRootUrl", None)
    return build_from_document(document, http=http)


def _document(name: str) -> dict[str, Any]:
    documents = resources.files("googleapiclient.discovery_cache") / "documents"
    document: dict[str, Any] = json.loads((documents / f"{name}.{VERSIONS[name]}.json").read_text(encoding="utf-8"))
    return document

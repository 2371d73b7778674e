"""The club's account: one access token per stage, each for narrow scopes, over the run's one connection pool."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any

from sessionsmgmt.adapters.google.credentials import StoredCredential
from sessionsmgmt.adapters.google.tokens import Granted, excess, lapses, refresh
from sessionsmgmt.adapters.google.transport import Connection, Http, Once, Patient, Response
from sessionsmgmt.adapters.postponed_imports import RARELY_USED_AT_GOOGLE, postpone
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning

if TYPE_CHECKING:
    from google.oauth2.credentials import Credentials

VERSIONS = {"calendar": "v3", "people": "v1", "gmail": "v1"}


@dataclass(frozen=True, slots=True)
class Authorized:
    """Calls that carry an access token, which is renewed when it is about to end. Safe to use from several threads.

    Where ``renews`` says so, a call that is answered 401 is made once more with a fresh token. google-auth's own
    ``AuthorizedSession`` does the same; but it loads all that service accounts sign with, and puts a connection of its
    own in the place of the run's where the machine has a client certificate.
    """

    once: Once
    credentials: Credentials
    renews: bool
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Response, bytes]:
        """One call. Raises as ``tokens.refresh`` does where no token is to be had, and as ``Once`` does."""
        carried = self._authorized(uri, method, headers)
        response, content = self.once.request(uri, method, body, carried)
        if response.status != HTTPStatus.UNAUTHORIZED or not self.renews:
            return response, content
        self._renew(carried)
        return self.once.request(uri, method, body, self._authorized(uri, method, headers))

    def _authorized(self, uri: str, method: str, headers: Mapping[str, str] | None) -> dict[str, str]:
        carried = dict(headers or {})
        with self._lock:
            self.credentials.before_request(None, method, uri, carried)
        return carried

    def _renew(self, refused: Mapping[str, str]) -> None:
        """Renew the token that was refused, unless another thread has renewed it."""
        with self._lock:
            if refused["authorization"].endswith(f" {self.credentials.token}"):
                self.credentials.refresh(None)


@dataclass(frozen=True, slots=True)
class Account:
    """The club's account, as everything that reads or sends for it sees it."""

    credential: StoredCredential
    connection: Connection
    calendars: dict[str, str] = field(default_factory=dict, repr=False)
    """The ids of calendars by name, as far as this run has asked for them."""
    _stages: dict[frozenset[str], tuple[Authorized, Granted]] = field(default_factory=dict, repr=False)
    _services: dict[tuple[str, tuple[str, ...], frozenset[str], bool], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reading(self, name: str, scopes: frozenset[str]) -> Any:
        """The API for calls that only read: tried again while that can help. Raises as ``tokens.refresh`` does."""
        return self._service(name, scopes, sends=False)

    def guarded(self, name: str, scopes: frozenset[str]) -> Any:
        """The API for calls that change something, and only if nobody else did in between (``If-Match``).

        They are tried again like calls that read, and share their token. A call that took effect although no reply came
        is refused the next time. Raises as ``tokens.refresh`` does.
        """
        return self.reading(name, scopes)

    def sending(self, name: str, scopes: frozenset[str], *collections: str) -> Any:
        """The API for calls that must not happen twice: each is tried once. Raises as ``tokens.refresh`` does.

        With ``collections``, the innermost of them: googleapiclient takes 0.6 ms to make one, which is too long for
        each email.
        """
        return self._service(name, scopes, *collections, sends=True)

    def open(self, name: str, scopes: frozenset[str]) -> None:
        """Get the token and a connection for ``sending``, before there is something to send.

        Raises as ``tokens.refresh`` does, and UnreachableError where there is no connection.
        """
        self._stage(scopes, renews=False)
        self.connection.open(self.connection.at(str(_document(name)["rootUrl"]), "/"))

    def warnings(self) -> tuple[ReportWarning, ...]:
        """The warnings that follow from the replies of the token endpoint."""
        stages = [granted for _, granted in self._stages.values()]
        return tuple(dict.fromkeys(warning for granted in stages for warning in (*lapses(granted), *excess(granted))))

    def _service(self, name: str, scopes: frozenset[str], *collections: str, sends: bool) -> Any:
        """The API for calls of one kind, made once a run: it holds nothing of a call, so threads may share it."""
        key = (name, collections, scopes, sends)
        if key not in self._services:
            authorized = self._stage(scopes, renews=not sends)
            http = authorized if sends else Patient(authorized, self.connection.retry_policy)
            api = service(name, self.connection.root, http)
            for collection in collections:
                api = getattr(api, collection)()
            self._services[key] = api
        return self._services[key]

    def _stage(self, scopes: frozenset[str], *, renews: bool) -> Authorized:
        """Calls with an access token for these scopes alone. The first use of the scopes asks Google for the token.

        ``renews`` is as ``Authorized`` has it. Raises as ``tokens.refresh`` does. Safe to call from several threads.
        """
        with self._lock:
            if scopes not in self._stages:
                self._stages[scopes] = self._open(scopes, renews=renews)
            return self._stages[scopes][0]

    def _open(self, scopes: frozenset[str], *, renews: bool) -> tuple[Authorized, Granted]:
        postpone(RARELY_USED_AT_GOOGLE)
        from google.oauth2.credentials import Credentials

        def renew(*_: object, **__: object) -> tuple[str, datetime]:
            """google-auth's ``refresh_handler``: a token, and the UTC instant at which it ends, without a zone."""
            return _of(refresh(self.credential, scopes, self.connection))

        granted = refresh(self.credential, scopes, self.connection)
        token, expiry = _of(granted)
        credentials = Credentials(token=token, expiry=expiry, refresh_handler=renew)
        return Authorized(self.connection.bare(), credentials, renews), granted


def _of(granted: Granted) -> tuple[str, datetime]:
    return granted.access_token.reveal(), granted.expires.replace(tzinfo=None)


def service(name: str, root: str, http: Http) -> Any:
    """One of Google's APIs, from the description that ships with the library, below ``root`` if there is one.

    The description's schemas only become the help texts of methods, which takes 9 ms for each use of the contacts; so
    they are left empty.

    The library warns of old Pythons, by today's date, when it is imported. That is for those who pin it, not for a log.
    """
    warnings.filterwarnings("ignore", "You are using a .*Python version", FutureWarning)
    postpone(RARELY_USED_AT_GOOGLE)
    from googleapiclient.discovery import build_from_document

    document = _document(name)
    document["schemas"] = {schema: {"type": "object"} for schema in document["schemas"]}
    if root:
        # the library makes every address from these, so none of Google's own hosts is left
        document["rootUrl"] = f"{root}/"
        document["baseUrl"] = f"{root}/{document['servicePath']}"
        document.pop("mtlsRootUrl", None)
    return build_from_document(document, http=http)


def _document(name: str) -> dict[str, Any]:
    documents = resources.files("googleapiclient.discovery_cache") / "documents"
    document: dict[str, Any] = json.loads((documents / f"{name}.{VERSIONS[name]}.json").read_text(encoding="utf-8"))
    return document

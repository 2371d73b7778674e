"""Clients to try the emulators with: google-api-python-client for the calls, requests for what lies beneath."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import httplib2
import requests
from googleapiclient.discovery import build_from_document

from tests.emulators.google import GoogleEmulator
from tests.emulators.google.description import DOCUMENTS
from tests.emulators.google.world import ALL_SCOPES


@cache
def document(service: str) -> dict[str, Any]:
    """A discovery document as google-api-python-client ships it."""
    folder = files("googleapiclient.discovery_cache") / "documents"
    found: dict[str, Any] = json.loads((folder / f"{DOCUMENTS[service]}.json").read_text(encoding="utf-8"))
    return found


class Client:
    """Somebody with a token of these scopes. Never repeats a request; waits ``timeout`` seconds for a reply."""

    def __init__(self, google: GoogleEmulator, scopes: Iterable[str] = ALL_SCOPES, *, timeout: float = 300) -> None:
        self.google = google
        self.timeout = timeout
        self.session = requests.Session()
        self._scopes = scopes

    def __enter__(self) -> Self:
        reply = self.refresh(scope=" ".join(self._scopes))
        self.session.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.session.close()

    def refresh(self, **fields: str) -> requests.Response:
        """Ask for an access token with the refresh token; fields given replace those that would be right."""
        known = json.loads(self.google.credentials)
        form = {name: known[name] for name in ("client_id", "client_secret", "refresh_token")}
        return self.post("/token", {"grant_type": "refresh_token", **form, **fields})

    def get(self, path: str, **parameters: Any) -> requests.Response:
        """GET below the root."""
        return self.session.get(self.google.root + path, params=parameters, timeout=self.timeout)

    def post(self, path: str, form: Mapping[str, str]) -> requests.Response:
        """POST a form below the root."""
        return self.session.post(self.google.root + path, data=form, timeout=self.timeout, allow_redirects=False)

    def request(
        self, uri: str, method: str = "GET", body: bytes | None = None, headers: Any = None, **_: object
    ) -> tuple[httplib2.Response, bytes]:
        """What google-api-python-client calls instead of httplib2's."""
        answer = self.session.request(method, uri, data=body, headers=headers, timeout=self.timeout)
        return httplib2.Response({**answer.headers, "status": str(answer.status_code)}), answer.content

    def service(self, name: str) -> Any:
        """An API of google-api-python-client, at the emulator."""
        shipped = {key: value for key, value in document(name).items() if key != "mtlsRootUrl"}
        return build_from_document(shipped | {"rootUrl": f"{self.google.root}/"}, http=self)


def reason(answer: requests.Response) -> str:
    """The reason in an error of Calendar or Gmail."""
    found: str = answer.json()["error"]["errors"][0]["reason"]
    return found

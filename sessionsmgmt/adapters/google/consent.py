"""The consent of the account's owner: given once, in a browser, and taken back.

The flow is the one for installed programs: a loopback redirect (RFC 8252, section 7.3) with PKCE (RFC 7636) and a
``state`` that ties the answer to its question.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.scopes import METADATA, NEEDED_FOR
from sessionsmgmt.adapters.google.tokens import exchange_code, is_passing_sign_in, refused_consent
from sessionsmgmt.adapters.google.transport import Connection, refusal, retry
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import ConsentError, InputError, UnreachableError
from sessionsmgmt.secret_masking import Mask, Secret

AUTHORIZATION = "https://accounts.google.com/o/oauth2/v2/auth"
REVOCATION = "https://oauth2.googleapis.com/revoke"
TIME_TO_AGREE = 600.0
"""Seconds that a person has for the browser."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client by which Google knows the program: a "Desktop app" of the club's own project."""

    id: str = field(repr=False)
    secret: Secret


@dataclass(frozen=True, slots=True)
class Question:
    """The address for the browser, and what its answer is checked against."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect: str
    scopes: frozenset[str]


def client_of(path: Path, mask: Mask) -> Client:
    """The client in the JSON file that Google's console offers for download. Raises InputError for any other file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        installed = document["installed"]
        return Client(str(installed["client_id"]), Secret(str(installed["client_secret"]), mask))
    except OSError as error:
        raise InputError(f"{path} can't be read ({error.strerror}).", _DOWNLOAD) from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} is not the file of a client of the type 'Desktop app'.", _DOWNLOAD) from None


def explanation(scopes: frozenset[str]) -> str:
    """What is read, sent and stored, for the person who is about to agree."""
    lines = [f"  - {NEEDED_FOR[scope]}" for scope in sorted(scopes)]
    read = "of the mail, headers are read" if METADATA in scopes else "no mail is read"
    return "\n".join(
        [
            "Google will ask you to agree to this, and to nothing more:",
            *lines,
            "Kept: one credential, which you store in your own repository's secrets. No calendar, contact or mail is",
            f"kept; {read}. You can take it back at any time: 'sessionsmgmt auth revoke'.",
        ]
    )


def question(client: Client, scopes: frozenset[str], redirect: str, connection: Connection) -> Question:
    """A new question. ``prompt=consent`` makes Google give a refresh token even if the account agreed before."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    query = urlencode(
        {
            "client_id": client.id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": " ".join(sorted(scopes)),
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
            "code_challenge_method": "S256",
        }
    )
    address = connection.at(AUTHORIZATION, "/o/oauth2/v2/auth")
    return Question(f"{address}?{query}", state, verifier, redirect, scopes)


class _Page(BaseHTTPRequestHandler):
    """The page that the browser shows at the end. It puts the answer into ``answers``."""

    def __init__(self, answers: Queue[Mapping[str, str]], *handled: Any) -> None:
        self._answers = answers
        super().__init__(*handled)

    def setup(self) -> None:
        """Limit the wait for a browser that connects and sends nothing."""
        self.request.settimeout(10)
        super().setup()

    def do_GET(self) -> None:
        """Take the answer. A browser also asks for an icon, which is not found."""
        parts = urlsplit(self.path)
        if parts.path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        page = b"<!doctype html><html lang=en><title>sessionsmgmt</title><p>You can close this page now.</p>"
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        self.wfile.flush()
        self._answers.put({name: values[0] for name, values in parse_qs(parts.query).items()})

    def log_message(self, *_: object) -> None:
        """Log nothing: the path has the code in it."""


class _Server(ThreadingHTTPServer):
    """A server with one thread per connection, so that a slow connection delays neither the others nor the end."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Log nothing about a connection that fails."""


class Receiver:
    """Waits on loopback until the browser comes back. It is a context manager."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._answers: Queue[Mapping[str, str]] = Queue()
        self._server = _Server(("127.0.0.1", 0), partial(_Page, self._answers))
        self._clock = clock

    @property
    def redirect(self) -> str:
        """The address that the browser comes back to."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        """Start to answer."""
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def wait(self, asked: Question, seconds: float = TIME_TO_AGREE) -> str:
        """The code of the answer to this question. An answer to another question is ignored.

        Raises ConsentError where the person declined, UnreachableError where nobody came back within ``seconds``.
        """
        ends = self._clock() + seconds
        while (left := ends - self._clock()) > 0:
            try:
                answer = self._answers.get(timeout=left)
            except Empty:
                break
            if secrets.compare_digest(answer.get("state", "").encode(errors="replace"), asked.state.encode()):
                if answer.get("code"):
                    return answer["code"]
                raise refused_consent(answer.get("error", ""))
        raise UnreachableError("Nobody came back from the browser in time.", "Run 'sessionsmgmt auth login' again.")


@dataclass(frozen=True, slots=True)
class GoogleConsentFlow:
    """Asks the account's owner for consent to these scopes, for this client. See ``ports.ConsentFlow``."""

    client: Client
    scopes: frozenset[str]
    connection: Connection

    def explanation(self) -> str:
        """What will be read, sent and stored, for the person who is about to agree."""
        return explanation(self.scopes)

    def obtain(self, visit: Callable[[str], None]) -> Secret:
        """Send the person to the browser with ``visit`` and wait until they come back. See ``ports.ConsentFlow``."""
        with Receiver() as receiver:
            asked = question(self.client, self.scopes, receiver.redirect, self.connection)
            visit(asked.url)
            code = receiver.wait(asked)
        document = credential(self.client, asked, code, self.connection)
        return Secret(json.dumps(document), self.connection.mask)


def credential(client: Client, question: Question, code: str, connection: Connection) -> Mapping[str, str]:
    """The credential to store, in the ``authorized_user`` form, in exchange for the code.

    Raises ConsentError for a partial grant, which is not stored. It is not revoked either: at Google that would end
    every credential that this person ever gave this client.
    """
    form = {
        "client_id": client.id,
        "client_secret": client.secret.reveal(),
        "code": code,
        "code_verifier": question.verifier,
        "redirect_uri": question.redirect,
    }
    granted = exchange_code(form, connection)
    missing = question.scopes - granted.scopes
    if missing or not granted.refresh_token:
        features = "; ".join(NEEDED_FOR[scope] for scope in sorted(missing)) or "using the account unattended"
        raise ConsentError(
            f"You agreed to a part only; this was left out: {features}. Nothing is kept.",
            "Run 'sessionsmgmt auth login' again and tick every box.",
        )
    return {
        "type": "authorized_user",
        "client_id": client.id,
        "client_secret": client.secret.reveal(),
        "refresh_token": granted.refresh_token.reveal(),
    }


def revoke(account: Account) -> bool:
    """Withdraw the consent: every token that this person gave this client ends. False where it had ended before.

    Raises UnreachableError where Google does not answer, ConsentError where it refuses.
    """
    endpoint, once = account.connection.at(REVOCATION, "/revoke"), account.connection.bare()
    body = urlencode({"token": account.credential.refresh_token})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response, content = retry(
        lambda: once.request(endpoint, "POST", body, headers),
        lambda reply, document: reply.status != HTTPStatus.OK and is_passing_sign_in(reply, document),
        account.connection.retry_policy,
    )
    if response.status == HTTPStatus.OK:
        return True
    reply = refusal(response, content, account.connection.retry_policy)
    if "invalidtoken" in reply.reasons:  # the consent had ended before
        return False
    if reply.is_limit:
        raise UnreachableError(f"{reply.quoted}Google's limits do not allow it now.", "Do it again later.")
    text = f"{reply.quoted}Google did not withdraw the grant ({response.status})."
    raise ConsentError(text, "Do it at myaccount.google.com.")


_DOWNLOAD = "Download it from the Google Cloud console: Clients, your desktop client, 'Download JSON'."

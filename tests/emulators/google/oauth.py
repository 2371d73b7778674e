"""Google's OAuth: the consent page, the token, revocation and tokeninfo endpoints, and what a token may do.

The consent page answers at once as ``world.consent`` says, instead of showing anything to anybody.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.emulators.google.refusals import INVALID_CLIENT, INVALID_GRANT, TokenRefusal, TokenRefused
from tests.emulators.google.world import Consent, World
from tests.emulators.http import Request, Response, json_response

ENDPOINTS = {
    "/token": "oauth.token",
    "/revoke": "oauth.revoke",
    "/tokeninfo": "oauth.tokeninfo",
    "/o/oauth2/v2/auth": "oauth.authorize",
}
SECRETS = frozenset({"client_secret", "refresh_token", "code", "code_verifier", "token"})
FIELDS = {
    "refresh_token": frozenset({"grant_type", "client_id", "client_secret", "refresh_token", "scope", "rapt"}),
    "authorization_code": frozenset(
        {"grant_type", "client_id", "client_secret", "code", "code_verifier", "redirect_uri", "scope"}
    ),
}
AUTHORIZE_FIELDS = frozenset(
    {"client_id", "redirect_uri", "response_type", "scope", "state", "access_type", "prompt", "login_hint"}
    | {"code_challenge", "code_challenge_method", "include_granted_scopes"}
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(slots=True)
class Grant:
    """What the person agreed to, once, and whether it still holds. All tokens of a grant end together."""

    scopes: frozenset[str]
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token."""

    text: str
    grant: Grant
    scopes: frozenset[str]
    expires: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code, good for one exchange."""

    grant: Grant
    redirect: str
    challenge: str
    offline: bool


class OAuth:
    """The tokens that are about. Not locked: whoever calls holds the emulator's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count(1)
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._expiring_after: int | None = None
        self.granted = Grant(world.consent.granted)
        self.refresh_token = self._issue_refresh(self.granted)

    def scopes_of(self, access_token: str) -> frozenset[str]:
        """The scopes of any token ever issued, none for another text."""
        token = self._access.get(access_token)
        return token.scopes if token else frozenset()

    def expire_after(self, requests: int) -> None:
        """Let every token issued until then expire after so many more requests to the APIs."""
        self._expiring_after = requests

    def admits(self, access_token: str) -> frozenset[str] | None:
        """The scopes the token has now; None if it is unknown, expired or revoked."""
        if self._expiring_after == 0:
            self._expiring_after = None
            now = self._world.now
            self._access = {text: replace(one, expires=now) for text, one in self._access.items()}
        elif self._expiring_after is not None:
            self._expiring_after -= 1
        token = self._access.get(access_token)
        if token is None or token.grant.revoked or token.expires <= self._world.now:
            return None
        return token.scopes

    def problems(self, request: Request) -> list[str]:
        """How a request breaks the rules of its endpoint, recorded whatever becomes of it."""
        call = ENDPOINTS[request.path]
        form = _form(request)
        wrong = [f"{name} stands in the URL" for name, _ in request.query if name in SECRETS]
        if call == "oauth.token":
            kind = request.headers.get_content_type()
            wrong += [] if request.method == "POST" else ["the token endpoint takes POST"]
            wrong += [] if kind == "application/x-www-form-urlencoded" else [f"the body is {kind}, not a form"]
            known = FIELDS.get(form.get("grant_type", ""), frozenset(form))
            wrong += [f"{name} is no field of this grant" for name in sorted(form.keys() - known)]
        elif call == "oauth.authorize":
            wrong += [f"{name} is no parameter" for name, _ in request.query if name not in AUTHORIZE_FIELDS]
        elif call == "oauth.revoke" and request.method != "POST":
            wrong.append("the revocation endpoint takes POST")
        return [f"{call}: {one}" for one in wrong]

    def answer(self, request: Request) -> Response:
        """Do what the endpoint does."""
        handlers: Mapping[str, Callable[[Request], Response]] = {
            "oauth.token": self._token,
            "oauth.revoke": self._revoke,
            "oauth.tokeninfo": self._tokeninfo,
            "oauth.authorize": self._authorize,
        }
        try:
            return handlers[ENDPOINTS[request.path]](request)
        except TokenRefused as refused:
            return refused.refusal.response()

    @property
    def _consent(self) -> Consent:
        return self._world.consent

    def _issue_refresh(self, grant: Grant) -> str:
        text = f"1//emulated-refresh-{next(self._numbers)}"
        self._refresh[text] = grant
        return text

    def _token(self, request: Request) -> Response:
        form = _form(request)
        if form.get("client_id") != self._consent.client_id:
            raise TokenRefused(INVALID_CLIENT)
        if form.get("client_secret") != self._consent.client_secret:
            raise TokenRefused(TokenRefusal("invalid_client", "The provided client secret is invalid.", 401))
        match form.get("grant_type"):
            case "refresh_token":
                grant = self._refresh.get(form.get("refresh_token", ""))
                if grant is None:
                    raise TokenRefused(TokenRefusal("invalid_grant"))
                if grant.revoked:
                    raise TokenRefused(INVALID_GRANT)
                refresh = self._issue_refresh(grant) if self._consent.renews else ""
            case "authorization_code":
                code = self._redeem(form)
                grant, refresh = code.grant, self._issue_refresh(code.grant) if code.offline else ""
            case other:
                raise TokenRefused(TokenRefusal("unsupported_grant_type", f"Invalid grant_type: {other}"))
        scopes = frozenset(form.get("scope", "").split()) or grant.scopes
        if scopes - grant.scopes:
            raise TokenRefused(TokenRefusal("invalid_scope"))
        return json_response(200, self._reply(grant, scopes, refresh))

    def _reply(self, grant: Grant, scopes: frozenset[str], refresh: str) -> dict[str, object]:
        text = f"ya29.emulated-access-{next(self._numbers)}"
        self._access[text] = AccessToken(text, grant, scopes, self._world.now + self._consent.lifetime)
        reply: dict[str, object] = {
            "access_token": text,
            "expires_in": int(self._consent.lifetime.total_seconds()),
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }
        if refresh:
            reply["refresh_token"] = refresh
        if self._consent.refresh_lifetime is not None:
            reply["refresh_token_expires_in"] = int(self._consent.refresh_lifetime.total_seconds())
        return reply

    def _redeem(self, form: Mapping[str, str]) -> Code:
        """The code of an exchange, which must be the first, come from the same redirect and prove its challenge."""
        code = self._codes.pop(form.get("code", ""), None)
        if code is None:
            raise TokenRefused(TokenRefusal("invalid_grant", "Malformed auth code."))
        if form.get("redirect_uri") != code.redirect:
            raise TokenRefused(TokenRefusal("redirect_uri_mismatch"))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if code.challenge and proof.decode() != code.challenge:
            raise TokenRefused(TokenRefusal("invalid_grant", "Invalid code verifier."))
        return code

    def _revoke(self, request: Request) -> Response:
        """Revoking any token, access or refresh, ends the grant and with it every token of it."""
        text = _form(request).get("token") or dict(request.query).get("token", "")
        access = self._access.get(text)
        grant = access.grant if access else self._refresh.get(text)
        if grant is None or grant.revoked:
            raise TokenRefused(TokenRefusal("invalid_token", "Token expired or revoked"))
        grant.revoked = True
        return json_response(200, {})

    def _tokeninfo(self, request: Request) -> Response:
        text = _form(request).get("access_token") or dict(request.query).get("access_token", "")
        token = self._access.get(text)
        if token is None or token.grant.revoked or token.expires <= self._world.now:
            raise TokenRefused(TokenRefusal("invalid_token", "Invalid Value"))
        left = int((token.expires - self._world.now).total_seconds())
        client = self._consent.client_id
        return json_response(
            200,
            {
                "azp": client,
                "aud": client,
                "scope": " ".join(sorted(token.scopes)),
                "exp": str(int(token.expires.timestamp())),
                "expires_in": str(left),
                "access_type": "offline",
            },
        )

    def _authorize(self, request: Request) -> Response:
        """The consent page, and the browser's way back to the program that waits on the loopback interface."""
        query = dict(request.query)
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != self._consent.client_id:
            return _page(401, "Error 401: invalid_client")
        if urlsplit(redirect).scheme != "http" or urlsplit(redirect).hostname not in LOOPBACK:
            return _page(400, "Error 400: redirect_uri_mismatch")
        asked = frozenset(query.get("scope", "").split())
        if query.get("response_type") != "code" or not asked:
            return _page(400, "Error 400: invalid_request")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            return _page(400, "Error 400: invalid_request")
        back = {"state": query["state"]} if "state" in query else {}
        scopes = asked - self._consent.unticked
        if self._consent.denies or not scopes:
            return _redirect(redirect, {"error": "access_denied", **back})
        code = f"4/emulated-code-{next(self._numbers)}"
        offline = query.get("access_type") == "offline"
        self._codes[code] = Code(Grant(scopes), redirect, query.get("code_challenge", ""), offline)
        return _redirect(redirect, {**back, "code": code, "scope": " ".join(sorted(scopes))})


def _form(request: Request) -> dict[str, str]:
    text = request.body.decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _page(status: int, text: str) -> Response:
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, f"<!doctype html><p>{text}".encode())


def _redirect(uri: str, parameters: Mapping[str, str]) -> Response:
    return Response(302, {"Location": f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"})

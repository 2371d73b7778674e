from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.credentials import Credentials

from tests.emulators.google import INVALID_GRANT, INVALID_RAPT, RAPT_REQUIRED, GoogleEmulator, TokenRefusal, World
from tests.emulators.google.oauth import ENDPOINTS
from tests.emulators.google.world import (
    ALL_SCOPES,
    CALENDAR_EVENTS_READONLY,
    CONTACTS_READONLY,
    GMAIL_SEND,
    Consent,
)
from tests.unit.emulators.client import Client

VERIFIER = "an-invented-verifier-of-at-least-forty-three-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://127.0.0.1:1/"


def google_credentials(google: GoogleEmulator, *scopes: str) -> Credentials:
    known = json.loads(google.credentials)
    return Credentials(
        None,
        refresh_token=known["refresh_token"],
        token_uri=f"{google.root}/token",
        client_id=known["client_id"],
        client_secret=known["client_secret"],
        scopes=scopes or None,
    )


def test_a_refresh_without_scopes_has_those_of_the_grant() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        reply = client.refresh().json()
    assert frozenset(reply["scope"].split()) == ALL_SCOPES
    assert reply.keys() == {"access_token", "expires_in", "scope", "token_type"}
    assert not google.violations


def test_google_auth_refreshes_and_narrows() -> None:
    with GoogleEmulator() as google, requests.Session() as session:
        credentials = google_credentials(google, CONTACTS_READONLY)
        credentials.refresh(Request(session))
        assert credentials.granted_scopes == [CONTACTS_READONLY]
    assert not google.violations


def test_a_narrowed_token_serves_its_own_calls_only() -> None:
    with GoogleEmulator() as google, Client(google, [CONTACTS_READONLY]) as client:
        assert client.get("/v1/contactGroups").status_code == 200
        answer = client.get("/gmail/v1/users/me/profile")
        assert google.scopes_used("people.contactGroups.list") == {frozenset({CONTACTS_READONLY})}
    assert answer.status_code == 403
    assert answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
    assert not google.violations


def test_a_scope_that_was_not_granted_is_refused_at_the_refresh() -> None:
    world = World(consent=Consent(granted=frozenset({CONTACTS_READONLY})))
    with GoogleEmulator(world) as google, Client(google, [CONTACTS_READONLY]) as client:
        answer = client.refresh(scope=f"{CONTACTS_READONLY} {GMAIL_SEND}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("field", "status", "error"),
    [
        ("client_id", 401, "invalid_client"),
        ("client_secret", 401, "invalid_client"),
        ("refresh_token", 400, "invalid_grant"),
        ("grant_type", 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(field: str, status: int, error: str) -> None:
    with GoogleEmulator() as google, Client(google) as client:
        answer = client.refresh(**{field: "wrong"})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("refusal", [INVALID_GRANT, INVALID_RAPT, RAPT_REQUIRED])
def test_a_scripted_refusal_reaches_google_auth(refusal: TokenRefusal) -> None:
    with GoogleEmulator() as google, requests.Session() as session:
        google.fail("oauth.token", refusal)
        with pytest.raises(RefreshError) as caught:
            google_credentials(google).refresh(Request(session))
        assert not google.unmet
    expected = "Reauthentication" if "rapt" in str(refusal.more) else refusal.description
    assert expected in str(caught.value)


def test_revoking_one_token_ends_the_grant() -> None:
    with GoogleEmulator() as google, Client(google) as client, Client(google) as other:
        token = str(other.session.headers["Authorization"]).removeprefix("Bearer ")
        assert client.post("/revoke", {"token": token}).status_code == 200
        assert client.get("/v1/contactGroups").status_code == 401
        assert client.refresh().json() == {
            "error": "invalid_grant",
            "error_description": "Token has been expired or revoked.",
        }
        assert client.post("/revoke", {"token": token}).status_code == 400
    assert not google.violations


def test_a_grant_that_ends_elsewhere_ends_here() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        google.end_grant()
        assert client.get("/v1/contactGroups").status_code == 401
        assert client.refresh().json()["error"] == "invalid_grant"


def test_a_token_expires_by_the_clock() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        google.advance(timedelta(seconds=3598))
        assert client.get("/v1/contactGroups").status_code == 200
        google.advance(timedelta(seconds=1))
        answer = client.get("/v1/contactGroups")
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_a_token_expires_in_the_middle_and_google_auth_gets_another() -> None:
    with GoogleEmulator() as google:
        google.expire_tokens(after=1)
        with AuthorizedSession(google_credentials(google)) as session:
            statuses = [session.get(f"{google.root}/v1/contactGroups", timeout=300).status_code for _ in range(3)]
        asked = [(request.call.rpartition(".")[2], request.status) for request in google.requests]
    assert statuses == [200, 200, 200]
    assert asked == [("token", 200), ("list", 200), ("list", 401), ("token", 200), ("list", 200), ("list", 200)]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer unknown"}, {"Authorization": "Basic eDp5"}])
def test_without_a_token_nothing_is_answered(header: dict[str, str]) -> None:
    with GoogleEmulator() as google:
        answer = requests.get(f"{google.root}/v1/contactGroups", headers=header, timeout=300)
    assert answer.status_code == 401


def test_tokeninfo_knows_the_scopes_and_the_time_left() -> None:
    with GoogleEmulator() as google, Client(google, [GMAIL_SEND]) as client:
        token = str(client.session.headers["Authorization"]).removeprefix("Bearer ")
        google.advance(timedelta(seconds=99))
        known = client.get("/tokeninfo", access_token=token).json()
        assert (known["scope"], known["expires_in"]) == (GMAIL_SEND, "3500")
        google.advance(timedelta(hours=1))
        assert client.get("/tokeninfo", access_token=token).json()["error"] == "invalid_token"
    assert not google.violations


def test_a_refresh_token_is_renewed_only_where_the_world_says_so() -> None:
    world = World(consent=Consent(renews=True, refresh_lifetime=timedelta(days=7)))
    with GoogleEmulator(world) as google, Client(google) as client:
        reply = client.refresh().json()
        assert reply["refresh_token_expires_in"] == 7 * 24 * 3600
        again = client.refresh(refresh_token=reply["refresh_token"])
    assert again.status_code == 200
    assert again.json()["refresh_token"] != reply["refresh_token"]


def agreed(client: Client, **changes: str) -> dict[str, list[str]]:
    """What comes back to the redirect after consent was asked for."""
    asked = {
        "client_id": client.google.world.consent.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": f"{CALENDAR_EVENTS_READONLY} {GMAIL_SEND}",
        "state": "a state",
        "access_type": "offline",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    answer = client.session.get(
        f"{client.google.root}/o/oauth2/v2/auth", params=asked, timeout=300, allow_redirects=False
    )
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(REDIRECT)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def exchanged(client: Client, got: str, **changes: str) -> requests.Response:
    consent = client.google.world.consent
    form = {
        "grant_type": "authorization_code",
        "client_id": consent.client_id,
        "client_secret": consent.client_secret,
        "code": got,
        "code_verifier": VERIFIER,
        "redirect_uri": REDIRECT,
    }
    return client.post("/token", form | changes)


def test_consent_leads_to_a_refresh_token_once() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        back = agreed(client)
        assert back["state"] == ["a state"]
        reply = exchanged(client, back["code"][0])
        assert client.refresh(refresh_token=reply.json()["refresh_token"]).status_code == 200
        assert exchanged(client, back["code"][0]).json()["error"] == "invalid_grant"
    assert frozenset(reply.json()["scope"].split()) == {CALENDAR_EVENTS_READONLY, GMAIL_SEND}
    assert not google.violations


def test_there_is_no_refresh_token_without_offline_access() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        reply = exchanged(client, agreed(client, access_type="online")["code"][0])
    assert "refresh_token" not in reply.json()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "another"}, "invalid_grant"),
        ({"code": "4/unknown"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:2/"}, "redirect_uri_mismatch"),
    ],
)
def test_a_code_proves_who_asked_for_it(changes: dict[str, str], error: str) -> None:
    with GoogleEmulator() as google, Client(google) as client:
        answer = exchanged(client, agreed(client)["code"][0], **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_unticked_scope_is_not_granted_and_the_others_are() -> None:
    world = World(consent=Consent(unticked=frozenset({GMAIL_SEND})))
    with GoogleEmulator(world) as google, Client(google) as client:
        back = agreed(client)
        reply = exchanged(client, back["code"][0]).json()
    assert (back["scope"], reply["scope"]) == ([CALENDAR_EVENTS_READONLY], CALENDAR_EVENTS_READONLY)


def test_a_person_can_say_no() -> None:
    with GoogleEmulator(World(consent=Consent(denies=True))) as google, Client(google) as client:
        assert agreed(client) == {"error": ["access_denied"], "state": ["a state"]}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"client_id": "another"}, 401),
        ({"redirect_uri": "https://example.org/"}, 400),
        ({"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, 400),
        ({"response_type": "token"}, 400),
        ({"code_challenge_method": "plain"}, 400),
    ],
)
def test_the_consent_page_refuses_what_google_refuses(changes: dict[str, str], status: int) -> None:
    asked = {
        "client_id": Consent().client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": GMAIL_SEND,
    }
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    with GoogleEmulator() as google, Client(google) as client:
        assert client.get("/o/oauth2/v2/auth", **(asked | changes)).status_code == status


def test_a_secret_in_a_url_is_a_violation() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        client.session.post(f"{google.root}/token", params={"refresh_token": "x"}, json={}, timeout=300)
        client.session.get(f"{google.root}/revoke", params={"token": "x"}, timeout=300)
    assert {text.partition(":")[0] for text in google.violations} == {"oauth.token", "oauth.revoke"}
    assert "oauth.token: refresh_token stands in the URL" in google.violations
    assert "oauth.token: the body is application/json, not a form" in google.violations


def test_every_endpoint_has_a_name_to_be_scripted_by() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        for path, call in ENDPOINTS.items():
            google.fail(call, TokenRefusal("internal_failure", status=500))
            assert client.get(path).status_code == 500
        assert not google.unmet

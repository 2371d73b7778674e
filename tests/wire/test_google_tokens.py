"""Token replies that the emulator does not give, since Google is not known to: they are understood all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from sessionsmgmt.adapters.google.credentials import stored_credential
from sessionsmgmt.adapters.google.scopes import CONTACTS, EVENTS, SEND
from sessionsmgmt.adapters.google.tokens import Granted, refresh
from sessionsmgmt.adapters.google.transport import Connection
from sessionsmgmt.errors import ConsentError, UnreachableError
from tests.builders import unmasked
from tests.clock import ManualClock
from tests.emulators.google import GoogleEmulator
from tests.emulators.http import LoopbackServer, Request, Response, json_response
from tests.settings import secret


@dataclass
class Endpoint:
    """A token endpoint that always gives the same reply."""

    reply: object
    status: int = 200

    def call(self, method: str, path: str) -> str:
        return f"{method} {path}"

    def fault(self, call: str) -> None:
        """Nothing goes wrong here."""

    def inspect(self, request: Request) -> None:
        """Nothing is checked here."""

    def answer(self, request: Request) -> Response:
        assert request.path == "/token"
        return json_response(self.status, self.reply)


def refreshed(reply: object, status: int = 200) -> Granted:
    with GoogleEmulator() as google:
        credential = stored_credential(secret(google.credentials))
    with LoopbackServer(Endpoint(reply, status)) as server:
        return refresh(
            credential,
            frozenset({EVENTS, CONTACTS}),
            Connection(unmasked, server.root, retry_policy=ManualClock().retry_policy()),
        )


def test_a_reply_that_grants_less_than_was_asked_for_names_what_is_missing() -> None:
    with pytest.raises(ConsentError, match="names and labels"):
        refreshed({"access_token": "a", "scope": f"{EVENTS} {SEND}", "expires_in": 3599})


def test_a_reply_without_a_scope_grants_what_was_asked_for() -> None:
    assert refreshed({"access_token": "a"}).scopes == {EVENTS, CONTACTS}


def test_a_new_refresh_token_is_noticed_and_never_shown() -> None:
    new = "1//new"
    granted = refreshed({"access_token": "a1b2", "refresh_token": new, "expires_in": 60})

    assert granted.refresh_token == secret(new)
    assert new not in repr(granted)
    assert "a1b2" not in repr(granted)


@pytest.mark.parametrize("reply", [{}, [], None, "text", {"access_token": ""}, {"access_token": 7}, {"error": "what"}])
def test_a_reply_without_a_token_is_no_token(reply: object) -> None:
    with pytest.raises(UnreachableError, match=r"without a token|nothing of use"):
        refreshed(reply)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("disabled_client", "Enable the client"),
        ("deleted_client", "make another one"),
        ("unauthorized_client", "Desktop app"),
        ("org_internal", "account of that organisation|agree with one of those"),
        ("admin_policy_enforced", "administrator"),
        ("account_disabled", "sign in at google.com"),
        ("something_new", "auth login"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_client_app_or_account_that_is_refused_wants_a_person(error: str, advice: str, status: int) -> None:
    with pytest.raises(ConsentError, match=advice) as caught:
        refreshed({"error": error, "error_description": "It is not, for coach@example.org."}, status)
    assert str(caught.value).startswith(f'Google says: "It is not, for (an address) ({error})". ')


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ({"error": "rate_limit_exceeded"}, 403),
        ({"error": "rate_limit_exceeded"}, 400),
        ({"error": {"code": 403, "status": "RESOURCE_EXHAUSTED", "message": "Quota"}}, 403),
        ({"error": "quota_exceeded"}, 400),
        ({"error": "slow_down"}, 403),
        ({}, 429),
    ],
)
def test_a_limit_at_the_token_endpoint_passes(reply: object, status: int) -> None:
    with pytest.raises(UnreachableError, match=r"limits do not allow|could not be reached"):
        refreshed(reply, status)


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable", "internal_failure", "backend_error"])
@pytest.mark.parametrize("status", [400, 500])
def test_a_failure_of_the_token_endpoint_passes(error: str, status: int) -> None:
    with pytest.raises(UnreachableError):
        refreshed({"error": error}, status)


@pytest.mark.parametrize("token", ["a\nb", "a b", "é", "a\r\nX: y", "x" * 20_000])
@pytest.mark.parametrize("field", ["access_token", "refresh_token"])
def test_a_token_that_is_no_value_of_a_header_is_none(field: str, token: str) -> None:
    with pytest.raises(UnreachableError, match="without a token"):
        refreshed({"access_token": "a", "refresh_token": "b", field: token})


@pytest.mark.parametrize("error", ["access_denied", "admin_policy_enforced", "org_internal"])
def test_a_policy_is_named(error: str) -> None:
    with pytest.raises(ConsentError, match="policy"):
        refreshed({"error": error}, 400)


@pytest.mark.parametrize("lifetime", [None, "soon", -1, True, 10**30, 1.5, "9" * 400])
def test_a_lifetime_that_says_nothing_is_an_hour(lifetime: object) -> None:
    granted = refreshed({"access_token": "a", "expires_in": lifetime})

    assert timedelta(minutes=50) < granted.expires - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize("ends", [0, -1, 10**30, "soon", True, [1]])
def test_an_end_of_the_consent_that_says_nothing_is_none(ends: object) -> None:
    assert refreshed({"access_token": "a", "refresh_token_expires_in": ends}).ends is None

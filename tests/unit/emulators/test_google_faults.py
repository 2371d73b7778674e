from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httplib2
import pytest
import requests
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from tests.emulators.google import Break, GoogleEmulator, Refusal, World, event
from tests.emulators.google.emulator import HANDLERS
from tests.emulators.google.world import ALL_SCOPES, GMAIL_SETTINGS_BASIC, NOW, TEAM_CALENDAR
from tests.unit.emulators.client import Client, document

RAW = base64.urlsafe_b64encode(b"To: office@example.org\r\n\r\nHello\r\n").decode()
CALENDAR = f"/calendar/v3/calendars/{TEAM_CALENDAR}"
CALLS: dict[str, tuple[str, str, dict[str, str], dict[str, Any] | None]] = {
    "calendar.calendarList.list": ("GET", "/calendar/v3/users/me/calendarList", {}, None),
    "calendar.calendarList.get": ("GET", f"/calendar/v3/users/me/calendarList/{TEAM_CALENDAR}", {}, None),
    "calendar.calendars.get": ("GET", CALENDAR, {}, None),
    "calendar.events.list": ("GET", f"{CALENDAR}/events", {}, None),
    "calendar.events.get": ("GET", f"{CALENDAR}/events/a", {}, None),
    "calendar.events.patch": ("PATCH", f"{CALENDAR}/events/a", {}, {"summary": "Changed"}),
    "people.people.connections.list": ("GET", "/v1/people/me/connections", {"personFields": "names"}, None),
    "people.contactGroups.list": ("GET", "/v1/contactGroups", {}, None),
    "gmail.users.messages.send": ("POST", "/gmail/v1/users/me/messages/send", {}, {"raw": RAW}),
    "gmail.users.messages.list": ("GET", "/gmail/v1/users/me/messages", {}, None),
    "gmail.users.messages.get": ("GET", "/gmail/v1/users/me/messages/18b0000000000001", {"format": "minimal"}, None),
    "gmail.users.getProfile": ("GET", "/gmail/v1/users/me/profile", {}, None),
    "gmail.users.settings.sendAs.list": ("GET", "/gmail/v1/users/me/settings/sendAs", {}, None),
}
REFUSALS = [
    Refusal(429, "rateLimitExceeded", retry_after="7"),
    Refusal(429, "rateLimitExceeded", retry_after="Sat, 07 Nov 2026 00:00:00 GMT"),
    Refusal(403, "rateLimitExceeded"),
    Refusal(403, "userRateLimitExceeded"),
    Refusal(403, "dailyLimitExceeded"),
    Refusal(403, "quotaExceeded"),
    Refusal(403, "insufficientPermissions"),
    Refusal(403, "accessNotConfigured"),
    Refusal(403, "domainPolicy"),
    Refusal(403, "forbidden"),
    Refusal(400, "failedPrecondition"),
    Refusal(401, "authError"),
    Refusal(404, "notFound"),
    Refusal(410, "deleted"),
    Refusal(412, "conditionNotMet"),
    Refusal(413, "uploadTooLarge"),
    Refusal(500, "internalError"),
    Refusal(502, "backendError"),
    Refusal(503, "backendError", retry_after="3"),
]


def account() -> World:
    """A world in which every call has something to answer."""
    world = World()
    world.consent.granted = ALL_SCOPES | {
        GMAIL_SETTINGS_BASIC,
        "https://www.googleapis.com/auth/calendar.readonly",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    }
    world.calendar().put(event("a", NOW))
    return world


def ask(client: Client, call: str) -> requests.Response:
    method, path, parameters, body = CALLS[call]
    return client.session.request(
        method, client.google.root + path, params=parameters, json=body, timeout=client.timeout
    )


def everything(google: GoogleEmulator) -> Client:
    return Client(google, google.world.consent.granted)


def test_every_call_that_is_emulated_is_tried_here_and_works() -> None:
    assert CALLS.keys() == HANDLERS.keys()
    with GoogleEmulator(account()) as google, everything(google) as client:
        assert {call: ask(client, call).status_code for call in CALLS} == dict.fromkeys(CALLS, 200)
        assert [request.call for request in google.requests] == ["oauth.token", *CALLS]
    assert not google.violations


@pytest.mark.parametrize("call", CALLS)
def test_every_call_can_be_refused_for_every_reason(call: str) -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        for refusal in REFUSALS:
            google.fail(call, refusal)
            answer = ask(client, call)
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (refusal.status, refusal.status)
            assert answer.headers.get("Retry-After", "") == refusal.retry_after
            if not call.startswith("people"):
                assert error["errors"][0]["reason"] == refusal.reason
        assert not google.unmet
        assert not google.sent
        assert all(not one.accepted for one in google.calls(call))
    assert not google.violations


@pytest.mark.parametrize("call", ["oauth.token", *CALLS])
def test_every_call_can_break_in_every_way(call: str) -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        ask(client, "gmail.users.messages.send")
        for how in (one for one in Break if one is not Break.REFUSE_AFTERWARDS):
            client.timeout = 0.25 if "hang" in how.value else 300
            google.fail(call, how)
            try:
                answer = client.refresh() if call == "oauth.token" else ask(client, call)
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                assert how is not Break.GARBLE
            else:
                assert how is Break.GARBLE
                assert answer.headers["Content-Type"] == "text/html"
        assert not google.unmet
    assert not google.violations


def test_what_was_accepted_is_done_whatever_the_client_hears() -> None:
    accepted = [one for one in Break if one.accepted and one is not Break.REFUSE_AFTERWARDS]
    with GoogleEmulator(account()) as google, everything(google) as client:
        for number, how in enumerate(accepted, 1):
            client.timeout = 0.25 if "hang" in how.value else 300
            google.fail("gmail.users.messages.send", how)
            try:
                ask(client, "gmail.users.messages.send")
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                while len(google.sent) < number:  # on a busy machine it may be done after the client has given up
                    time.sleep(0.001)
        google.fail("gmail.users.messages.send", Refusal(503, "backendError", accepted=True))
        assert ask(client, "gmail.users.messages.send").status_code == 503
        assert len(google.sent) == len(accepted) + 1


def test_a_connection_can_be_refused_for_one_call() -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        google.fail("calendar.events.list", Break.REFUSE_AFTERWARDS)
        assert ask(client, "calendar.events.list").status_code == 200
        with pytest.raises(requests.ConnectionError, match="refused"):
            ask(client, "gmail.users.messages.send")
        assert not google.sent
        google.listen()
        assert ask(client, "gmail.users.messages.send").status_code == 200


def test_a_fault_comes_as_often_and_as_late_as_it_is_told_to() -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        google.fail("calendar.events.*", Refusal(503, "backendError"), times=2, after=1)
        statuses = [ask(client, "calendar.events.list").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]


def test_a_request_is_checked_even_if_it_is_broken_off() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        google.fail("*", Break.CLOSE_BEFORE_ACCEPTING)
        google.fail("*", Refusal(503, "backendError"))
        with pytest.raises(requests.ConnectionError):
            client.get("/v1/contactGroups", bogus="1")
        assert client.get("/v1/contactGroups", bogus="1").status_code == 503
    assert len(google.violations) == 2


def test_the_stock_transport_sends_twice_when_the_answer_is_lost() -> None:
    """The reason for the adapter that the product has instead: httplib2 repeats a POST by itself."""
    with GoogleEmulator(account()) as google, everything(google) as client:
        google.fail("gmail.users.messages.send", Break.CLOSE_AFTER_ACCEPTING)
        stock = httplib2.Http(timeout=300)
        shipped = document("gmail") | {"rootUrl": f"{google.root}/"}
        request = build_from_document(shipped, http=stock).users().messages().send(userId="me", body={"raw": RAW})
        request.headers["Authorization"] = client.session.headers["Authorization"]
        request.execute(num_retries=0)
        stock.close()
        assert len(google.sent) == 2


def test_the_reason_of_a_refusal_reaches_google_api_python_client() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        google.fail("gmail.users.getProfile", Refusal(403, "userRateLimitExceeded"))
        with pytest.raises(HttpError) as caught:
            client.service("gmail").users().getProfile(userId="me").execute()
    assert caught.value.status_code == 403
    assert caught.value.reason == "User Rate Limit Exceeded"
    assert "RATE_LIMIT_EXCEEDED" in str(caught.value.error_details)


def test_a_request_is_recorded_and_its_scopes_can_be_told() -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        ask(client, "people.contactGroups.list")
        (exchange,) = google.calls("people.contactGroups.list")
        assert (exchange.status, exchange.connection, exchange.fault) == (200, 1, None)
        assert exchange.request.path == "/v1/contactGroups"
        assert google.scopes_used("people.contactGroups.list") == {google.world.consent.granted}


def test_requests_side_by_side_do_not_disturb_each_other() -> None:
    with GoogleEmulator(account()) as google, everything(google) as client:
        token = client.session.headers["Authorization"]

        def send(number: int) -> str:
            url = f"{google.root}/gmail/v1/users/me/messages/send"
            answer = requests.post(url, json={"raw": RAW}, headers={"Authorization": token}, timeout=300)
            return f"{number} {answer.json()['id']}"

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(24)))
        assert {one.split()[1] for one in answers} == {one.id for one in google.sent}
        assert len(google.sent) == len(google.calls("gmail.users.messages.send")) == 24
        assert len({request.connection for request in google.requests}) == 25

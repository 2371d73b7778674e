"""Replies that never end, grow without end or make no sense: each is given up in time, and costs little memory."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
import requests

from sessionsmgmt.adapters.github.access import RepositoryName, token_access
from sessionsmgmt.adapters.github.client import Purpose, UncertainError, connect
from sessionsmgmt.adapters.github.paging import MOST_PAGES
from sessionsmgmt.adapters.google.sent import GmailSent
from sessionsmgmt.adapters.http_session import LARGEST, BoundedAdapter, fitted
from sessionsmgmt.errors import SessionsError, UnreachableError
from sessionsmgmt.ports.mail import Undelivered, Unknown
from sessionsmgmt.retry import RetryPolicy
from tests.builders import NOW
from tests.contract.mailers import message
from tests.emulators.github import OWNER, REPOSITORY
from tests.emulators.google import Instead, Response
from tests.emulators.stranger import BOMB, LARGE, NONSENSE, SLOW, Stranger, whole
from tests.settings import secret, settings
from tests.wire.github import github
from tests.wire.google import Club, google

SOON = 0.5
"""Seconds that a reply may take here."""


def ask(root: str, seconds: float) -> requests.Response:
    session = fitted(requests.Session(), BoundedAdapter(), root)
    return session.get(f"{root}/", timeout=(10, seconds), allow_redirects=False)


@pytest.mark.parametrize("name", LARGE)
def test_a_reply_that_is_too_large_is_given_up_and_costs_no_memory(name: str) -> None:
    tracemalloc.start()
    try:
        with Stranger(LARGE[name]).listening() as stranger, pytest.raises(requests.RequestException):
            ask(stranger.root, 120)
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST
    finally:
        tracemalloc.stop()
    assert stranger.asked == 1


@pytest.mark.parametrize("name", SLOW)
def test_a_reply_that_takes_too_long_is_given_up_however_it_arrives(name: str) -> None:
    began = time.monotonic()
    with Stranger(SLOW[name]).listening() as stranger, pytest.raises(requests.RequestException):
        ask(stranger.root, SOON)
    assert time.monotonic() - began >= SOON
    assert stranger.asked == 1


@pytest.mark.parametrize("name", NONSENSE)
def test_a_reply_that_no_parser_takes_is_a_failure_of_the_connection(name: str) -> None:
    with Stranger(NONSENSE[name]).listening() as stranger, pytest.raises(requests.RequestException):
        ask(stranger.root, 30)


def test_a_reply_as_large_as_may_be_is_read() -> None:
    with Stranger(whole(gzip.compress(bytes(LARGEST), 1), "Content-Encoding: gzip")).listening() as stranger:
        assert len(ask(stranger.root, 120).content) == LARGEST


def test_nothing_of_the_environment_counts_towards_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    with Stranger(whole(b"{}")).listening() as proxy, Stranger(whole(b"{}")).listening() as service:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.root)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, "/nonexistent")
        assert ask(service.root, 30).content == b"{}"
        with google() as club:
            club.calendar().read(NOW, NOW, ())
            club.mailer().prepare()
        with github() as home:
            hub = home.hub()
            branch = hub.repository(RepositoryName(OWNER, REPOSITORY)).get_branch
            assert hub.repeat(lambda: branch("main").name, Purpose("looking", "contents: read")) == "main"

        assert (proxy.asked, service.asked) == (0, 1)


DEEP = b"[" * 200_000
ODD: Sequence[Response] = (
    Response(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, BOMB),
    Response(200, {"Content-Type": "application/json"}, DEEP),
    Response(200, {"Content-Type": "application/json"}, b'{"items": ' + DEEP),
    Response(200, {"Content-Type": "application/json"}, b"\xff\xfe"),
    Response(200, {"Content-Type": "application/json"}, b'{"id": ' + b"9" * 5000 + b"}"),
    Response(200, {"Content-Type": "application/json"}, b"null"),
    Response(200, {"Content-Type": "application/json"}, b"[7]"),
    Response(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"not packed"),
    Response(503, {"Content-Type": "application/json", "Retry-After": "\xb2"}, b"{}"),
    Response(403, {"Content-Type": "application/json"}, DEEP),
    Response(200, {}, b""),
)


def named(response: Response) -> str:
    return f"{response.status} {response.body[:12]!r}"


@pytest.mark.parametrize("reply", [one for one in ODD if one.status == 200], ids=named)
def test_an_odd_reply_to_a_send_leaves_the_outcome_unknown(reply: Response) -> None:
    with google() as club:
        club.google.fail("gmail.users.messages.send", Instead(reply, accepted=True))

        assert isinstance(club.mailer().send(message()), Unknown)
        assert len(club.google.calls("gmail.users.messages.send")) == 1


def test_a_refusal_of_a_send_that_no_parser_takes_is_a_refusal_all_the_same() -> None:
    with google() as club:
        club.google.fail("gmail.users.messages.send", Instead(Response(403, {}, DEEP)))
        assert isinstance(club.mailer().send(message()), Undelivered)


READING: dict[str, Callable[[Club], object]] = {
    "oauth.token": lambda club: club.mailer().prepare(),
    "calendar.events.list": lambda club: club.calendar().read(NOW, NOW, ()),
    "calendar.events.get": lambda club: club.calendar().read(NOW, NOW, ("gone",)),
    "calendar.calendarList.list": lambda club: club.calendar_by_name("2026-2027 Team Calendar").read(NOW, NOW, ()),
    "people.people.connections.list": lambda club: club.contacts().read(),
    "people.contactGroups.list": lambda club: club.contacts().read(),
    "gmail.users.messages.list": lambda club: GmailSent(club.account()).since(NOW),
}
SHAPES = (
    {"items": 7, "connections": 7, "contactGroups": 7, "messages": 7, "id": 7},
    {"items": [7], "connections": [7], "contactGroups": [7], "messages": [7], "id": []},
    {
        "items": [{}],
        "connections": [{"names": 7}],
        "contactGroups": [{"groupType": "USER_CONTACT_GROUP"}],
        "messages": [{}],
    },
    {"items": [{"id": "a", "summary": "x", "start": {"dateTime": "soon"}}], "connections": [{"memberships": [7]}]},
    {"nextPageToken": 7, "items": {}, "connections": {}, "contactGroups": {}, "messages": {}},
)


@pytest.mark.parametrize("call", READING)
@pytest.mark.parametrize("reply", [one for one in ODD[1:] if one.status != 403], ids=named)
def test_an_odd_reply_to_a_question_counts_as_none(call: str, reply: Response) -> None:
    with google() as club:
        club.google.fail(call, Instead(reply), times=100)
        with pytest.raises(UnreachableError):
            READING[call](club)
        assert club.time.now <= 90


@pytest.mark.parametrize("call", READING)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_reply_whose_parts_are_not_as_they_should_be_counts_as_none_or_says_nothing(
    call: str, shape: dict[str, object]
) -> None:
    reply = Response(200, {"Content-Type": "application/json"}, json.dumps(shape).encode())
    with google() as club:
        club.google.fail(call, Instead(reply), times=100)
        with suppress(SessionsError):  # a list of nonsense may also have no calendar of that name
            READING[call](club)


@pytest.mark.parametrize("call", [one for one in READING if one.endswith("list")])
@pytest.mark.parametrize("times", [1, 2])
def test_a_page_that_comes_again_and_again_is_given_up(call: str, times: int) -> None:
    with google() as club:
        for number in range(100):
            page = json.dumps({"nextPageToken": f"again {number % times}"}).encode()
            club.google.fail(call, Instead(Response(200, {"Content-Type": "application/json"}, page)))
        with pytest.raises(UnreachableError, match="page"):
            READING[call](club)
        assert len(club.google.calls(call)) <= 15


@pytest.mark.parametrize("reply", [one for one in ODD if one.status == 200], ids=named)
def test_an_odd_reply_of_github_counts_as_none(reply: Response) -> None:
    with github() as home:
        hub = home.hub()
        there = hub.repository(RepositoryName(OWNER, REPOSITORY))
        home.github.fail("repos/get-branch", Instead(reply), times=30)
        with pytest.raises(UnreachableError):
            hub.repeat(lambda: str.strip(there.get_branch("main").name), Purpose("looking", "contents: read"))
        home.lasting.add("repos/get-branch")
        home.github.fail("issues/create", Instead(reply))
        with pytest.raises(UncertainError):
            hub.once(lambda: int(there.create_issue("Title").number), Purpose("making an issue", "issues: write"))


@pytest.mark.parametrize("name", ["a body in drops", "continuing in drops"])
def test_a_reply_of_github_that_takes_too_long_is_given_up(name: str) -> None:
    with Stranger(SLOW[name]).listening() as stranger:
        github = settings({"GITHUB_API_URL": stranger.root}).github
        hub = connect(token_access(secret("a-token")), github, RetryPolicy(total=0), timeout=1)
        with pytest.raises(UnreachableError):
            hub.repeat(lambda: hub.repository(RepositoryName(OWNER, REPOSITORY)).get_branch("main"), Purpose("x", "y"))
        assert stranger.asked == 1


def test_a_list_of_github_whose_pages_are_full_for_ever_is_given_up() -> None:
    with github() as home:
        issue = {"number": 1, "body": "", "user": {"id": 1, "login": "x"}, "title": "", "html_url": "", "state": "open"}
        full = json.dumps([issue] * 100).encode()
        reply = Instead(Response(200, {"Content-Type": "application/json"}, full))
        home.github.fail("issues/list-for-repo", reply, times=2 * MOST_PAGES)
        home.lasting.add("issues/list-for-repo")
        with pytest.raises(UnreachableError, match="no last page"):
            home.notifier().clear("topic", "It is over.")
        assert len(home.github.calls("issues/list-for-repo")) == MOST_PAGES

"""docs/feeds.md: a calendar at an address, from the page to the email, and what does not work by its exit status."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from sessionsmgmt.adapters.feeds.download import MAX_BYTES
from tests.emulators.feed import PATH, FeedServer
from tests.emulators.http import Response
from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, Ran, body, vcalendar, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/feeds.md"]
ALONE, INCLUDE, SEVERAL = PAGE.blocks("yaml")
AT_FEED = SESSIONS_YML.replace("calendar: {provider: ics, path: calendar.ics}\n", ALONE)
FEED = vcalendar(vevent()).encode()
HIDDEN = "private-0a1b2c3d"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        running.feed = FEED
        yield running


def subscribed(club: ClubFolder, server: FeedServer, command: str = "run", now: str = "") -> Ran:
    club.write("sessions.yml", AT_FEED)
    times = {"now": now} if now else {}
    return club.call(command, env={"CALENDAR_URL": f"{server.address}\n"}, **times)


def test_the_feed_is_read_and_its_address_is_nowhere(club: ClubFolder, server: FeedServer) -> None:
    shown = [subscribed(club, server, command) for command in ("validate", "doctor", "preview --out looked-at", "run")]

    assert [ran.exit for ran in shown] == [0, 0, 0, 0]
    assert shown[-1].states == [("new", "sent")]
    assert "Ada Adult" in body(club.emails()[0])
    assert all(HIDDEN not in ran.log + str(ran.report) for ran in shown)
    left = [path for path in club.folder.rglob("*") if path.is_file()]
    assert [path for path in left if HIDDEN.encode() in path.read_bytes()] == []
    assert subscribed(club, server, now="2026-11-06T13:00:00-05:00").states == [(None, "skipped")]


def test_a_feed_without_guests_and_include_need_nothing_else(club: ClubFolder, server: FeedServer) -> None:
    server.feed = vcalendar(vevent(attendees=())).encode()
    club.write("sessions.yml", AT_FEED.partition("notices:")[0] + INCLUDE)
    ran = club.call("run", env={"CALENDAR_URL": server.address})

    assert ran.states == [("new", "sent")]
    assert all(name in body(club.emails()[0]) for name in ("Ada Adult", "Stu Student", "Nia Newcomer"))


ROWS = [
    (Response(401), 3),
    (Response(403), 3),
    (Response(404), 5),
    (Response(410), 5),
    (Response(200, {}, FEED[:-20]), 5),
    (Response(200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(MAX_BYTES + 1))), 5),
    (Response(302, {"Location": "http://169.254.169.254/latest/"}), 5),
    (Response(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>"), 2),
]


@pytest.mark.parametrize(("reply", "status"), ROWS)
def test_what_does_not_work_ends_by_the_table_and_calls_nothing_off(
    club: ClubFolder, server: FeedServer, reply: Response, status: int
) -> None:
    assert subscribed(club, server).states == [("new", "sent")]
    server.others[PATH] = reply
    ran = subscribed(club, server, now="2026-11-06T13:00:00-05:00")

    assert (ran.exit, len(club.emails())) == (status, 1)
    assert "CALENDAR_URL" in ran.err
    assert HIDDEN not in ran.log + str(ran.report)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "CALENDAR_URL is not set"),
        ("http://example.org/private-0a1b2c3d", "CALENDAR_URL must begin with https:// or webcal://"),
        ("https://ann:private-0a1b2c3d@example.org/", "CALENDAR_URL must not have a user name or a password in it"),
        ("https://example.org/private-0a1b2c3d\nhttps://example.org/b", "CALENDAR_URL has 2 address(es)"),
        ("private-0a1b2c3d", "CALENDAR_URL must begin with"),
        ("https://private-0a1b2c3d:x/", "CALENDAR_URL is not a complete address"),
    ],
)
def test_an_address_that_can_not_be_used_is_an_error_that_does_not_show_it(
    club: ClubFolder, value: str, problem: str
) -> None:
    club.write("sessions.yml", AT_FEED)
    ran = club.call("run", env={"CALENDAR_URL": value})

    assert ran.exit == 2
    assert problem in ran.err
    assert HIDDEN not in ran.log


def test_several_feeds_are_read_in_the_order_of_sessions_yml(club: ClubFolder, server: FeedServer) -> None:
    second = vcalendar(vevent("two", start="20261107T100000", end="20261107T110000")).encode()
    server.others["/second.ics"] = Response(200, {}, second)
    two = "calendar:\n  - {provider: subscription}\n  - {provider: subscription}\n"
    club.write("sessions.yml", AT_FEED.replace(ALONE, two))
    both = f"{server.address}\n{server.root}/second.ics"

    assert club.call("run", env={"CALENDAR_URL": both}).states == [("new", "sent"), ("new", "sent")]
    same = club.call("run", env={"CALENDAR_URL": f"{server.address}\n{server.address}"})
    assert (same.exit, "have the same address" in same.err) == (2, True)
    server.others["/second.ics"] = Response(404)
    gone = club.call("run", env={"CALENDAR_URL": both}, now="2026-11-06T13:00:00-05:00")
    assert (gone.exit, len(club.emails()), "CALENDAR_URL (line 2)" in gone.err) == (5, 2, True)


def test_the_ledger_can_not_be_in_a_feed(club: ClubFolder) -> None:
    store = "ledger: {store: file, path: .sessionsmgmt/ledger.json}"
    club.write("sessions.yml", AT_FEED.replace(store, "ledger: {store: calendar}"))
    ran = club.call("validate")

    assert (ran.exit, "must be git or file" in ran.err) == (2, True)


def test_a_feed_that_is_empty_all_of_a_sudden_is_taken_for_a_mistake(club: ClubFolder, server: FeedServer) -> None:
    server.feed = vcalendar(vevent(), vevent("two")).encode()
    subscribed(club, server)
    server.feed = vcalendar().encode()
    ran = subscribed(club, server, now="2026-11-06T13:00:00-05:00")

    assert (ran.exit, len(club.emails())) == (2, 2)


def test_doctor_says_what_is_wrong_with_the_feed(club: ClubFolder, server: FeedServer) -> None:
    club.write("sessions.yml", AT_FEED)
    missing = club.call("doctor")
    server.others[PATH] = Response(403)
    refused = subscribed(club, server, "doctor")

    assert (missing.exit, "CALENDAR_URL is not set" in missing.out) == (2, True)
    assert (refused.exit, "CALENDAR_URL is refused without a sign-in (403)" in refused.out) == (3, True)


def test_the_address_is_masked_from_the_start(club: ClubFolder) -> None:
    club.write("sessions.yml", AT_FEED)
    environ = {"CALENDAR_URL": "webcal://127.0.0.1:1/private-0a1b2c3d", "GITHUB_ACTIONS": "true"}
    ran = club.call("validate", env=environ)

    assert "::add-mask::webcal://127.0.0.1:1/private-0a1b2c3d" in ran.out + ran.err
    assert HIDDEN not in ran.log

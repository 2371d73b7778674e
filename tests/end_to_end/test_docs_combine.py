"""docs/combine.md: what is due in one run is one email, what is cancelled is one of its own, and one email a week."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.emulators.google import Break, GoogleEmulator, Refusal, World, event
from tests.end_to_end.harness import AT_GOOGLE, SESSIONS_YML, ClubFolder, Ran, body, vevent
from tests.end_to_end.pages import PAGES

[PAGE] = [page for page in PAGES if page.path == "docs/combine.md"]
NOTICE, DIGEST = PAGE.blocks("yaml")
[TEMPLATE] = PAGE.blocks("jinja")

LATER, LATE = "2026-11-06T13:00:00-05:00", "2026-11-06T14:00:00-05:00"
ALL = ["one", "two", "three"]
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
SEND = "gmail.users.messages.send"


def sessions(*days: int, **more: object) -> list[str]:
    """Sessions on these days of November, named by ``ALL``."""
    return [
        vevent(name, start=f"202611{day:02}T090000", end=f"202611{day:02}T120000", **more)  # type: ignore[arg-type]
        for name, day in zip(ALL, days, strict=False)
    ]


def combined(settings: str, notice: str = NOTICE) -> str:
    """The settings of a club with the notice of the page."""
    return settings.partition("notices:")[0] + notice


@pytest.fixture
def joined(club: ClubFolder) -> ClubFolder:
    """A club with the notice of the page and three sessions within the next days."""
    club.write("sessions.yml", combined(SESSIONS_YML))
    club.calendar(*sessions(7, 8, 10))
    return club


def header(email: EmailMessage, name: str) -> str:
    return str(email[f"X-Sessionsmgmt-{name}"])


def ids(ran: Ran, *states: tuple[str | None, str]) -> list[str]:
    """The sessions of the report with one of these kinds and states, or all of them."""
    rows = zip(ran.states, ran.report["notices"], strict=True)
    return [row["session"] for state, row in rows if not states or state in states]


def about(email: EmailMessage) -> list[str]:
    """The sessions of the email."""
    return header(email, "Session").split(", ")


def calendar(email: EmailMessage) -> str:
    [part] = list(email.iter_attachments())
    return str(part.get_content())


def test_three_sessions_are_one_email_and_a_second_run_says_nothing(joined: ClubFolder) -> None:
    first, second = joined.call("run"), joined.call("run", now=LATER)

    assert (first.exit, first.states) == (0, [("new", "sent")] * 3)
    assert len({row["message_id"] for row in first.report["notices"]}) == 1
    assert (second.exit, second.states) == (0, [(None, "skipped")] * 3)
    [email] = joined.emails()
    assert about(email) == ids(first)
    assert "3 sessions" in email["Subject"]
    for kind in ("plain", "html"):
        assert [day in body(email, kind) for day in ("7 November", "8 November", "10 November")].count(True) in {0, 3}
        assert body(email, kind).count("Ada Adult") == 3
    assert calendar(email).count("BEGIN:VEVENT") == calendar(email).count("SEQUENCE:0") == 3
    assert len(str(email["References"]).split()) == 3


def test_one_session_alone_is_the_ordinary_email(joined: ClubFolder) -> None:
    joined.calendar(*sessions(7))
    assert joined.call("run").states == [("new", "sent")]
    joined.write("sessions.yml", combined(SESSIONS_YML, NOTICE.replace("combine: true", "combine: false")))
    (joined.folder / ".sessionsmgmt" / "ledger.json").unlink()
    assert joined.call("run").states == [("new", "sent")]

    [email] = joined.emails()  # the second is the same, and has the same name in the outbox
    assert "sessions" not in email["Subject"]


def test_what_is_cancelled_is_an_email_of_its_own_that_is_sent_first(joined: ClubFolder) -> None:
    before = joined.call("run")
    moved = vevent("three", start="20261112T090000", end="20261112T120000")
    added = vevent("four", start="20261111T090000", end="20261111T120000")
    joined.calendar(*sessions(7, 8, more=("STATUS:CANCELLED",)), moved, added)
    ran = joined.call("run", now=LATER)

    assert ran.exit == 0
    assert sorted(map(str, ran.states)) == sorted(
        map(str, [("cancelled", "sent"), ("cancelled", "sent"), ("new", "sent"), ("changed", "sent")])
    )
    first, cancelled, news = sorted(
        joined.emails(), key=lambda email: ["new", "cancelled", "several"].index(header(email, "Kind"))
    )
    assert about(first) == ids(before)
    assert about(cancelled) == ids(before)[:2] == ids(ran, ("cancelled", "sent"))
    assert about(news) == ids(ran, ("new", "sent"), ("changed", "sent"))
    assert "Ada Adult" not in body(cancelled)
    assert calendar(cancelled).count("SEQUENCE:1") == 2
    assert "SEQUENCE:1" in calendar(news)
    assert "SEQUENCE:0" in calendar(news)
    assert set(str(news["References"]).split()) & set(str(first["References"]).split())


def test_a_session_whose_require_is_not_met_is_left_out(joined: ClubFolder) -> None:
    joined.write("sessions.yml", combined(SESSIONS_YML, NOTICE + "    require: {adults: 1}\n"))
    one, two, three = sessions(7, 8, 10)
    joined.calendar(one, two.replace("ada@example.org", "nia@example.org"), three)
    ran = joined.call("run")

    assert (ran.exit, ran.states) == (1, [("new", "sent"), ("new", "failed"), ("new", "sent")])
    assert [about(email) for email in joined.emails()] == [ids(ran, ("new", "sent"))]
    joined.calendar(one, two, three)
    assert joined.call("run", now=LATER).states == [(None, "skipped"), ("new", "sent"), (None, "skipped")]


def test_the_template_of_the_page_lists_every_session(joined: ClubFolder) -> None:
    joined.write("notice.md", TEMPLATE)
    joined.write("sessions.yml", combined(SESSIONS_YML, NOTICE + "    template: notice.md\n"))
    joined.call("run")

    [email] = joined.emails()
    assert body(email).count("2 people") == 3


@pytest.mark.parametrize("notice", [NOTICE, DIGEST], ids=["combine", "digest"])
def test_a_template_without_the_list_is_refused(joined: ClubFolder, notice: str) -> None:
    joined.write("notice.md", "Subject: Hello\n\nOn {{ date }}.\n")
    joined.write("sessions.yml", combined(SESSIONS_YML, notice + "    template: notice.md\n"))
    ran = joined.call("run")

    assert ran.exit == 2
    assert "{% for session in sessions %}" in ran.err
    assert joined.emails() == []


def test_a_preview_shows_the_email_once_and_mails_it_once(joined: ClubFolder) -> None:
    ran = joined.call("preview", "--mail", "coach@example.org", "--out", "site")

    assert (ran.exit, ran.states) == (0, [("new", "due")] * 3)
    assert "1 email was sent to that address" in ran.out
    [email] = joined.emails()
    assert email["To"] == "coach@example.org"
    assert email["Subject"].startswith("Preview: ")
    assert body(email).count("Ada Adult") == 3
    assert len(list((joined.folder / "site" / "emails").glob("*.eml"))) == 1
    assert joined.call("run").states == [("new", "sent")] * 3


@pytest.fixture
def weekly(club: ClubFolder) -> ClubFolder:
    """A club with the digest of the page, and sessions on a Sunday, a Monday and a Tuesday after it."""
    club.write("sessions.yml", combined(SESSIONS_YML, DIGEST))
    club.calendar(*sessions(15, 16, 17))
    return club


def test_a_digest_is_one_email_about_all_until_the_next_one(weekly: ClubFolder) -> None:
    early = weekly.call("run", now="2026-11-09T06:59:00-05:00")
    assert early.states == []
    [looked] = early.report["looked_at"]
    assert looked["told_from"] == "2026-11-09T07:00:00-05:00"

    due = weekly.call("run", now="2026-11-09T07:00:00-05:00")
    assert due.states == [("new", "sent"), ("new", "sent"), (None, "skipped")]
    assert "will be announced on Nov 16" in due.report["notices"][2]["reason"]
    assert [about(email) for email in weekly.emails()] == [ids(due, ("new", "sent"))]

    again = weekly.call("run", now="2026-11-16T06:59:00-05:00")
    assert again.states == [(None, "skipped")] * 2
    following = weekly.call("run", now="2026-11-16T07:05:00-05:00")
    assert following.states == [(None, "skipped"), ("new", "sent")]


def test_what_is_entered_or_changed_after_a_digest_is_told_at_once(weekly: ClubFolder) -> None:
    weekly.call("run", now="2026-11-09T07:00:00-05:00")
    moved = vevent("one", start="20261114T090000", end="20261114T120000")
    entered = [vevent(name, start="20261113T090000", end="20261113T120000") for name in ("four", "five")]
    weekly.calendar(moved, *sessions(15, 16, 17)[1:], *entered)
    ran = weekly.call("run", now="2026-11-10T12:00:00-05:00")

    assert sorted(map(str, ran.states)) == sorted(
        map(str, [("new", "sent"), ("new", "sent"), ("changed", "sent"), (None, "skipped"), (None, "skipped")])
    )
    assert sorted(len(about(email)) for email in weekly.emails()) == [1, 2, 2]


@pytest.mark.parametrize(
    ("digest", "problem"),
    [
        ('{on: mondays, at: "07:00"}', "is not one of monday, tuesday"),
        ("{on: monday, at: 17:00}", "put it in quotes"),
        ('{on: monday, at: "24:00"}', "must be a time of 24 hours"),
        ("{on: monday}", "at"),
        ('{at: "07:00"}', "on"),
    ],
)
def test_a_mistake_in_a_digest_is_named_with_its_place(weekly: ClubFolder, digest: str, problem: str) -> None:
    weekly.write("sessions.yml", combined(SESSIONS_YML, DIGEST.replace('{on: monday, at: "07:00"}', digest)))
    ran = weekly.call("validate")

    assert ran.exit == 2
    assert problem in ran.err
    assert "sessions.yml:" in ran.err


@dataclass(frozen=True)
class Online:
    """A club at Google with the notice of the page."""

    folder: ClubFolder
    google: GoogleEmulator

    def call(self, command: str, *options: str, now: str = "2026-11-06T12:00:00-05:00", **env: str) -> Ran:
        known = {"GOOGLE_CREDENTIALS": self.google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": self.google.root}
        return self.folder.call(command, *options, now=now, env=known | env)

    def sent(self) -> list[EmailMessage]:
        return [BytesParser(policy=policy.default).parsebytes(mail.original) for mail in self.google.sent]


@pytest.fixture
def online(tmp_path: Path) -> Iterator[Online]:
    world = World()
    starts = [START + timedelta(days=number) for number in range(3)]
    world.calendar().put(
        *(event(name, start, attendees=["ada@example.org"]) for name, start in zip(ALL, starts, strict=True))
    )
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    folder = ClubFolder(tmp_path)
    folder.write("sessions.yml", combined(AT_GOOGLE))
    with GoogleEmulator(world) as google:
        yield Online(folder, google)
        assert google.violations == ()


def test_at_google_three_sessions_are_one_request_to_send(online: Online) -> None:
    first, second = online.call("run"), online.call("run", now=LATER)

    assert (first.exit, first.states) == (0, [("new", "sent")] * 3)
    assert (second.exit, second.states) == (0, [(None, "skipped")] * 3)
    assert [about(email) for email in online.sent()] == [ALL]
    [mail] = online.google.sent
    assert {row["message_id"] for row in first.report["notices"]} == {mail.id}


def test_at_google_twenty_sessions_in_one_email_take_six_requests(online: Online) -> None:
    online.google.world.calendar().put(*(event(f"e{n}", START, attendees=["ada@example.org"]) for n in range(17)))

    assert online.call("run").report["counts"]["sent"] == 20
    assert len(online.google.requests) == 6
    assert len(online.sent()) == 1


def test_at_google_what_is_cancelled_is_sent_first(online: Online) -> None:
    online.call("run")
    online.google.world.calendar().cancel("one")
    online.google.world.calendar().cancel("three")
    online.google.world.calendar().put(event("four", START + timedelta(days=3), attendees=["ada@example.org"]))
    ran = online.call("run", now=LATER)

    assert ran.exit == 0
    assert [(header(email, "Kind"), about(email)) for email in online.sent()[1:]] == [
        ("cancelled", ["one", "three"]),
        ("new", ["four"]),
    ]


@pytest.mark.parametrize("answer", ["--sent", "--resend"])
@pytest.mark.parametrize("named", [[], ["--session", "two"]], ids=["any", "named"])
def test_a_held_email_is_closed_as_a_whole(online: Online, answer: str, named: list[str]) -> None:
    online.google.fail(SEND, Break.CLOSE_AFTER_ACCEPTING)
    first, second = online.call("run"), online.call("run", now=LATER)
    assert [(ran.exit, ran.states) for ran in (first, second)] == [(1, [("new", "held")] * 3)] * 2
    assert len(online.google.calls(SEND)) == 1

    closed = online.call("resolve", answer, *named, now=LATER)
    assert closed.exit == 0
    assert [row["session"] for row in closed.report["notices"]] == sorted(ALL)
    third = online.call("run", now=LATE)
    assert (third.exit, third.states) == (0, [("new", "sent") if answer == "--resend" else (None, "skipped")] * 3)
    assert len(online.google.calls(SEND)) == (2 if answer == "--resend" else 1)


def test_where_a_calendar_can_not_remember_one_session_no_part_of_the_email_is_sent(online: Online) -> None:
    settings = combined(AT_GOOGLE).replace("{store: file, path: .sessionsmgmt/ledger.json}", "{store: calendar}")
    online.folder.write("sessions.yml", settings)
    online.google.fail("calendar.events.patch", Refusal(503, "backendError", retry_after="3600"))
    key = base64.b64encode(bytes(range(32))).decode()
    first = online.call("run", SESSIONSMGMT_KEY=key)

    assert first.exit == 5
    assert {state for _, state in first.states} <= {"failed", "skipped"}
    assert online.sent() == []
    second = online.call("run", now=LATER, SESSIONSMGMT_KEY=key)
    assert (second.exit, second.states) == (0, [("new", "sent")] * 3)
    assert [about(email) for email in online.sent()] == [ALL]


def test_an_email_that_is_refused_leaves_every_session_to_the_next_run(online: Online) -> None:
    online.google.fail(SEND, Refusal(429, "rateLimitExceeded", retry_after="3600"))
    first, second = online.call("run"), online.call("run", now=LATER)

    assert (first.exit, first.states) == (5, [("new", "failed")] * 3)
    assert (second.exit, second.states) == (0, [("new", "sent")] * 3)
    assert [about(email) for email in online.sent()] == [ALL]

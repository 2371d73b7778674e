"""``preview --mail``: the email in one's own inbox, and nowhere else, before anybody is told anything."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
import yaml

from sessionsmgmt.domain.delivery.reconciliation import MARK
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator
from tests.emulators.google import Break, GoogleEmulator, Refusal, World, event
from tests.emulators.google.world import PREDECESSOR
from tests.emulators.runner import Runner, Step
from tests.end_to_end.harness import (
    AT_GOOGLE,
    COMMAND,
    NOW,
    ROOT,
    SESSIONS_YML,
    ClubFolder,
    Ran,
    body,
    make_club,
    vevent,
)
from tests.end_to_end.pages import PAGES
from tests.environment import of_the_machine

COACH = "coach@example.org"
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
SEND = "gmail.users.messages.send"
WITH_REPLY = "mail: {provider: google, reply_to: [coach@example.org]}"


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    return make_club(tmp_path)


def is_marked(email: EmailMessage) -> bool:
    words = "This is a preview"
    return email["Subject"].startswith("Preview: ") and all(words in body(email, kind) for kind in ("plain", "html"))


def test_the_email_goes_to_that_address_alone_and_says_that_it_is_a_preview(club: ClubFolder) -> None:
    club.write("sessions.yml", SESSIONS_YML.replace("to: [office", "cc: [head@example.org]\n    to: [office"))
    ran = club.call("preview", "--mail", COACH)

    assert (ran.exit, ran.states) == (0, [("new", "due")])
    assert "1 email was sent to that address" in ran.out
    [email] = club.emails()
    assert [email[name] for name in ("To", "Cc", "Bcc", "From")] == [COACH, None, None, COACH]
    assert is_marked(email)
    assert "Ada Adult" in body(email)
    assert "Ada Adult" in body(email, "html")
    assert [part.get_content_type() for part in email.iter_attachments()] == ["text/calendar"]
    assert COACH not in ran.log
    assert COACH not in json.dumps(ran.report)


def test_a_preview_is_not_remembered_and_the_notice_is_sent_afterwards(club: ClubFolder) -> None:
    club.call("preview", "--mail", COACH)
    assert not (club.folder / ".sessionsmgmt").exists()

    assert club.call("run").states == [("new", "sent")]
    preview, notice = sorted(club.emails(), key=lambda email: str(email["Subject"]), reverse=True)
    assert notice["To"] == "office@example.org"
    assert not is_marked(notice)
    assert preview["Message-ID"] != notice["Message-ID"]
    assert [preview[name] for name in (MARK, "References", "X-Sessionsmgmt-Session")] == [None, None, None]


def test_each_preview_is_an_email_of_its_own(club: ClubFolder) -> None:
    club.calendar(vevent("one"), vevent("two", start="20261107T100000", end="20261107T110000"))
    for _ in range(2):
        assert "2 emails were sent to that address" in club.call("preview", "--mail", COACH).out
    assert len(club.emails()) == len({email["Message-ID"] for email in club.emails()}) == 4


def test_where_nothing_is_due_nothing_is_sent(club: ClubFolder) -> None:
    ran = club.call("preview", "--mail", COACH, now="2026-10-06T12:00:00-04:00")
    assert ran.exit == 0
    assert "No email was sent, since none is due" in ran.out
    assert not (club.folder / "outbox").exists()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("parent@example.org", "sessions.yml names"),
        ("", "takes an address"),
        ("coach", "takes an address"),
        ("coach@example.org, x@example.org", "--mail must be"),
        ("=?utf-8?q?a?=@example.com", "--mail must not"),
    ],
)
def test_outside_of_a_terminal_it_takes_an_address_that_sessions_yml_names(
    club: ClubFolder, address: str, reason: str
) -> None:
    ran = club.call("preview", "--mail", address)
    assert ran.exit == 2
    assert reason in ran.err
    assert "parent@" not in ran.log
    assert not (club.folder / "outbox").exists()


def test_on_a_terminal_it_takes_any_address(club: ClubFolder) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*COMMAND, "preview", "--mail", "me@example.com", "--now", NOW],
        cwd=club.folder,
        env={**of_the_machine()},
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 0, done.stderr
    assert [email["To"] for email in club.emails()] == ["me@example.com"]
    assert "me@example.com" not in done.stdout + done.stderr


# At Google


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    world = World()
    world.consent.granted = PREDECESSOR
    world.calendar().put(event("lab", START, attendees=["ada@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    with GoogleEmulator(world) as google:
        yield google
        assert google.violations == ()


def at_google(folder: Path, google: GoogleEmulator, command: str, *options: str) -> Ran:
    club = ClubFolder(folder)
    club.write("sessions.yml", AT_GOOGLE.replace("mail: {provider: google}", WITH_REPLY))
    known = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}
    return club.call(command, *options, env=known)


def test_at_google_it_is_in_that_inbox_before_anybody_else_gets_it(tmp_path: Path, google: GoogleEmulator) -> None:
    ran = at_google(tmp_path, google, "preview", "--mail", COACH)

    assert (ran.exit, ran.states) == (0, [("new", "due")])
    [sent] = google.sent
    email = BytesParser(policy=policy.default).parsebytes(sent.original)
    assert (email["To"], email["Cc"], email["Reply-To"]) == (COACH, None, COACH)
    assert is_marked(email)

    assert at_google(tmp_path, google, "run").states == [("new", "sent")]
    assert len(google.sent) == 2


@pytest.mark.parametrize(
    ("trouble", "status", "said"),
    [
        (Break.CLOSE_AFTER_ACCEPTING, 5, "not known whether"),
        (Refusal(400, "invalidArgument"), 2, "The preview was not sent"),
        (Refusal(403, "insufficientPermissions"), 3, "The preview was not sent"),
    ],
)
def test_what_went_wrong_is_said_and_nothing_is_tried_again(
    tmp_path: Path, google: GoogleEmulator, trouble: Break | Refusal, status: int, said: str
) -> None:
    google.fail(SEND, trouble)
    ran = at_google(tmp_path, google, "preview", "--mail", COACH)

    assert ran.exit == status
    assert said in ran.out
    assert len(google.calls(SEND)) == 1
    assert COACH not in ran.log


# In GitHub Actions


class Job:
    """A job of a workflow in a repository that is private or not."""

    def __init__(self, folder: Path, *, private: bool) -> None:
        workspace = folder / "work"
        (workspace / ".git").mkdir(parents=True)
        self.club = make_club(workspace)
        self.runner = Runner(workspace, folder / "_temp", ROOT)
        self.runner.temp.mkdir()
        self.event = {"repository": {"id": 1, "private": private}}

    def step(self, github: GitHubEmulator, name: str, **inputs: str) -> Step:
        event = self.runner.temp / "event.json"
        event.write_text(json.dumps(self.event), encoding="utf-8")
        env = {
            "GITHUB_API_URL": github.root,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
        }
        return self.runner.run(env, **{"now": NOW, "command": "preview", "mail": COACH, **inputs})


def test_the_action_has_it_as_an_input(tmp_path: Path) -> None:
    job = Job(tmp_path, private=True)
    with GitHubEmulator() as github:
        step = job.step(github, "workflow_dispatch")

    assert step.exit == 0, step.log.seen
    assert [email["To"] for email in job.club.emails()] == [COACH]
    assert COACH not in step.log.seen + step.summary


def test_the_workflow_of_the_docs_sends_it(tmp_path: Path) -> None:
    page = next(page for page in PAGES if page.path == "docs/templates.md")
    [step_of_docs] = [yaml.safe_load(block) for block in page.blocks("yaml") if block.startswith("- uses:")]
    given = {name.replace("-", "_"): text for name, text in step_of_docs[0]["with"].items() if "${{" not in text}
    job = Job(tmp_path, private=True)
    with GitHubEmulator() as github:
        step = job.step(github, "workflow_dispatch", **given)

    assert (step.exit, len(job.club.emails())) == (0, 1)


@pytest.mark.parametrize(
    ("private", "event", "address", "reason"),
    [
        (False, "workflow_dispatch", COACH, "not private"),
        (True, "workflow_dispatch", "me@example.com", "sessions.yml names"),
        (True, "pull_request", COACH, "pull_request"),
        (True, "pull_request_target", COACH, "pull_request_target"),
        (True, "merge_group", COACH, "merge_group"),
        (True, "workflow_run", COACH, "workflow_run"),
    ],
)
def test_no_preview_leaves_where_others_may_have_asked_for_it(
    tmp_path: Path, private: bool, event: str, address: str, reason: str
) -> None:
    job = Job(tmp_path, private=private)
    with GitHubEmulator() as github:
        step = job.step(github, event, mail=address)

    assert step.exit == 2, step.log.seen
    assert reason in step.log.seen
    assert job.club.emails() == []
    assert "@example" not in step.log.seen.replace("office@example.org", "")

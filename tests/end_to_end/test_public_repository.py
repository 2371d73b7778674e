"""A repository that others than the club can read: what a job shows there says how many, and neither when nor where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessionsmgmt.adapters.google import scopes
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Refusal
from tests.emulators.google import SEND_CALL, Break, GoogleEmulator, World, event
from tests.emulators.runner import Runner, Step
from tests.end_to_end.harness import AT_GOOGLE, NOW, ROOT, SESSIONS_YML, ClubFolder, make_club, vcalendar, vevent
from tests.pull_request_events import Json, pull_request_event

SECRET = ("Ada", "Stu", "ada@", "stu@", "office@", "Lesson of Ben", "Secret Place", "2026-11-0", "9:00")
"""Of the club's own data, nothing of this may be seen."""

TRIGGERS = ("push", "schedule", "workflow_dispatch", "repository_dispatch", "issue_comment", "release")


class Job:
    """A job in a public repository, whose steps show nothing of the club's sessions."""

    def __init__(self, folder: Path, github: GitHubEmulator) -> None:
        workspace = folder / "premises" / "premises"
        workspace.mkdir(parents=True)
        (workspace / ".git").mkdir()
        self.club: ClubFolder = make_club(workspace)
        self.club.calendar(vevent("team-7", title="Team Session: Lesson of Ben", more=("LOCATION:Secret Place",)))
        self.runner = Runner(workspace, folder / "_temp", ROOT)
        self.github = github
        github.world.repository().private = False
        self.more: dict[str, str] = {}
        self.event: Json | str = {"repository": {"id": 1, "private": False}}

    def step(self, name: str = "schedule", **inputs: str) -> Step:
        """Run a command, and see that nothing is shown in any place that strangers can read."""
        self.runner.temp.mkdir(exist_ok=True)
        event = self.runner.temp / "event.json"
        event.write_text(self.event if isinstance(self.event, str) else json.dumps(self.event), encoding="utf-8")
        env = {
            **self.more,
            "GITHUB_API_URL": self.github.root,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
        }
        token = self.github.world.job_token({"contents": "write", "issues": "write", "checks": "write"})
        step = self.runner.run(env, **{"now": NOW, "github_token": token, **inputs})
        issues = self.github.world.repository().issues.values()
        places = [step.log.seen, step.summary, *step.outputs.values()]
        places += [f"{issue.title} {issue.body} {[said.body for said in issue.comments]}" for issue in issues]
        places += [str(check.fields) for check in self.github.world.repository().checks]
        shown_nowhere = (
            [] if "Made from invented" in step.log.seen else [one["session"] for one in self.report(step)["notices"]]
        )
        for place in places:
            for secret in (*SECRET, *shown_nowhere):
                assert secret not in place, (secret, place)
        return step

    @property
    def sent(self) -> int:
        return len([*(self.club.folder / "outbox").glob("*.eml")])

    def report(self, step: Step) -> Json:
        """What is left for later steps, which has each session."""
        if not step.outputs["report"]:
            return {"notices": []}
        found: Json = json.loads(Path(step.outputs["report"]).read_text("utf-8"))
        return found


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with GitHubEmulator() as github:
        yield Job(tmp_path, github)
        assert github.violations == ()


def test_a_run_says_how_many_were_sent_and_its_report_has_each(job: Job) -> None:
    step = job.step()

    assert step.exit == 0
    assert step.outputs["sent"] == "1"
    for place in (step.log.seen, step.summary):
        assert "1 sent" in place.replace("&nbsp;", " ")
        assert "This repository is not private, so sessions are only counted here" in place
    assert [one["start"] for one in job.report(step)["notices"]] == ["2026-11-07T09:00:00-05:00"]
    assert job.sent == 1


@pytest.mark.parametrize("command", ["status", "run --dry-run", "preview --live"])
@pytest.mark.parametrize("event", TRIGGERS)
def test_every_other_look_counts_as_well(job: Job, event: str, command: str) -> None:
    step = job.step(event, command=command)

    assert step.exit == 0
    assert re.search(r"1 (to be sent|need no email|email: 1 new)", step.log.seen), step.log.seen


@pytest.mark.parametrize("event", TRIGGERS)
def test_a_preview_shows_invented_people(job: Job, event: str) -> None:
    job.event = {"repository": {"id": 1, "private": False}}
    step = job.step(event, command="preview", now="")

    assert step.exit == 0
    assert "not made from the club's own data" in step.log.seen
    assert "Made from invented people" in step.log.seen
    assert "Alex Example" in (Path(step.outputs["preview"]) / "index.html").read_text("utf-8")


def test_a_preview_of_live_data_writes_no_page(job: Job) -> None:
    step = job.step("push", command="preview --live")

    assert "is not written: it would name people" in step.log.seen
    assert step.outputs["preview"] == ""
    assert [*job.runner.temp.rglob("*.eml"), *job.runner.temp.rglob("*.html")] == []


UNKNOWN: list[Json | str] = ["", "[", {}, {"repository": None}, {"repository": {"private": "true"}}]


@pytest.mark.parametrize("event", UNKNOWN)
def test_where_the_event_does_not_say_github_is_asked(job: Job, event: Json | str) -> None:
    job.event = event
    step = job.step()

    assert "This repository is not private" in step.log.seen
    assert len(job.github.calls("repos/get")) > 0


def in_private(job: Job) -> str:
    """What is shown in the same job if the repository is private."""
    job.github.world.repository().private = True
    with pytest.raises(AssertionError) as seen:
        job.step()
    return str(seen.value)


def test_in_a_private_one_the_sessions_are_shown_when_github_says_so(job: Job) -> None:
    job.event = {}

    assert "Sat 2026-11-07 09:00" in in_private(job)


@pytest.mark.parametrize("trouble", [Refusal(403, "Resource not accessible by integration"), Refusal(404, "Not Found")])
def test_where_nobody_knows_it_counts_as_not_private(job: Job, trouble: Refusal) -> None:
    job.event = {}
    job.github.world.repository().private = True
    job.github.fail("repos/get", trouble, times=9)

    assert "This repository is not private" in job.step().log.seen


def test_without_a_token_it_counts_as_not_private(job: Job) -> None:
    job.event = {}

    assert "This repository is not private" in job.step(github_token="").log.seen


def test_an_internal_repository_counts_as_not_private(job: Job) -> None:
    job.event = {"repository": {"id": 1, "private": True, "visibility": "internal"}}

    assert "This repository is not private" in job.step().log.seen


def test_what_is_held_is_counted_in_the_issue_whoever_writes_it(job: Job) -> None:
    world = World()
    world.consent.granted = frozenset({scopes.EVENTS, scopes.CALENDAR_LIST, scopes.CONTACTS, scopes.SEND})
    for name in ("one-of-two", "two-of-two"):
        start = datetime(2026, 11, 7, 14, tzinfo=UTC)
        world.calendar().put(event(name, start, summary="Team Session", attendees=["ada@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    job.club.write("sessions.yml", AT_GOOGLE)
    with GoogleEmulator(world) as google:
        google.fail(SEND_CALL, Break.CLOSE_AFTER_ACCEPTING, times=2)
        job.more = {"SESSIONSMGMT_GOOGLE_ROOT": google.root}
        step = job.step(google_credentials=google.credentials)

        [issue] = job.github.world.repository().issues.values()
        assert (step.exit, step.outputs["held"]) == (1, "2")
        assert "Did these 2 emails leave?" in issue.title
        assert "the sessions are not named here" in (issue.body or "")
        assert "2 held." in step.log.seen

        person = job.github.world.fine_grained_token({"issues": "write"})
        place = {"GITHUB_API_URL": job.github.root, "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}"}
        env = {**job.more, **place, "GITHUB_TOKEN": person, "GOOGLE_CREDENTIALS": google.credentials}
        ran = job.club.call("resolve", "--sent", "--session", "one-of-two", now=NOW, env=env)
        assert ran.exit == 0
        assert issue.title.startswith("Did this email leave?")
        assert "two-of-two" not in (issue.body or "")
        assert "2026" not in (issue.body or "")


def test_warnings_about_sessions_are_counted_and_their_text_is_not_shown(job: Job) -> None:
    strange = vevent("team-7", attendees=("ada@example.org", "unknown@example.org"), title="Team Session Secret Place")
    job.club.calendar(strange)
    step = job.step()

    [warning] = step.log.of("warning")
    assert "1 of this kind" in warning.text
    assert "unknown@" not in step.log.seen + step.summary
    assert len(job.report(step)["warnings"]) == 1


def test_export_prints_nothing_into_a_log_that_others_can_read(job: Job) -> None:
    job.step()
    step = job.step(command="export")

    assert step.exit == 2
    assert "does not print into the log of a repository that is not private" in step.log.seen
    assert job.step(command="export --out ../kept.json").exit == 0


@pytest.mark.parametrize("command", ["run", "run --dry-run", "rotate", "resolve --sent", "forget --yes", "auth revoke"])
@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("pull_request", pull_request_event),
        ("pull_request_target", lambda: pull_request_event(fork=True)),
        ("pull_request_review", lambda: pull_request_event("submitted")),
        ("workflow_run", lambda: {"repository": {"id": 1}, "workflow_run": {"event": "pull_request"}}),
        ("merge_group", lambda: {"merge_group": {"head_sha": "f" * 40}}),
    ],
)
def test_nothing_that_changes_anything_starts_on_what_is_only_proposed(
    job: Job, name: str, event: Callable[[], Json], command: str
) -> None:
    job.event = event()
    step = job.step(name, command=command, now="")

    assert step.exit == 2
    assert "what is proposed there is not merged" in step.log.of("error")[0].text
    assert job.github.requests == ()
    assert job.sent == 0
    assert not (job.club.folder / ".sessionsmgmt").exists()


@pytest.mark.parametrize("command", ["preview", "status", "doctor", "export"])
def test_on_the_event_that_lends_secrets_to_strangers_nothing_reads_their_files(job: Job, command: str) -> None:
    job.event = pull_request_event(fork=True)
    step = job.step("pull_request_target", command=command, now="")

    assert step.exit == 2
    assert f"No {command} runs on pull_request_target" in step.log.of("error")[0].text
    assert job.github.requests == ()


@pytest.mark.parametrize("valid", [True, False])
def test_in_a_merge_queue_the_preview_says_whether_the_files_are_right(job: Job, valid: bool) -> None:
    job.event = {"merge_group": {"head_sha": "f" * 40, "base_sha": "e" * 40}, "repository": {"private": True}}
    job.club.write("calendar.ics", vcalendar())
    job.club.write("sessions.yml", SESSIONS_YML if valid else "version: 1\n")
    step = job.step("merge_group", command="preview --live", publish="true", now="")

    assert step.exit == (0 if valid else 2)
    assert job.github.requests == ()
    if valid:
        assert "Nothing is published: a merge queue has no pull request to show it on." in step.log.seen
        assert "--live has no effect in a merge queue." in step.log.seen
        assert "Made from invented people" in step.log.seen

"""The Action as the runner starts it: ``entrypoint.py`` without arguments, inputs in the environment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import pytest

from sessionsmgmt.adapters.google import scopes
from sessionsmgmt.adapters.google.scopes import CALENDAR_LIST, CONTACTS, EVENTS
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Refusal
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import INVALID_GRANT, SEND_CALL, Break, GoogleEmulator, World, event
from tests.emulators.runner import Log, Runner, Step, read_log, read_outputs
from tests.end_to_end.harness import AT_GOOGLE, COMMAND, NOW, ROOT, SESSIONS_YML, ClubFolder, make_club, vevent
from tests.end_to_end.rotation_club import PUT, RotationClub, rotation_club
from tests.environment import of_the_machine

HOSTILE = "Team Session ::set-output name=sent::9 ##[add-mask]a %0A::error::x `` | <img src=x> @everyone"
PRIVATE = ("Ada", "Stu Student", "ada@", "stu@", "office@")


class Job:
    """A job of the club, whose steps keep to what no step may show."""

    def __init__(self, folder: Path, github: GitHubEmulator) -> None:
        workspace = folder / "otters" / "otters"
        workspace.mkdir(parents=True)
        (workspace / ".git").mkdir()
        self.club: ClubFolder = make_club(workspace)
        self.runner = Runner(workspace, folder / "_temp", ROOT)
        self.github = github
        self.token = github.world.job_token({"contents": "write", "issues": "write"})
        self.private = [*PRIVATE, self.token]

    def step(self, env: dict[str, str] | None = None, now: str = NOW, **inputs: str) -> Step:
        before = self.files()
        around = {
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
            **(env or {}),
        }
        step = self.runner.run(around, **{"now": now, "github_token": self.token, **inputs})
        told = [step.log.seen, step.summary, *step.outputs.values()]
        if step.outputs["report"]:
            told.append(Path(step.outputs["report"]).read_text("utf-8"))
        for private in self.private:
            for text in told:
                assert private not in text
        assert {path for path in self.files() - before if path.parts[0] not in {"outbox", ".sessionsmgmt"}} == set()
        return step

    def files(self) -> set[Path]:
        workspace = self.runner.workspace
        return {path.relative_to(workspace) for path in workspace.rglob("*") if path.is_file()}


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with GitHubEmulator(GitHubWorld()) as github:
        yield Job(tmp_path, github)
        assert not github.violations


def test_a_run_sends_and_says_so_in_every_way(job: Job) -> None:
    step = job.step()

    assert step.exit == 0
    assert [str(email["To"]) for email in job.club.emails()] == ["office@example.org"]
    assert {name: step.outputs[name] for name in ("sent", "held", "failed", "skipped", "rotated", "matrix")} == {
        "sent": "1",
        "held": "0",
        "failed": "0",
        "skipped": "0",
        "rotated": "false",
        "matrix": "",
    }
    report = json.loads(Path(step.outputs["report"]).read_text("utf-8"))
    assert (report["command"], report["counts"]["sent"], report["exit"]) == ("run", 1, 0)
    assert step.outputs["preview"] == ""
    assert step.log.groups == ["sessionsmgmt run"]
    assert step.log.annotations == []
    assert "| ✅ sent | new | Sat 2026-11-07 09:00 | Team Session | <code>campus</code> |" in step.summary
    assert "o•••&#64;example&#46;org" in step.summary


def test_a_second_step_has_a_report_of_its_own_and_sends_nothing(job: Job) -> None:
    first, second = job.step(), job.step()

    assert first.outputs["report"] != second.outputs["report"]
    assert (second.outputs["sent"], second.outputs["skipped"]) == ("0", "1")
    assert len(job.club.emails()) == 1


def test_a_preview_leaves_its_page_for_later_steps(job: Job) -> None:
    step = job.step(command="preview")
    folder = Path(step.outputs["preview"])

    assert step.exit == 0
    assert (folder / "index.html").is_file()
    assert folder.is_relative_to(job.runner.temp)
    assert job.club.emails() == []


def test_a_dry_run_sends_nothing(job: Job) -> None:
    step = job.step(dry_run="true")

    assert (step.exit, step.outputs["sent"], job.club.emails()) == (0, "0", [])
    assert "to be sent" in step.summary


def test_a_wrong_file_has_an_error_at_each_line_that_is_wrong(job: Job) -> None:
    job.club.write("clubs/otters/sessions.yml", SESSIONS_YML.replace("1 day", "soon").replace("MantaBots", "[a]"))
    step = job.step(command="validate", config="clubs/otters/sessions.yml")
    *places, last = step.log.of("error")

    assert step.exit == 2
    found = {(place.properties["file"], place.properties["line"], place.properties["title"]) for place in places}
    assert ("clubs/otters/sessions.yml", "2", "team") in found
    assert ("clubs/otters/sessions.yml", "14", "notices[0].within") in found
    assert all(int(place.properties["col"]) > 0 for place in places if "line" in place.properties)
    assert "problems" in last.text
    assert "clubs&#47;otters&#47;sessions&#46;yml&#58;2" in step.summary
    assert step.outputs["sent"] == "0"


def test_a_wrong_template_has_the_error_at_its_own_line(job: Job) -> None:
    job.club.write("sessions.yml", SESSIONS_YML + "    template: notice.md\n")
    job.club.write("notice.md", "Subject: Hello\n\n{{ nobody }}\n")
    step = job.step(command="validate")

    assert step.exit == 2
    assert ("notice.md", "3") in {
        (one.properties.get("file"), one.properties.get("line")) for one in step.log.of("error")
    }


def test_a_valid_file_needs_no_annotation(job: Job) -> None:
    step = job.step(command="validate")

    assert (step.exit, step.log.annotations) == (0, [])
    assert "is valid" in "\n".join(step.log.lines)


def test_a_command_there_is_not_is_answered_with_those_there_are(job: Job) -> None:
    step = job.step(command="rnu")

    assert step.exit == 2
    [error] = step.log.of("error")
    assert "auth revoke" in error.text
    assert "preview" in error.text
    assert job.club.emails() == []


def test_inputs_that_are_wrong_are_named_all_at_once_and_nothing_is_done(job: Job) -> None:
    step = job.step(dry_run="yes", verbose="1", root="clubs")

    [error] = step.log.of("error")
    assert step.exit == 2
    assert all(f"'{name}'" in error.text for name in ("dry-run", "verbose", "root"))
    assert job.club.emails() == []


def test_a_title_that_gives_orders_is_not_obeyed(job: Job) -> None:
    uid = "::error::one\\n::set-output name=sent::9"
    job.club.calendar(vevent(uid, title=HOSTILE), vevent("%0A::warning::two", title=HOSTILE))
    step = job.step()

    assert (step.exit, step.outputs["sent"]) == (0, "2")
    assert step.log.annotations == []
    assert "<img" not in step.summary


def test_what_is_printed_is_not_obeyed_whatever_it_is(job: Job) -> None:
    step = job.step(command="run --verbose 'loud\n::set-output name=sent::9\n::add-mask::Error'")

    [error] = step.log.of("error")
    assert step.exit == 2
    assert "loud" in error.text
    assert "Error" not in step.log.masks
    assert "::set-output name=sent::9" in step.log.lines


def test_attendees_nobody_knows_are_warnings_that_name_nobody(job: Job) -> None:
    job.club.calendar(vevent(attendees=("ada@example.org", "who@example.org")))
    job.private.append("who@")
    step = job.step()

    [warning] = step.log.of("warning")
    assert warning.properties["title"] == "attendee-without-contact"
    assert "<details><summary>Worth knowing: 1</summary>" in step.summary


def test_plan_is_a_matrix_of_the_clubs(job: Job) -> None:
    for name in ("otters", "%0A::error::x"):
        job.club.write(f"clubs/{name}/sessions.yml", SESSIONS_YML)
    step = job.step(command="plan", root="clubs")

    assert step.exit == 0
    assert [one["config"] for one in json.loads(step.outputs["matrix"])["include"]] == [
        "clubs/%0A::error::x/sessions.yml",
        "clubs/otters/sessions.yml",
    ]
    assert step.log.annotations == []


def test_without_inputs_and_without_a_runner_it_is_the_command_line(job: Job) -> None:
    bare = {**of_the_machine()}
    ran = subprocess.run(COMMAND, cwd=job.club.folder, env=bare, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert "Usage" in ran.stderr
    assert job.club.emails() == []


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    world = World()
    world.consent.granted = frozenset({EVENTS, CALENDAR_LIST, CONTACTS, scopes.SEND})
    start = datetime(2026, 11, 7, 14, tzinfo=UTC)
    world.calendar().put(event("lab", start, summary=HOSTILE, attendees=["ada@example.org", "stu@example.org"]))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
    with GoogleEmulator(world) as emulator:
        yield emulator
        assert emulator.violations == ()


def at_google(job: Job, google: GoogleEmulator, **inputs: str) -> Step:
    """A step of the same club at Google, whose secrets are masked before anything else is said."""
    job.club.write("sessions.yml", AT_GOOGLE)
    secrets = [json.loads(google.credentials)[name] for name in ("refresh_token", "client_secret")]
    env = {"SESSIONSMGMT_GOOGLE_ROOT": google.root}
    secrets += [job.token, "a2V5" * 11]
    job.private += [*secrets, "Bearer", "ya29."]
    step = job.step(env, google_credentials=google.credentials, key="a2V5" * 11, **inputs)
    first = takewhile(lambda line: line.startswith("::add-mask::"), step.raw.splitlines())
    assert {f"::add-mask::{secret}" for secret in secrets} <= set(first)
    return step


def test_a_club_at_google_is_told_of_by_its_inputs_alone(job: Job, google: GoogleEmulator) -> None:
    step = at_google(job, google)

    assert (step.exit, step.outputs["sent"], len(google.sent)) == (0, "1", 1)
    assert "✅ sent" in step.summary
    assert [mask for mask in step.log.masks if mask.startswith("ya29.")]  # what was only learnt on the way


def test_what_is_held_stands_first_with_the_command_that_closes_it(job: Job, google: GoogleEmulator) -> None:
    google.fail(SEND_CALL, Break.CLOSE_AFTER_ACCEPTING)
    step = at_google(job, google)

    assert (step.exit, step.outputs["held"]) == (1, "1")
    [error] = step.log.of("error")
    assert "held" in error.text
    command = "sessionsmgmt resolve --notice campus --session lab --sent"
    assert step.summary.index(command) < step.summary.index("| State |")
    closed = at_google(job, google, command=command.removeprefix("sessionsmgmt "))
    assert closed.exit == 0


def test_a_credential_that_is_no_more_ends_with_3_and_says_what_to_do(job: Job, google: GoogleEmulator) -> None:
    google.fail("oauth.token", INVALID_GRANT)
    step = at_google(job, google)

    [error] = step.log.of("error")
    assert step.exit == 3
    assert "auth login" in error.text
    assert step.outputs["sent"] == "0"


def rotate(job: Job, rotating: RotationClub) -> Step:
    """A step that renews the credential, in a run of its own; no secret is seen, old or new."""
    rotating.begin()
    given = rotating.environ()
    inputs = {
        "google_credentials": given.pop("GOOGLE_CREDENTIALS"),
        "secrets_token": given.pop("SECRETS_TOKEN"),
        "github_token": given.pop("GITHUB_TOKEN"),
    }
    step = job.step(given, rotating.github.world.now.isoformat(), command="rotate", **inputs)
    for secret in rotating.secret_texts():
        assert secret not in "".join([step.log.seen, step.summary, *step.outputs.values()])
    return step


@pytest.fixture
def rotating(job: Job) -> Iterator[RotationClub]:
    with rotation_club(job.runner.workspace) as club:
        yield club


def test_a_credential_that_is_newly_issued_is_stored_and_an_output_says_so(job: Job, rotating: RotationClub) -> None:
    rotating.google.world.consent.renews = True
    step = rotate(job, rotating)

    assert (step.exit, step.outputs["rotated"]) == (0, "true")
    assert rotating.works(rotating.stored)
    assert "The provider issued a new credential" in step.summary


def test_one_that_stays_the_same_is_renewed_all_the_same(job: Job, rotating: RotationClub) -> None:
    step = rotate(job, rotating)

    assert (step.exit, step.outputs["rotated"]) == (0, "false")
    assert "renewed" in step.summary


def test_one_that_could_not_be_stored_is_in_the_summary_sealed_with_what_to_do(
    job: Job, rotating: RotationClub
) -> None:
    rotating.google.world.consent.renews = True
    rotating.github.fail(PUT, Refusal(503, "Secrets service unavailable", {"Retry-After": "3600"}), after=1)
    step = rotate(job, rotating)

    assert (step.exit, step.outputs["rotated"]) == (5, "false")
    [error] = step.log.of("error")
    assert error.text
    assert '"encrypted_value"' in step.summary
    assert "sessionsmgmt rotate &#45;&#45;recover FILE" in step.summary


FILES = {"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary"}
OTHER = {"GITHUB_OUTPUT": "GITHUB_STEP_SUMMARY", "GITHUB_STEP_SUMMARY": "GITHUB_OUTPUT"}


def started(job: Job, files: dict[str, str], hook: str = "") -> tuple[int, Log]:
    """Run a step whose files are these, and return its status and its log."""
    job.club.write("hook/sitecustomize.py", hook)
    done = subprocess.run(
        COMMAND,
        cwd=job.runner.workspace,
        env={
            **job.runner.environ(),
            **job.runner.inputs(now=NOW, github_token=job.token),
            **files,
            "GITHUB_API_URL": job.github.root,
            "GITHUB_REPOSITORY": f"{OWNER}/{REPOSITORY}",
            "PYTHONPATH": f"{job.club.folder / 'hook'}:{ROOT}",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=300,
    )
    return done.returncode, read_log(done.stdout.decode())


@pytest.mark.parametrize("broken", FILES)
@pytest.mark.parametrize("place", ["/dev/full", "sessions.yml/below", "linked/file", "link", "."])
def test_outputs_or_a_summary_that_cannot_be_written_are_noticed_before_anything_is_sent(
    job: Job, tmp_path: Path, broken: str, place: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (job.club.folder / "linked").symlink_to(tmp_path / "elsewhere")
    (job.club.folder / "link").symlink_to(tmp_path / "elsewhere" / "file")
    other = tmp_path / "other"
    status, log = started(job, {broken: str(job.club.folder / place), OTHER[broken]: str(other)})

    assert status == 2
    [error] = log.of("error")
    assert f"The step's {FILES[broken]} can't be written (" in error.text
    assert job.club.emails() == []
    assert list((tmp_path / "elsewhere").iterdir()) == []
    text = other.read_text("utf-8")
    if OTHER[broken] == "GITHUB_OUTPUT":
        assert read_outputs(text)["sent"] == "0"
    else:
        assert "can't be written" in text.replace("&#39;", "'")


FULL = """\
import os, sys
def fill(event, _):
    if event == "os.link":  # the outbox puts a message into its folder
        name = os.environ["FULL"]
        for number in map(int, os.listdir("/proc/self/fd")):
            try:
                if os.path.samefile(os.environ[name], f"/proc/self/fd/{number}"):
                    os.dup2(os.open("/dev/full", os.O_WRONLY), number)
            except OSError:
                pass
sys.addaudithook(fill)
"""
"""The disk of one of the files is full from the first message on."""


@pytest.mark.parametrize("broken", FILES)
def test_one_that_cannot_be_written_any_more_is_a_warning_and_leaves_the_other_and_the_status(
    job: Job, tmp_path: Path, broken: str
) -> None:
    files = {name: str(tmp_path / name) for name in FILES}
    status, log = started(job, {**files, "FULL": broken}, FULL)

    assert status == 0
    assert [one.text for one in log.of("warning")] == [
        f"The step's {FILES[broken]} can't be written (No space left on device). What was done is done."
    ]
    assert log.of("error") == []
    assert len(job.club.emails()) == 1
    other = (tmp_path / OTHER[broken]).read_text("utf-8")
    if OTHER[broken] == "GITHUB_OUTPUT":
        assert read_outputs(other)["sent"] == "1"
    else:
        assert "✅ sent" in other
    assert (tmp_path / broken).read_text("utf-8") == "\n"


def test_a_temporary_folder_that_cannot_be_written_is_noticed_before_anything_is_sent(job: Job, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    files = {name: str(tmp_path / name) for name in FILES}
    status, log = started(job, {**files, "RUNNER_TEMP": str(tmp_path / "file")})

    assert status == 2
    [error] = log.of("error")
    assert "--report" in error.text
    assert job.club.emails() == []
    assert read_outputs((tmp_path / "GITHUB_OUTPUT").read_text("utf-8"))["sent"] == "0"

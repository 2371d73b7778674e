"""Around rotating: ``run`` renews first, ``auth`` stores and deletes, and nothing shows a secret or loses it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import requests

from tests import forks
from tests.delivery.fork_client import kill
from tests.emulators.github import Refusal
from tests.emulators.google import INVALID_GRANT, event
from tests.end_to_end.harness import COMMAND
from tests.end_to_end.rotation_club import GET, NAME, PUT, TOKEN, RotationClub, rotation_club, without_masks
from tests.environment import of_the_machine

LASTING = Refusal(503, "Secrets service unavailable", {"Retry-After": "3600"})
LIST = "calendar.events.list"


@pytest.fixture
def club(tmp_path: Path) -> Iterator[RotationClub]:
    with ExitStack() as stack:
        club = stack.enter_context(rotation_club(tmp_path))
        world = club.google.world
        start = datetime(2026, 11, 7, 14, tzinfo=UTC)
        world.calendar().put(event("lab", start, attendees=["ada@example.org", "stu@example.org"]))
        world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
        world.contacts.add("Stu Student", "stu@example.org", labels=["Student"])
        yield club


def age(club: RotationClub, days: float) -> None:
    """Let the secret have been written so many days ago."""
    club.secrets[NAME].updated = club.github.world.now - timedelta(days=days)


def test_a_run_leaves_a_young_credential_alone(club: RotationClub) -> None:
    ran = club.call("run")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    assert club.secrets[NAME].writes == 1
    assert [request.call for request in club.github.requests] == ["actions/get-repo-secret"]


@pytest.mark.parametrize("renews", [False, True])
def test_a_run_renews_an_old_credential_first_and_goes_on_with_what_came_of_it(
    club: RotationClub, *, renews: bool
) -> None:
    age(club, 8)
    club.google.world.consent.renews = renews
    ran = club.call("run")

    assert (ran.exit, ran.states, ran.report["rotated"]) == (0, [("new", "sent")], renews)
    assert club.secrets[NAME].writes == (4 if renews else 2)
    calls = [request.call for request in club.google.requests]
    assert calls[0] == TOKEN
    assert calls.index(LIST) > 0
    assert club.works(club.stored)


def test_a_dry_run_renews_nothing(club: RotationClub) -> None:
    age(club, 8)

    assert club.call("run", "--dry-run").states == [("new", "due")]
    assert club.github.requests == ()


@pytest.mark.parametrize(
    ("call", "status"), [(GET, 5), (PUT, 5), ("actions/get-workflow-run", 5)], ids=["look", "write", "run"]
)
def test_a_rotation_that_fails_keeps_no_notice_from_being_sent(club: RotationClub, call: str, status: int) -> None:
    age(club, 8)
    club.github.fail(call, LASTING)
    ran = club.call("run")

    assert (ran.exit, ran.states) == (status, [("new", "sent")])
    assert "rotation-failed" in {one["code"] for one in ran.report["warnings"]}


def test_a_run_that_may_not_write_the_secret_sends_and_ends_with_four(club: RotationClub) -> None:
    ran = club.call("run", SECRETS_TOKEN="")

    assert (ran.exit, ran.states) == (4, [("new", "sent")])
    assert "secrets-token" in ran.out
    assert club.github.requests == ()


def test_a_run_on_a_machine_without_any_token_sends_and_says_that_nothing_was_renewed(club: RotationClub) -> None:
    ran = club.call("run", SECRETS_TOKEN="", GITHUB_TOKEN="", GITHUB_ACTIONS="")

    assert (ran.exit, ran.states) == (0, [("new", "sent")])
    assert "credential-not-renewed" in {one["code"] for one in ran.report["warnings"]}


def test_a_credential_that_could_not_be_stored_is_shown_even_where_the_run_fails(club: RotationClub) -> None:
    age(club, 8)
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    club.google.fail(TOKEN, INVALID_GRANT, after=1)
    ran = club.call("run")

    assert ran.exit == 3
    assert ran.report["recovery"]["encrypted_value"] in ran.out
    assert club.stored == club.held


def test_a_run_whose_consent_is_lost_ends_with_three_and_opens_one_issue(club: RotationClub) -> None:
    age(club, 8)
    club.google.end_grant()
    first, second = club.call("run"), club.call("run")

    assert (first.exit, second.exit) == (3, 3)
    [issue] = club.repository.issues.values()
    assert "agree again" in issue.title


def agree(club: RotationClub, *options: str, **env: str) -> tuple[int, str, str]:
    """Log in as a person does, whose browser agrees at once."""
    club.begin()
    consent = club.google.world.consent
    client = {"installed": {"client_id": consent.client_id, "client_secret": consent.client_secret}}
    club.folder.write("client.json", json.dumps(client))
    known = club.environ(GITHUB_ACTIONS="", GITHUB_RUN_ID="", GITHUB_TOKEN="", **{NAME: "", **env})
    process = subprocess.Popen(
        [*COMMAND, "auth", "login", "--client", "client.json", "--no-browser", *options],
        cwd=club.folder.folder,
        env={**of_the_machine(), **known},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        said = ""
        for line in process.stderr or ():
            said += line
            if line.startswith("http"):
                requests.get(line.strip(), timeout=300)
                break
        out, err = process.communicate(timeout=300)
    club.seen += [out, err]
    return process.returncode, out, said + err


def test_agreeing_stores_the_credential_straight_into_the_secret(club: RotationClub) -> None:
    status, out, said = agree(club)

    assert status == 0, said
    assert "the repository's secret GOOGLE_CREDENTIALS" in said + out
    assert club.stored != club.held
    assert club.works(club.stored)


def test_nobody_is_asked_to_agree_to_what_could_not_be_stored(club: RotationClub) -> None:
    status, _, said = agree(club, SECRETS_TOKEN=club.github.world.fine_grained_token({"contents": "write"}))

    assert status == 4
    assert "secrets: write" in said
    assert club.google.requests == ()


def test_what_was_agreed_to_and_could_not_be_stored_is_shown_sealed(club: RotationClub) -> None:
    club.github.fail(PUT, LASTING)
    status, out, _ = agree(club)

    assert status == 5
    [line] = [line for line in out.splitlines() if line.startswith("  {")]
    club.folder.write("sealed.json", line)
    sealed_at = datetime.fromisoformat(json.loads(line)["sealed_at"])
    club.secrets[NAME].updated = sealed_at - timedelta(days=1)
    assert club.call("rotate", "--recover", "sealed.json").exit == 0
    assert club.stored != club.held
    assert club.works(club.stored)


def test_revoking_withdraws_the_grant_deletes_the_secret_and_says_what_is_left(club: RotationClub) -> None:
    foreseen = club.call("auth revoke", "--dry-run")
    assert foreseen.exit == 0
    assert NAME in foreseen.out
    assert club.asked() == []

    ran = club.call("auth revoke")
    assert ran.exit == 0
    assert NAME not in club.secrets
    assert not club.works(club.held)
    assert "What stays are" in ran.out
    assert club.call("auth revoke").exit == 0


@pytest.mark.parametrize("status", [4, 5])
def test_a_secret_that_can_not_be_deleted_does_not_keep_the_consent(club: RotationClub, status: int) -> None:
    token = club.may_write() if status == 5 else club.github.world.fine_grained_token({"secrets": "read"})
    if status == 5:
        club.github.fail("actions/delete-repo-secret", LASTING)
    ran = club.call("auth revoke", SECRETS_TOKEN=token)

    assert ran.exit == status
    assert "could not be deleted" in ran.out
    assert not club.works(club.held)


def killed(path: Path, stop: int) -> bool:
    """Kill a rotation at its ``stop``-th moment, before or after any request; false if it ended before that."""
    numbers, running = count(), list[int]()

    def watch(_moment: str, _call: str) -> None:
        if running and next(numbers) == stop:
            kill(running[0])

    with rotation_club(path, watch_github=watch, watch_google=watch) as club:
        club.google.world.consent.renews = True
        club.begin()
        environ = {**of_the_machine(), **club.environ()}
        command = ["rotate", "--now", club.github.world.now.isoformat()]
        done = forks.run(command, club.folder.folder, environ, born=running.append)
        running.clear()
        assert club.works(club.stored)
        assert list(json.loads(club.stored)) == list(json.loads(club.held))
        return done.returncode != 0


def test_killed_between_any_two_requests_the_secret_holds_a_credential_that_works(tmp_path: Path) -> None:
    survived = next(stop for stop in count() if not killed(tmp_path / str(stop), stop))
    assert survived == 2 * 9  # before and after each of its nine requests


def test_no_secret_is_in_a_process_list_or_the_environment_of_a_child(tmp_path: Path) -> None:
    seen: list[str] = []
    running: list[subprocess.Popen[str]] = []

    def watch(_moment: str, _call: str) -> None:
        for one in running:
            for process in (one.pid, *children(one.pid)):
                seen.append(Path(f"/proc/{process}/cmdline").read_text("utf-8"))
                if process != one.pid:
                    seen.append(Path(f"/proc/{process}/environ").read_text("utf-8"))

    with rotation_club(tmp_path, watch_github=watch, watch_google=watch) as club:
        app = club.github.world.app
        club.google.world.consent.renews = True
        club.begin()
        known = club.environ(SECRETS_TOKEN="", GITHUB_APP_ID=str(app.id), GITHUB_APP_PRIVATE_KEY=app.private_key)
        process = subprocess.Popen(
            [*COMMAND, "rotate", "--verbose"],
            cwd=club.folder.folder,
            env={**of_the_machine(), **known},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        out, _ = process.communicate(timeout=300)
        running.clear()
        assert process.returncode == 0, without_masks(out)
        club.seen += [out, *seen]
        assert any("rotate" in one for one in seen)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]

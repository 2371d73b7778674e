"""docs/rotation.md: what it shows works, and every message it explains is one that is really said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from tests.emulators.github import Refusal
from tests.end_to_end.harness import ROOT
from tests.end_to_end.rotation_club import KEY, NAME, PUT, RotationClub, rotation_club

PAGE = (ROOT / "docs" / "rotation.md").read_text(encoding="utf-8")
[SETTINGS] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TYPED = re.findall(r"^\$ sessionsmgmt (.*)$", PAGE, re.MULTILINE)
LASTING = Refusal(503, "Secrets service unavailable", {"Retry-After": "3600"})


def with_app(club: RotationClub, **more: str) -> dict[str, str]:
    app = club.github.world.app
    return {"SECRETS_TOKEN": "", "GITHUB_APP_ID": str(app.id), "GITHUB_APP_PRIVATE_KEY": app.private_key, **more}


def said(club: RotationClub, *options: str, **env: str) -> str:
    ran = club.call("rotate", *options, **env)
    return ran.err + ran.out


def not_installed(club: RotationClub) -> str:
    club.github.world.app.repositories = frozenset()
    return said(club, **with_app(club))


def not_permitted(club: RotationClub) -> str:
    club.github.world.app.permissions = {"metadata": "read"}
    return said(club, **with_app(club))


def expired(club: RotationClub) -> str:
    return said(club, SECRETS_TOKEN="github_pat_gone")  # noqa: S106 - none that there ever was


def nowhere(club: RotationClub) -> str:
    club.folder.write(
        "sessions.yml",
        (club.folder.folder / "sessions.yml")
        .read_text("utf-8")
        .replace("CREDENTIALS}\n", "CREDENTIALS, scope: environment, environment: elsewhere}\n"),
    )
    return said(club, SECRETS_TOKEN=club.github.world.fine_grained_token({"environments": "write"}))


def stale(club: RotationClub) -> str:
    club.queued = 24 * 30
    return said(club)


def sealed(club: RotationClub) -> None:
    club.google.world.consent.renews = True
    club.github.fail(PUT, LASTING, after=1)
    club.folder.write("sealed.json", json.dumps(club.call("rotate").report))


def too_late(club: RotationClub) -> str:
    sealed(club)
    club.begin()
    club.secrets.put(NAME, club.held.encode(), club.github.world.now)
    return said(club, "--recover", "sealed.json")


def another_key(club: RotationClub) -> str:
    sealed(club)
    club.secrets.rotate_key()
    return said(club, "--recover", "sealed.json")


def out_of_reach(club: RotationClub) -> str:
    club.github.fail(KEY, LASTING)
    return said(club)


MESSAGES: Mapping[str, Callable[[RotationClub], str]] = {
    "Secrets can't be written with the job's own GITHUB_TOKEN": lambda club: said(club, SECRETS_TOKEN=club.job),
    "Nothing is set that may write secrets": lambda club: said(club, SECRETS_TOKEN="", GITHUB_TOKEN=""),
    "GitHub does not allow …": lambda club: said(
        club, SECRETS_TOKEN=club.github.world.fine_grained_token({"secrets": "read"})
    ),
    "GitHub does not accept what SECRETS_TOKEN holds": expired,
    "The GitHub App is not installed on this repository": not_installed,
    "The GitHub App does not have the permission …": not_permitted,
    "is no private key": lambda club: said(club, **with_app(club, GITHUB_APP_PRIVATE_KEY="half")),
    "GitHub finds no place for …": nowhere,
    "has been written since this run was given its copy": stale,
    "Add 'actions: read'": lambda club: said(club, GITHUB_TOKEN=club.github.world.job_token({"contents": "read"})),
    "A newer credential has been written": too_late,
    "GitHub has another key … by now": another_key,
    "GitHub could not be reached": out_of_reach,
}


def test_it_explains_these_messages_and_no_others() -> None:
    table = PAGE.partition("| it says | what to do |")[2]
    explained = [
        text for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for text in re.findall(r"\*(.+?)\*", row)
    ]

    assert sorted(explained) == sorted(MESSAGES)


@pytest.mark.parametrize("text", MESSAGES)
def test_every_message_it_explains_is_said(text: str, tmp_path: Path) -> None:
    with rotation_club(tmp_path) as club:
        found = MESSAGES[text](club)

    assert re.search(".*".join(map(re.escape, text.split("…"))).strip(), found), found


def test_the_commands_it_shows_work_with_the_settings_it_shows(tmp_path: Path) -> None:
    assert TYPED == [
        "rotate --dry-run",
        "rotate",
        "auth login --client client.json",  # tried in test_rotate_around.py
        "rotate --recover FILE",
    ]
    with rotation_club(tmp_path) as club:
        text = (club.folder.folder / "sessions.yml").read_text("utf-8").partition("credentials:")[0]
        club.folder.write("sessions.yml", text + SETTINGS)
        assert club.call("rotate", "--dry-run").exit == 0
        assert club.call("rotate").exit == 0
        sealed(club)
        club.folder.write("FILE", (club.folder.folder / "sealed.json").read_text("utf-8"))
        assert club.call("rotate", "--recover", "FILE").exit == 0


@pytest.mark.parametrize("name", ["rotate.yml", "rotate-environment.yml"])
def test_the_workflows_rotate_off_the_hour_never_cross_and_may_do_little(name: str) -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "workflows" / name).read_text(encoding="utf-8"))
    [entry] = workflow[True]["schedule"]  # YAML 1.1 reads the key "on" as true
    job = workflow["jobs"]["rotate"]

    assert entry["timezone"] == "America/New_York"
    assert 5 <= int(entry["cron"].split()[0]) <= 55
    assert workflow["concurrency"] == {"group": "sessions", "queue": "max", "cancel-in-progress": False}
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"actions": "read", "contents": "read", "issues": "write"}
    assert ("environment" in job) is (name == "rotate-environment.yml")
    assert job["steps"][-1]["with"]["command"] == "rotate"

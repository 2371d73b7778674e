"""What a process inherits from the one that started it: nothing that a command does depends on it."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.harness import COMMAND, NOW, ClubFolder, make_club
from tests.environment import of_the_machine

COMMANDS = (
    "validate",
    "preview --out page",
    "run",
    "status",
    "doctor",
    "export",
    "plan",
    "forget",
    "init --yes",
    "rnu",
)
USUAL = {"validate": 0, "preview --out page": 0, "run": 0, "status": 0, "doctor": 0, "export": 0, "plan": 0}
"""The commands that succeed on the club, if they may print."""
PRODUCT = {"export", "plan"}
"""Those of which the printed text is all that was asked for."""


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    return make_club(tmp_path)


def started(
    club: ClubFolder, command: str, redirections: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command by a shell, which closes or redirects what is asked for, behind pipes to this test."""
    line = shlex.join([*COMMAND, *command.split(), "--now", NOW, "--report", "report.json"])
    return subprocess.run(
        ["bash", "-c", f"exec {line} {redirections}"],
        cwd=club.folder,
        env={**of_the_machine(), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("redirections", [">&-", "2>&- <&-", ">&- 2>&- <&-", ">/dev/full", "2>/dev/full"])
def test_a_stream_that_is_closed_or_full_changes_nothing_of_what_is_done(
    club: ClubFolder, command: str, redirections: str
) -> None:
    done = started(club, command, redirections)
    speechless = ">&-" in redirections.replace("2>&-", "") or redirections == ">/dev/full"

    assert done.returncode == (2 if speechless and command in PRODUCT else USUAL.get(command, 2))
    assert "Traceback" not in done.stderr
    assert "in a way it should not" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert (len(club.emails()) == 1) == (command == "run")
    if command in USUAL and not (speechless and command in PRODUCT):
        assert json.loads((club.folder / "report.json").read_text("utf-8"))["exit"] == 0
    if speechless and command in USUAL and redirections != ">&- 2>&- <&-":
        assert "can't be" in done.stderr


def test_nothing_that_is_printed_gets_into_a_file(club: ClubFolder) -> None:
    """Without a standard stream the next file that is opened gets its number."""
    started(club, "run", ">&- 2>&- <&-")
    ledger = (club.folder / ".sessionsmgmt" / "ledger.json").read_bytes()
    started(club, "status", ">&- 2>&- <&-")

    json.loads(ledger)
    assert (club.folder / ".sessionsmgmt" / "ledger.json").read_bytes() == ledger


def test_a_credential_that_could_not_be_printed_is_not_asked_for(club: ClubFolder) -> None:
    club.write("client.json", "{}")
    for redirection in (">&-", ">/dev/full"):
        done = started(club, "auth login --client client.json --print --no-browser", redirection)
        assert done.returncode == 2
        assert "Standard output can't be written" in done.stderr


ODD_ZONES = (
    "nonsense",
    ":/etc/localtime",
    "",
    ":",
    "/etc/passwd",
    ":../../etc/passwd",
    "A;B",
    "\udcff",
    "UTC+9999999999",
)


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_an_odd_time_zone_of_the_machine_changes_nothing(club: ClubFolder, zone: str) -> None:
    done = started(club, "run", env={"TZ": zone})

    assert (done.returncode, done.stderr) == (0, "")
    [email] = club.emails()
    assert "9:00" in str(email.get_body(("plain",)))


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_an_odd_time_zone_of_the_machine_is_not_suggested(tmp_path: Path, zone: str) -> None:
    done = started(ClubFolder(tmp_path), "init --yes", env={"TZ": zone})

    assert (done.returncode, done.stderr) == (0, "")
    assert started(ClubFolder(tmp_path), "validate").returncode == 0


def test_a_time_zone_that_is_one_is_suggested(tmp_path: Path) -> None:
    started(ClubFolder(tmp_path), "init --yes", env={"TZ": ":Asia/Tokyo"})
    assert 'timezone: "Asia/Tokyo"' in (tmp_path / "sessions.yml").read_text("utf-8")


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "xx_YY.nonsense"},
        {"LANG": "tr_TR.UTF-8"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "utf-16"},
        {"HOME": ""},
        {"HOME": "/nonexistent"},
        {"TERM": "dumb", "COLUMNS": "nonsense"},
        {"FORCE_COLOR": "1", "COLUMNS": "5"},
    ],
    ids=str,
)
def test_neither_the_locale_nor_the_home_changes_what_is_done(club: ClubFolder, env: dict[str, str]) -> None:
    text = (club.folder / "sessions.yml").read_text("utf-8")
    club.write("sessions.yml", text.replace("MantaBots", "Élan ☃"))
    for command in ("run", "status", "export"):
        done = subprocess.run(
            [*COMMAND, *command.split(), "--now", NOW],
            cwd=club.folder,
            env={**of_the_machine(), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        if command == "export":
            assert json.loads(done.stdout.decode("utf-16" if "utf-16" in env.values() else "utf-8"))
    assert len(club.emails()) == 1


def test_questions_that_nobody_can_answer_are_no_interruption(tmp_path: Path) -> None:
    for redirection in ("<&-", "</dev/null"):
        done = started(ClubFolder(tmp_path), "init", redirection)
        assert done.returncode == 2
        assert "--yes" in done.stderr
        assert not (tmp_path / "sessions.yml").exists()


@pytest.mark.parametrize("umask", ["000", "077", "777"])
def test_the_umask_changes_nothing(club: ClubFolder, umask: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"umask {umask}; exec {shlex.join(COMMAND)} run --now {NOW} --report reports/r.json"],
        cwd=club.folder,
        env=of_the_machine(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    made = [club.folder / "outbox", club.folder / "reports", club.folder / ".sessionsmgmt"]
    files = [path for folder in made for path in folder.iterdir()]
    assert {oct(path.stat().st_mode & 0o777) for path in made} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in files if path.name != ".gitignore"} == {"0o600"}


def test_the_action_says_what_it_did_where_the_machine_can_not_write_every_character(club: ClubFolder) -> None:
    inputs = {"GITHUB_ACTIONS": "true", "INPUT_COMMAND": "validate", "INPUT_CONFIG": "séances.yml"}
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        inputs[name] = str(club.folder / name)
        Path(inputs[name]).touch()

    done = subprocess.run(
        COMMAND,
        cwd=club.folder,
        env={**of_the_machine(), **inputs, "PYTHONIOENCODING": "ascii"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="ascii",
        check=False,
        timeout=300,
    )

    assert done.returncode == 2
    assert "s\\xe9ances.yml" in done.stdout

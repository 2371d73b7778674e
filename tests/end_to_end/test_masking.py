"""In Actions every token is told to the runner before it is used, by every command, and is written into no file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.google import GoogleEmulator, World
from tests.end_to_end.harness import AT_GOOGLE, COMMAND, NOW, ClubFolder, make_club
from tests.environment import of_the_machine

COMMANDS = (
    "run --dry-run",
    "status",
    "doctor",
    "export --person ada@example.org --out kept.json",
    "forget --person ada@example.org --dry-run",
    "resolve --sent",
)
IN_CALENDAR = AT_GOOGLE.replace("{store: file, path: .sessionsmgmt/ledger.json}", "{store: calendar}")
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture
def google() -> Iterator[GoogleEmulator]:
    with GoogleEmulator(World()) as google:
        yield google


@pytest.fixture
def club(tmp_path: Path) -> ClubFolder:
    club = make_club(tmp_path)
    club.write("sessions.yml", IN_CALENDAR)
    return club


def started(club: ClubFolder, google: GoogleEmulator, command: str, redirection: str = "") -> tuple[str, str]:
    """What a command says in Actions on standard output and error, both pipes unless redirected."""
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(COMMAND)} {command} --now {NOW} {redirection}"],
        cwd=club.folder,
        env={
            **of_the_machine(),
            "GITHUB_ACTIONS": "true",
            "GOOGLE_CREDENTIALS": google.credentials,
            "SESSIONSMGMT_KEY": KEY,
            "SESSIONSMGMT_GOOGLE_ROOT": google.root,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stdout, done.stderr


def issued(google: GoogleEmulator) -> set[str]:
    """Every access token that a request was made with."""
    heads = [str(request.request.headers.get("Authorization", "")) for request in google.requests]
    return {head.removeprefix("Bearer ") for head in heads if head.startswith("Bearer ")}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_the_runner_of_the_tokens_it_uses(
    club: ClubFolder, google: GoogleEmulator, command: str
) -> None:
    _, err = started(club, google, command)
    told = {line.removeprefix("::add-mask::") for line in err.splitlines() if line.startswith("::add-mask::")}

    assert issued(google)
    assert issued(google) <= told
    assert KEY in told


@pytest.mark.parametrize("redirection", ["> out.txt 2> err.txt", "> out.txt", "2> err.txt"])
def test_no_token_is_written_into_a_file_that_the_output_goes_to(
    club: ClubFolder, google: GoogleEmulator, redirection: str
) -> None:
    out, err = started(club, google, "status", redirection)

    for path in club.folder.glob("*.txt"):
        assert "add-mask" not in path.read_text("utf-8")
    assert ("::add-mask::" in out + err) == (redirection != "> out.txt 2> err.txt")

"""Several clubs in one repository at an emulated GitHub, each on files, whose ledgers are in that repository."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulators.github import GitHubEmulator, Repository
from tests.end_to_end.harness import SESSIONS_YML, ClubFolder, Ran, make_club, vcalendar, vevent

KEY, OTHER_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
FIRST, LATER = "2026-11-06T12:00:00-05:00", "2026-11-06T13:00:00-05:00"
IN_A_FILE = "ledger: {store: file, path: .sessionsmgmt/ledger.json}"
IN_GIT = SESSIONS_YML.replace(IN_A_FILE, "ledger: {store: git}")


@dataclass(frozen=True)
class ManyClubs:
    """The checkout of a repository, and its GitHub."""

    checkout: Path
    github: GitHubEmulator

    @property
    def repository(self) -> Repository:
        return self.github.world.repository()

    @property
    def refs(self) -> dict[str, str]:
        return self.repository.objects.refs

    def club(self, folder: str, text: str = IN_GIT) -> ClubFolder:
        """A club in a folder of the repository, with a session of its own."""
        path = self.checkout / folder
        path.mkdir(parents=True, exist_ok=True)
        club = make_club(path)
        club.write("sessions.yml", text)
        club.write("calendar.ics", vcalendar(vevent(f"of {folder or 'the root'}")))
        return club

    def call(self, folder: str, command: str, *options: str, now: str = FIRST, **env: str) -> Ran:
        """Run a command on a club as a job of the repository does."""
        known = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.root,
            "GITHUB_REPOSITORY": "example-club/premises",
            "GITHUB_TOKEN": self.github.world.job_token(
                {"contents": "write", "issues": "write", "pull_requests": "write"}
            ),
            "GITHUB_WORKSPACE": str(self.checkout),
            "SESSIONSMGMT_KEY": KEY,
        }
        config = str(Path(folder) / "sessions.yml")
        given = {name: text for name, text in (known | env).items() if text}
        return ClubFolder(self.checkout).call(command, "--config", config, *options, now=now, env=given)

    def emails(self, folder: str) -> list[str]:
        """The kinds of the emails that left for a club."""
        return [str(email["X-Sessionsmgmt-Kind"]) for email in ClubFolder(self.checkout / folder).emails()]


@contextmanager
def many_clubs(checkout: Path) -> Iterator[ManyClubs]:
    """The repository without any club, as an archive of it: without git's own folder."""
    checkout.mkdir()
    with GitHubEmulator() as github:
        yield ManyClubs(checkout, github)
        assert github.violations == ()

"""Measures the requests of a club at Google with each kind of ledger, and the waiting time at 50 ms for each reply.

The real command runs against an emulated Google and GitHub on loopback. Its wall time is compared with the shortest
possible time: its own start-up, measured with immediate replies, and 50 ms for each request of the longest chain of
requests that wait for one another.
"""

from __future__ import annotations

import base64
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.startup import REPOSITORY
from tests.emulators.github import GitHubEmulator
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import TEAM_CALENDAR, GoogleEmulator, World, event, longest_chain
from tests.environment import of_the_machine

LATENCY = 0.05
NOW = datetime(2026, 11, 6, 17, tzinfo=UTC)
SESSIONS_YML = """\
version: 1
team: Benchmark
timezone: America/New_York
calendar: {{provider: google, {calendar}}}
contacts: {{provider: google}}
mail: {{provider: google}}
roles: {{adults: [Adult], students: [Student]}}
ledger: {{store: {ledger}}}
notices: [{{id: campus, match: Team Session, within: 1 day, to: [office@example.org]}}]
"""


@dataclass(frozen=True, slots=True)
class Club:
    """The calendar and the ledger of a club in sessions.yml, and the number of notices that are due."""

    calendar: str
    ledger: str
    notices: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """The measurements of a run: its requests, the length of their longest chain, and its times in seconds.

    ``ratio`` is the wall time as a multiple of the shortest possible time.
    """

    what: str
    requests: int
    chain: int
    startup: float
    wall: float
    ratio: float


def measure(repeat: int) -> list[Exchange]:
    """Runs without a notice, with the calendar's id and with its name; and with twenty notices, for each ledger."""
    by_id, by_name = f"id: {TEAM_CALENDAR}", "name: 2026-2027 Team Calendar"
    return [
        _exchange("nothing to send", Club(by_id, "file", 0), repeat),
        _exchange("nothing to send, by name", Club(by_name, "file", 0), repeat),
        *(
            _exchange(f"20 notices, {ledger}", Club(by_id, ledger, 20), repeat)
            for ledger in ("file", "git", "calendar")
        ),
    ]


def as_text(exchanges: Sequence[Exchange]) -> str:
    """A table."""
    head = f"{'run at Google, 50 ms each':<26}{'requests':>9}{'chain':>7}{'start-up ms':>13}{'wall ms':>9}{'ratio':>7}"
    rows = [
        f"{exchange.what:<26}{exchange.requests:>9}{exchange.chain:>7}"
        f"{exchange.startup * 1000:>13.0f}{exchange.wall * 1000:>9.0f}{exchange.ratio:>7.2f}"
        for exchange in exchanges
    ]
    return "\n".join([head, *rows])


def as_json(exchanges: Sequence[Exchange]) -> list[dict[str, object]]:
    """The same data for JSON."""
    return [asdict(exchange) for exchange in exchanges]


def _exchange(what: str, club: Club, repeat: int) -> Exchange:
    at_once = [_run(club, 0.0) for _ in range(repeat)]
    delayed = [_run(club, LATENCY) for _ in range(repeat)]
    startup = statistics.median(seconds for seconds, _, _ in at_once)
    wall = statistics.median(seconds for seconds, _, _ in delayed)
    _, requests, chain = delayed[0]
    return Exchange(what, requests, chain, startup, wall, wall / (startup + chain * LATENCY))


def _run(club: Club, latency: float) -> tuple[float, int, int]:
    google, github = World(), GitHubWorld()
    start = NOW + timedelta(hours=20)
    google.calendar().put(
        *(event(f"e{number}", start, attendees=["ann@example.org"]) for number in range(club.notices))
    )
    google.contacts.add("Ann", "ann@example.org", labels=["Adult"])
    with (
        tempfile.TemporaryDirectory() as folder,
        GoogleEmulator(google, latency=latency) as at_google,
        GitHubEmulator(github, latency=latency) as at_github,
    ):
        settings = SESSIONS_YML.format(calendar=club.calendar, ledger=club.ledger)
        Path(folder, "sessions.yml").write_text(settings, encoding="utf-8")
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, str(REPOSITORY / "entrypoint.py"), "run", "--now", NOW.isoformat()],
            cwd=folder,
            env={
                **of_the_machine(),
                "GITHUB_API_URL": at_github.root,
                "GITHUB_REPOSITORY": f"{github.owner}/{github.repository().name}",
                "GITHUB_TOKEN": github.job_token({"contents": "write", "issues": "write"}),
                "GOOGLE_CREDENTIALS": at_google.credentials,
                "SESSIONSMGMT_GOOGLE_ROOT": at_google.root,
                "SESSIONSMGMT_KEY": base64.b64encode(bytes(32)).decode(),
            },
            check=True,
            capture_output=True,
        )
        requests = (*at_google.requests, *at_github.requests)
        return time.perf_counter() - began, len(requests), longest_chain(requests)

"""Clubs with five sessions tomorrow, for real processes to run: on files, or at Google with each store of the ledger.

A run has two waves to send, so there are claims to be made and to be settled in between; or one email about all five.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from tests.delivery.fork_client import ForkServer, kill
from tests.delivery.fork_server import SAID, ProcessEnd, ProcessPlan
from tests.emulators.github import GitHubEmulator
from tests.emulators.github import World as GitHubWorld
from tests.emulators.google import GoogleEmulator, World, event
from tests.end_to_end.harness import AT_GOOGLE, SESSIONS_YML, ClubFolder, make_club, vevent
from tests.pull_request_events import EVENT

SESSIONS = ("eins", "zwei", "drei", "vier", "five")
FIRST, SOON, LATER, LAST = (f"2026-11-06T12:{minute}:00-05:00" for minute in ("00", "01", "20", "45"))
"""When the first run begins; when its lease still lasts; and when it is over, twice."""

KEY = base64.b64encode(bytes(range(32))).decode()
COMBINE = "    combine: true\n"
"""What makes one email of the five sessions, at the end of a sessions.yml."""
FILE = "{store: file, path: .sessionsmgmt/ledger.json}"


@dataclass
class Killer:
    """Kills a process at a moment: before or after a request of a kind, the one of that number, counted from 0.

    A moment is said as ``before calendar.events.list``. What the process asks before is lost with it; what it asks at
    the same time arrives. ``seen`` counts the moments up to the end of the process.
    """

    moment: str = ""
    number: int = 0
    pid: int = 0
    place: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, when: str, call: str) -> None:
        """Called by the emulators."""
        moment = f"{when} {call}"
        with self._turn:
            if not self.pid:
                return
            mine = (moment, self.seen[moment]) == (self.moment, self.number)
            self.seen[moment] += 1
            if mine:
                self.place = moment  # before whoever waits for the process goes on
                kill(self.pid)
        if mine and when == "before":
            raise ConnectionAbortedError


@dataclass(frozen=True)
class LiveClub:
    """A club in a folder. ``plan`` enters sessions, ``left`` says how many emails really left about each.

    ``tidy_up`` deletes all branches of the repository but the first, as a bot does.
    """

    folder: ClubFolder
    fork_server: ForkServer
    plan: Callable[[Sequence[str]], None]
    left: Callable[[], Counter[str]]
    env: Mapping[str, str] = field(default_factory=dict)
    tidy_up: Callable[[], None] = lambda: None

    def child(self, *commands: str, name: str = "") -> ProcessPlan:
        """A process that calls these commands one after the other; each writes its report."""
        lines = [[*command.split(), "--report", f"{name}{number}.json"] for number, command in enumerate(commands)]
        return ProcessPlan(str(self.folder.folder), dict(self.env), lines)

    def call(self, *commands: str) -> list[int]:
        """The statuses of commands that nobody disturbs."""
        [end] = self.fork_server.run_all(self.child(*commands))
        assert end.status == 0, self.said()
        return end.statuses

    def report(self, number: int = 0, name: str = "") -> list[dict[str, Any]]:
        """What the last process of that name reported of the notices, in its command of that number."""
        report = json.loads((self.folder.folder / f"{name}{number}.json").read_text("utf-8"))
        notices: list[dict[str, Any]] = report["notices"]
        return notices

    def said(self) -> str:
        """All that was written to the terminal."""
        return (self.folder.folder / SAID).read_text("utf-8")


def on_files(folder: Path, fork_server: ForkServer, settings: str = SESSIONS_YML) -> LiveClub:
    """Everything on this machine, the outbox included."""
    club = make_club(folder)
    club.write("sessions.yml", settings)

    def plan(sessions: Sequence[str]) -> None:
        club.calendar(*(vevent(name) for name in sessions))

    plan(SESSIONS)
    return LiveClub(club, fork_server, plan, lambda: _about(club.emails()))


@contextmanager
def at_google(settings: str, folder: Path, fork_server: ForkServer, killer: Killer) -> Iterator[LiveClub]:
    """Calendar, contacts and mail at Google, the repository at GitHub, and the ledger in a store."""
    club, google, github = ClubFolder(folder), World(), GitHubWorld()
    club.write("sessions.yml", settings)
    start = datetime(2026, 11, 7, 14, tzinfo=UTC)

    def plan(sessions: Sequence[str]) -> None:
        there = google.calendar().events
        google.calendar().put(*(event(one, start, attendees=["ada@example.org"]) for one in {*sessions} - {*there}))
        for gone in {*there} - {*sessions}:
            google.calendar().purge(gone)

    plan(SESSIONS)
    google.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    token = github.job_token({"contents": "write", "issues": "write"})
    with GoogleEmulator(google, watch=killer.watch) as mail, GitHubEmulator(github, watch=killer.watch) as hub:
        env = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_API_URL": hub.root,
            "GITHUB_REPOSITORY": "example-club/premises",
            "GITHUB_TOKEN": token,
            "GOOGLE_CREDENTIALS": mail.credentials,
            "SESSIONSMGMT_GOOGLE_ROOT": mail.root,
            "SESSIONSMGMT_KEY": KEY,
        }
        yield LiveClub(club, fork_server, plan, lambda: _sent(mail), env, partial(_tidy_up, github))
        assert (mail.violations, hub.violations) == ((), ())


def _tidy_up(github: GitHubWorld) -> None:
    refs = github.repository().objects.refs
    for ref in [one for one in refs if one.startswith("refs/heads/") and one != "refs/heads/main"]:
        del refs[ref]


def _sent(google: GoogleEmulator) -> Counter[str]:
    return _about([one.message for one in google.sent])


def _about(emails: Sequence[EmailMessage]) -> Counter[str]:
    """How many emails there are about each session."""
    return Counter(session for email in emails for session in str(email["X-Sessionsmgmt-Session"]).split(", "))


Online = Callable[[Path, ForkServer, Killer], AbstractContextManager[LiveClub]]

STORES = {"file": FILE, "git": "{store: git}", "calendar": "{store: calendar}"}
"""The stores of the ledger. A new store joins by adding its line."""
ONLINE: Mapping[str, Online] = {name: partial(at_google, AT_GOOGLE.replace(FILE, STORES[name])) for name in STORES}
"""A club at Google for each store of the ledger."""
COMBINED: Mapping[str, Online] = {
    name: partial(at_google, AT_GOOGLE.replace(FILE, STORES[name]) + COMBINE) for name in STORES
}
"""The same clubs, where the five sessions are one email."""


def killed_by_itself(club: LiveClub, number: int) -> ProcessEnd:
    """A run that is killed at its call to the system of that number, or gets through."""
    [end] = club.fork_server.run_all(replace(club.child(f"run --now {FIRST}"), dies_at=number))
    return end


def killed_by(killer: Killer, club: LiveClub) -> ProcessEnd:
    """A run that is killed where the killer says, or gets through."""

    def meet(pids: object) -> None:
        [killer.pid] = pids  # type: ignore[misc]

    [end] = club.fork_server.run_all(club.child(f"run --now {FIRST}"), born=meet)
    killer.pid = 0
    return replace(end, place=killer.place)

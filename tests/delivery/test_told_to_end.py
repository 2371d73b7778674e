"""A run that is told to end, as when somebody cancels a job: it sends nothing new, and says and keeps what it knows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.google import Break, GoogleEmulator, World, event
from tests.emulators.runner import read_outputs
from tests.end_to_end.harness import AT_GOOGLE, COMMAND, ClubFolder
from tests.environment import of_the_machine

FIRST, LATER = "2026-11-06T12:00:00-05:00", "2026-11-06T12:20:00-05:00"
SESSIONS = ("eins", "zwei", "drei", "vier", "five")
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
SEND, LIST, TOKEN = "gmail.users.messages.send", "calendar.events.list", "oauth.token"
HANDLED = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}


@dataclass
class Signaller:
    """Sends signals to a process when a call of that name comes to Google for the so-manieth time."""

    call: str
    number: int
    signals: Sequence[int]
    pid: int = 0
    _seen: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _born: threading.Event = field(default_factory=threading.Event)

    def watch(self, moment: str, call: str) -> None:
        """Called by the emulator."""
        if moment != "before" or call != self.call:
            return
        with self._turn:
            self._seen += 1
            mine = self._seen == self.number
        if mine:
            assert self._born.wait(300)
            for number in self.signals:
                os.kill(self.pid, number)

    def meet(self, pid: int) -> None:
        """Whom to signal."""
        self.pid = pid
        self._born.set()


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    said: str
    report: Mapping[str, Any]
    outputs: Mapping[str, str]

    @property
    def states(self) -> dict[str, str]:
        return {one["session"]: one["state"] for one in self.report["notices"]}


@dataclass(frozen=True)
class LiveClub:
    """A club with five sessions tomorrow: a run of it has two waves to send."""

    folder: ClubFolder
    google: GoogleEmulator
    env: Mapping[str, str]

    def run(self, meet: Callable[[int], None] = lambda _pid: None, now: str = FIRST, **more: Any) -> Ended:
        """The step of a job that runs it, from the beginning to its end."""
        outputs = self.folder.folder / "outputs"
        outputs.write_text("", encoding="utf-8")
        env = {**self.env, "INPUT_NOW": now, "GITHUB_OUTPUT": str(outputs)}
        with subprocess.Popen(
            COMMAND,
            cwd=self.folder.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **more,
        ) as process:
            meet(process.pid)
            said, _ = process.communicate(timeout=300)
        given = read_outputs(outputs.read_text("utf-8"))
        report = Path(given.get("report", "/nowhere"))
        return Ended(process.returncode, said, json.loads(report.read_text("utf-8")) if report.exists() else {}, given)


@contextmanager
def a_club(folder: Path, signaller: Signaller) -> Iterator[LiveClub]:
    world = World()
    world.calendar().put(*(event(session, START, attendees=["ada@example.org"]) for session in SESSIONS))
    world.contacts.add("Ada Adult", "ada@example.org", labels=["Adult"])
    club = ClubFolder(folder)
    club.write("sessions.yml", AT_GOOGLE)
    with GoogleEmulator(world, watch=signaller.watch) as google:
        env = {
            **of_the_machine(),
            "GITHUB_ACTIONS": "true",
            "RUNNER_TEMP": str(folder),
            "GITHUB_WORKSPACE": str(folder),
            "INPUT_COMMAND": "run",
            "GOOGLE_CREDENTIALS": google.credentials,
            "SESSIONSMGMT_GOOGLE_ROOT": google.root,
        }
        yield LiveClub(club, google, env)
        assert google.violations == ()


@pytest.mark.parametrize("name", HANDLED)
def test_while_it_sends_it_keeps_what_was_answered_and_holds_what_was_not(name: str, tmp_path: Path) -> None:
    signaller = Signaller(SEND, 4, [HANDLED[name]])
    with a_club(tmp_path, signaller) as club:
        club.google.fail(SEND, Break.HANG_AFTER_ACCEPTING)
        ended = club.run(signaller.meet)

        assert ended.status == 1, ended.said
        sent, held, failed = (int(ended.outputs[name]) for name in ("sent", "held", "failed"))
        assert (sent + held, failed) == (4, 1)  # on a slow machine more than the one reply may come too late
        assert held >= 1
        assert "the run was told to end" in ended.said
        assert len(club.google.sent) == 4
        assert Counter(ended.states.values()) == Counter({"sent": sent, "held": held, "failed": failed})

        again = club.run(now=LATER)
        assert Counter(again.states.values()) == Counter({"skipped": sent, "held": held, "sent": 1})
        assert len(club.google.sent) == 5


def test_after_sigint_and_sigterm_it_still_says_what_it_knows(tmp_path: Path) -> None:
    signaller = Signaller(SEND, 4, [signal.SIGINT, signal.SIGTERM])
    with a_club(tmp_path, signaller) as club:
        club.google.fail(SEND, Break.HANG_BEFORE_ACCEPTING)
        ended = club.run(signaller.meet)

        assert (ended.status, ended.outputs["failed"]) == (1, "1"), ended.said
        assert int(ended.outputs["sent"]) + int(ended.outputs["held"]) == 4


def test_a_run_that_has_sent_all_when_it_is_told_to_end_is_done(tmp_path: Path) -> None:
    signaller = Signaller(SEND, 5, [signal.SIGINT])
    with a_club(tmp_path, signaller) as club:
        ended = club.run(signaller.meet)

        assert ended.status == (0 if ended.outputs["sent"] == "5" else 1), ended.said
        assert (ended.outputs["failed"], len(club.google.sent)) == ("0", 5)


@pytest.mark.parametrize("name", HANDLED)
@pytest.mark.parametrize(("call", "number"), [(LIST, 1), (TOKEN, 1), ("people.contactGroups.list", 1)])
def test_while_it_reads_it_ends_at_once_and_claims_nothing(name: str, call: str, number: int, tmp_path: Path) -> None:
    signaller = Signaller(call, number, [HANDLED[name]])
    with a_club(tmp_path, signaller) as club:
        club.google.fail(call, Break.HANG_BEFORE_ACCEPTING)
        ended = club.run(signaller.meet)

        assert ended.status == 1, ended.said
        assert "Stopped before it was done." in ended.said
        assert "Traceback" not in ended.said
        assert (ended.outputs["sent"], ended.outputs["held"]) == ("0", "0")
        assert ended.report["exit"] == 1
        assert not (tmp_path / ".sessionsmgmt" / "ledger.json").exists()
        assert set(club.run().states.values()) == {"sent"}


def test_while_it_signs_in_to_send_nothing_is_claimed(tmp_path: Path) -> None:
    signaller = Signaller(TOKEN, 2, [signal.SIGTERM])
    with a_club(tmp_path, signaller) as club:
        ended = club.run(signaller.meet)

        assert (ended.status, set(ended.states.values())) == (1, {"failed"}), ended.said
        assert club.google.sent == ()
        assert set(club.run().states.values()) == {"sent"}


def test_a_shell_that_let_it_ignore_sigint_changes_nothing(tmp_path: Path) -> None:
    signaller = Signaller(SEND, 4, [signal.SIGINT])
    with a_club(tmp_path, signaller) as club:
        ended = club.run(signaller.meet, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))

        assert (ended.status, ended.outputs["failed"], len(club.google.sent)) == (1, "1", 4), ended.said

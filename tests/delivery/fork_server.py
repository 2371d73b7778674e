"""Real processes by the hundred: a server process that has imported everything, and a fork of it for each process.

    python -m tests.delivery.fork_server

A request is a line of JSON: a list of ``ProcessPlan``. The server forks a process for each, prints their ids, reads
another line, lets all of them begin in the same moment, and prints how each ended.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from sessionsmgmt.adapters.files import outbox
from sessionsmgmt.adapters.ledger import file
from sessionsmgmt.entrypoints.cli import main as cli
from tests.forks import load_everything
from tests.unit.adapters.ledger.failing_writer import MERE_TEXT

SAID = "said.txt"
"""The file in a process's folder that has everything the process wrote to its terminal."""

OF_THE_SYSTEM = {"posix", "fcntl"}
PLACES = {str(Path(file.__file__).parent): "ledger", outbox.__file__: "outbox"}
"""How the paths of the modules begin that write what must last, and what they write. Only their calls count."""


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """What one process is to do. ``dies_at`` counts the calls to the system from 0, before and after each."""

    folder: str
    env: dict[str, str]
    commands: list[list[str]]
    dies_at: int | None = None


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How a process ended: by itself or killed (-9), the status of each command, and where it was killed."""

    status: int
    statuses: list[int] = field(default_factory=list)
    place: str = ""


def carry_out(child: ProcessPlan, tell: int) -> None:
    """Be the process of this plan, to its end."""
    os.chdir(child.folder)
    out = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.clear()
    os.environ.update(child.env)
    if child.dies_at is not None:
        die_at(child.dies_at, tell)
    statuses = [cli.main(command) for command in child.commands]
    sys.setprofile(None)
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(tell, json.dumps(statuses).encode())


def die_at(number: int, tell: int) -> None:
    """Kill this process at its call of that number, in whatever thread, after saying which it is."""
    numbers = itertools.count()

    def profile(frame: FrameType, event: str, called: Any) -> None:
        if event not in {"c_call", "c_return"} or not _asks_the_system(called):
            return
        written = _written_by(frame)
        if written and next(numbers) == number:
            os.write(tell, f"{event} {called.__name__} {written}".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(profile)
    sys.setprofile(profile)


def _asks_the_system(called: Any) -> bool:
    if isinstance(getattr(called, "__self__", None), io.BufferedWriter):
        return called.__name__ in {"write", "flush", "close"}
    return getattr(called, "__module__", None) in OF_THE_SYSTEM and called.__name__ not in MERE_TEXT


def _written_by(frame: FrameType | None) -> str:
    """What a call is made for to write; empty if it is for something else."""
    while frame:
        for place, written in PLACES.items():
            if frame.f_code.co_filename.startswith(place):
                return written
        frame = frame.f_back
    return ""


def run_together(children: list[ProcessPlan]) -> list[ProcessEnd]:
    """Fork a process for each plan, let all begin at once, and wait for their ends."""
    starting, start = os.pipe()
    born: list[tuple[int, int]] = []
    for child in children:
        heard, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.close(start)
                os.read(starting, 1)
                carry_out(child, tell)
                status = 0
            finally:
                os._exit(status)
        os.close(tell)
        born.append((pid, heard))
    os.close(starting)
    _say([pid for pid, _ in born])
    sys.stdin.readline()
    os.close(start)
    return [_end(pid, heard) for pid, heard in born]


def _end(pid: int, heard: int) -> ProcessEnd:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with os.fdopen(heard) as told:
        text = told.read()
    return ProcessEnd(status, place=text) if status else ProcessEnd(status, json.loads(text))


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    load_everything()
    for line in sys.stdin:
        _say([asdict(end) for end in run_together([ProcessPlan(**load) for load in json.loads(line)])])

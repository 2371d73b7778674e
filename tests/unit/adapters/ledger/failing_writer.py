"""Writes a ledger and fails at it: killed at every call to the system, or on a disk that is full after so many bytes.

    python -m tests.unit.adapters.ledger.failing_writer calls|bytes FOLDER

makes ``FOLDER/0``, ``FOLDER/1``, …, each from a copy of ``FOLDER/start``, has a child write in each, and prints a line
of JSON for each: where it ended, and whether the write had returned.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from sessionsmgmt.adapters.ledger.file import FileLedger
from sessionsmgmt.domain.delivery.claims import Begin
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import UnreachableError
from tests.builders import NOW, RETENTION, announcement
from tests.ledger_run import LedgerRun

STEP = Begin(Key("campus", "victim"), "the victim", None, announcement())
LEDGER = Path(".sessionsmgmt") / "ledger.json"
DONE, FULL = 0, 5
STRIDE = 16
MERE_TEXT = {"fspath", "strerror"}
"""What is called in the same modules without asking the system for anything."""

Hook = Callable[[str, str], None]


def system_calls(hook: Hook) -> Callable[[FrameType, str, Any], None]:
    """A profile function that tells the hook of every call to the system: ``c_call`` before and ``c_return`` after."""

    def profile(_frame: FrameType, event: str, called: Any) -> None:
        of_system = event in {"c_call", "c_return"} and getattr(called, "__module__", None) in {"posix", "fcntl"}
        if of_system and called.__name__ not in MERE_TEXT:
            hook(event, called.__name__)

    return profile


def killed_at(number: int, tell: int) -> Hook:
    """Kills this process at the event of that number, counted from 0, after it has said which that is."""
    seen = 0

    def hook(event: str, name: str) -> None:
        nonlocal seen
        if seen == number:
            os.write(tell, f"{event} {name}".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    return hook


def write(ledger: LedgerRun[FileLedger]) -> int:
    try:
        ledger.write([STEP], NOW)
    except UnreachableError:
        return FULL
    return DONE


def killed(folder: Path, number: int, tell: int) -> int:
    ledger = LedgerRun(FileLedger(folder / LEDGER, RETENTION))
    ledger.read(NOW)
    sys.setprofile(system_calls(killed_at(number, tell)))
    status = write(ledger)
    sys.setprofile(None)
    return status


def short_of_space(folder: Path, number: int, _tell: int) -> int:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number * STRIDE, resource.RLIM_INFINITY))
    return write(LedgerRun(FileLedger(folder / LEDGER, RETENTION)))


def ends(folder: Path, act: Callable[[Path, int, int], int]) -> Iterator[dict[str, object]]:
    """What became of each child, until one got through."""
    number, status = 0, -1
    while status != DONE:
        here = folder / str(number)
        shutil.copytree(folder / "start", here)
        heard, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(act(here, number, tell))
        os.close(tell)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with os.fdopen(heard) as told:
            yield {"folder": str(here), "status": status, "at": told.read()}
        number += 1


if __name__ == "__main__":
    how = {"calls": killed, "bytes": short_of_space}[sys.argv[1]]
    for end in ends(Path(sys.argv[2]), how):
        sys.stdout.write(json.dumps(end) + "\n")

"""How long a command takes from nothing to its end, as a multiple of what Python itself takes to start.

The commands run for real, each in a process of its own, on a copy of the example club; ``run`` gets a fresh copy each
time, since the second run of a club has nothing to send.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
NOW = "2026-10-31T08:00:00-04:00"
HEAVY = ("google", "googleapiclient", "github", "msal", "requests")
"""What a club on files has no use for, and so must not pay for."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a command took.

    ``seconds`` is the median of its wall time, ``ratio`` that as a multiple of ``python -c pass``, ``heavy`` what it
    imports of ``HEAVY``.
    """

    command: str
    seconds: float
    ratio: float
    heavy: tuple[str, ...]


def measure(repeat: int) -> list[Start]:
    """Python itself first, then each command."""
    bare = statistics.median(_seconds(["-c", "pass"]) for _ in range(repeat))
    starts = [Start("python -c pass", bare, 1.0, ())]
    for command in ("validate", "run"):
        seconds = statistics.median(_once(command) for _ in range(repeat))
        starts.append(Start(f"sessionsmgmt {command}", seconds, seconds / bare, _heavy(command)))
    return starts


def as_text(starts: Sequence[Start]) -> str:
    """A table."""
    lines = [f"{'start-up (median)':<24}{'ms':>8}{'ratio':>8}  SDKs imported"]
    lines += [
        f"{one.command:<24}{one.seconds * 1000:>8.0f}{one.ratio:>8.1f}  {', '.join(one.heavy) or 'none'}"
        for one in starts
    ]
    return "\n".join(lines)


def as_json(starts: Sequence[Start]) -> list[dict[str, object]]:
    """The same for machines."""
    return [asdict(one) for one in starts]


def _once(command: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _seconds(_arguments(command, Path(folder)))


def _heavy(command: str) -> tuple[str, ...]:
    """Python's own account of what was imported: the last column of ``-X importtime`` is the module."""
    with tempfile.TemporaryDirectory() as folder:
        done = _python(["-X", "importtime", *_arguments(command, Path(folder))])
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    return tuple(sorted(imported.intersection(HEAVY)))


def _arguments(command: str, folder: Path) -> list[str]:
    club = folder / "club"
    shutil.copytree(REPOSITORY / "examples" / "club", club)
    return [str(REPOSITORY / "entrypoint.py"), command, "--config", str(club / "sessions.yml"), "--now", NOW]


def _seconds(arguments: Sequence[str]) -> float:
    started = time.perf_counter()
    _python(arguments)
    return time.perf_counter() - started


def _python(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True)

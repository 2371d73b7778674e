"""Measures the time of a whole command, as a multiple of the start-up time of Python itself.

The real commands run, each in its own process, on a copy of the example club. ``run`` gets a new copy each time, since
the second run of a club has nothing to send.
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
"""Packages that a club on files does not need, so its commands must not import them."""


@dataclass(frozen=True, slots=True)
class Start:
    """The measurements of a command.

    ``seconds`` is the median of its wall time, and ``ratio`` is this time as a multiple of ``python -c pass``.
    ``heavy`` are the packages of ``HEAVY`` that it imports.
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
        f"{start.command:<24}{start.seconds * 1000:>8.0f}{start.ratio:>8.1f}  {', '.join(start.heavy) or 'none'}"
        for start in starts
    ]
    return "\n".join(lines)


def as_json(starts: Sequence[Start]) -> list[dict[str, object]]:
    """The same data for JSON."""
    return [asdict(start) for start in starts]


def _once(command: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _seconds(_arguments(command, Path(folder)))


def _heavy(command: str) -> tuple[str, ...]:
    """The packages of ``HEAVY`` in the output of ``-X importtime``, whose last column is the imported module."""
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

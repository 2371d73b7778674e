"""Measures the time of a whole command, as a multiple of the start-up time of Python itself.

The real commands run, each in its own process, on a copy of the example club. ``run`` gets a new copy each time, since
the second run of a club has nothing to send. Python's bytecode is ready, as in the image: the first start writes it
into a folder of its own, and is not counted.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
NOW = "2026-10-31T08:00:00-04:00"
BOUNDS = {"validate": 8, "run": 14}
"""The most times that a command may take as long as ``python -c pass``, on a machine without other work."""
HEAVY = ("google", "googleapiclient", "github", "msal", "requests")
"""Packages that a club on files does not need, so its commands must not import them."""


@dataclass(frozen=True, slots=True)
class Start:
    """The measurements of a command.

    ``seconds`` is the median of its wall time, and ``ratio`` is this time as a multiple of ``python -c pass``, which is
    at most ``bound``. ``cpu`` is the least CPU time, user and system, which can be compared on a shared machine.
    ``heavy`` are the packages of ``HEAVY`` that it imports.
    """

    command: str
    seconds: float
    ratio: float
    bound: int
    cpu: float
    heavy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """The wall time and the CPU time of one process, in seconds."""

    wall: float
    cpu: float


def measure(repeat: int) -> list[Start]:
    """Python itself first, then each command."""
    with tempfile.TemporaryDirectory() as bytecode:
        bare = [_spent(["-c", "pass"], bytecode) for _ in range(repeat)]
        starts = [_start("python -c pass", bare, bare, 1, ())]
        for command, bound in BOUNDS.items():
            _once(command, bytecode)
            taken = [_once(command, bytecode) for _ in range(repeat)]
            starts.append(_start(f"sessionsmgmt {command}", taken, bare, bound, _heavy(command)))
    return starts


def as_text(starts: Sequence[Start]) -> str:
    """A table."""
    lines = [f"{'start-up (median)':<24}{'ms':>8}{'ratio':>8}{'at most':>9}{'CPU ms':>8}  SDKs imported"]
    lines += [
        f"{start.command:<24}{start.seconds * 1000:>8.0f}{start.ratio:>8.1f}{start.bound:>9}{start.cpu * 1000:>8.0f}"
        f"  {', '.join(start.heavy) or 'none'}"
        for start in starts
    ]
    return "\n".join(lines)


def as_json(starts: Sequence[Start]) -> list[dict[str, object]]:
    """The same data for JSON."""
    return [asdict(start) for start in starts]


def _start(command: str, taken: Sequence[Spent], bare: Sequence[Spent], bound: int, heavy: tuple[str, ...]) -> Start:
    seconds = statistics.median(spent.wall for spent in taken)
    ratio = seconds / statistics.median(spent.wall for spent in bare)
    return Start(command, seconds, ratio, bound, min(spent.cpu for spent in taken), heavy)


def _once(command: str, bytecode: str) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        return _spent(_arguments(command, Path(folder)), bytecode)


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


def _spent(arguments: Sequence[str], bytecode: str) -> Spent:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _python(arguments, with_bytecode(os.environ, bytecode))
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def with_bytecode(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """The environment of a Python that writes its bytecode into the folder, whatever the machine's own setting is."""
    variables = {name: text for name, text in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**variables, "PYTHONPYCACHEPREFIX": folder}


def _python(arguments: Sequence[str], environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, env=environ)

"""Measures the time and memory for deciding and composing, and how both grow when the work doubles.

The growth is an exponent: 1 is linear, and 2 is quadratic. Sessions and contacts double together, so code that goes
through all contacts for each session would show as 2. Each size is measured in its own process, since the peak memory
of a process never decreases.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Work:
    """The amount of work. ``attendees`` is the number for each session."""

    sessions: int
    attendees: int
    contacts: int

    def part(self, divisor: int) -> Work:
        """The same work with fewer sessions and contacts."""
        return replace(self, sessions=max(1, self.sessions // divisor), contacts=max(1, self.contacts // divisor))


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of some work: CPU seconds, and the peak memory in bytes above that of Python and the libraries."""

    work: Work
    seconds: float
    peak: int


def measure(work: Work) -> list[Cost]:
    """The costs of a quarter, of half and of all of the work."""
    return [_cost(work.part(divisor)) for divisor in (4, 2, 1)]


def exponents(costs: Sequence[Cost]) -> tuple[float, float]:
    """The exponents of time and memory over all measurements: n if the cost grows with the n-th power of the work."""
    first, last = costs[0], costs[-1]
    doublings = math.log2(last.work.sessions / first.work.sessions) or 1.0
    return math.log2(last.seconds / first.seconds) / doublings, math.log2(last.peak / first.peak) / doublings


def as_text(costs: Sequence[Cost]) -> str:
    """A table with the exponents below it."""
    lines = [f"{'decide and compose':<24}{'attendees':>10}{'contacts':>10}{'CPU s':>8}{'peak MiB':>10}"]
    lines += [
        f"{cost.work.sessions:>8,} sessions       {cost.work.attendees:>10}{cost.work.contacts:>10,}"
        f"{cost.seconds:>8.2f}{cost.peak / 2**20:>10.1f}"
        for cost in costs
    ]
    time, memory = exponents(costs)
    return "\n".join([*lines, f"growth (1 is linear)                        time^{time:.2f}  memory^{memory:.2f}"])


def as_json(costs: Sequence[Cost]) -> dict[str, object]:
    """The same data for JSON."""
    time, memory = exponents(costs)
    return {"sizes": [asdict(cost) for cost in costs], "exponent": {"time": time, "memory": memory}}


def _cost(work: Work) -> Cost:
    size = [str(work.sessions), str(work.attendees), str(work.contacts)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.season", *size], check=True, capture_output=True, text=True, cwd=REPOSITORY
    )
    measured = json.loads(done.stdout)
    return Cost(work, measured["seconds"], measured["peak"])

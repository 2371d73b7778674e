"""What deciding and composing cost in time and memory, and how both grow when the work doubles.

Growth is told as an exponent: 1 is linear, 2 is quadratic. Sessions and contacts double together, so that anything
that goes through all contacts for each session would show as 2. Each size is measured in a process of its own, since
a process never gives back its peak.
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
    """How much there is to do. ``attendees`` is per session."""

    sessions: int
    attendees: int
    contacts: int

    def part(self, divisor: int) -> Work:
        """The same with fewer sessions and contacts."""
        return replace(self, sessions=max(1, self.sessions // divisor), contacts=max(1, self.contacts // divisor))


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work cost: seconds of the processor, and bytes at the peak above what Python and the libraries take."""

    work: Work
    seconds: float
    peak: int


def measure(work: Work) -> list[Cost]:
    """The cost of a quarter, of half and of all of the work."""
    return [_cost(work.part(divisor)) for divisor in (4, 2, 1)]


def exponents(costs: Sequence[Cost]) -> tuple[float, float]:
    """How time and memory grow over all that was measured: n where the cost is proportional to the work's power n."""
    first, last = costs[0], costs[-1]
    doublings = math.log2(last.work.sessions / first.work.sessions) or 1.0
    return math.log2(last.seconds / first.seconds) / doublings, math.log2(last.peak / first.peak) / doublings


def as_text(costs: Sequence[Cost]) -> str:
    """A table, and the exponents below it."""
    lines = [f"{'decide and compose':<24}{'attendees':>10}{'contacts':>10}{'CPU s':>8}{'peak MiB':>10}"]
    lines += [
        f"{one.work.sessions:>8,} sessions       {one.work.attendees:>10}{one.work.contacts:>10,}{one.seconds:>8.2f}"
        f"{one.peak / 2**20:>10.1f}"
        for one in costs
    ]
    time, memory = exponents(costs)
    return "\n".join([*lines, f"growth (1 is linear)                        time^{time:.2f}  memory^{memory:.2f}"])


def as_json(costs: Sequence[Cost]) -> dict[str, object]:
    """The same for machines."""
    time, memory = exponents(costs)
    return {"sizes": [asdict(one) for one in costs], "exponent": {"time": time, "memory": memory}}


def _cost(work: Work) -> Cost:
    size = [str(work.sessions), str(work.attendees), str(work.contacts)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.season", *size], check=True, capture_output=True, text=True, cwd=REPOSITORY
    )
    measured = json.loads(done.stdout)
    return Cost(work, measured["seconds"], measured["peak"])

"""The benchmarks run, at a scale that costs nothing. What they measure is not judged here, what they find is."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks import growth, startup
from tests.end_to_end.harness import ROOT

TINY = ["--repeat", "1", "--sessions", "8", "--attendees", "3", "--contacts", "12"]


def test_a_club_on_files_starts_without_the_libraries_of_any_service() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *TINY, "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)

    assert [(one["command"], one["bound"], one["heavy"]) for one in measured["startup"]] == [
        ("python -c pass", 1, []),
        ("sessionsmgmt validate", 8, []),
        ("sessionsmgmt run", 14, []),
    ]
    assert [size["work"]["sessions"] for size in measured["growth"]["sizes"]] == [2, 4, 8]
    assert set(measured["growth"]["exponent"]) == {"time", "memory"}


def test_without_json_there_is_a_table() -> None:
    starts = [startup.Start("sessionsmgmt validate", 0.1, 7.5, 8, 0.08, ("requests",))]
    costs = [growth.Cost(growth.Work(sessions, 3, 12), 0.5 * sessions, 2**20 * sessions) for sessions in (4, 8)]

    assert "sessionsmgmt validate        100     7.5        8      80  requests" in startup.as_text(starts)
    assert "8 sessions" in growth.as_text(costs)
    assert growth.as_text(costs).endswith("time^1.00  memory^1.00")

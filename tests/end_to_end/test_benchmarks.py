"""The benchmarks run, at a scale that costs nothing. What they measure is not judged here, what they find is."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.end_to_end.harness import ROOT

TINY = ["--repeat", "1", "--sessions", "8", "--attendees", "3", "--contacts", "12"]


def benchmark(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *TINY, *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_club_on_files_starts_without_the_libraries_of_any_service() -> None:
    measured = json.loads(benchmark("--json"))

    assert [(one["command"], one["heavy"]) for one in measured["startup"]] == [
        ("python -c pass", []),
        ("sessionsmgmt validate", []),
        ("sessionsmgmt run", []),
    ]
    assert [size["work"]["sessions"] for size in measured["growth"]["sizes"]] == [2, 4, 8]
    assert set(measured["growth"]["exponent"]) == {"time", "memory"}


def test_without_json_there_is_a_table() -> None:
    table = benchmark()

    assert [words for words in ("sessionsmgmt validate", "8 sessions", "growth") if words not in table] == []

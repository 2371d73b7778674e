"""Measures the size of the Action's container, and the time from its start to its first request.

Run ``python -m benchmarks.image`` after ``scripts/image``. The container is started like the Actions runner starts it:
once to run nothing, and then to run a club at an emulated Google. Its first request is the request for a token.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.wire import NOW
from tests.container import archive, engine
from tests.container.engine import Buildah, Engine, Start
from tests.container.runner import Runner
from tests.emulators.google import TEAM_CALENDAR, GoogleEmulator, World

MEGABYTE = 1_000_000
SESSIONS_YML = f"""\
version: 1
team: Benchmark
timezone: America/New_York
calendar: {{provider: google, id: {TEAM_CALENDAR}}}
contacts: {{provider: google}}
mail: {{provider: google}}
roles: {{adults: [Adult], students: [Student]}}
ledger: {{store: file, path: ledger.json}}
notices: [{{id: campus, match: Team Session, within: 1 day, to: [office@example.org]}}]
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """The sizes of layers in bytes, uncompressed, and the medians of times in seconds.

    ``nothing`` is the time to start and end a container whose process does nothing, which is the time of the engine.
    ``first_request`` and ``whole_run`` are also measured from the start of the container.
    """

    engine: str
    base: int
    added: int
    nothing: float
    first_request: float
    whole_run: float


def measure(repeat: int) -> Measured:
    """The measurements of the image that was built last."""
    container = engine.started()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measure(container, Path(folder), repeat)
    finally:
        if isinstance(container, Buildah):
            container.remove()


def as_text(measured: Measured) -> str:
    """A table."""
    rows = [
        (f"layers of the base ({measured.engine})", f"{measured.base / MEGABYTE:.1f} MB"),
        ("layers added", f"{measured.added / MEGABYTE:.1f} MB"),
        ("starting and ending a container", f"{measured.nothing * 1000:.0f} ms"),
        ("start to first request", f"{measured.first_request * 1000:.0f} ms"),
        ("start to end, nothing to send", f"{measured.whole_run * 1000:.0f} ms"),
    ]
    return "\n".join(f"{what:<34}{value:>10}" for what, value in rows)


def _measure(container: Engine, folder: Path, repeat: int) -> Measured:
    container.save(folder / "image.tar")
    image = archive.read(folder / "image.tar")
    added = sum(layer.size for layer in image.ours())
    job = Runner(container, tuple(image.config["Entrypoint"]), folder / "machine")
    job.prepare()
    (job.workspace / "sessions.yml").write_text(SESSIONS_YML, "utf-8")
    runs = [_run(job) for _ in range(repeat)]
    return Measured(
        type(container).__name__.lower(),
        sum(layer.size for layer in image.layers) - added,
        added,
        statistics.median(_seconds(lambda: container.run(Start(["/bin/true"], {}, {}))) for _ in range(repeat)),
        statistics.median(first for first, _ in runs),
        statistics.median(whole for _, whole in runs),
    )


def _run(job: Runner) -> tuple[float, float]:
    """Seconds to the first request, and to the end."""
    seconds: list[float] = []
    with GoogleEmulator(World(), watch=lambda *_: seconds.append(time.perf_counter())) as google:
        env = {"GOOGLE_CREDENTIALS": google.credentials, "SESSIONSMGMT_GOOGLE_ROOT": google.root}
        began = time.perf_counter()
        done = job.step("run", "--now", NOW.isoformat(), env=env)
        ended = time.perf_counter()
    if done.exit:
        sys.exit(f"the container ended with {done.exit}: {done.err}")
    return seconds[0] - began, ended - began


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.image", description=sys.modules["__main__"].__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--repeat", type=int, default=9, metavar="N", help="starts to take the median of")
    options = parser.parse_args()

    measured = measure(options.repeat)
    print(json.dumps(asdict(measured), indent=2) if options.json else as_text(measured))


if __name__ == "__main__":
    main()

"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
import platform
import sys

from benchmarks import growth, startup, wire


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=sys.modules["benchmarks"].__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--repeat", type=int, default=15, metavar="N", help="starts to take the median of")
    parser.add_argument("--sessions", type=int, default=1_000, metavar="N")
    parser.add_argument("--attendees", type=int, default=40, metavar="N", help="per session")
    parser.add_argument("--contacts", type=int, default=10_000, metavar="N")
    options = parser.parse_args()

    starts = startup.measure(options.repeat)
    requests = wire.measure(max(1, options.repeat // 3))
    sizes = growth.measure(growth.Work(options.sessions, options.attendees, options.contacts))
    if options.json:
        machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
        measures = {
            "startup": startup.as_json(starts),
            "requests": wire.as_json(requests),
            "growth": growth.as_json(sizes),
        }
        print(json.dumps({**machine, **measures}, indent=2))
    else:
        print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}", end="\n\n")
        print(startup.as_text(starts), wire.as_text(requests), growth.as_text(sizes), sep="\n\n")


if __name__ == "__main__":
    main()

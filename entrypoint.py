"""The start of the container: the command line where there are arguments, else the Action with the runner's inputs."""

from __future__ import annotations

import sys

from sessionsmgmt.entrypoints.process_environment import settle
from sessionsmgmt.entrypoints.signals import StopRequests, process


def main() -> int:
    """Run one command and return its exit status."""
    return process(_main)


def _main(stop: StopRequests) -> int:
    environ = settle()
    called_by_runner = environ.get("GITHUB_ACTIONS") == "true" or any(name.startswith("INPUT_") for name in environ)
    if len(sys.argv) == 1 and called_by_runner:
        from sessionsmgmt.entrypoints.action import step

        return step.main(environ, sys.stdout, stop)
    from sessionsmgmt.entrypoints.cli.main import start_in

    return start_in(environ, stop)


if __name__ == "__main__":
    sys.exit(main())

"""Where the container starts: with arguments the command line, without any the Action, whose inputs the runner set."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run one command and return its exit status."""
    called_by_runner = os.environ.get("GITHUB_ACTIONS") == "true" or any(one.startswith("INPUT_") for one in os.environ)
    if len(sys.argv) == 1 and called_by_runner:
        from sessionsmgmt.runner import step

        return step.main(os.environ, sys.stdout)
    from sessionsmgmt.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(main())

"""Where the container starts: the command line, run straight from the checkout."""

from __future__ import annotations

import sys

from sessionsmgmt.cli import main

if __name__ == "__main__":
    sys.exit(main())

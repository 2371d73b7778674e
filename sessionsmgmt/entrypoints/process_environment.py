"""What a process inherits from the one that started it, changed so that nothing depends on it by accident."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress


def settle() -> Mapping[str, str]:
    """Settle it, once, before anything else. Returns the environment as it was before.

    - A closed standard stream is opened. Otherwise the next file that is opened would get its number, and all output
      would go into that file. Reading finds the end; writing to standard output fails, as on a full disk; output on
      standard error is discarded.
    - A character that the encoding of standard output lacks is written as an escape, as on standard error. Otherwise a
      name from sessions.yml could end the program.
    - ``TZ`` becomes UTC. Every instant here has its own zone, but babel reads the machine's zone when it is imported,
      and fails if there is no such zone.
    """
    environ = dict(os.environ)
    os.environ["TZ"] = "UTC"
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)  # gets the lowest free number
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False, errors="backslashreplace")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError):  # a file in whose place a pipe was put stays as it was
                stream.reconfigure(errors="backslashreplace")
    return environ

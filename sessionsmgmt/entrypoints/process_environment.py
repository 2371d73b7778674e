"""What a process inherits from the one that started it, made such that nothing depends on it by accident."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def settle() -> Mapping[str, str]:
    """Settle it, once, before anything else. Returns the environment as it was.

    - A standard stream that is closed is opened, or the next file that is opened would get its number, and all that
      is printed would go into that. Reading finds the end; writing to standard output fails, as it does on a full
      disk; what is said on standard error goes nowhere.
    - ``TZ`` is UTC. The zone of an instant is always said; but babel reads the machine's when it is loaded, and fails
      where that is no zone.
    """
    environ = dict(os.environ)
    os.environ["TZ"] = "UTC"
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)  # the lowest number that is free, and those below are taken
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False, errors="backslashreplace")
    return environ

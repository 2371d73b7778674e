"""What a process inherits from its parent, normalised so that nothing depends on it by accident."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def settle() -> Mapping[str, str]:
    """Normalise it, once, before anything else. Returns the environment as it was.

    - A closed standard stream is opened on the null device. Otherwise the next file that is opened would get its
    number,
      and everything that is printed would go into that file. Standard input is empty then, writing to standard output
      fails as on a full disk, and standard error is lost.
    - ``TZ`` becomes UTC. The program always names the zone of an instant, but babel reads the machine's zone when it is
      loaded, and fails where that is no zone.
    """
    environ = dict(os.environ)
    os.environ["TZ"] = "UTC"
    for number, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)  # the lowest free number, since all numbers below are in use
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False, errors="backslashreplace")
    return environ

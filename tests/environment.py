"""The environment of the processes that tests start: the test's own, and nothing of whoever runs the tests.

No token, HOME or setting of theirs is passed on. What is passed on belongs to the machine: where programs lie, its zone
and its locale, and the clock, where a preloaded library sets another (``scripts/clock.c``, or one of its kind).
"""

from __future__ import annotations

import os

OF_THE_MACHINE = ("PATH", "LANG", "LC_ALL", "LOCPATH", "TZ", "LD_PRELOAD", "DONT_FAKE_MONOTONIC", "NO_FAKE_STAT")
CLOCKS = ("CLOCK_", "FAKETIME")


def of_the_machine() -> dict[str, str]:
    """What every process is given."""
    return {name: text for name, text in os.environ.items() if name in OF_THE_MACHINE or name.startswith(CLOCKS)}

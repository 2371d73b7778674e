"""What a process does at SIGINT, by which GitHub cancels a job, and at SIGTERM.

A command ends at once, until it asks for time. A command that sends asks for time before its first claim. When it is
then asked to end, it sends nothing new, waits a little for the replies that are due, records them and reports what it
did. GitHub's runner sends SIGINT, SIGTERM 7.5 seconds later, and SIGKILL 2.5 seconds after that.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""Python looks for garbage in cycles after 700 new objects. A short process makes many that stay, and little garbage:
to look so often takes a twelfth of a run's time and finds nothing."""

AWAITED = {"SIGINT": 7.0, "SIGTERM": 2.0}
"""The signals that are handled, and the seconds for which replies are awaited after each."""

STOPPED = "Stopped before it was done."
"""The message of a command that ended at once."""


class StopRequests:
    """The requests to end that come as signals. See ``ports.stop.Stop``. ``clock`` counts seconds from any start."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = math.inf
        self._deferred = False

    def defer(self) -> None:
        """From now on, a signal is only noted. See ``ports.stop.Stop``."""
        self._deferred = True

    def seconds_left(self) -> float:
        """How long replies may still be awaited. See ``ports.stop.Stop``."""
        return max(0.0, self._ends - self._clock())

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """What ``act`` returns, unless a signal came before or comes meanwhile. See ``ports.stop.Stop``."""
        if self.seconds_left() < math.inf:
            return otherwise
        before, self._deferred = self._deferred, False
        try:
            return act()
        except KeyboardInterrupt:
            return otherwise
        finally:
            self._deferred = before

    def heed(self, number: int, _frame: FrameType | None = None) -> None:
        """Note a signal, and end at once if the command did not ask for time.

        A later signal never gives more time than is left after an earlier one.
        """
        self._ends = min(self._ends, self._clock() + AWAITED[signal.Signals(number).name])
        if not self._deferred:
            raise KeyboardInterrupt


@contextmanager
def heeded(stop: StopRequests) -> Iterator[None]:
    """Hand the signals to ``stop`` for the block, in the main thread of a process.

    A shell lets a process in the background ignore SIGINT. It is handled all the same: whoever sends it to a run wants
    the run to end. The first process of a container receives only signals that it handles.
    """
    before = {
        number: signal.signal(number, stop.heed)
        for number in (getattr(signal, name) for name in AWAITED if hasattr(signal, name))
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def process(act: Callable[[StopRequests], int]) -> int:
    """Call ``act``, which does all that this process is for, and return the exit status.

    Once the process was asked to end, it does not wait for threads that still wait for a reply, and does not return.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    stop = StopRequests()
    try:
        with heeded(stop):
            status = act(stop)
    except KeyboardInterrupt:
        stop.defer()
        with suppress(AttributeError, OSError, ValueError):  # there may be no standard error
            sys.stderr.write(f"{STOPPED}\n")
        status = 1
    if stop.seconds_left() < math.inf:
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(status)
    return status

"""What a process does when it is told to end: at SIGINT, as GitHub cancels a job, and at SIGTERM.

Until a command asks for time, it ends at once. A command that sends asks for it before its first claim: from then on
it sends nothing new, waits a little for the replies that are due, records them and says what it did. GitHub's runner
sends SIGINT, SIGTERM 7.5 seconds later, and 2.5 seconds after that SIGKILL.
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

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Python looks for garbage in cycles after 700 new objects. A short process makes many that stay, and little garbage:
to look so often takes a twelfth of a run's time and finds nothing."""

AWAITED = {"SIGINT": 7.0, "SIGTERM": 2.0}
"""The signals that are heeded, and the seconds that replies are awaited after each."""

STOPPED = "Stopped before it was done."
"""What a command says that ended at once."""


class StopRequests:
    """The requests to end, as signals bring them. See ``ports.Stop``; ``clock`` counts seconds from any time on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends = math.inf
        self._deferred = False

    def defer(self) -> None:
        """From now on, a signal is noted and no more. See ``ports.Stop``."""
        self._deferred = True

    def seconds_left(self) -> float:
        """How long replies may still be awaited. See ``ports.Stop``."""
        return max(0.0, self._ends - self._clock())

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """What ``act`` returns, unless a signal came before or comes meanwhile. See ``ports.Stop``."""
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
        """Take a signal: note it, and end at once if nobody asked for time.

        A later one never gives more time than is left after an earlier one.
        """
        self._ends = min(self._ends, self._clock() + AWAITED[signal.Signals(number).name])
        if not self._deferred:
            raise KeyboardInterrupt


@contextmanager
def heeded(stop: StopRequests) -> Iterator[None]:
    """Let the signals go to ``stop`` for the block, in the main thread of a process.

    A shell that starts a process in the background lets it ignore SIGINT. It is heeded all the same: whoever sends it
    to a run that sends mail wants it to end. The first process of a container is told only of signals that it handles.
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
    """Do all that this process is for, and return its exit status.

    Once it was told to end, it does not wait for threads that still wait for a reply: then this does not return.
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

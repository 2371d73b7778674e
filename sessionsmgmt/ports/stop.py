"""Whether a command is asked to end early."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Stop(Protocol):
    """Whether a command is asked to end early, as by a signal, and how much time is left then."""

    def defer(self) -> None:
        """From now on, only note the request to end. Before this call, the command ends at once when it is asked to."""
        ...

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """What ``act`` returns; ``otherwise`` if the command is asked to end before, or while ``act`` is at work."""
        ...

    def seconds_left(self) -> float:
        """The seconds for which replies may still be awaited: infinity until the command is asked to end, 0 at last."""
        ...


class Unstopped:
    """A run that is never asked to end. See ``ports.stop.Stop``."""

    def defer(self) -> None:
        """Nothing is deferred."""

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:  # noqa: ARG002  the port's
        """What ``act`` returns."""
        return act()

    def seconds_left(self) -> float:
        """Infinity."""
        return math.inf


UNSTOPPED = Unstopped()

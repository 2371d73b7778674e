"""Whether a command is asked to end early."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Stop(Protocol):
    """Tells whether a command is asked to end early, by a signal for example, and how much time is left."""

    def defer(self) -> None:
        """From now on, only note a request to end. Before this call, such a request ends the command at once."""
        ...

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """The result of ``act``; ``otherwise`` if the command is asked to end before ``act`` has returned."""
        ...

    def seconds_left(self) -> float:
        """The seconds left to wait for replies: infinity until the command is asked to end, then fewer, down to 0."""
        ...


class Unstopped:
    """The ``Stop`` of a command that is never asked to end."""

    def defer(self) -> None:
        """Nothing is deferred."""

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:  # noqa: ARG002  the port's
        """The result of ``act``."""
        return act()

    def seconds_left(self) -> float:
        """Infinity."""
        return math.inf


UNSTOPPED = Unstopped()

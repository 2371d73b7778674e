"""Whether the run has to end early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Stop(Protocol):
    """Whether somebody wants the run to end early, as by a signal, and how much time is left then."""

    def defer(self) -> None:
        """From now on let the work at hand ask for it: until then, the run ends at once when it is wanted."""
        ...

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        """What ``act`` returns; ``otherwise`` if the run is to end, at once even while ``act`` is at work."""
        ...

    def seconds_left(self) -> float:
        """The seconds that replies may still be awaited: infinity while nobody wants the run to end, and at last 0."""
        ...

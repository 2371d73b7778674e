"""A clock for retries that no test has to wait for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sessionsmgmt.retry import RetryPolicy


@dataclass
class ManualClock:
    """A clock that moves only when somebody waits. ``now`` is in seconds; ``wake`` is called after each wait."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)
    wake: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        self.wake()

    def retry_policy(
        self,
        total: float = RetryPolicy().total,
        *,
        jitter: float = 1.0,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
        say: Callable[[str], None] = lambda _: None,
    ) -> RetryPolicy:
        """A policy by this clock; ``jitter`` is the part of each wait that is waited."""
        return RetryPolicy(total, clock=lambda: self.now, sleep=self.sleep, jitter=lambda: jitter, today=today, say=say)

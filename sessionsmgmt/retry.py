"""Retries: how often, how long, and when to give up. One place for every service that is asked over a network."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import UnreachableError

T = TypeVar("T")

NOTICEABLE = 3
"""Seconds of silence after which a person wonders whether the program still works."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How many seconds it is tried again: ``total`` in all, waiting ``first`` at first and ``most`` at most.

    ``say`` shows a sentence to the person who waits, before every wait that is long enough to be noticed.
    """

    total: float = 90
    first: float = 0.5
    most: float = 16
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    today: Callable[[], datetime] = lambda: datetime.now(UTC)
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class RetryLater:
    """An attempt that came to nothing and may be made again: why, and the least seconds to wait before that."""

    trouble: str
    wait: float = 0.0


def retry(attempt: Callable[[], T | RetryLater], service: str, retry_policy: RetryPolicy) -> T:
    """Try until there is an answer to keep. Waits double with full jitter, and are as long as was asked for.

    Raises UnreachableError, which names the ``service``, once the next wait would end after ``total`` seconds.
    """
    start, wait = retry_policy.clock(), retry_policy.first
    while True:
        answer = attempt()
        if not isinstance(answer, RetryLater):
            return answer
        pause = max(answer.wait, wait * retry_policy.jitter())
        if retry_policy.clock() + pause > start + retry_policy.total:
            raise UnreachableError(
                f"{service} could not be reached: {answer.trouble}.", "Nothing is lost; the next run goes on."
            )
        if pause >= NOTICEABLE:
            retry_policy.say(f"{service} could not be reached ({answer.trouble}); it is tried again in {pause:.0f} s.")
        retry_policy.sleep(pause)
        wait = min(wait * 2, retry_policy.most)


def retry_after(headers: Mapping[str, str], today: datetime) -> float:
    """The seconds a reply asks to wait (RFC 9110, 10.2.3), as a number or a date; 0 where it asks for none.

    ``headers`` has its names in lower case.
    """
    header = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(header):
        return float(header)
    from email.utils import parsedate_to_datetime  # its sockets and calendars take 4 ms, and few replies have a date

    try:
        return max(0.0, (parsedate_to_datetime(header) - today).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0


_SECONDS = re.compile(r"[0-9]{1,300}(?:\.[0-9]{1,9})?")
"""Seconds in ASCII digits; more of them than a ``float`` holds are no number of seconds."""

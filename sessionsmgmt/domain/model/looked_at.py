"""What a command looked at, so that a coach sees whether it looked at the right things."""

from __future__ import annotations

from datetime import date, datetime

from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next session of a rule.

    ``start`` is when its presence begins and ``told_from`` the first moment at which it can be announced, both in UTC.
    ``begins``, a day or an instant in UTC, and ``title`` are the event's own.
    """

    start: datetime
    told_from: datetime
    begins: datetime | date
    title: str


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What was read for a rule: how many events that have not ended, how many of them match, and the next session."""

    notice: str
    events: int
    matching: int
    next: NextSession | None = None

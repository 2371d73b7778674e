"""What a health check reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sessionsmgmt.errors import Exit, SessionsError


class Health(StrEnum):
    """How a row stands."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked at, how it stands, and what to do about it. Names no person and no address."""

    topic: str
    health: Health
    text: str
    advice: str = ""
    exit: Exit = Exit.DONE
    is_secret: bool = False
    """Whether its text may tell of a single session or person, so that strangers are not shown it."""


Check = Callable[[], Iterable[Finding]]


"""What a provider can say about itself; called once, it looks and changes nothing."""


def failed(topic: str, error: SessionsError) -> Finding:
    """The row of a check that could not be made."""
    return Finding(topic, Health.BAD, error.text, error.hint, error.exit)

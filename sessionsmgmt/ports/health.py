"""What a health check reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import SessionsError


class Health(StrEnum):
    """The health of a row."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was checked, its health, and what to do about it. Names no person and no address.

    ``cause`` is the class of error that a bad row is a case of; None where a person must look but nothing failed.
    """

    topic: str
    health: Health
    text: str
    advice: str = ""
    cause: type[SessionsError] | None = None
    is_secret: bool = False
    """Whether the text may be about a single session or person, so that strangers are not shown it."""


Check = Callable[[], Iterable[Finding]]
"""A provider's check of itself. It is called once, and changes nothing."""


def failed(topic: str, error: SessionsError) -> Finding:
    """The row of a check that could not be made."""
    return Finding(topic, Health.BAD, error.text, error.hint, type(error))

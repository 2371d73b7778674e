"""In which order notices leave."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.domain.model.notice import Kind, Verdict


def in_waves(due: Sequence[Verdict], size: int) -> tuple[tuple[Verdict, ...], ...]:
    """What is due in waves of that size, each to be answered before the next one leaves.

    What is called off leaves first, and with nothing else: an owner who reads the emails of a day in their order must
    not find a cancellation after the session that takes its place.
    """
    called_off = [verdict for verdict in due if verdict.kind is Kind.CANCELLED]
    others = [verdict for verdict in due if verdict.kind is not Kind.CANCELLED]
    return tuple(
        tuple(part[first : first + size]) for part in (called_off, others) for first in range(0, len(part), size)
    )

"""The order in which notices are sent, in waves."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.domain.model.notice import Kind, Verdict


def in_waves(due: Sequence[Verdict], size: int) -> tuple[tuple[Verdict, ...], ...]:
    """The due verdicts in waves of at most ``size``. A wave is sent when every mail of the wave before was answered.

    Cancellations are sent first, in waves of their own: an owner who reads the emails in their order must not find a
    cancellation after the notice of the session that takes its place.
    """
    called_off = [verdict for verdict in due if verdict.kind is Kind.CANCELLED]
    others = [verdict for verdict in due if verdict.kind is not Kind.CANCELLED]
    return tuple(
        tuple(part[first : first + size]) for part in (called_off, others) for first in range(0, len(part), size)
    )

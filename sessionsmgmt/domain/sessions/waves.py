"""The order in which emails are sent, in waves."""

from __future__ import annotations

from collections.abc import Sequence

from sessionsmgmt.domain.model.notice import Kind, Verdict

Sending = tuple[Verdict, ...]
"""The verdicts on the sessions that one email is about."""


def in_waves(due: Sequence[Sending], size: int) -> tuple[tuple[Sending, ...], ...]:
    """The due emails in waves of at most ``size``. A wave is sent when every mail of the wave before was answered.

    Cancellations are sent first, in waves of their own: an owner who reads the emails in their order must not find a
    cancellation after the notice of the session that takes its place. An email is about cancellations alone, or about
    none.
    """
    called_off = [email for email in due if email[0].kind is Kind.CANCELLED]
    others = [email for email in due if email[0].kind is not Kind.CANCELLED]
    return tuple(
        tuple(part[first : first + size]) for part in (called_off, others) for first in range(0, len(part), size)
    )

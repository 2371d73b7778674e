"""Notes for a person who reads no logs: which notices are held, and that the account's owner must agree again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sessionsmgmt.application.notices.job import Delivery
from sessionsmgmt.application.notices.pipeline import SETTLED
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.delivery.reconciliation import doubtful
from sessionsmgmt.domain.model.notice import State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, SessionsError
from sessionsmgmt.ports.notifications import Note, Notifier

T = TypeVar("T")


def held_after(deliveries: Iterable[Delivery], snapshot: LedgerSnapshot | None, now: datetime) -> tuple[Verdict, ...]:
    """The notices that are held after a command: those of its deliveries, and the others that the ledger knows of.

    ``snapshot`` is the ledger before the deliveries, ``now`` an aware instant.
    """
    verdicts = {delivery.verdict.key: delivery.verdict for delivery in deliveries}
    known = {
        key: Verdict(key, claim.announcement.presence.start, State.HELD, claim.announcement.kind)
        for key, claim in (doubtful(snapshot, now) if snapshot else {}).items()
        if key not in verdicts
    }
    held = [verdict for verdict in [*verdicts.values(), *known.values()] if verdict.state is State.HELD]
    return tuple(sorted(held, key=lambda verdict: (verdict.start, verdict.key)))


def was_held(warnings: Iterable[ReportWarning], snapshot: LedgerSnapshot | None, now: datetime) -> bool:
    """Whether a notice was held when the command began: it was settled since, or the ledger still has it."""
    settled = any(warning.code == SETTLED for warning in warnings)
    return settled or bool(snapshot and doubtful(snapshot, now))


def any_sent(deliveries: Iterable[Delivery]) -> bool:
    """Whether the command sent anything."""
    return any(delivery.message_id for delivery in deliveries)


def notify(notifiers: Sequence[Notifier], topic: str, note: Note | None, over: str) -> tuple[ReportWarning, ...]:
    """Post the note about the topic. Without a note, clear the one that is there; ``over`` says why.

    Returns a warning for each note that could not be posted. A note that could not be cleared is no warning: the next
    run tries again.
    """
    unwritten = []
    for notifier in notifiers:
        try:
            if note:
                notifier.post(topic, note)
            else:
                notifier.clear(topic, over)
        except SessionsError as error:
            if note:
                unwritten.append(
                    ReportWarning("issue-unwritten", f"the issue '{note.title}' could not be written: {error}")
                )
    return tuple(unwritten)


def notifying_of_consent(
    notifiers: Sequence[Notifier], topic: str, note_of: Callable[[ConsentError], Note], act: Callable[[], T]
) -> T:
    """Act. Where that raises ConsentError, post the note about it first.

    Raises the ConsentError, with what could not be posted in its hint, and whatever else ``act`` raises.
    """
    try:
        return act()
    except ConsentError as error:
        note, hints = note_of(error), [error.hint]
        for notifier in notifiers:
            try:
                notifier.post(topic, note)
            except SessionsError as unwritten:
                hints.append(f"The issue '{note.title}' could not be written: {unwritten}")
        raise ConsentError(error.text, " ".join(hints)) from None

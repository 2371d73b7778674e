"""Notes for a person who reads no logs: which notices are held, and that the account's owner must agree again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sessionsmgmt.application.context import Context
from sessionsmgmt.application.job import SETTLED, Delivery
from sessionsmgmt.application.result import Rotation
from sessionsmgmt.config.model import topic
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.delivery.reconciliation import held_claims
from sessionsmgmt.domain.model.notice import State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, SessionsError
from sessionsmgmt.ports.notifications import Note, Notifier
from sessionsmgmt.ports.readers import Readers

HELD = "held"
"""The topic of the note about held notices."""

CONSENT = "consent"
"""The topic of the note about the account's consent."""


def notify_of_held(
    context: Context,
    deliveries: Sequence[Delivery],
    warnings: Sequence[ReportWarning],
    snapshot: LedgerSnapshot | None,
    now: datetime,
) -> tuple[ReportWarning, ...]:
    """Post which notices are held after a command, and return what could not be posted.

    An old note is looked for where a notice was held before, or where the command sent nothing. ``snapshot`` is the
    ledger before the deliveries, ``now`` an aware instant.
    """
    notifiers = context.services.notifiers()
    if not notifiers:
        return ()
    held, texts = held_after(deliveries, snapshot, now), context.services.note_texts()
    if held and context.request.surroundings.readers_of_repository() is Readers.ANYBODY:
        note = texts.held_count(len(held))
    else:
        note = texts.held(held)
    if note or was_held(warnings, snapshot, now) or not any(delivery.message_id for delivery in deliveries):
        return notify(notifiers, topic(HELD, context.config.folder), note, texts.nothing_held)
    return ()


def held_after(deliveries: Iterable[Delivery], snapshot: LedgerSnapshot | None, now: datetime) -> tuple[Verdict, ...]:
    """The notices that are held after a command: those of its deliveries, and the others that the ledger knows of."""
    verdicts = {delivery.verdict.key: delivery.verdict for delivery in deliveries}
    known = {
        key: Verdict(key, claim.announcement.presence.start, State.HELD, claim.announcement.kind)
        for key, claim in (held_claims(snapshot, now) if snapshot else {}).items()
        if key not in verdicts
    }
    held = [verdict for verdict in [*verdicts.values(), *known.values()] if verdict.state is State.HELD]
    return tuple(sorted(held, key=lambda verdict: verdict.order))


def was_held(warnings: Iterable[ReportWarning], snapshot: LedgerSnapshot | None, now: datetime) -> bool:
    """Whether a notice was held when the command began: it was settled since, or the ledger still has it."""
    settled = any(warning.code == SETTLED for warning in warnings)
    return settled or bool(snapshot and held_claims(snapshot, now))


def notify_of_consent(context: Context, rotation: Rotation) -> tuple[ReportWarning, ...]:
    """Post how the consent stands, where a rotation has shown it, and return what could not be posted."""
    texts = context.services.note_texts()
    if isinstance(rotation.trouble, ConsentError):
        note: Note | None = texts.consent_ended(rotation.trouble)
    elif rotation.stale or rotation.trouble:
        return ()
    else:
        note = texts.consent_ends(rotation.ends, context.request.now)
    return notify(context.services.notifiers(), topic(CONSENT, context.config.folder), note, texts.consent_holds)


@contextmanager
def notifying_of_lost_consent(context: Context) -> Iterator[None]:
    """Post the note about the consent where the block raises ConsentError.

    The ConsentError is raised again, with what could not be posted in its hint.
    """
    try:
        yield
    except ConsentError as error:
        note, hints = context.services.note_texts().consent_ended(error), [error.hint]
        for notifier in context.services.notifiers():
            try:
                notifier.post(topic(CONSENT, context.config.folder), note)
            except SessionsError as unwritten:
                hints.append(f"The issue '{note.title}' could not be written: {unwritten}")
        raise ConsentError(error.text, " ".join(hints)) from None


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
                text = f"the issue '{note.title}' could not be written: {error}"
                unwritten.append(ReportWarning("issue-unwritten", text))
    return tuple(unwritten)

"""A note for a person where one is wanted, and none where none is: what a command leaves to be done by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sessionsmgmt.application.notices.pipeline import SETTLED
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.delivery.reconciliation import doubtful
from sessionsmgmt.domain.model.notice import State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, SessionsError
from sessionsmgmt.ports.notifications import Note, Notifier


def held_after(result: Result) -> tuple[Verdict, ...]:
    """The notices that are held once the command is over: those it found or left so, and those the ledger says are."""
    found = {one.verdict.key: one.verdict for one in result.deliveries}
    snapshot = doubtful(result.snapshot, result.now) if result.snapshot else {}
    known = {
        key: Verdict(key, claim.announcement.presence.start, State.HELD, claim.announcement.kind)
        for key, claim in snapshot.items()
        if key not in found
    }
    held = [verdict for verdict in [*found.values(), *known.values()] if verdict.state is State.HELD]
    return tuple(sorted(held, key=lambda one: (one.start, one.key)))


def was_held(result: Result) -> bool:
    """Whether something was held when the command began."""
    settled = any(warning.code == SETTLED for warning in result.warnings)
    return settled or bool(result.snapshot and doubtful(result.snapshot, result.now))


def sent(result: Result) -> bool:
    """Whether the command sent anything."""
    return any(one.message_id for one in result.deliveries)


def tell(notifier: Notifier, topic: str, note: Note | None, over: str, result: Result) -> Result:
    """Put up the note about the topic; without one, take down what is there and say that it is ``over``.

    That a note could not be put up is a caution of the result.
    """
    try:
        if note:
            notifier.post(topic, note)
        else:
            notifier.clear(topic, over)
    except SessionsError as error:
        if note is None:
            return result  # nobody is waiting for it
        text = f"the issue '{note.title}' could not be written: {error}"
        return replace(result, warnings=(*result.warnings, ReportWarning("issue-unwritten", text)))
    return result


def telling(
    notifiers: Iterable[Notifier], topic: str, note_of: Callable[[ConsentError], Note], act: Callable[[], Result]
) -> Result:
    """Act; where the account's owner has to agree again, put up the note about that before it is raised."""
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

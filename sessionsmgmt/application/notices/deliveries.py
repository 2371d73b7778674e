"""What becomes of a verdict: after it was sent, after it could not be claimed, and after the ledger failed."""

from __future__ import annotations

from dataclasses import replace

from sessionsmgmt.application.job import Delivery
from sessionsmgmt.domain.delivery.claims import Hold, NotSent, Refusal, Refused, Sent, Step
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.errors import InputError, SessionsError, gravest
from sessionsmgmt.ports.ledger import Unwritten
from sessionsmgmt.ports.mail import Delivered, Limited, Outcome, Undelivered, Unknown

WHY_REFUSED = {
    Refusal.HELD: "held",
    Refusal.ANOTHER_RUN_SENDING: "another run is sending it",
    Refusal.ANNOUNCED_MEANWHILE: "another run has just said it",
    Refusal.NOT_HELD: "nothing is held here",
    Refusal.CLAIM_OF_ANOTHER_RUN: "the claim is another run's by now",
    Refusal.EMAIL_NOT_CLAIMED: "another session of the same email could not be claimed, so the next run decides",
    Refusal.ANOTHER_LEDGER_SECRET: "another run has just begun the ledger",
}
"""Why a step was refused, as the report says it of a notice."""

_KNOWN = {State.SENT: "It did leave", State.FAILED: "It did not leave"}


def delivery_of(verdict: Verdict, outcome: Outcome) -> Delivery:
    """What the outcome of sending makes of a verdict. An email that is itself refused concerns no other notice."""
    match outcome:
        case Delivered(message_id):
            return Delivery(replace(verdict, state=State.SENT), message_id)
        case Undelivered(cause) | Limited(cause):
            own = isinstance(cause, InputError)
            return Delivery(replace(verdict, state=State.FAILED, reason=str(cause)), cause=None if own else cause)
        case Unknown(reason):
            return Delivery(replace(verdict, state=State.HELD, reason=reason))


def record_of(key: Key, run: str, outcome: Outcome) -> Step:
    """The step that writes the outcome of sending into the ledger."""
    match outcome:
        case Delivered(message_id):
            return Sent(key, run, message_id)
        case Undelivered() | Limited():
            return NotSent(key, run)
        case Unknown():
            return Hold(key, run)


def not_sent(verdict: Verdict, error: SessionsError) -> Delivery:
    """What a verdict becomes where an error kept its email from being sent at all."""
    return Delivery(replace(verdict, state=State.FAILED, reason=f"not sent, since {error}"), cause=error)


def not_claimed(verdict: Verdict, missed: Refused | Unwritten) -> Delivery:
    """What a verdict becomes where its claim was not written: another run has it, or the ledger failed."""
    match missed:
        case Unwritten(_, cause):
            return not_sent(verdict, cause)
        case Refused(_, refusal):
            state = State.HELD if refusal is Refusal.HELD else State.SKIPPED
            return Delivery(replace(verdict, state=state, reason=WHY_REFUSED[refusal]))


def not_recorded(delivery: Delivery, missed: Refused | Unwritten) -> Delivery:
    """What a delivery becomes where its record was not written. The outcome stands, and a person should know."""
    match missed:
        case Unwritten(_, cause):
            return unrecorded(delivery, cause)
        case Refused():
            reason = "while it was being sent, somebody closed it in the ledger, so the ledger may say otherwise"
            return replace(delivery, verdict=replace(delivery.verdict, reason=reason, attention=True))


def unrecorded(delivery: Delivery, error: SessionsError) -> Delivery:
    """What a delivery becomes where the ledger failed when its outcome was to be recorded: it is held."""
    known = _KNOWN.get(delivery.verdict.state, "It may have left")
    reason = f"{known}, but the ledger could not be told: {error}"
    return replace(
        delivery,
        verdict=replace(delivery.verdict, state=State.HELD, reason=reason),
        cause=gravest([delivery.cause, error]) if delivery.cause else error,
    )

"""``resolve``: a person says whether a held notice was sent, or takes over the ledger of a club that moved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sessionsmgmt.application.arguments import ResolveArguments
from sessionsmgmt.application.context import Context
from sessionsmgmt.application.job import Delivery
from sessionsmgmt.application.notifications import notify_of_held
from sessionsmgmt.application.result import AdoptResult, ResolveResult
from sessionsmgmt.domain.delivery.claims import Claim, Resolve
from sessionsmgmt.domain.delivery.reconciliation import held_claims
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.ports.ledger import AdoptableLedger, Ledger, Unwritten


def resolve(context: Context, arguments: ResolveArguments) -> ResolveResult | AdoptResult:
    """Close the held notice that the arguments name, or take over the ledger of a club that moved."""
    if arguments.adopt:
        return adopt(context.services.adoptable())
    ledger, now = context.services.ledger(), context.request.now
    result = close(ledger, arguments.notice, arguments.session, arrived=arguments.sent, now=now)
    unwritten = notify_of_held(context, result.closed, (), result.snapshot, now)
    return replace(result, warnings=(*result.warnings, *unwritten))


def close(ledger: Ledger, notice: str, session: str, *, arrived: bool, now: datetime) -> ResolveResult:
    """Close the held notice with these ids; an empty ``notice`` or ``session`` matches any.

    If its email is about several sessions, the notices about all of them are closed. ``arrived`` says that the email is
    in the Sent folder; otherwise the next run decides the notice anew. Raises InputError where no held notice or more
    than one matches, RefusedError where somebody closed it at the same time, and as the ledger does.
    """
    snapshot = ledger.read(now)
    held = held_claims(snapshot, now)
    meant = sorted(key for key in held if notice in ("", key.notice) and session in ("", key.session))
    if not meant:
        raise InputError("No held notice matches.", _listed(held))
    if len({held[key].email or key for key in meant}) > 1:
        raise InputError("More than one held notice matches.", _listed(meant))
    email = held[meant[0]].email
    keys = sorted(key for key in held if email and held[key].email == email) or meant
    result = ledger.write(snapshot, [Resolve(key, arrived) for key in keys], now)
    for not_taken in result.not_taken:
        if isinstance(not_taken, Unwritten):
            raise not_taken.cause
        raise RefusedError("Somebody else has just closed it.", "Look with 'status'.")
    closed = tuple(_closed(key, held[key], arrived=arrived) for key in keys)
    return ResolveResult(now, closed, result.snapshot, result.snapshot.warnings)


def adopt(ledger: AdoptableLedger) -> AdoptResult:
    """Take over the ledger of a club that moved to another folder or repository. Raises as the ledger does."""
    adopted = ledger.adopt()
    return AdoptResult(adopted.branch, adopted.notices, adopted.warnings)


def _closed(key: Key, claim: Claim, *, arrived: bool) -> Delivery:
    verdict = Verdict(key, claim.announcement.presence.start, State.SKIPPED, claim.announcement.kind)
    if arrived:
        return Delivery(replace(verdict, state=State.SENT, reason="it did arrive"))
    return Delivery(replace(verdict, reason="it did not arrive; the next run decides it anew"))


def _listed(keys: Collection[Key]) -> str:
    if not keys:
        return "Nothing is held."
    return "Held: " + ", ".join(f"--notice {key.notice} --session {key.session}" for key in sorted(keys)) + "."

"""``resolve``: a person says what became of a notice that is held, or that a ledger is this club's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sessionsmgmt.application.notices.pipeline import Delivery
from sessionsmgmt.application.result import Result
from sessionsmgmt.domain.delivery.claims import Claim, Resolve
from sessionsmgmt.domain.delivery.reconciliation import doubtful
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.ports.ledger import AdoptableLedger, Ledger, Unwritten


def resolve(ledger: Ledger, notice: str, session: str, *, arrived: bool, now: datetime) -> Result:
    """Close the one held notice that is meant; an empty ``notice`` or ``session`` means any.

    ``arrived`` says that the mail is in the Sent folder; otherwise the notice is decided anew on the next run. The
    result has the ledger as it is afterwards. Raises InputError where nothing held, or more than one thing, is
    meant, RefusedError where somebody was faster, and as the ledger does.
    """
    snapshot = ledger.read(now)
    held = doubtful(snapshot, now)
    meant = sorted(key for key in held if notice in ("", key.notice) and session in ("", key.session))
    if not meant:
        raise InputError("No held notice is meant by that.", _listed(held))
    if len(meant) > 1:
        raise InputError("More than one held notice is meant by that.", _listed(meant))
    key = meant[0]
    step = Resolve(key, arrived)
    result = ledger.write(snapshot, [step], now)
    for not_taken in result.not_taken:
        if isinstance(not_taken, Unwritten):
            raise not_taken.cause
        raise RefusedError("Somebody else has just closed it.", "Look with 'status'.")
    closed = _closed(key, held[key], arrived=arrived)
    return Result("resolve", now, deliveries=(closed,), warnings=result.snapshot.warnings, snapshot=result.snapshot)


def adopt(ledger: AdoptableLedger, now: datetime) -> Result:
    """Take over the ledger of a club that moved to another folder or repository. Raises as the ledger does."""
    found = ledger.adopt()
    count = f"{found.notices} {'notice' if found.notices == 1 else 'notices'}"
    text = f"The ledger on the branch {found.branch} is this club's now. It remembers {count}."
    return Result("resolve", now, warnings=found.warnings, message=text)


def _closed(key: Key, claim: Claim, *, arrived: bool) -> Delivery:
    verdict = Verdict(key, claim.announcement.presence.start, State.SKIPPED, claim.announcement.kind)
    if arrived:
        return Delivery(replace(verdict, state=State.SENT, reason="it did arrive"))
    return Delivery(replace(verdict, reason="it did not arrive; the next run decides it anew"))


def _listed(keys: Collection[Key]) -> str:
    if not keys:
        return "Nothing is held."
    return "Held: " + ", ".join(f"--notice {key.notice} --session {key.session}" for key in sorted(keys)) + "."

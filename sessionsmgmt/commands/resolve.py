"""``resolve``: a person looked, and says what became of a notice that is held."""

from __future__ import annotations

from datetime import datetime

from sessionsmgmt.commands.result import Result
from sessionsmgmt.domain.claims import Entry, Resolve
from sessionsmgmt.domain.model import Key, State, Verdict
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.pipeline import Delivery
from sessionsmgmt.ports import Ledger


def resolve(ledger: Ledger, notice: str, session: str, *, arrived: bool, now: datetime) -> Result:
    """Close the one held notice that is meant; an empty ``notice`` or ``session`` means any.

    ``arrived`` says that the mail is in the Sent folder; otherwise the notice is decided anew on the next run. Raises
    InputError where nothing held, or more than one thing, is meant, and RefusedError where somebody was faster.
    """
    entries = ledger.read().entries
    held = {key: entry for key, entry in entries.items() if entry.claim and entry.claim.is_held(now)}
    meant = sorted(key for key in held if notice in ("", key.notice) and session in ("", key.session))
    if not meant:
        raise InputError("No held notice is meant by that.", _listed(sorted(held)))
    if len(meant) > 1:
        raise InputError("More than one held notice is meant by that.", _listed(meant))
    key = meant[0]
    if ledger.write([Resolve(key, arrived)], now):
        raise RefusedError("Somebody else has just closed it.", "Look with 'status'.")
    return Result("resolve", now, deliveries=(_closed(key, held[key], arrived=arrived),))


def _closed(key: Key, entry: Entry, *, arrived: bool) -> Delivery:
    if entry.claim is None:
        raise AssertionError("only what is claimed can be held")
    said = entry.claim.said
    state, reason = (
        (State.SENT, "it did arrive") if arrived else (State.SKIPPED, "it did not arrive; the next run decides it anew")
    )
    return Delivery(Verdict(key, said.presence.start, state, said.kind, reason))


def _listed(keys: list[Key]) -> str:
    if not keys:
        return "Nothing is held."
    return "Held: " + ", ".join(f"--notice {key.notice} --session {key.session}" for key in keys) + "."

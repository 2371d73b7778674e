"""What ``doctor`` says of the ledger's branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sessionsmgmt.adapters.ledger.git import GitLedger
from sessionsmgmt.ports.health import Finding, Health


def branch(open_ledger: Callable[[], GitLedger], *, has_former: bool) -> Iterator[Finding]:
    """Whether the ledger's branch is there, and which key it is sealed with; ``has_former``: the old one is set."""
    state = open_ledger().seal_state()
    for warning in state.warnings:
        yield Finding("ledger branch", Health.NOTE, f"{warning.text[:1].upper()}{warning.text[1:]}.")
    match state.outdated, has_former:
        case None, _:
            yield Finding("ledger branch", Health.GOOD, "It is not begun; the first run does that.")
        case True, _:
            advice = "The next run seals it with SESSIONSMGMT_KEY. Then delete SESSIONSMGMT_KEY_OLD."
            yield Finding("ledger branch", Health.NOTE, "It is still sealed with the key before.", advice)
        case _, True:
            text = "It is there, and sealed with SESSIONSMGMT_KEY."
            yield Finding("ledger branch", Health.NOTE, text, "SESSIONSMGMT_KEY_OLD is not needed for it any more.")
        case _:
            yield Finding("ledger branch", Health.GOOD, "It is there, and opens with SESSIONSMGMT_KEY.")

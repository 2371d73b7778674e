"""A result as those may see it who can read where it is shown.

In a repository that is not private the log, the summary, the annotations and the issues are read by strangers, and when
and where minors meet is none of their business. So sessions are counted there: no time, no id, no title, no reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.health import Finding
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.presentation import Presentation

WORDS = {
    State.SENT: "sent",
    State.DUE: "to be sent",
    State.HELD: "held",
    State.FAILED: "failed",
    State.SKIPPED: "with nothing to say",
}

_MACHINERY = (
    "consent-",
    "credential-",
    "issue-",
    "ledger-",
    "lookup-",
    "notice-without-event",
    "output-",
    "preview-",
    "report-",
    "role-without-contact",
    "rotation-",
    "sender-",
    "stopped",
    "summary-",
)
"""How the codes of warnings begin that are about the machinery or sessions.yml, and not about sessions or people."""

_COUNTED = "This repository is not private, so sessions are only counted here."
_DOCTOR = "'sessionsmgmt doctor', on a machine of your own, says which."
_ELSEWHERE = "'sessionsmgmt status', on a machine of your own, lists them."


def readable(shown: Presentation) -> Presentation:
    """The result with nothing in it that its readers may not see."""
    if shown.readers is Readers.CLUB or shown.invented:
        return shown
    return replace(
        shown,
        deliveries=(),
        snapshot=None,
        warnings=tuple(_warnings(shown.warnings)),
        findings=tuple(map(_finding, shown.findings)),
        message="\n".join(filter(None, [shown.message, _counts(shown)])),
    )


def _counts(shown: Presentation) -> str:
    if not shown.deliveries:
        return ""
    found = Counter(delivery.verdict.state for delivery in shown.deliveries)
    told = ", ".join(f"{found[state]} {word}" for state, word in WORDS.items() if found[state])
    held = f" {_ELSEWHERE}" if found[State.HELD] or found[State.FAILED] else ""
    return f"{_COUNTED} {told}.{held}"


def _warnings(warnings: Iterable[ReportWarning]) -> Iterator[ReportWarning]:
    """Warnings about the machinery without place and titles; of the others how many there are of each kind."""
    kept = [one for one in warnings if one.code.startswith(_MACHINERY)]
    yield from (ReportWarning(one.code, one.text) for one in kept)
    counted = Counter(one.code for one in warnings if not one.code.startswith(_MACHINERY))
    for code, count in counted.items():
        yield ReportWarning(code, f"{count} of this kind. {_COUNTED} {_ELSEWHERE}")


def _finding(finding: Finding) -> Finding:
    return replace(finding, text=f"There is a warning. {_DOCTOR}") if finding.is_secret else finding

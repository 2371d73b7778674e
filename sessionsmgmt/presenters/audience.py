"""What is shown to the readers of a log, a summary and an annotation.

In a repository that is not private, strangers read them, and they must not know when and where minors meet. So sessions
are only counted there: no time, no id, no title, no reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.readers import Readers

if TYPE_CHECKING:
    from sessionsmgmt.ports.health import Finding
    from sessionsmgmt.presenters.presentation import Presentation

WORDS = {
    State.SENT: "sent",
    State.DUE: "to be sent",
    State.HELD: "held",
    State.FAILED: "failed",
    State.SKIPPED: "with nothing to say",
}

_ABOUT_SET_UP = (
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
"""The beginnings of the codes of warnings about the set-up or sessions.yml, not about sessions or people."""

_COUNTED = "This repository is not private, so sessions are only counted here."
_DOCTOR = "'sessionsmgmt doctor', on a machine of your own, says which."
_ELSEWHERE = "'sessionsmgmt status', on a machine of your own, lists them."


def readable(shown: Presentation) -> Presentation:
    """The same without anything that its readers may not see."""
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
    count = Counter(delivery.verdict.state for delivery in shown.deliveries)
    listed = ", ".join(f"{count[state]} {word}" for state, word in WORDS.items() if count[state])
    elsewhere = f" {_ELSEWHERE}" if count[State.HELD] or count[State.FAILED] else ""
    return f"{_COUNTED} {listed}.{elsewhere}"


def _warnings(warnings: Sequence[ReportWarning]) -> Iterator[ReportWarning]:
    """Warnings about the set-up, without place and titles. Of the other warnings, the number of each kind."""
    for warning in warnings:
        if warning.code.startswith(_ABOUT_SET_UP):
            yield ReportWarning(warning.code, warning.text)
    counted = Counter(warning.code for warning in warnings if not warning.code.startswith(_ABOUT_SET_UP))
    for code, count in counted.items():
        yield ReportWarning(code, f"{count} of this kind. {_COUNTED} {_ELSEWHERE}")


def _finding(finding: Finding) -> Finding:
    return replace(finding, text=f"There is a warning. {_DOCTOR}") if finding.is_secret else finding

"""What is shown to the readers of a log, a summary and an annotation.

In a repository that is not private, strangers read them, and they must not know when and where minors meet. So sessions
are only counted there: no time, no id, no title, no reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.text import session_time, session_title

if TYPE_CHECKING:
    from sessionsmgmt.ports.health import Finding
    from sessionsmgmt.presenters.presentation import Presentation

_WORDS = {
    State.SENT: ("sent", "sent"),
    State.DUE: ("to be sent", "to be sent"),
    State.HELD: ("held", "held"),
    State.FAILED: ("failed", "failed"),
    State.SKIPPED: ("needs no email", "need no email"),
}
"""What is said of one session in a state, and of several."""


def counted(states: Iterable[State]) -> str:
    """How many sessions are in each state: ``4 sent, 5 need no email``."""
    counts = Counter(states)
    return ", ".join(
        f"{counts[state]} {singular if counts[state] == 1 else several}"
        for state, (singular, several) in _WORDS.items()
        if counts[state]
    )


_ABOUT_SET_UP = (
    "alert-",
    "consent-",
    "credential-",
    "issue-",
    "ledger-",
    "lookup-",
    "notice-silent",
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


def placed(shown: Presentation, zone: tzinfo) -> tuple[ReportWarning, ...]:
    """The warnings, with the time and the title of a session in the place of its id, which tells a person nothing."""
    sessions = {
        delivery.verdict.key.session: f"{session_time(delivery.verdict, zone)}, {session_title(delivery.verdict)}"
        for delivery in shown.deliveries
        if delivery.verdict.title
    }
    return tuple(replace(warning, where=sessions.get(warning.where, warning.where)) for warning in shown.warnings)


def _counts(shown: Presentation) -> str:
    if not shown.deliveries:
        return ""
    states = [delivery.verdict.state for delivery in shown.deliveries]
    elsewhere = f" {_ELSEWHERE}" if State.HELD in states or State.FAILED in states else ""
    return f"{_COUNTED} {counted(states)}.{elsewhere}"


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

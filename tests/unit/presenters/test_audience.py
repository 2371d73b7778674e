"""What strangers can read of a result: how many sessions, and nothing else of any of them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sessionsmgmt.application.job import Delivery
from sessionsmgmt.domain.model.notice import Key, State, Verdict
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters import terminal
from sessionsmgmt.presenters.audience import readable
from sessionsmgmt.presenters.held_issue import counted_note, held_note
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.report import counts
from sessionsmgmt.presenters.summary import summary
from sessionsmgmt.presenters.workflow_commands import result_annotations
from tests.unit.presenters.results import config

CANARY = "canary"
START = datetime(2031, 5, 17, 13, 37, tzinfo=UTC)
NOW = datetime(2026, 11, 6, tzinfo=UTC)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def everything(readers: Readers = Readers.ANYBODY) -> Presentation:
    """A result with a session in each state, and warnings about sessions and about the machinery."""
    verdicts = [Verdict(Key("campus", f"{CANARY}-{state}"), START, state, reason=CANARY) for state in State]
    return Presentation(
        "run",
        NOW,
        1,
        deliveries=tuple(Delivery(verdict) for verdict in verdicts),
        warnings=(
            *(ReportWarning("event-odd", f"{CANARY} {number}", f"{CANARY}:3") for number in range(3)),
            ReportWarning("preview-unpublished", "GitHub does not allow it.", CANARY),
            ReportWarning("notice-without-event", "no event matches the notice hall", titles=(CANARY,)),
            ReportWarning("some-code-that-is-new", CANARY),
        ),
        findings=(
            Finding("calendar", Health.NOTE, f"{CANARY} (id).", is_secret=True),
            Finding("label Adult", Health.GOOD, "3 contact(s) are adults by it."),
        ),
        message="The credential is stored.",
        readers=readers,
    )


def shown(result: Presentation) -> str:
    """All that any view shows of it."""
    places = [io.StringIO(), Terminal()]
    for place in places:
        terminal.show(result, config(), place)
    texts = [place.getvalue() for place in places]
    return "\n".join([*texts, *summary(result, config()), *result_annotations(result, Path.cwd())])


def test_nothing_of_a_session_is_shown_but_how_many_there_are() -> None:
    text = shown(everything())

    for secret in (CANARY, "2031", "13:37", "08:37", "09:37", "May"):
        assert secret not in text
    for told in ("1 sent, 1 to be sent, 1 held, 1 failed, 1 needs no email.", "3 of this kind", "1 of this kind"):
        assert told in text


def test_what_is_about_the_machinery_is_said_in_full() -> None:
    text = shown(everything())

    assert "GitHub does not allow it." in text
    assert "The credential is stored." in text
    assert "no event matches the notice hall" in text
    assert "3 contact(s) are adults by it." in text


@pytest.mark.parametrize("change", [{"readers": Readers.CLUB}, {"invented": True}])
def test_those_of_the_club_and_readers_of_invented_sessions_are_shown_all(change: dict[str, object]) -> None:
    result = replace(everything(), **change)  # type: ignore[arg-type]

    assert readable(result) is result
    assert f"{CANARY}-held" in shown(result)


def test_outputs_and_report_count_all_the_same() -> None:
    assert counts(everything()) == {"sent": 1, "held": 1, "failed": 1, "skipped": 1}


@pytest.mark.parametrize("count", [1, 3])
def test_an_issue_that_strangers_can_read_says_how_many_and_where_the_club_finds_which(count: int) -> None:
    held = [Verdict(Key("campus", f"{CANARY}-{number}"), START, State.HELD) for number in range(count)]
    whole, note = held_note(held, config()), counted_note(count)

    assert whole is not None
    assert note is not None
    assert note.title == whole.title
    assert CANARY in whole.text
    assert CANARY not in note.text
    assert "`sessionsmgmt status`" in note.text
    assert counted_note(0) is None

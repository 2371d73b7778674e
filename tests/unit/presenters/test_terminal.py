from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.delivery.claims import Entry
from sessionsmgmt.domain.model.looked_at import LookedAt, NextSession
from sessionsmgmt.domain.model.notice import Key, Kind, State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, Problem, UnreachableError
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.ports.readers import Readers
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.terminal import progress, show, show_problems
from tests.builders import announcement, local, notice, snapshot
from tests.unit.presenters.results import config, due, presentation, quiet

ROOT = Path(__file__).parent.parent.parent.parent


def in_a_pipe(shown: Presentation, settings: Config | None = None) -> list[str]:
    out = io.StringIO()
    show(shown, settings or config(Path.cwd()), out)
    return out.getvalue().splitlines()


def on_a_terminal(write: Callable[[TextIO], None]) -> str:
    """What a terminal gets to see."""
    keyboard, screen = os.openpty()
    seen = bytearray()

    def watch() -> None:
        while True:
            try:
                seen.extend(os.read(keyboard, 1024))
            except OSError:  # the other side was closed
                return

    watching = threading.Thread(target=watch)
    watching.start()
    with os.fdopen(screen, "w", encoding="utf-8") as out:
        write(out)
    watching.join()
    os.close(keyboard)
    return seen.decode()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


LOOKED_AT = (
    LookedAt(
        "campus",
        12,
        3,
        NextSession(local(2026, 11, 7), local(2026, 11, 6, 17), local(2026, 11, 7, 17), "Lab \u202e  day"),
    ),
    LookedAt("pool", 12, 1),
)


def everything() -> Presentation:
    """One of each, with people and titles in it that no view of a log may name."""
    return presentation(
        due(notice(kind=Kind.CHANGED, before=announcement())),
        quiet(State.HELD, "nobody knows whether it left", "stuck", Kind.NEW),
        quiet(State.FAILED, "1 of at least 2 adults attend", "few", Kind.NEW),
        quiet(State.SKIPPED, "announced already", "calm", title="Open day", begins=date(2026, 11, 10)),
        warnings=[
            ReportWarning("odd", "a card is odd", "contacts.vcf:3"),
            ReportWarning("crowded", "it is full", "calm"),
            ReportWarning("plain", "something is plain"),
        ],
    )


def test_a_pipe_gets_a_line_per_session_in_columns() -> None:
    assert in_a_pipe(everything()) == [
        "due      campus  changed    Sat 2026-11-07 17:00  Team Session  not announced yet",
        "held     campus  new        Mon 2026-11-09 18:00  stuck  nobody knows whether it left",
        "failed   campus  new        Mon 2026-11-09 18:00  few  1 of at least 2 adults attend",
        "skipped  campus  -          Tue 2026-11-10        Open day  announced already",
        "warning  odd  a card is odd (contacts.vcf:3)",
        "warning  crowded  it is full (Tue 2026-11-10, Open day)",
        "warning  plain  something is plain",
        "1 to be sent, 1 held, 1 failed, 1 needs no email.",
        "Look into the Sent folder for what is held. If it is there, close it with --sent, else with --resend:",
        "  Mon 2026-11-09 18:00, stuck:",
        "    sessionsmgmt resolve --notice campus --session stuck --sent",
    ]


def test_a_terminal_gets_tables_with_the_same_in_them() -> None:
    seen = on_a_terminal(lambda out: show(everything(), config(Path.cwd()), out))

    assert "\x1b[" in seen
    for text in (
        *("When", "Notice", "State", "Why", "Sat 2026-11-07 17:00"),
        *("due, changed", "held, new", "failed, new", "skipped"),
        *("1 of at least 2 adults attend", "a card is odd (contacts.vcf:3)"),
        "sessionsmgmt resolve --notice campus --session stuck --sent",
    ):
        assert text in seen


def test_no_color_leaves_the_tables_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seen = on_a_terminal(lambda out: show(everything(), config(), out))

    assert "Sat 2026-11-07 17:00" in seen
    assert not any(f"\x1b[{colour}m" in seen for colour in (31, 32, 33, 36))
    assert "\x1b[1;3" not in seen


@pytest.mark.parametrize("write", ["pipe", "terminal"])
def test_nobody_is_named_and_of_the_calendar_only_titles_are_shown(write: str) -> None:
    shown = replace(everything(), command="status", snapshot=snapshot())
    seen = (
        "\n".join(in_a_pipe(shown))
        if write == "pipe"
        else on_a_terminal(lambda out: show(shown, config(Path.cwd()), out))
    )

    for text in ("Ann ", "Sam", "@example.org", "Room 101", "MantaBots"):
        assert text not in seen
    assert "Team Session" in seen


def test_strangers_get_no_title_and_no_time_of_a_session() -> None:
    shown = replace(everything(), looked_at=LOOKED_AT, readers=Readers.ANYBODY)
    seen = "\n".join(in_a_pipe(shown))

    for text in ("Team Session", "Open day", "Pool", "2026-11", "17:00", "stuck", "calm"):
        assert text not in seen
    assert "Looked at 12 events that are not over:" in seen
    assert "  campus: 3 match." in seen


def test_what_was_looked_at_is_said_with_the_next_session_and_when_it_is_told() -> None:
    assert in_a_pipe(replace(presentation(), looked_at=LOOKED_AT)) == [
        "Looked at 12 events that are not over:",
        "  campus: 3 match; the next is Lab � day, Sat 2026-11-07 17:00, and is told from Fri 2026-11-06 17:00 on.",
        "  pool: 1 matches; no session is ahead.",
    ]


def test_status_says_what_was_said_and_when() -> None:
    memory = snapshot(
        {
            Key("campus", "told"): Entry(announcement(Kind.CHANGED), None, "<id>", local(2026, 11, 5, 12)),
            Key("campus", "asked"): Entry(announcement(), None, ""),
        }
    )
    shown = presentation(
        *(quiet(session=one) for one in ("told", "asked", "unheard")), command="status", snapshot=memory
    )

    said_so_far = ["changed, 2026-11-05 12:00", "new", "nothing"]
    assert [line.partition("  announced already  ")[2] for line in in_a_pipe(shown)[:3]] == [
        f"(announced so far: {one})" for one in said_so_far
    ]
    seen = on_a_terminal(lambda out: show(shown, config(), out))
    assert all(one in seen for one in ["Announced so far", *said_so_far])


def test_what_doctor_found_is_shown_row_by_row() -> None:
    findings = (
        Finding("calendar", Health.GOOD, "Found."),
        Finding("label Adult", Health.BAD, "No contact bears it.", "Give it to somebody."),
    )
    shown = replace(presentation(command="doctor"), findings=findings)

    assert in_a_pipe(shown) == [
        "ok    calendar     Found.",
        "bad   label Adult  No contact bears it. Give it to somebody.",
    ]
    seen = on_a_terminal(lambda out: show(shown, config(), out))
    assert "Give it to somebody." in seen


def test_a_message_is_shown_as_the_lines_it_is() -> None:
    assert in_a_pipe(presentation(message="Wrote\n  sessions.yml")) == ["Wrote", "  sessions.yml"]


def test_nothing_to_show_is_no_line() -> None:
    assert in_a_pipe(presentation()) == []
    assert on_a_terminal(lambda out: show(presentation(), config(), out)) == ""


@given(st.text(min_size=1, max_size=40))
def test_text_from_outside_can_neither_move_the_cursor_nor_give_orders(text: str) -> None:
    shown = presentation(
        quiet(reason=text, session=text, title=text),
        quiet(State.HELD, text, text),
        warnings=[ReportWarning("a", text, text)],
    )
    written = io.StringIO()
    show(shown, config(), written)

    assert written.getvalue().count("\n") == len(written.getvalue().splitlines()) == 7
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in written.getvalue().splitlines())
    assert "\x1b" not in written.getvalue()


def test_a_terminal_gets_no_orders_from_outside_either() -> None:
    shown = presentation(quiet(reason="\x1b]0;title\x07\x1b[2J[red]x[/red]"))
    seen = on_a_terminal(lambda out: show(shown, config(), out))

    assert "\x1b]" not in seen
    assert "\x1b[2J" not in seen
    assert "[red]x[/red]" in seen


def test_a_stream_that_cannot_say_a_character_gets_its_code() -> None:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii", write_through=True) as out:
        show(presentation(message="Élan"), config(), out)
        assert raw.getvalue() == b"\\xc9lan\n"


def test_a_pipe_does_not_load_the_library_that_draws_tables() -> None:
    code = """
import io, sys
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.terminal import progress
from tests.unit.presenters.test_terminal import everything, in_a_pipe

with progress("Reading", io.StringIO()):
    in_a_pipe(everything())
sys.exit("rich" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def problems(error: InputError | UnreachableError) -> list[str]:
    err = io.StringIO()
    show_problems(error, err)
    return err.getvalue().splitlines()


def test_every_problem_has_its_line_and_what_they_come_to_is_last() -> None:
    one = Problem("sessions.yml", 3, 1, "team", "is missing")
    two = Problem("sessions.yml", 9, 5, "notices[0].witin", "unknown key; did you mean \x1b[1mwithin?")

    assert problems(InputError("sessions.yml has 2 problems.", "Mend them.", [two, one])) == [
        "sessions.yml:3:1: team: is missing",
        "sessions.yml:9:5: notices[0].witin: unknown key; did you mean �[1mwithin?",
        "error: sessions.yml has 2 problems. Mend them.",
    ]


def test_any_other_error_is_one_line_with_what_to_do() -> None:
    assert problems(UnreachableError("The calendar\nis away.", "Wait.")) == ["error: The calendar�is away. Wait."]
    assert problems(InputError("No such file.")) == ["error: No such file."]


def test_progress_is_for_terminals_only() -> None:
    done: list[str] = []

    def work(out: TextIO) -> None:
        with progress("Reading [the] calendar", out):
            done.append("worked")

    pipe = io.StringIO()
    work(pipe)
    seen = on_a_terminal(work)

    assert pipe.getvalue() == ""
    assert "Reading [the] calendar" in seen
    assert done == ["worked", "worked"]


def test_progress_lets_errors_through() -> None:
    def fail(out: TextIO) -> None:
        with pytest.raises(InputError, match="No calendar"), progress("Reading", out):
            raise InputError("No calendar.")

    fail(io.StringIO())
    assert "Reading" in on_a_terminal(fail)

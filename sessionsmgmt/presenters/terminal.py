"""The terminal view of a command: tables on a terminal, and plain lines in fixed columns elsewhere.

The output may end up in a public log, so it names nobody, and ``audience.readable`` leaves out what strangers may not
know of sessions.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from sessionsmgmt.domain.model.notice import Key, State
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.health import Finding, Health
from sessionsmgmt.presenters.audience import counted, placed, readable
from sessionsmgmt.presenters.text import looked_at_lines, recovering, resolving, session_time, session_title, visible

if TYPE_CHECKING:
    from rich.table import Table

    from sessionsmgmt.config.model import Config
    from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
    from sessionsmgmt.domain.model.warning import ReportWarning
    from sessionsmgmt.presenters.presentation import Presentation

NONE = "-"
"""The text of an empty column, so that the columns behind it stay in their places."""

STYLES = {
    State.SENT: "green",
    State.DUE: "cyan",
    State.HELD: "bold yellow",
    State.FAILED: "bold red",
    State.SKIPPED: "dim",
    Health.GOOD: "green",
    Health.NOTE: "yellow",
    Health.BAD: "bold red",
}


def show(shown: Presentation, config: Config, out: TextIO) -> None:
    """Show a command: tables by rich if ``out`` is a terminal, plain lines otherwise. Times are in the club's zone.

    No name or address is shown, and titles only where strangers can't read. ``NO_COLOR`` in the environment is obeyed.
    """
    shown = readable(shown)
    if out.isatty():
        _show_tables(shown, config, out)
    else:
        _write(_lines(shown, config), out)
    _write(_closing(shown, config), out)


def show_problems(error: SessionsError, err: TextIO) -> None:
    """Show an error: every problem of a file on a line of its own, and at the end the error and what to do."""
    problems = error.problems if isinstance(error, InputError) else ()
    _write([*(str(problem) for problem in problems), f"error: {error}"], err)


def show_warnings(warnings: Sequence[ReportWarning], err: TextIO) -> None:
    """Show the warnings, where the result itself is not shown."""
    _write([f"warning: {_placed(warning)}" for warning in warnings], err)


def unforeseen(error: Exception, *, verbose: bool) -> str:
    """The text for an unforeseen failure: its class and place, never its own text, which may hold a name."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    text = f"error: sessionsmgmt failed in a way it should not ({type(error).__name__}). Please report this"
    return "\n".join([f"{text}:", *places]) if verbose else f"{text}, with what --verbose says."


@contextmanager
def progress(text: str, out: TextIO) -> Iterator[None]:
    """Show on a terminal that a command is at work, for as long as the block lasts. A pipe gets nothing."""
    if not out.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(file=out).status(Text(visible(text))):
        yield


def _lines(shown: Presentation, config: Config) -> Iterator[str]:
    widest = max((len(delivery.verdict.key.notice) for delivery in shown.deliveries), default=0)
    for delivery in shown.deliveries:
        verdict = delivery.verdict
        columns = [
            f"{verdict.state:<7}",
            f"{verdict.key.notice:<{widest}}",
            f"{verdict.kind or NONE:<9}",
            f"{session_time(verdict, config.zone):<20}",
            session_title(verdict),
            verdict.reason,
        ]
        if shown.snapshot:
            columns.append(f"(announced so far: {_announcement(verdict.key, shown.snapshot, config)})")
        yield "  ".join(columns)
    widest = max((len(finding.topic) for finding in shown.findings), default=0)
    for finding in shown.findings:
        yield f"{finding.health:<4}  {finding.topic:<{widest}}  {_advice(finding)}"
    for warning in placed(shown, config.zone):
        yield f"warning  {warning.code}  {_placed(warning)}"


def _closing(shown: Presentation, config: Config) -> Iterator[str]:
    """What was looked at, the message, the counts, and what to do about held notices."""
    yield from looked_at_lines(shown.looked_at, config.zone, shown.readers)
    yield from shown.message.splitlines()
    if shown.recovery:
        yield from recovering(shown.recovery, config)
    if shown.deliveries:
        yield f"{counted(delivery.verdict.state for delivery in shown.deliveries)}."
    held = [delivery.verdict for delivery in shown.deliveries if delivery.verdict.state is State.HELD]
    if held:
        yield "Look into the Sent folder for what is held. If it is there, close it with --sent, else with --resend:"
    for verdict in held:
        yield f"  {session_time(verdict, config.zone)}, {session_title(verdict)}:"
        yield f"    {resolving(verdict.key, config)} --sent"


def _show_tables(shown: Presentation, config: Config, out: TextIO) -> None:
    from rich.console import Console

    console = Console(file=out, highlight=False, markup=False, emoji=False)
    if shown.deliveries:
        console.print(_sessions(shown, config))
    if shown.findings:
        console.print(_findings(shown.findings))
    if shown.warnings:
        console.print(_warnings(placed(shown, config.zone)))


def _sessions(shown: Presentation, config: Config) -> Table:
    """A row for each session, without its id, which would take the room of what people read."""
    from rich.text import Text

    table = _table("When", "Session", "Notice", "State", *(["Announced so far"] if shown.snapshot else []), "Why")
    for delivery in shown.deliveries:
        verdict = delivery.verdict
        state = f"{verdict.state}, {verdict.kind}" if verdict.kind else verdict.state
        table.add_row(
            session_time(verdict, config.zone),
            Text(session_title(verdict)),
            Text(visible(verdict.key.notice)),
            Text(state, STYLES[verdict.state]),
            *([_announcement(verdict.key, shown.snapshot, config)] if shown.snapshot else []),
            Text(visible(verdict.reason)),
        )
    return table


def _findings(findings: Sequence[Finding]) -> Table:
    from rich.text import Text

    table = _table("", "What", "How it stands")
    for finding in findings:
        health = Text(finding.health, STYLES[finding.health])
        table.add_row(health, Text(visible(finding.topic)), Text(visible(_advice(finding))))
    return table


def _warnings(warnings: Sequence[ReportWarning]) -> Table:
    from rich.text import Text

    table = _table("Worth knowing")
    for warning in warnings:
        table.add_row(Text(visible(_placed(warning))))
    return table


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "When")
    return table


def _announcement(key: Key, snapshot: LedgerSnapshot, config: Config) -> str:
    """What was announced last to the premises owner, and when."""
    entry = snapshot.entry(key)
    if entry.announcement is None:
        return "nothing"
    return f"{entry.announcement.kind}, {_clock(entry.at, config)}" if entry.at else entry.announcement.kind


def _advice(finding: Finding) -> str:
    return f"{finding.text} {finding.advice}".rstrip()


def _placed(warning: ReportWarning) -> str:
    return f"{warning.sentence} ({warning.where})" if warning.where else warning.sentence


def _clock(instant: datetime, config: Config) -> str:
    return f"{instant.astimezone(config.zone):%Y-%m-%d %H:%M}"


def _write(lines: Iterable[str], out: TextIO) -> None:
    """Write the lines, each made harmless. A character that the stream's encoding lacks is written as its code."""
    encoding = out.encoding or "utf-8"
    out.writelines(visible(line).encode(encoding, "backslashreplace").decode(encoding) + "\n" for line in lines)

"""What every command of the command line has in common: what it is told, and how its result is shown."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol
from zoneinfo import ZoneInfo

import click

from sessionsmgmt.cli.instant import Instant
from sessionsmgmt.commands.result import Result
from sessionsmgmt.config.load import load
from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import Exit, SessionsError
from sessionsmgmt.masks import unmasked
from sessionsmgmt.views import report, terminal
from sessionsmgmt.wiring.readers import addressed

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What every command is told. ``now`` is aware: the instant that all of the command takes as now.

    ``chosen`` is the same if ``--now`` names it, and None if it is the present.
    """

    command: str
    config: Path
    now: datetime
    chosen: datetime | None
    report: Path | None
    clock: Callable[[], datetime]
    environ: Mapping[str, str]
    views: Sequence[View]
    mask: Callable[[str], None]


class View(Protocol):
    """Somewhere else, besides the terminal, where what a command did is to be seen."""

    def show(self, result: Result, config: Config) -> None:
        """Show what was done; ``result.exit`` says how it ended."""
        ...

    def show_problems(self, error: SessionsError) -> None:
        """Show why nothing could be done."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the command line was started: its environment, the views besides the terminal, and what hides secrets.

    ``mask`` is told every secret that is only learnt on the way, before it is used.
    """

    environ: Mapping[str, str]
    views: Sequence[View] = ()
    mask: Callable[[str], None] = unmasked


def command(function: Callable[Concatenate[Invocation, P], Exit]) -> Callable[..., Exit]:
    """A command of the group, with the options that all of them have."""
    path, file = click.Path(path_type=Path), click.Path(path_type=Path, dir_okay=False, writable=True)

    @functools.wraps(function)
    def invoke(config: Path, now: datetime | None, report: Path | None, *args: P.args, **kwargs: P.kwargs) -> Exit:
        name = function.__name__.rstrip("_").replace("_", " ")
        chosen, here = now, click.get_current_context().find_object(Surroundings)
        now = chosen or datetime.now(UTC)
        if here is None:
            raise AssertionError("main says where it was started")
        told = Invocation(name, config, now, chosen, report, _clock(now), here.environ, here.views, here.mask)
        return function(told, *args, **kwargs)

    made: Callable[..., Exit] = invoke
    for option in (
        click.option("--verbose", is_flag=True, expose_value=False, help="Say where an unexpected failure happened."),
        click.option("--report", type=file, metavar="FILE", help="Write a JSON report of what was done."),
        click.option("--now", type=Instant(), metavar="INSTANT", help="The instant to take as now (RFC 3339)."),
        click.option("--config", type=path, default=Path("sessions.yml"), show_default=True, metavar="FILE"),
    ):
        made = option(made)
    return made


def _clock(now: datetime) -> Callable[[], datetime]:
    """What time it is by now, counted from ``now``: first just that, later as much more as has passed."""
    began: list[float] = []

    def tell() -> datetime:
        passed = time.monotonic()
        began[:] = began or [passed]
        return now + timedelta(seconds=passed - began[0])

    return tell


def perform(
    invocation: Invocation,
    act: Callable[[Config], Result],
    failing: Callable[[SessionsError], SessionsError] = lambda error: error,
) -> Exit:
    """Read sessions.yml, act, show, report; what goes wrong on the way is shown and reported the same way.

    ``failing`` may do more about that, and returns what is to be said.
    """
    zone = ZoneInfo("UTC")
    try:
        config = load(invocation.config)
        zone = config.zone
        result = addressed(act(config), invocation.environ)
    except SessionsError as cause:
        error = failing(cause)
        terminal.show_problems(error, sys.stderr)
        result = Result(invocation.command, invocation.now, error.exit)
        shows = [partial(view.show_problems, error) for view in invocation.views]
    else:
        unless_nobody_reads(partial(terminal.show, result, config, sys.stdout))
        shows = [partial(view.show, result, config) for view in invocation.views]
    for show in shows:
        show()
    if invocation.report:
        report.write(result, zone, invocation.report)
    return result.exit


def unless_nobody_reads(show: Callable[[], None]) -> None:
    """Show something; that the other end of a pipe was closed early changes nothing of what was done."""
    try:
        show()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it ends

"""What every command of the command line has in common: what it is told, and how its result is shown."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol
from zoneinfo import ZoneInfo

import click

from sessionsmgmt import safe_files
from sessionsmgmt.application.notices.sending import UNSTOPPED
from sessionsmgmt.application.result import Result
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.bootstrap.readers import addressed
from sessionsmgmt.config.load import load
from sessionsmgmt.config.model import Config
from sessionsmgmt.config.paths import around
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.cli import streams
from sessionsmgmt.entrypoints.cli.browser import visit
from sessionsmgmt.entrypoints.cli.instant import Instant
from sessionsmgmt.entrypoints.exit_status import Exit, error_status, result_status
from sessionsmgmt.entrypoints.signals import STOPPED
from sessionsmgmt.errors import InputError, SessionsError, StoppedError
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.presenters import report, terminal
from sessionsmgmt.presenters.presentation import Presentation, present
from sessionsmgmt.secret_masking import Mask, runner_mask
from sessionsmgmt.settings import Settings, in_actions

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What every command is told. ``now`` is aware: the instant that all of the command takes as now.

    ``chosen`` is the same if ``--now`` names it, and None if it is the present. ``report`` writes the JSON report, if
    one is wanted, and returns the result with a warning where that failed.
    """

    command: str
    config: Path
    now: datetime
    chosen: datetime | None
    report: Callable[[Presentation, ZoneInfo], Presentation]
    clock: Callable[[], datetime]
    settings: Settings
    views: Sequence[View]
    mask: Mask
    stop: Stop
    visit: Callable[[str], None]

    def container(self, config: Config) -> Container:
        """What makes the real objects of the club."""
        return Container(config, self.settings, self.mask)


class View(Protocol):
    """Somewhere else, besides the terminal, where what a command did is to be seen."""

    def show(self, shown: Presentation, config: Config) -> None:
        """Show what was done."""
        ...

    def show_problems(self, error: SessionsError) -> None:
        """Show why nothing could be done."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """Where the command line was started: its settings, the views besides the terminal, and what hides secrets.

    ``mask`` is told every secret that is only learnt on the way, before it is used; ``visit`` opens an address in the
    person's browser; ``stop`` knows whether somebody wants the command to end.
    """

    settings: Settings
    mask: Mask
    visit: Callable[[str], None]
    views: Sequence[View] = ()
    stop: Stop = UNSTOPPED


def process_context(environ: Mapping[str, str], stop: Stop = UNSTOPPED) -> ProcessContext:
    """Where a process with this environment starts the command line. Its secrets are hidden from here on."""
    mask = runner_mask([sys.stderr, sys.stdout], in_actions=in_actions(environ))
    return ProcessContext(PROVIDERS.read_settings(environ, mask), mask, partial(visit, environ=environ), stop=stop)


def command(function: Callable[Concatenate[Invocation, P], Exit]) -> Callable[..., Exit]:
    """A command of the group, with the options that all of them have."""
    path, file = click.Path(path_type=Path), click.Path(path_type=Path, dir_okay=False)

    @functools.wraps(function)
    def invoke(config: Path, now: datetime | None, report: Path | None, *args: P.args, **kwargs: P.kwargs) -> Exit:
        name = function.__name__.rstrip("_").replace("_", " ")
        chosen, here = now, click.get_current_context().find_object(ProcessContext)
        now = chosen or datetime.now(UTC)
        if here is None:
            raise AssertionError("main says where it was started")
        with _reporting(report, around(config, here.settings.actions.checkout).root) as write:
            told = Invocation(
                name,
                config,
                now,
                chosen,
                write,
                _clock(now),
                here.settings,
                here.views,
                here.mask,
                here.stop,
                here.visit,
            )
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


@contextmanager
def _reporting(path: Path | None, root: Path) -> Iterator[Callable[[Presentation, ZoneInfo], Presentation]]:
    """What writes the report at the end. Raises InputError, before anything is done, where it can't be written."""
    with ExitStack() as files:
        try:
            write = files.enter_context(safe_files.replacing(path, root)) if path else None
        except OSError as error:
            raise InputError(
                f"--report: {path} can't be written ({error.strerror}).", "Choose another place."
            ) from None

        def report_on(shown: Presentation, zone: ZoneInfo) -> Presentation:
            try:
                if write:
                    write(report.content(shown, zone))
            except OSError as error:
                text = f"the report can't be written ({error.strerror}); what was done is done"
                return replace(shown, warnings=(*shown.warnings, ReportWarning("report-unwritten", text)))
            return shown

        yield report_on


def _unless_stopped(invocation: Invocation, act: Callable[[], Result]) -> Result:
    """What the command does. Raises StoppedError where it was ended at once; what it did is shown in any case."""
    try:
        return act()
    except KeyboardInterrupt:
        raise StoppedError(STOPPED) from None
    finally:
        invocation.stop.defer()


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
        config = load(invocation.config, invocation.settings.actions.checkout)
        zone = config.zone
        result = _unless_stopped(invocation, partial(act, config))
        status = result_status(result)
        shown = addressed(
            present(result, invocation.command, invocation.now, status), invocation.settings, invocation.stop
        )
    except SessionsError as cause:
        error = invocation.stop.unless_asked(partial(failing, cause), cause)
        streams.show(partial(terminal.show_problems, error, sys.stderr), sys.stderr)
        status = error_status(error)
        shown = invocation.report(Presentation(invocation.command, invocation.now, status), zone)
        streams.show(partial(terminal.show_warnings, shown.warnings, sys.stderr), sys.stderr)
        shows = [partial(view.show_problems, error) for view in invocation.views]
    else:
        shown = invocation.report(shown, zone)
        trouble = streams.show(partial(terminal.show, shown, config, sys.stdout), sys.stdout)
        if trouble:
            text = f"warning: what was done is done, but it can't be shown ({trouble})"
            streams.show(partial(click.echo, text, err=True), sys.stderr)
        shows = [partial(view.show, shown, config) for view in invocation.views]
    for show in shows:
        show()
    return status

"""One call of a command: what it is given, and how its result is shown, reported and turned into an exit status."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import click

from sessionsmgmt import safe_files
from sessionsmgmt.application.command import Command, admit, fault
from sessionsmgmt.application.context import Context, Request
from sessionsmgmt.application.result import PlanResult, Result
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.bootstrap.readers import addressed
from sessionsmgmt.bootstrap.services import ClubServices
from sessionsmgmt.bootstrap.surroundings import JobSurroundings
from sessionsmgmt.bootstrap.wording import WORDING
from sessionsmgmt.config.load import load
from sessionsmgmt.config.model import Config
from sessionsmgmt.config.paths import find_club_folder
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.cli import streams
from sessionsmgmt.entrypoints.cli.browser import visit
from sessionsmgmt.entrypoints.cli.console import TerminalConsole, complain
from sessionsmgmt.entrypoints.cli.prompts import completed
from sessionsmgmt.entrypoints.exit_status import Exit, error_status, result_status
from sessionsmgmt.entrypoints.signals import STOPPED
from sessionsmgmt.errors import InputError, SessionsError, StoppedError
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.presenters import report, terminal
from sessionsmgmt.presenters.presentation import Presentation, present
from sessionsmgmt.secret_masking import Mask, runner_mask
from sessionsmgmt.settings import Settings, in_actions


class View(Protocol):
    """Where a command is shown besides the terminal."""

    def show(self, shown: Presentation, config: Config) -> None:
        """Show what was done."""
        ...

    def show_problems(self, error: SessionsError) -> None:
        """Show why nothing could be done."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """Where the command line was started: its settings, the views besides the terminal, and what hides secrets.

    ``mask`` gets every secret before it is used; ``visit`` opens an address in the person's browser; ``stop`` says
    whether the command is asked to end.
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


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command that was called. ``report`` writes the JSON report, if one is wanted.

    It returns what is shown, with a warning where the report could not be written.
    """

    command: Command
    arguments: Any
    request: Request
    process: ProcessContext
    report: Callable[[Presentation, ZoneInfo], Presentation]


def execute(
    command: Command,
    *,
    config: Path,
    now: datetime | date | None,
    report: Path | None,
    **options: Any,
) -> Exit:
    """Run the command with its options, within click, and return its exit status.

    Raises click.UsageError where the options don't go together, and the SessionsErrors of what comes before a club is
    read; main shows them.
    """
    process = click.get_current_context().find_object(ProcessContext)
    if process is None:
        raise AssertionError("main says where it was started")
    surroundings = JobSurroundings(process.settings)
    with _reporting(report, find_club_folder(config, surroundings.checkout()).root) as write:
        chosen = _instant(now, config, surroundings.checkout())
        at = chosen or datetime.now(UTC)
        console = TerminalConsole(process.visit)
        request = Request(config, at, chosen, _clock(at), process.stop, console, surroundings)
        admit(command, surroundings)
        arguments = command.arguments(**options)
        if wrong := fault(arguments):
            raise click.UsageError(wrong)
        invocation = Invocation(command, completed(request, arguments), request, process, write)
        if command.prepare is None:
            return _perform(invocation, partial(_act, invocation))
        result = command.prepare(request, invocation.arguments)
        if isinstance(result, PlanResult):
            return _print_matrix(invocation, result)
        return _perform(invocation, lambda _: result)


def _instant(now: datetime | date | None, path: Path, workspace: Path | None) -> datetime | None:
    """The aware instant that --now names. A day alone is its midnight in the zone of the club's sessions.yml.

    Where that can't be read it is midnight in UTC: the command then ends with the problems, or works without a club.
    """
    if now is None or isinstance(now, datetime):
        return now
    try:
        zone: tzinfo = load(path, PROVIDERS.sections, WORDING, workspace).zone
    except InputError:
        zone = UTC
    return datetime(now.year, now.month, now.day, tzinfo=zone).astimezone(UTC)


def _act(invocation: Invocation, config: Config) -> Result:
    if invocation.command.act is None:
        raise AssertionError(f"{invocation.command.name} has no handler")
    process, say = invocation.process, invocation.request.console.say
    services = ClubServices(Container(config, process.settings, process.mask, say=say))
    return invocation.command.act(Context(invocation.request, config, services), invocation.arguments)


def _print_matrix(invocation: Invocation, result: PlanResult) -> Exit:
    """Print the matrix, which is for machines, on standard output, and everything else on standard error."""
    for line in result.left_out:
        complain(line)
    if result.batch < result.batches:
        complain(f"This is batch {result.batch} of {result.batches}; --batch {result.batch + 1} prints the next one.")
    streams.print_out(json.dumps(result.matrix(), separators=(",", ":")))
    status = result_status(result)
    shown = invocation.report(present(result, invocation.command.name, invocation.request.now, status), ZoneInfo("UTC"))
    streams.show(partial(terminal.show_warnings, shown.warnings, sys.stderr), sys.stderr)
    return status


@contextmanager
def _reporting(path: Path | None, root: Path) -> Iterator[Callable[[Presentation, ZoneInfo], Presentation]]:
    """Yield what writes the report at the end. Raises InputError before anything is done, where it can't be written."""
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


def _unless_stopped(stop: Stop, act: Callable[[], Result]) -> Result:
    """The result of ``act``. Raises StoppedError where a signal ended it. From then on, signals are only noted."""
    try:
        return act()
    except KeyboardInterrupt:
        raise StoppedError(STOPPED) from None
    finally:
        stop.defer()


def _clock(now: datetime) -> Callable[[], datetime]:
    """A clock that returns ``now`` at its first call, and later as much more as has passed since."""
    first: list[float] = []

    def clock() -> datetime:
        seconds = time.monotonic()
        first[:] = first or [seconds]
        return now + timedelta(seconds=seconds - first[0])

    return clock


def _perform(invocation: Invocation, act: Callable[[Config], Result]) -> Exit:
    """Read sessions.yml, act, show, report. What goes wrong on the way is shown and reported the same way."""
    command, request, process = invocation.command, invocation.request, invocation.process
    zone = ZoneInfo("UTC")
    try:
        config = load(request.path, PROVIDERS.sections, WORDING, request.surroundings.checkout())
        zone = config.zone
        result = _unless_stopped(request.stop, partial(act, config))
        status = result_status(result)
        shown = addressed(present(result, command.name, request.now, status), process.settings, request.stop)
        shown = replace(shown, warnings=(*config.warnings, *shown.warnings))
    except SessionsError as cause:
        error = request.stop.unless_asked(partial(_failed, invocation, cause), cause)
        streams.show(partial(terminal.show_problems, error, sys.stderr), sys.stderr)
        status = error_status(error)
        shown = invocation.report(Presentation(command.name, request.now, status), zone)
        streams.show(partial(terminal.show_warnings, shown.warnings, sys.stderr), sys.stderr)
        shows = [partial(view.show_problems, error) for view in process.views]
    else:
        shown = invocation.report(shown, zone)
        trouble = streams.show(partial(terminal.show, shown, config, sys.stdout), sys.stdout)
        if trouble:
            complain(f"warning: what was done is done, but it can't be shown ({trouble})")
        shows = [partial(view.show, shown, config) for view in process.views]
    for show in shows:
        show()
    return status


def _failed(invocation: Invocation, error: SessionsError) -> SessionsError:
    """What the command does about a failure: the error to show."""
    failed = invocation.command.failed
    return failed(invocation.request, invocation.arguments, error) if failed else error

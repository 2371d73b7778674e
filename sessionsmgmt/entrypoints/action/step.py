"""The Action: inputs become a call of the command line, and its result becomes outputs, a summary and annotations.

The command line itself knows nothing of the runner. Its output stands between two workflow commands that stop all
others, so that no text from a calendar can make the runner obey it.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

from sessionsmgmt import secret_masking
from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.entrypoints.action.inputs import OUTPUTS, read_inputs
from sessionsmgmt.entrypoints.action.output_directory import output_directory
from sessionsmgmt.entrypoints.action.step_files import StepFile, step_files
from sessionsmgmt.entrypoints.cli import main as command_line
from sessionsmgmt.entrypoints.cli.browser import visit
from sessionsmgmt.entrypoints.cli.invocation import ProcessContext
from sessionsmgmt.entrypoints.exit_status import Exit, error_status
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.presenters import report, terminal
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.summary import LARGEST, fitted, problems_summary, summary
from sessionsmgmt.presenters.workflow_commands import output, problem_annotations, result_annotations, workflow_command
from sessionsmgmt.settings import OUTPUT, STEP_SUMMARY, Settings


class Recorder:
    """A view that records what there is to show, until the runner obeys workflow commands again."""

    def __init__(self) -> None:
        self.done: tuple[Presentation, Config] | None = None
        self.error: SessionsError | None = None

    def show(self, shown: Presentation, config: Config) -> None:
        """Record what was done."""
        self.done = (shown, config)

    def show_problems(self, error: SessionsError) -> None:
        """Record why nothing could be done."""
        self.error = error


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the command line that has ended: its status, what it showed, and the matrix that it printed."""

    status: int
    recorder: Recorder
    matrix: str = ""


def main(environ: Mapping[str, str], log: TextIO, stop: Stop = UNSTOPPED) -> int:
    """Run the command that the inputs name, write its outputs, summary and annotations, and return its exit status.

    ``stop`` says whether the command is asked to end.
    """
    try:
        return _run(environ, log, stop)
    except Exception as error:  # noqa: BLE001 - an exception's text may hold a name: it must not reach the log
        with suppress(OSError):
            _print_lines(log, [workflow_command("error", terminal.unforeseen(error, verbose=True))])
        return Exit.ATTENTION


def _run(environ: Mapping[str, str], log: TextIO, stop: Stop) -> int:
    inputs = read_inputs(environ)
    settings = PROVIDERS.read_settings(inputs.environ(environ), partial(_hide, log))
    root = settings.actions.folder
    shared = output_directory(settings.outputs, Path(tempfile.gettempdir()))
    folder = shared.here / f"sessionsmgmt-{secrets.token_hex(8)}"  # a step's own: a job may have several
    with step_files(settings.outputs, root) as files:
        try:
            _check(files.values())
            arguments = inputs.arguments(folder / "report.json", folder / "preview")
            call = _call(arguments, settings, partial(visit, environ=environ), log, stop)
        except InputError as error:
            call = _refused(error, log)
        stop.defer()
        values = {
            **_count_outputs(call),
            "report": shared.path(folder / "report.json"),
            "preview": shared.path(folder / "preview"),
            "matrix": call.matrix,
        }
        failures = [
            files[OUTPUT].add(lambda _: "".join(output(name, values[name]) for name in OUTPUTS)),
            files[STEP_SUMMARY].add(lambda size: fitted(_summary(call.recorder), LARGEST - size)),
        ]
    shared.give(folder)
    _print_lines(log, [workflow_command("warning", failure) for failure in failures if failure])
    _print_lines(log, _annotations(call, root))
    return call.status


def _check(files: Iterable[StepFile]) -> None:
    """Raise InputError where one of the step's files can't be written, before anything is done."""
    troubles = [file.trouble for file in files if file.trouble]
    if troubles:
        raise InputError(" ".join(troubles), "The runner names them in GITHUB_OUTPUT and GITHUB_STEP_SUMMARY.")


def _call(arguments: list[str], settings: Settings, visit: Callable[[str], None], log: TextIO, stop: Stop) -> Call:
    """Run a command. The output of ``plan`` is kept, for the output ``matrix``."""
    recorder, printed = Recorder(), io.StringIO()
    out = printed if arguments[0] == "plan" else log
    with _commands_stopped(log, f"sessionsmgmt {arguments[0]}") as token:
        with redirect_stdout(out), redirect_stderr(log):  # one stream, or a line could overtake an order
            mask = partial(_hide_while_stopped, log, token)
            status = command_line.main(arguments, ProcessContext(settings, mask, visit, [recorder], stop))
        log.write(printed.getvalue())
    return Call(status, recorder, printed.getvalue().strip())


def _refused(error: InputError, log: TextIO) -> Call:
    """Show that the inputs are wrong."""
    recorder = Recorder()
    recorder.show_problems(error)
    with _commands_stopped(log, "sessionsmgmt"):
        terminal.show_problems(error, log)
    return Call(error_status(error), recorder)


@contextmanager
def _commands_stopped(log: TextIO, title: str) -> Iterator[str]:
    """Fold what the block prints, and let the runner obey no workflow command in it, until the yielded token."""
    token = secrets.token_hex(16)
    _print_lines(log, [workflow_command("group", title), workflow_command("stop-commands", token)])
    try:
        yield token
    finally:
        _print_lines(
            log, ["", f"::{token}::", workflow_command("endgroup", "")]
        )  # on a line of its own, whatever was printed last


def _hide(log: TextIO, secret: str) -> None:
    """Have the runner hide a secret."""
    _print_lines(log, _mask_commands(log, secret))


def _hide_while_stopped(log: TextIO, token: str, secret: str) -> None:
    """Have the runner hide a secret while workflow commands are stopped: it prints a command that it does not obey.

    So commands are resumed for these alone, in a single write that no other output can interrupt.
    """
    if commands := _mask_commands(log, secret):
        _print_lines(log, ["\n".join(["", f"::{token}::", *commands, workflow_command("stop-commands", token)])])


def _mask_commands(log: TextIO, secret: str) -> list[str]:
    if not secret_masking.leads_to_runner(log):
        return []
    return [secret_masking.add_mask_command(form) for form in sorted(secret_masking.forms(secret))]


def _print_lines(log: TextIO, lines: Iterable[str]) -> None:
    log.writelines(f"{line}\n" for line in lines)
    log.flush()


def _count_outputs(call: Call) -> dict[str, str]:
    if call.recorder.done is None:
        return {**{state.value: "0" for state in report.COUNTED}, "rotated": "false"}
    shown, _ = call.recorder.done
    counts = {state: str(count) for state, count in report.counts(shown).items()}
    return {**counts, "rotated": "true" if shown.rotated else "false"}


def _summary(recorder: Recorder) -> Iterator[str]:
    if recorder.done:
        yield from summary(*recorder.done)
    if recorder.error:
        yield from problems_summary(recorder.error)


def _annotations(call: Call, workspace: Path) -> Iterator[str]:
    if call.recorder.error:
        yield from problem_annotations(call.recorder.error, workspace)
    if call.recorder.done:
        yield from result_annotations(call.recorder.done[0], workspace)
    if call.status and not (call.recorder.error or call.recorder.done):
        yield workflow_command("error", f"sessionsmgmt ended with {call.status}; the log of this step says why.")

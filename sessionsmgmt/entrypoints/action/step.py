"""The Actions runner's side: the inputs become a call of the command line, and what that did becomes outputs.

The command line itself knows nothing of it. All that it prints goes between two orders that make the runner deaf, so
that no text from a calendar can give it one.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from sessionsmgmt import secret_masking
from sessionsmgmt.application.notices.sending import UNSTOPPED
from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.config.model import Config
from sessionsmgmt.entrypoints.action.inputs import OUTPUTS, given
from sessionsmgmt.entrypoints.action.output_directory import output_directory
from sessionsmgmt.entrypoints.action.step_files import StepFile, step_files
from sessionsmgmt.entrypoints.cli import main as command_line
from sessionsmgmt.entrypoints.cli.browser import visit
from sessionsmgmt.entrypoints.cli.invocation import ProcessContext
from sessionsmgmt.entrypoints.exit_status import Exit, error_status
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.presenters import report, terminal
from sessionsmgmt.presenters.presentation import Presentation
from sessionsmgmt.presenters.summary import LARGEST, fitted, problems_summary, summary
from sessionsmgmt.presenters.workflow_commands import order, output, problem_annotations, result_annotations
from sessionsmgmt.settings import OUTPUT, STEP_SUMMARY, Settings


class Remembered:
    """A view of the command line that keeps what there is to show until the runner listens again."""

    def __init__(self) -> None:
        self.done: tuple[Presentation, Config] | None = None
        self.error: SessionsError | None = None

    def show(self, shown: Presentation, config: Config) -> None:
        """Keep what was done."""
        self.done = (shown, config)

    def show_problems(self, error: SessionsError) -> None:
        """Keep why nothing could be done."""
        self.error = error


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call of the command line ended: its status, what it showed, and what it printed that is for machines."""

    status: int
    seen: Remembered
    matrix: str = ""


def main(environ: Mapping[str, str], log: TextIO, stop: Stop = UNSTOPPED) -> int:
    """Run the command that the inputs name, say what it did in every way that there is, and return its exit status.

    ``stop`` knows whether somebody wants it to end.
    """
    try:
        return _run(environ, log, stop)
    except Exception as error:  # noqa: BLE001 - an exception's text may hold a name: it must not reach the log
        with suppress(OSError):
            _say(log, [order("error", terminal.unforeseen(error, verbose=True))])
        return Exit.ATTENTION


def _run(environ: Mapping[str, str], log: TextIO, stop: Stop) -> int:
    inputs = given(environ)
    settings = PROVIDERS.read_settings(inputs.environ(environ), partial(_hide, log))
    root = Path(settings.actions.workspace or Path.cwd())
    shared = output_directory(settings.outputs, Path(tempfile.gettempdir()))
    folder = shared.here / f"sessionsmgmt-{secrets.token_hex(8)}"  # a step's own: a job may have several
    with step_files(settings.outputs, root) as files:
        try:
            _check(files.values())
            arguments = inputs.arguments(folder / "report.json", folder / "preview")
            ended = _call(arguments, settings, partial(visit, environ=environ), log, stop)
        except InputError as error:
            ended = _refused(error, log)
        stop.defer()
        values = {
            **_counted(ended),
            "report": shared.path(folder / "report.json"),
            "preview": shared.path(folder / "preview"),
            "matrix": ended.matrix,
        }
        failures = [
            files[OUTPUT].add(lambda _: "".join(output(name, values[name]) for name in OUTPUTS)),
            files[STEP_SUMMARY].add(lambda size: fitted(_summary(ended.seen), LARGEST - size)),
        ]
    shared.give(folder)
    _say(log, [order("warning", failure) for failure in failures if failure])
    _say(log, _annotations(ended, root))
    return ended.status


def _check(files: Iterable[StepFile]) -> None:
    """See that the files can be written, before anything is done. Raises InputError."""
    troubles = [file.trouble for file in files if file.trouble]
    if troubles:
        raise InputError(" ".join(troubles), "The runner names them in GITHUB_OUTPUT and GITHUB_STEP_SUMMARY.")


def _call(arguments: list[str], settings: Settings, visit: Callable[[str], None], log: TextIO, stop: Stop) -> Ended:
    """Run a command. What ``plan`` prints is for machines, and kept."""
    seen, kept = Remembered(), io.StringIO()
    out = kept if arguments[0] == "plan" else log
    with _deaf(log, f"sessionsmgmt {arguments[0]}") as word:
        with redirect_stdout(out), redirect_stderr(log):  # one stream, or a line could overtake an order
            mask = partial(_hide_from_deaf, log, word)
            status = command_line.main(arguments, ProcessContext(settings, mask, visit, [seen], stop))
        log.write(kept.getvalue())
    return Ended(status, seen, kept.getvalue().strip())


def _refused(error: InputError, log: TextIO) -> Ended:
    """Say that the inputs are wrong."""
    seen = Remembered()
    seen.show_problems(error)
    with _deaf(log, "sessionsmgmt"):
        terminal.show_problems(error, log)
    return Ended(error_status(error), seen)


@contextmanager
def _deaf(log: TextIO, title: str) -> Iterator[str]:
    """Fold what is printed meanwhile, and let the runner obey none of it but the word that ends it, which is given."""
    word = secrets.token_hex(16)
    _say(log, [order("group", title), order("stop-commands", word)])
    try:
        yield word
    finally:
        _say(log, ["", f"::{word}::", order("endgroup", "")])  # on a line of its own, whatever was printed last


def _hide(log: TextIO, secret: str) -> None:
    """Have the runner hide a secret."""
    _say(log, _mask_commands(log, secret))


def _hide_from_deaf(log: TextIO, word: str, secret: str) -> None:
    """Have the runner hide a secret while it obeys no command: it would print a command that it does not obey.

    So it is made to obey again for just these commands, in one writing that nothing can come between.
    """
    if commands := _mask_commands(log, secret):
        _say(log, ["\n".join(["", f"::{word}::", *commands, order("stop-commands", word)])])


def _mask_commands(log: TextIO, secret: str) -> list[str]:
    if not secret_masking.leads_to_runner(log):
        return []
    return [secret_masking.add_mask_command(form) for form in sorted(secret_masking.forms(secret))]


def _say(log: TextIO, lines: Iterable[str]) -> None:
    log.writelines(f"{line}\n" for line in lines)
    log.flush()


def _counted(ended: Ended) -> dict[str, str]:
    if ended.seen.done is None:
        return {**{state.value: "0" for state in report.COUNTED}, "rotated": "false"}
    shown, _ = ended.seen.done
    counts = {state: str(count) for state, count in report.counts(shown).items()}
    return {**counts, "rotated": "true" if shown.rotated else "false"}


def _summary(seen: Remembered) -> Iterator[str]:
    if seen.done:
        yield from summary(*seen.done)
    if seen.error:
        yield from problems_summary(seen.error)


def _annotations(ended: Ended, workspace: Path) -> Iterator[str]:
    if ended.seen.error:
        yield from problem_annotations(ended.seen.error, workspace)
    if ended.seen.done:
        yield from result_annotations(ended.seen.done[0], workspace)
    if ended.status and not (ended.seen.error or ended.seen.done):
        yield order("error", f"sessionsmgmt ended with {ended.status}; the log of this step says why.")

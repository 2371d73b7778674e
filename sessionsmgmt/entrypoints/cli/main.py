"""The command line: the commands of the registry, and how a process runs one of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial

import click

from sessionsmgmt.application.registry import COMMANDS, GROUPS
from sessionsmgmt.entrypoints.cli import streams
from sessionsmgmt.entrypoints.cli.console import complain
from sessionsmgmt.entrypoints.cli.invocation import ProcessContext, execute, process_context
from sessionsmgmt.entrypoints.cli.options import command_line
from sessionsmgmt.entrypoints.exit_status import Exit, error_status
from sessionsmgmt.entrypoints.process_environment import settle
from sessionsmgmt.entrypoints.signals import STOPPED, process
from sessionsmgmt.errors import InputError, SessionsError
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.presenters import terminal

cli = command_line(
    COMMANDS,
    GROUPS,
    "Tell the owner of the premises, before each session, who will be in the building.",
    execute,
)
"""Every command, as click runs it."""


def start() -> int:
    """Run the command that this process was started for, and return its exit status."""
    return process(partial(start_in, settle()))


def start_in(environ: Mapping[str, str], stop: Stop) -> int:
    """The same with a settled environment (see ``process_environment``). ``stop`` says whether it is asked to end."""
    return main(sys.argv[1:], process_context(environ, stop))


def main(arguments: Sequence[str] | None = None, here: ProcessContext | None = None) -> int:
    """Run one command and return its exit status; see ``exit_status``."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    here = here or process_context(os.environ)
    try:
        return int(cli.main(words, prog_name="sessionsmgmt", standalone_mode=False, obj=here) or Exit.DONE)
    except click.ClickException as error:
        streams.show(error.show, sys.stderr)
        return _refused(InputError(error.format_message()), here)
    except SessionsError as error:
        streams.show(partial(terminal.show_problems, error, sys.stderr), sys.stderr)
        return _refused(error, here)
    except (click.Abort, KeyboardInterrupt):
        here.stop.defer()
        complain(STOPPED)
        return Exit.ATTENTION
    except Exception as error:  # noqa: BLE001 - an exception's text may hold a name: it must not reach a log
        complain(terminal.unforeseen(error, verbose="--verbose" in words))
        return Exit.ATTENTION


def _refused(error: SessionsError, here: ProcessContext) -> Exit:
    for view in here.views:
        view.show_problems(error)
    return error_status(error)

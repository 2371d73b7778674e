"""What a command says, on streams that may be closed, full, or read by nobody any more.

What was done is done whether or not it can be shown. Only where the text itself is what was asked for is it an error
that it can't be printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

import click

from sessionsmgmt.errors import InputError


def show(say: Callable[[], None], stream: TextIO) -> str:
    """Say something on the stream, and return why that failed, if it did.

    It is no failure that the other end of a pipe was closed early: whoever did has seen enough.
    """
    try:
        say()
        stream.flush()
    except BrokenPipeError:
        _divert(stream)
    except OSError as error:
        _divert(stream)
        return error.strerror or "it failed"
    return ""


def print_out(text: str) -> None:
    """Print what was asked for. Raises InputError where it can't be printed."""
    trouble = show(lambda: click.echo(text), sys.stdout)
    if trouble:
        raise _unprintable(trouble)


def check_printing() -> None:
    """See, before something is made that can be made only once, that it can be printed. Raises InputError."""
    with suppress(ValueError):  # what has no descriptor is no stream of the system
        try:
            os.write(sys.stdout.fileno(), b"")
        except OSError as error:
            if isinstance(error, ValueError):
                raise
            raise _unprintable(error.strerror or "it failed") from None


def _unprintable(trouble: str) -> InputError:
    return InputError(f"Standard output can't be written ({trouble}).", "Send it somewhere else.")


def _divert(stream: TextIO) -> None:
    """Let whatever is still said there go nowhere, or Python complains when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

"""Writing to standard output and standard error, which may be closed, full, or no longer read by anybody.

That a result can't be shown changes nothing of what was done. It is an error only where the text itself was asked for.
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
    """Call ``say``, which writes to the stream, and return why that failed; empty if it did not.

    A pipe that was closed early is no failure: its reader has seen enough.
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
    """Raise InputError where printing would fail, before something is made that can be made only once."""
    with suppress(ValueError):  # a stream without a descriptor is none of the system's
        try:
            os.write(sys.stdout.fileno(), b"")
        except OSError as error:
            if isinstance(error, ValueError):
                raise
            raise _unprintable(error.strerror or "it failed") from None


def _unprintable(trouble: str) -> InputError:
    return InputError(f"Standard output can't be written ({trouble}).", "Send it somewhere else.")


def _divert(stream: TextIO) -> None:
    """Discard whatever is written there from now on, or Python complains when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

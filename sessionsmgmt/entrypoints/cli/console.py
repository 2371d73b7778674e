"""The terminal of the person who started a command, as use cases see it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import click

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.entrypoints.cli import streams
from sessionsmgmt.presenters import terminal


@dataclass(frozen=True, slots=True)
class TerminalConsole:
    """See ``ports.console.Console``. ``open_page`` opens an address in the person's browser."""

    open_page: Callable[[str], None]

    @property
    def encoding(self) -> str:
        """The encoding of standard output."""
        return sys.stdout.encoding

    @property
    def at_terminal(self) -> bool:
        """Whether standard input is a terminal."""
        return sys.stdin is not None and sys.stdin.isatty()

    def say(self, text: str) -> None:
        """Show a text on standard error."""
        complain(text)

    def visit(self, url: str) -> None:
        """Open the address in the person's browser."""
        self.open_page(url)

    def progress(self, text: str) -> AbstractContextManager[None]:
        """Show on a terminal that the command is at work."""
        return terminal.progress(text, sys.stderr)

    def check_printing(self) -> None:
        """Raise InputError where standard output can't be written."""
        streams.check_printing()

    def print(self, text: str) -> None:
        """Print on standard output."""
        streams.print_out(text)


def complain(text: str) -> None:
    """Show a text on standard error, if that can be written."""
    streams.show(partial(click.echo, text, err=True), sys.stderr)

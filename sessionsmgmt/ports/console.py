"""What a command shows to the person who started it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Console(Protocol):
    """The place where the person who started a command reads what the command says."""

    @property
    def encoding(self) -> str:
        """The encoding of what ``print`` prints."""
        ...

    @property
    def at_terminal(self) -> bool:
        """Whether a person at a terminal can answer. Nobody can in a job of a workflow."""
        ...

    def say(self, text: str) -> None:
        """Show a text beside the command's own output. A text that can't be shown is no failure."""
        ...

    def visit(self, url: str) -> None:
        """Open the address in the person's browser, if there is one, and return at once."""
        ...

    def progress(self, text: str) -> AbstractContextManager[None]:
        """Show that the command is at work, until the block ends."""
        ...

    def check_printing(self) -> None:
        """Raise InputError if ``print`` would fail. A command calls this before it makes what can be made only once."""
        ...

    def print(self, text: str) -> None:
        """Print the output that was asked for. Raises InputError where it can't be printed."""
        ...

"""The person who started a command: what is shown to them while it works."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Console(Protocol):
    """Where the person who started a command reads along."""

    @property
    def encoding(self) -> str:
        """The encoding of what ``print`` prints."""
        ...

    @property
    def at_terminal(self) -> bool:
        """Whether a person sits at a terminal and answers, unlike in a job of a workflow."""
        ...

    def say(self, text: str) -> None:
        """Show a text beside the command's own output. A text that can't be shown is no failure."""
        ...

    def visit(self, url: str) -> None:
        """Open the address in the person's browser, if there is one, and return at once."""
        ...

    def progress(self, text: str) -> AbstractContextManager[None]:
        """Show for as long as the block lasts that the command is at work."""
        ...

    def check_printing(self) -> None:
        """Raise InputError where ``print`` would fail, before something is made that can be made only once."""
        ...

    def print(self, text: str) -> None:
        """Print the output that was asked for. Raises InputError where it can't be printed."""
        ...

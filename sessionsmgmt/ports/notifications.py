"""Where a person is told what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Note:
    """Something for a person to do: a heading, and in Markdown what and how. It names nobody."""

    title: str
    text: str


class Notifier(Protocol):
    """Where a person who does not read logs is told what wants their attention: one note a topic."""

    def post(self, topic: str, note: Note) -> None:
        """Put the note up, or bring the one that is there up to date.

        Raises RefusedError where the board may not be written to, UnreachableError where it can't be reached.
        """
        ...

    def clear(self, topic: str, text: str) -> None:
        """Take the note down, if there is one, and say why with ``text``. Raises as ``post`` does."""
        ...

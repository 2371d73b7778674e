"""What can go wrong, as the person who has to mend it sees it.

An error here is a sentence for a volunteer: what is wrong, where, and what to do. It never carries a traceback to
the screen and never a name, an address, a token or a text from a calendar: whoever raises one words it without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit status of every command; the meanings are part of the public interface."""

    DONE = 0
    ATTENTION = 1  # a notice failed or is held for a person
    INPUT = 2  # sessions.yml, a template, a file or the command line is wrong
    CONSENT = 3  # the account's consent is needed again, or a scope is missing
    REFUSED = 4  # GitHub refuses, or the ledger can't be trusted
    UNREACHABLE = 5  # a service stayed unreachable; the next run goes on


def worst(statuses: Iterable[Exit]) -> Exit:
    """The one status to end with where several apply: the lowest of 2, 3, 4, 5; 1 only if none of those; else 0."""
    seen = set(statuses)
    grave = seen - {Exit.DONE, Exit.ATTENTION}
    return min(grave) if grave else max(seen, default=Exit.DONE)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file: where it stands, what it is, and what would be right.

    ``line`` and ``column`` count from 1; 0 stands for "the file as a whole". ``path`` is the place inside the
    document (``notices[0].within``), empty where there is none.
    """

    file: str
    line: int
    column: int
    path: str
    text: str

    def __str__(self) -> str:
        """``sessions.yml:LINE:COL: path: what is wrong; what would be right``."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.text}" if self.path else f"{place}: {self.text}"


class SessionsError(Exception):
    """The root of every failure that is expected and explained; ``exit`` is the status the command ends with."""

    exit: Exit

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(f"{text} {hint}" if hint else text)
        self.text = text
        self.hint = hint


class InputError(SessionsError):
    """Something a person wrote is wrong: sessions.yml, a template, a calendar file, the command line (exit 2)."""

    exit = Exit.INPUT

    def __init__(self, text: str, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(text, hint)
        self.problems = tuple(sorted(problems))


class StoppedError(SessionsError):
    """Somebody wanted the run to end before all was done (exit 1)."""

    exit = Exit.ATTENTION


class ConsentError(SessionsError):
    """The account's owner has to agree again, or agreed to less than what is needed (exit 3)."""

    exit = Exit.CONSENT


class RefusedError(SessionsError):
    """GitHub refuses, or the ledger can't be trusted (exit 4)."""

    exit = Exit.REFUSED


class LeftBehindError(RefusedError):
    """The club has no ledger, and one is there of a club that is gone, perhaps the same at another place (exit 4)."""


class UnreachableError(SessionsError):
    """A service or a source stayed unreachable or could not be read whole; nothing is lost (exit 5)."""

    exit = Exit.UNREACHABLE

"""The errors that a person can mend: one class for each cause, and the order of the causes.

The text of an error is written for a volunteer: what is wrong, where, and what to do. It holds no traceback, no name,
no address, no token and no text of a calendar. Whoever raises an error words it without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file: where it stands, what it is, and what would be right.

    ``line`` and ``column`` count from 1; 0 means the file as a whole. ``path`` is the place inside the document
    (``notices[0].within``), empty where there is none.
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
    """The base of every failure that is expected and explained. ``hint`` says what to do about it."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(f"{text} {hint}" if hint else text)
        self.text = text
        self.hint = hint


class InputError(SessionsError):
    """Something that a person wrote is wrong: sessions.yml, a template, a calendar file, the command line."""

    def __init__(self, text: str, hint: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(text, hint)
        self.problems = tuple(sorted(problems))


class ConsentError(SessionsError):
    """The account's owner must agree again, or agreed to less than what is needed."""


class RefusedError(SessionsError):
    """GitHub refuses, or the ledger can't be trusted."""


class LeftBehindError(RefusedError):
    """The club has no ledger, but there is the ledger of a club that is gone, perhaps of this club at another place."""


class UnreachableError(SessionsError):
    """A service or a source was unreachable or could not be read whole. Nothing is lost."""


class StoppedError(SessionsError):
    """The run was asked to end before all was done."""


GRAVITY: tuple[type[SessionsError], ...] = (InputError, ConsentError, RefusedError, UnreachableError, StoppedError)
"""The causes in the order of their gravity. Where several apply, the first of them decides how a command ends."""


def with_hints(error: SessionsError, hints: Iterable[str]) -> SessionsError:
    """The same error, which says more about what to do."""
    hint = " ".join(filter(None, [error.hint, *hints]))
    if isinstance(error, InputError):
        return InputError(error.text, hint, error.problems)
    return type(error)(error.text, hint)


Cause = TypeVar("Cause", SessionsError, type[SessionsError])


def gravity(cause: SessionsError | type[SessionsError]) -> int:
    """The place of an error or of its class in ``GRAVITY``: 0 is the gravest."""
    kind = cause if isinstance(cause, type) else type(cause)
    return next((place for place, known in enumerate(GRAVITY) if issubclass(kind, known)), len(GRAVITY))


def gravest(causes: Iterable[Cause]) -> Cause:
    """The gravest of the errors, or of the classes of errors; the first one where several are equally grave.

    Raises ValueError where there is none.
    """
    return min(causes, key=gravity)

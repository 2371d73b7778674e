"""Where a person who reads no logs is told what needs attention, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Verdict
from sessionsmgmt.errors import ConsentError


@dataclass(frozen=True, slots=True)
class Note:
    """Something for a person to do: a heading, and in Markdown what and how. It names nobody."""

    title: str
    text: str


class Notifier(Protocol):
    """Where notes for a person are posted: one note for each topic."""

    def post(self, topic: str, note: Note) -> None:
        """Post the note, or bring the one that is there up to date.

        Raises RefusedError where nothing may be posted, UnreachableError where the service can't be reached.
        """
        ...

    def clear(self, topic: str, text: str) -> None:
        """Clear the note, if there is one; ``text`` says why. Raises as ``post`` does."""
        ...


class NoteTexts(Protocol):
    """The words of the notes."""

    @property
    def nothing_held(self) -> str:
        """Why the note about held notices is cleared."""
        ...

    @property
    def consent_holds(self) -> str:
        """Why the note about the consent is cleared."""
        ...

    def held(self, held: Sequence[Verdict]) -> Note | None:
        """What to do about the held notices; None where there are none."""
        ...

    def held_count(self, count: int) -> Note | None:
        """The same for everybody to read: only how many there are."""
        ...

    def consent_ended(self, error: ConsentError) -> Note:
        """What to do when the provider no longer accepts the consent."""
        ...

    def consent_ends(self, ends: datetime | None, now: datetime) -> Note | None:
        """What to do before a consent ends; None where no end is known or it is far away. Both are aware."""
        ...

"""Notes for a person who reads no logs: where they are posted, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Verdict
from sessionsmgmt.errors import ConsentError


@dataclass(frozen=True, slots=True)
class Note:
    """Something for a person to do: a heading, and a Markdown text that says what to do. It names nobody."""

    title: str
    text: str


class Notifier(Protocol):
    """Where notes for a person are posted: one note for each topic."""

    def post(self, topic: str, note: Note) -> None:
        """Post the note, or update the note of that topic.

        Raises RefusedError if nothing may be posted, and UnreachableError if the service can't be reached.
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
        """What to do about the held notices; None if there are none."""
        ...

    def held_count(self, count: int) -> Note | None:
        """The note about held notices that anybody may read: only how many there are."""
        ...

    def consent_ended(self, error: ConsentError) -> Note:
        """What to do when the provider no longer accepts the consent."""
        ...

    def consent_ends(self, ends: datetime | None, now: datetime) -> Note | None:
        """What to do before a consent ends; None if the end is unknown or far away. Both instants are aware."""
        ...

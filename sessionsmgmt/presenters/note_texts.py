"""The words of the notes that are posted for a person, for one club."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sessionsmgmt.config.model import Config
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Verdict
from sessionsmgmt.errors import ConsentError
from sessionsmgmt.ports.notifications import Note
from sessionsmgmt.presenters.consent_issue import GIVEN_AGAIN, ended_note, ending_note
from sessionsmgmt.presenters.held_issue import NOTHING_HELD, counted_note, held_note


@dataclass(frozen=True, slots=True)
class IssueTexts:
    """The words of the club's issues. See ``ports.notifications.NoteTexts``."""

    config: Config
    nothing_held: str = NOTHING_HELD
    consent_holds: str = GIVEN_AGAIN

    def held(self, held: Sequence[Verdict]) -> Note | None:
        """What to do about the held notices; None where there are none."""
        return held_note(held, self.config)

    def held_count(self, count: int) -> Note | None:
        """The same for everybody to read: only how many there are."""
        return counted_note(count)

    def consent_ended(self, error: ConsentError) -> Note:
        """What to do when the provider no longer accepts the consent."""
        return ended_note(error)

    def consent_ends(self, ends: datetime | None, now: datetime) -> Note | None:
        """What to do before a consent ends; None where no end is known or it is far away."""
        return ending_note(ends, now, self.config)

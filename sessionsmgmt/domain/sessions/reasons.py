"""Why something is announced or not, in the words of coaches. None of the sentences names a person or an address."""

from __future__ import annotations

from datetime import datetime

from sessionsmgmt.domain.model.notice import Kind


def day_in_words(day: datetime, now: datetime) -> str:
    """A day in English, as coaches say it: ``Dec 2``; with the year, if it is another one."""
    text = f"{_MONTHS[day.month - 1]} {day.day}"
    return text if day.year == now.astimezone(day.tzinfo).year else f"{text}, {day.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

HIDDEN = "the calendar does not show all of it, so nothing is concluded from it"
WHY = {
    Kind.NEW: "not announced yet",
    Kind.CHANGED: "the time or the place is not the announced one any more",
    Kind.ADDED: "somebody comes who was not named yet",
    Kind.REMOVED: "somebody who was named does not come any more",
    Kind.CANCELLED: "it was announced and does not take place as announced",
}

REMOVED_RULE = (
    "the ledger remembers a session of a notice that is not in sessions.yml any more; its premises owner hears no more "
    "of it. Put the notice back under its old id until its sessions are over"
)

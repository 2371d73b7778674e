"""Warnings, which the report lists."""

from __future__ import annotations

from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ReportWarning:
    """Something a person should know although the job goes on.

    ``code`` is stable, for machines; ``text`` is the sentence; ``where`` is a place (``calendar.ics:12``, a session's
    id) or empty. ``about`` is the notice or the role that is meant, where no session is. None of these names a person
    or an address. ``titles`` are titles of the calendar that may help, shown only where the public can't read.
    """

    code: str
    text: str
    where: str = ""
    titles: tuple[str, ...] = ()
    about: str = ""

    @property
    def sentence(self) -> str:
        """The text, with the titles; for those alone who may read the calendar."""
        if not self.titles:
            return self.text
        return f"{self.text}. The nearest titles are: {', '.join(repr(title) for title in self.titles)}"

"""The problems of one sessions.yml as they are found: one for each place, so that one mistake is one message."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from sessionsmgmt.config.document import Document, Fault, Trail
from sessionsmgmt.config.reading import Place
from sessionsmgmt.errors import Problem

_SHOWABLE = re.compile(r"\w[\w.-]{0,29}", re.ASCII)


class Findings:
    """Collects problems. What is said first about a place stands; what only follows from it is left out."""

    def __init__(self, file: str, document: Document) -> None:
        self._file = file
        self._document = document
        self._explained: set[Trail] = set()
        self._found: dict[tuple[str, Trail, Place], Problem] = {}

    def add(self, trail: Trail, text: str) -> None:
        """Something is wrong with a value, or with its absence."""
        self._note(trail, self._document.place(trail), text)

    def add_key(self, trail: Trail, text: str) -> None:
        """Something is wrong with a key."""
        self._note(trail, self._document.key(trail), text)

    def add_fault(self, fault: Fault) -> None:
        """Something is wrong with the YAML itself."""
        self._note(fault.trail, fault.place, fault.text)
        if fault.hidden:
            self._explained.add(fault.trail)

    def add_elsewhere(self, file: str, place: Place, text: str) -> None:
        """Something is wrong in another file, one that sessions.yml names."""
        self._found.setdefault((file, (text,), place), Problem(file, *place, "", text))

    def line(self, trail: Trail) -> int:
        """The line a value begins in."""
        return self._document.place(trail).line

    def all(self) -> list[Problem]:
        """Every problem, by file, line and column."""
        return sorted(self._found.values())

    def _note(self, trail: Trail, place: Place, text: str) -> None:
        if trail not in self._explained:
            self._found.setdefault((self._file, trail, place), Problem(self._file, *place, written(trail), text))


def written(trail: Trail) -> str:
    """A trail as messages have it: ``notices[0].within``."""
    text = ""
    for step in trail:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{shown(step)}"
    return text


def shown(word: str) -> str:
    """A word from the file as a message may repeat it: as it is, if it can be a key or a choice of sessions.yml.

    Anything else could be a name, an address or a token in the wrong place, and is ``…``.
    """
    return word if _SHOWABLE.fullmatch(word) else "…"


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that somebody who wrote this word is likely to have meant, or an empty text."""
    by_fold = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word[:64].casefold(), by_fold, n=1)
    return by_fold[near[0]] if near else ""


def suggestion(word: str, choices: Iterable[str]) -> str:
    """``; did you mean "within"?`` with the nearest of the choices, or an empty text if none is near."""
    near = nearest(word, choices)
    return f'; did you mean "{near}"?' if near else ""

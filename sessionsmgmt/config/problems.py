"""Collects the problems of one sessions.yml. Each position has one problem, so that one mistake gives one message."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from sessionsmgmt.config.document import Document, KeyPath, YamlProblem
from sessionsmgmt.config.reading import Position
from sessionsmgmt.errors import Problem

_SHOWABLE = re.compile(r"\w[\w.-]{0,29}", re.ASCII)


class ProblemList:
    """The problems that were found. Of several problems of one value, only the first is kept."""

    def __init__(self, file: str, document: Document) -> None:
        self._file = file
        self._document = document
        self._explained: set[KeyPath] = set()
        self._found: dict[tuple[str, KeyPath, Position], Problem] = {}

    def add(self, key_path: KeyPath, text: str) -> None:
        """Add a problem of a value, or of its absence."""
        self._add(key_path, self._document.position_of_value(key_path), text)

    def add_key(self, key_path: KeyPath, text: str) -> None:
        """Add a problem of a key."""
        self._add(key_path, self._document.position_of_key(key_path), text)

    def add_yaml_problem(self, problem: YamlProblem) -> None:
        """Add a problem of the YAML itself."""
        self._add(problem.key_path, problem.position, problem.text)
        if problem.hidden:
            self._explained.add(problem.key_path)

    def add_in_file(self, file: str, position: Position, text: str) -> None:
        """Add a problem in another file, which sessions.yml names."""
        self._found.setdefault((file, (text,), position), Problem(file, *position, "", text))

    def line(self, key_path: KeyPath) -> int:
        """The line at which a value begins."""
        return self._document.position_of_value(key_path).line

    def all(self) -> list[Problem]:
        """All problems, sorted by file, line and column."""
        return sorted(self._found.values())

    def _add(self, key_path: KeyPath, position: Position, text: str) -> None:
        if key_path not in self._explained:
            problem = Problem(self._file, *position, key_path_text(key_path), text)
            self._found.setdefault((self._file, key_path, position), problem)


def key_path_text(key_path: KeyPath) -> str:
    """The key path as messages write it: ``notices[0].within``."""
    text = ""
    for step in key_path:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{shown_word(step)}"
    return text


def shown_word(word: str) -> str:
    """The word from the file if a message may repeat it, else ``…``.

    A message repeats only words that could be a key or a choice of sessions.yml. Any other text could be a person's
    name, an address or a secret that somebody wrote at the wrong key.
    """
    return word if _SHOWABLE.fullmatch(word) else "…"


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that the author probably meant, or an empty text."""
    by_fold = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(word[:64].casefold(), by_fold, n=1)
    return by_fold[near[0]] if near else ""


def suggestion(word: str, choices: Iterable[str]) -> str:
    """``; did you mean "within"?`` with the nearest choice, or an empty text if no choice is near."""
    near = nearest(word, choices)
    return f'; did you mean "{near}"?' if near else ""

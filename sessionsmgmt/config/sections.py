"""Reads the sections of sessions.yml leniently: the schema check reports missing values and values of the wrong type.

Reading continues with a stand-in value after each problem, so that all problems are found at once. The configuration is
used only if there was no problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sessionsmgmt.config.document import KeyPath
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.problems import ProblemList, key_path_text
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.text import fold_label

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its key path. The text is empty if there is none."""

    value: str
    key_path: KeyPath

    @property
    def name(self) -> str:
        """The key path as messages write it: ``notices[0].to[1]``."""
        return key_path_text(self.key_path)


@dataclass(frozen=True, slots=True)
class Section:
    """A group of keys and its key path. ``data`` is empty if there is no group."""

    data: dict[str, Any]
    key_path: KeyPath
    problems: ProblemList

    def add_problem(self, key: str, text: str) -> None:
        """Add a problem of the value of a key, or of its absence."""
        self.problems.add((*self.key_path, key), text)

    @property
    def line(self) -> int:
        """The line at which the section begins."""
        return self.problems.line(self.key_path)

    def section(self, key: str) -> Section:
        """The section of a key."""
        return _section(self.data.get(key), (*self.key_path, key), self.problems)

    def sections(self, key: str) -> list[Section]:
        """The sections of a list."""
        entries = self.data.get(key)
        key_path = (*self.key_path, key)
        if not isinstance(entries, list):
            return []
        return [_section(entry, (*key_path, index), self.problems) for index, entry in enumerate(entries)]

    def text(self, key: str, default: str = "") -> Text:
        """The text of a key."""
        value = self.data.get(key)
        return Text(value if isinstance(value, str) else default, (*self.key_path, key))

    def texts(self, key: str) -> list[Text]:
        """The texts of a list."""
        return texts(self.data.get(key), (*self.key_path, key))

    def number(self, key: str) -> int | None:
        """The whole number of a key."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, key: str, default: bool) -> bool:
        """The boolean of a key."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else default

    def choice(self, key: str, default: Choice) -> Choice:
        """The choice of a key, which is one of the default's type."""
        return choice_or_default(self.text(key).value, default)


def choice_or_default(word: str, default: Choice) -> Choice:
    """The choice with this value; the default if there is none."""
    choices = {choice.value: choice for choice in type(default)}
    return choices.get(word, default)


def texts(value: object, key_path: KeyPath) -> list[Text]:
    """The texts of a list with their key paths."""
    if not isinstance(value, list):
        return []
    return [Text(entry, (*key_path, index)) for index, entry in enumerate(value) if isinstance(entry, str)]


def values(entries: list[Text]) -> tuple[str, ...]:
    """The texts without their key paths."""
    return tuple(entry.value for entry in entries)


def repeated(entries: list[Text], fold: Callable[[str], str] = fold_label) -> Iterator[tuple[Text, Text]]:
    """The texts that repeat an earlier text, each with the first one. ``fold`` makes texts equal that mean the same."""
    first_by_fold: dict[str, Text] = {}
    for entry in entries:
        first = first_by_fold.setdefault(fold(entry.value), entry)
        if first is not entry:
            yield entry, first


def _section(value: object, key_path: KeyPath, problems: ProblemList) -> Section:
    return Section(value if isinstance(value, dict) else {}, key_path, problems)


def existing_file(section: Section, key: str, folder: ClubFolder) -> Path:
    """The file that a key names. The file must exist."""
    return path_of(section, key, section.text(key).value, folder, folder.file_problem)


def path_of(section: Section, key: str, written: str, folder: ClubFolder, problem_of: Callable[[str], str]) -> Path:
    """The real path that a key names. Reports the problem that ``problem_of`` finds with it."""
    problem = problem_of(written) if written else ""
    if problem:
        section.add_problem(key, problem)
    return folder.base if problem else folder.path(written)

"""The sections of sessions.yml, read leniently: what is missing or of the wrong type has been reported by the schema.

So that every problem is found at once, reading goes on with a stand-in after each; the configuration that comes out is
only used if there was no problem at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sessionsmgmt.config.document import Trail
from sessionsmgmt.config.findings import Findings, written

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it stands; empty where there is none."""

    value: str
    trail: Trail

    @property
    def name(self) -> str:
        """Its place as messages write it: ``notices[0].to[1]``."""
        return written(self.trail)


@dataclass(frozen=True, slots=True)
class Section:
    """A group of keys and where it stands; ``data`` is empty where there is none."""

    data: dict[str, Any]
    trail: Trail
    findings: Findings

    def wrong(self, key: str, text: str) -> None:
        """Something is wrong with the value of a key, or with its absence."""
        self.findings.add((*self.trail, key), text)

    @property
    def line(self) -> int:
        """The line it begins in."""
        return self.findings.line(self.trail)

    def section(self, key: str) -> Section:
        """The group of keys below a key."""
        return _section(self.data.get(key), (*self.trail, key), self.findings)

    def sections(self, key: str) -> list[Section]:
        """The entries of a list of groups."""
        entries = self.data.get(key)
        trail = (*self.trail, key)
        if not isinstance(entries, list):
            return []
        return [_section(entry, (*trail, index), self.findings) for index, entry in enumerate(entries)]

    def text(self, key: str, default: str = "") -> Text:
        """The text of a key."""
        value = self.data.get(key)
        return Text(value if isinstance(value, str) else default, (*self.trail, key))

    def texts(self, key: str) -> list[Text]:
        """The texts of a list."""
        return texts(self.data.get(key), (*self.trail, key))

    def number(self, key: str) -> int | None:
        """The whole number of a key."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, key: str, default: bool) -> bool:
        """The yes or no of a key."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else default

    def choice(self, key: str, default: Choice) -> Choice:
        """The choice of a key, among those of the default's type."""
        return chosen(self.text(key).value, default)


def chosen(word: str, default: Choice) -> Choice:
    """The choice that a word of the file stands for; the default where it stands for none."""
    choices = {choice.value: choice for choice in type(default)}
    return choices.get(word, default)


def texts(value: object, trail: Trail) -> list[Text]:
    """The texts of a list and where each stands."""
    if not isinstance(value, list):
        return []
    return [Text(entry, (*trail, index)) for index, entry in enumerate(value) if isinstance(entry, str)]


def values(entries: list[Text]) -> tuple[str, ...]:
    """The texts alone."""
    return tuple(entry.value for entry in entries)


def repeated(entries: list[Text]) -> Iterator[tuple[Text, Text]]:
    """The texts that had been there before, each with the first like it; case is ignored."""
    seen: dict[str, Text] = {}
    for entry in entries:
        first = seen.setdefault(entry.value.strip().casefold(), entry)
        if first is not entry:
            yield entry, first


def _section(value: object, trail: Trail, findings: Findings) -> Section:
    return Section(value if isinstance(value, dict) else {}, trail, findings)

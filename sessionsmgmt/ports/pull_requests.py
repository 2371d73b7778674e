"""Where a pull request shows the preview of the emails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Conclusion(StrEnum):
    """What a preview comes to."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something that is wrong at a place of a file.

    ``file`` is relative to the repository's root; ``line`` and ``column`` count from 1, a ``column`` of 0 is unknown.
    ``title`` and ``text`` are plain.
    """

    file: str
    line: int
    column: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """A preview, as those who review a change see it.

    ``title`` is a few plain words on what it comes to, ``heading`` says in Markdown whose preview it is. ``text`` gives
    the rest in Markdown, cut to the bytes that there is room for.
    """

    title: str
    heading: str
    conclusion: Conclusion
    text: Callable[[int], str] = field(repr=False)
    annotations: tuple[Annotation, ...] = ()


class PreviewPublisher(Protocol):
    """A place where those who review a change look."""

    def show(self, preview_report: PreviewReport) -> None:
        """Put the exhibit up in the place of an earlier one; nothing is written where nothing has changed.

        Raises RefusedError where it may not be written to, UnreachableError where it can't be reached.
        """
        ...

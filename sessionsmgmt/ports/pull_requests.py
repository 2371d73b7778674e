"""The pull request that a job is about, and where it shows the preview of the emails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from sessionsmgmt.domain.frozen import dataclass


class Origin(StrEnum):
    """Where a pull request comes from."""

    HERE = "here"
    FORK = "fork"
    DEPENDABOT = "dependabot"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request that the job is about.

    ``head`` is the commit that people look at, not the trial merge that GITHUB_SHA names. Unless it comes from here,
    its job has no secrets and a token that may only read (GitHub, "Events that trigger workflows", pull_request).
    """

    number: int
    head: str
    origin: Origin
    closed: bool


class Conclusion(StrEnum):
    """The conclusion of a preview, as a check shows it."""

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

    ``title`` sums it up in a few plain words; ``heading`` says in Markdown which club it is of. ``text`` returns the
    rest in Markdown, cut to a number of bytes.
    """

    title: str
    heading: str
    conclusion: Conclusion
    text: Callable[[int], str] = field(repr=False)
    annotations: tuple[Annotation, ...] = ()


class PreviewPublisher(Protocol):
    """A place where those who review a change look."""

    def show(self, preview_report: PreviewReport) -> None:
        """Show the report in the place of an earlier one. Nothing is written where nothing has changed.

        Raises RefusedError where it may not be written to, UnreachableError where it can't be reached.
        """
        ...

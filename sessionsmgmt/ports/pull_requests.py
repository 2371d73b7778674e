"""The pull request that a job is about, and the places that show a preview of the emails."""

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

    ``head`` is the commit that people look at, not the trial merge that GITHUB_SHA names. The job of a pull request
    from elsewhere has no secrets, and its token can only read (GitHub, "Events that trigger workflows", pull_request).
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
    """A problem at a position in a file.

    ``file`` is relative to the repository's root; ``line`` and ``column`` count from 1, a ``column`` of 0 is unknown.
    ``title`` and ``text`` are plain text.
    """

    file: str
    line: int
    column: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """A preview for the reviewers of a change.

    ``title`` is a summary in a few words of plain text. ``heading`` names the club, in Markdown. ``text`` takes a
    number of bytes, and returns the rest in Markdown, cut to that size.
    """

    title: str
    heading: str
    conclusion: Conclusion
    text: Callable[[int], str] = field(repr=False)
    annotations: tuple[Annotation, ...] = ()


class PreviewPublisher(Protocol):
    """A place where the reviewers of a change see the preview."""

    def show(self, preview_report: PreviewReport) -> None:
        """Show the report instead of an earlier one. Nothing is written if nothing has changed.

        Raises RefusedError if the place may not be written to, and UnreachableError if it can't be reached.
        """
        ...

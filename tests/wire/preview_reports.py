"""Previews to show, and a pull request of the emulated repository that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import Account
from sessionsmgmt.adapters.github.checks import CheckRun
from sessionsmgmt.adapters.github.comments import PullRequestComment
from sessionsmgmt.ports.pull_requests import Annotation, Conclusion, PreviewReport
from sessionsmgmt.presenters.summary import fitted
from tests.emulators.github import OWNER, REPOSITORY, Comment, World
from tests.emulators.github import CheckRun as Shown
from tests.wire.github import Home, github

REPOSITORY_NAME = RepositoryName(OWNER, REPOSITORY)
PERMISSIONS = {"contents": "read", "checks": "write", "pull-requests": "write"}
HELD = {name.replace("-", "_"): level for name, level in PERMISSIONS.items()}
"""The same, as the emulator calls them."""


def preview_report(
    *pieces: str,
    title: str = "1 email: 1 new",
    conclusion: Conclusion = Conclusion.SUCCESS,
    annotations: tuple[Annotation, ...] = (),
) -> PreviewReport:
    """A preview that says so."""
    return PreviewReport(
        title, "Email preview: MantaBots", conclusion, partial(fitted, pieces or ("One email.",)), annotations
    )


def some_annotations(count: int) -> tuple[Annotation, ...]:
    """So many things that are wrong, each in a line of its own."""
    return tuple(
        Annotation("sessions.yml", line, 3, "notices", f"problem {line} % ::error::") for line in range(1, count + 1)
    )


@dataclass
class Pulls:
    """A pull request, as the job of its preview sees it."""

    home: Home
    number: int

    @property
    def head(self) -> str:
        return self.home.repository.pulls[self.number].head

    def check(self, name: str = "Email preview", mark: str = "sessionsmgmt:sessions.yml", token: str = "") -> CheckRun:
        return CheckRun(Account(self.home.hub(token)), REPOSITORY_NAME, self.head, name, mark)

    def comment(self, topic: str = "sessions.yml", token: str = "", closing: str = "Commit abc") -> PullRequestComment:
        return PullRequestComment(Account(self.home.hub(token)), REPOSITORY_NAME, self.number, topic, closing)

    @property
    def checks(self) -> list[Shown]:
        return self.home.repository.checks

    @property
    def comments(self) -> list[Comment]:
        return self.home.repository.issues[self.number].comments

    def says(self, body: str, author: str = "coach") -> Comment:
        """Somebody comments."""
        world = self.home.github.world
        comment = Comment(next(world.numbers), body, author, world.now, world.now)
        self.comments.append(comment)
        return comment

    def writes(self, *calls: str) -> int:
        """How often something was written."""
        return sum(len(self.home.github.calls(call)) for call in calls)


@contextmanager
def pull_request(world: World | None = None) -> Iterator[Pulls]:
    """A pull request from the repository itself, whose job has the permissions of the example."""
    with github(world) as emulated:
        home = replace(emulated, permissions=HELD)
        yield Pulls(home, home.repository.propose().number)

"""A preview as one comment on the pull request, kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import TypeVar

from github.Repository import Repository

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import Account, author
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose, UncertainError
from sessionsmgmt.adapters.github.paging import entries_of, every
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.ports.pull_requests import PreviewReport

T = TypeVar("T")

LONGEST = 65_536
"""The most characters of a comment that GitHub accepts. Bytes are counted, which are never fewer."""

_PURPOSE = Purpose("writing the comment", "pull-requests: write")


@dataclass(frozen=True, slots=True)
class _Comment:
    number: int
    body: str
    author: str


def preview_marker(topic: str) -> str:
    """The hidden beginning of the comment on a topic, which is the path of a sessions.yml and may be anything."""
    return f"<!-- sessionsmgmt:preview:{sha256(topic.encode()).hexdigest()[:16]} -->"


class PullRequestComment:
    """The comment with one club's preview, recognised by its hidden first line and by its author.

    Anybody can write that line, so a comment is ours only if the account of our own token wrote it. Needs
    ``pull-requests: write``.
    """

    def __init__(self, account: Account, repository: RepositoryName, number: int, topic: str, closing: str) -> None:
        """The comment below the pull request of that number. ``closing`` is its last line, in Markdown."""
        self._account = account
        self._hub = account.hub
        self._repository = account.hub.repository(repository)
        self._number = number
        self._marker = preview_marker(topic)
        self._closing = closing

    def show(self, preview_report: PreviewReport) -> None:
        """See ``ports.PreviewPublisher``. Of two comments the oldest stays."""
        body = self._body(preview_report)
        comments = self._find()
        for comment in comments[1:]:
            delete_comment(self._hub, self._repository, comment.number, _PURPOSE)
        if not comments:
            self._make(body)
        elif comments[0].body != body:
            self._ask(partial(_edit, self._repository, comments[0].number, body))

    def _body(self, preview_report: PreviewReport) -> str:
        start = f"{self._marker}\n### {preview_report.heading}\n\n**{preview_report.title}**\n\n"
        end = f"\n\n{self._closing}"
        return start + preview_report.text(LONGEST - len((start + end).encode())).strip() + end

    def _find(self) -> list[_Comment]:
        """Our comments, the oldest first."""
        comments = every(lambda number: self._ask(partial(_page, self._repository, self._number, number)))
        marked = [comment for comment in comments if comment.body.startswith(self._marker)]
        ours = [comment for comment in marked if comment.author == self._account.login()]
        return sorted(ours, key=lambda comment: comment.number)

    def _make(self, body: str) -> None:
        """Write the comment, once. Where GitHub does not say whether that worked, the list of comments shows it."""
        try:
            self._hub.once(partial(_create, self._repository, self._number, body), _PURPOSE)
        except UncertainError:
            if not self._find():
                raise

    def _ask(self, call: Callable[[], T]) -> T:
        return self._hub.repeat(call, _PURPOSE)


def _page(repository: Repository, pull: int, number: int) -> list[_Comment]:
    comments = entries_of(repository, f"{repository.url}/issues/{pull}/comments", number, {})
    return [
        _Comment(int(comment["id"]), (comment["body"] or "").replace("\r\n", "\n"), author(comment))
        for comment in comments
    ]


def _create(repository: Repository, pull: int, body: str) -> None:
    url = f"{repository.url}/issues/{pull}/comments"
    _, made = repository.requester.requestJsonAndCheck("POST", url, input={"body": body})
    int(made["id"])


def _edit(repository: Repository, number: int, body: str) -> None:
    url = f"{repository.url}/issues/comments/{number}"
    _, changed = repository.requester.requestJsonAndCheck("PATCH", url, input={"body": body})
    if changed["id"] != number:
        raise ValueError("this is not GitHub's answer")


def delete_comment(hub: Hub, repository: Repository, number: int, purpose: Purpose) -> None:
    """Delete the comment of that number, on an issue or a pull request. One that is gone already is no error."""

    def call() -> None:
        repository.requester.requestJsonAndCheck("DELETE", f"{repository.url}/issues/comments/{number}")

    with suppress(DeclinedError):
        hub.repeat(call, purpose, {HTTPStatus.NOT_FOUND})

"""The issues and comments that this program wrote in the club's repository: list them, and delete them.

Only a repository's administrators can delete an issue, and the REST API lets nobody. So an issue is emptied and closed:
title and text are replaced, and our label and hidden line are removed. Comments are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from github.Repository import Repository

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import Account, author
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose
from sessionsmgmt.adapters.github.comments import delete_comment, preview_marker
from sessionsmgmt.adapters.github.issue_notifier import LABEL, OVER, marker
from sessionsmgmt.adapters.github.paging import entries_of, every
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.ports.stored_data import StoredItem

T = TypeVar("T")

EMPTY_TITLE = "Forgotten"
EMPTY_BODY = "What stood here was deleted with everything else that was kept about the club."

_ISSUES = Purpose("looking for issues and emptying them", "issues: write")
_COMMENTS = Purpose("looking for comments and deleting them", "pull-requests: write")


@dataclass(frozen=True, slots=True)
class _Comment:
    number: int
    body: str
    link: str
    author: str


@dataclass(frozen=True, slots=True)
class _Issue:
    number: int
    body: str
    link: str
    author: str
    labels: tuple[str, ...]


class IssueData:
    """The issues of these topics, open or closed, with the comments that closed them. See ``ports.ErasableData``.

    They are recognised as ``IssueNotifier`` does it: by the hidden first line, the label, and the author.
    """

    def __init__(self, hub: Hub, repository: RepositoryName, topics: Sequence[str]) -> None:
        self._hub = hub
        self._account = Account(hub)
        self._repository = hub.repository(repository)
        self._markers = tuple(marker(topic) for topic in topics)

    def look(self) -> Sequence[StoredItem]:
        """The issues, the oldest first."""
        return [StoredItem(f"issue #{issue.number}", issue.link) for issue in self._issues()]

    def delete(self) -> Sequence[StoredItem]:
        """Empty and close them. The marks of an issue go last, so that an issue that failed is found again."""
        issues = self._issues()
        for issue in issues:
            url = f"{self._repository.url}/issues/{issue.number}/comments"
            for comment in _every(self._hub, partial(_comments, self._repository, url), _ISSUES):
                if comment.body.startswith(OVER) and self._account.wrote(comment.author):
                    delete_comment(self._hub, self._repository, comment.number, _ISSUES)
            self._hub.repeat(partial(_empty, self._repository, issue), _ISSUES)
        return [StoredItem(f"issue #{issue.number}, which is now empty and closed", issue.link) for issue in issues]

    def _issues(self) -> list[_Issue]:
        try:
            issues = _every(self._hub, partial(_issues, self._repository), _ISSUES, frozenset({int(HTTPStatus.GONE)}))
            marked = [issue for issue in issues if issue.body.startswith(self._markers)]
        except DeclinedError:
            raise RefusedError(
                "Issues are switched off in this repository, so those of before can't be looked for.",
                "If there were any, switch issues on in its settings, and run this again.",
            ) from None
        return [issue for issue in marked if self._account.wrote(issue.author)]


class PreviewData:
    """The comments with one club's preview on pull requests, open or closed. See ``ports.ErasableData``.

    ``place`` is the path of its sessions.yml in the repository; the hidden first line of the comment is made from it.
    Anybody can write that line. So a comment is ours only if a job of the repository or the account of our own token
    wrote it.
    """

    def __init__(self, hub: Hub, repository: RepositoryName, place: str) -> None:
        self._hub = hub
        self._account = Account(hub)
        self._repository = hub.repository(repository)
        self._marker = preview_marker(place)

    def look(self) -> Sequence[StoredItem]:
        """The comments, the oldest first."""
        return [StoredItem("a comment on a pull request", comment.link) for comment in self._comments()]

    def delete(self) -> Sequence[StoredItem]:
        """Delete them."""
        comments = self._comments()
        for comment in comments:
            delete_comment(self._hub, self._repository, comment.number, _COMMENTS)
        return [StoredItem("a comment on a pull request", comment.link) for comment in comments]

    def _comments(self) -> list[_Comment]:
        url = f"{self._repository.url}/issues/comments"
        comments = _every(self._hub, partial(_comments, self._repository, url), _COMMENTS)
        marked = [comment for comment in comments if comment.body.startswith(self._marker)]
        return [comment for comment in marked if self._account.wrote(comment.author)]


def _every(
    hub: Hub, page: Callable[[int], list[T]], purpose: Purpose, expected: frozenset[int] = frozenset()
) -> Iterator[T]:
    """The entries of all pages."""
    return every(lambda number: hub.repeat(partial(page, number), purpose, expected))


def _issues(repository: Repository, number: int) -> list[_Issue]:
    """A page of the issues with our label. GitHub lists pull requests too; their text is left out."""
    query = {"state": "all", "labels": LABEL, "direction": "asc"}
    return [
        _Issue(
            int(issue["number"]),
            "" if "pull_request" in issue else _plain(issue["body"]),
            str(issue["html_url"]),
            author(issue),
            tuple(str(label["name"]) for label in issue["labels"]),
        )
        for issue in entries_of(repository, f"{repository.url}/issues", number, query)
    ]


def _comments(repository: Repository, url: str, number: int) -> list[_Comment]:
    comments = entries_of(repository, url, number, {})
    return [
        _Comment(int(comment["id"]), _plain(comment["body"]), str(comment["html_url"]), author(comment))
        for comment in comments
    ]


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n")


def _empty(repository: Repository, issue: _Issue) -> None:
    query = {
        "title": EMPTY_TITLE,
        "body": EMPTY_BODY,
        "state": "closed",
        "labels": [name for name in issue.labels if name != LABEL],
    }
    _, changed = repository.requester.requestJsonAndCheck(
        "PATCH", f"{repository.url}/issues/{issue.number}", input=query
    )
    if changed["title"] != EMPTY_TITLE:
        raise ValueError("this is not GitHub's answer")

"""A preview as one comment on the pull request, kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import TypeVar

from github.Repository import Repository

from sessionsmgmt.github.client import DeclinedError, Hub, Purpose, RepositoryName, UncertainError
from sessionsmgmt.ports import Exhibit

T = TypeVar("T")

LONGEST = 65_536
"""Characters that GitHub takes of a comment; counted as bytes, which are never fewer."""

_PURPOSE = Purpose("writing the comment", "pull-requests: write")
_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Comment:
    number: int
    body: str


def preview_marker(topic: str) -> str:
    """The hidden beginning of the comment on a topic, which is the path of a sessions.yml and may be anything."""
    return f"<!-- sessionsmgmt:preview:{sha256(topic.encode()).hexdigest()[:16]} -->"


class PullRequestComment:
    """The comment of one club's preview, known again by its first line, which nobody sees, and by its author.

    Anybody can write that line, so the author counts: with the token of a job or an App, which has no person, that is a
    bot, with somebody's token it is they. Needs ``pull-requests: write``.
    """

    def __init__(self, hub: Hub, repository: RepositoryName, number: int, topic: str, closing: str) -> None:
        """The comment below the pull request of that number. ``closing`` is its last line, in Markdown."""
        self._hub = hub
        self._repository = hub.repository(repository)
        self._number = number
        self._marker = preview_marker(topic)
        self._closing = closing

    def show(self, exhibit: Exhibit) -> None:
        """See ``ports.Display``. Of two comments the oldest stays."""
        body = self._body(exhibit)
        found = self._find()
        for one in found[1:]:
            self._delete(one)
        if not found:
            self._make(body)
        elif found[0].body != body:
            self._ask(partial(_edit, self._repository, found[0].number, body))

    def _body(self, exhibit: Exhibit) -> str:
        start = f"{self._marker}\n### {exhibit.heading}\n\n**{exhibit.title}**\n\n"
        end = f"\n\n{self._closing}"
        return start + exhibit.text(LONGEST - len((start + end).encode())).strip() + end

    def _find(self) -> list[_Comment]:
        """Our comments, the oldest first."""
        author = self._author()
        found = [one for one in self._all(author) if one.body.startswith(self._marker)]
        return sorted(found, key=lambda one: one.number)

    def _all(self, author: str) -> Iterator[_Comment]:
        number = 0
        while True:
            number += 1
            count, page = self._ask(partial(_page, self._repository, self._number, author, number))
            yield from page
            if count < _PAGE:
                return

    def _author(self) -> str:
        """The login of the person whose token this is; empty where it is no person's."""
        nobody = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        try:
            return self._hub.repeat(partial(_login, self._repository), _PURPOSE, nobody)
        except DeclinedError:
            return ""

    def _make(self, body: str) -> None:
        """Write the comment, once. Where it can't be known whether it was, a look tells."""
        try:
            self._hub.once(partial(_create, self._repository, self._number, body), _PURPOSE)
        except UncertainError:
            if not self._find():
                raise

    def _delete(self, comment: _Comment) -> None:
        try:
            self._hub.repeat(partial(_delete, self._repository, comment.number), _PURPOSE, {HTTPStatus.NOT_FOUND})
        except DeclinedError:
            return  # somebody was faster

    def _ask(self, call: Callable[[], T]) -> T:
        return self._hub.repeat(call, _PURPOSE)


def _login(repository: Repository) -> str:
    _, found = repository.requester.requestJsonAndCheck("GET", "/user")
    return str(found["login"])


def _page(repository: Repository, pull: int, author: str, number: int) -> tuple[int, list[_Comment]]:
    """How many comments there are on a page, and those of the author, or without one, of bots."""
    url, wanted = f"{repository.url}/issues/{pull}/comments", {"per_page": _PAGE, "page": number}
    _, found = repository.requester.requestJsonAndCheck("GET", url, parameters=wanted)
    if not isinstance(found, list):
        raise TypeError("this is not a list")
    ours = [one for one in found if one["user"] and _wrote(one["user"]["login"], one["user"]["type"], author)]
    return len(found), [_Comment(int(one["id"]), (one["body"] or "").replace("\r\n", "\n")) for one in ours]


def _wrote(login: str, kind: str, author: str) -> bool:
    return login == author if author else kind == "Bot"


def _create(repository: Repository, pull: int, body: str) -> None:
    url = f"{repository.url}/issues/{pull}/comments"
    _, made = repository.requester.requestJsonAndCheck("POST", url, input={"body": body})
    int(made["id"])


def _edit(repository: Repository, number: int, body: str) -> None:
    url = f"{repository.url}/issues/comments/{number}"
    _, changed = repository.requester.requestJsonAndCheck("PATCH", url, input={"body": body})
    if changed["id"] != number:
        raise ValueError("this is not GitHub's answer")


def _delete(repository: Repository, number: int) -> None:
    repository.requester.requestJsonAndCheck("DELETE", f"{repository.url}/issues/comments/{number}")

"""Notes as issues of the club's repository: one open issue per topic. GitHub mails it to everybody who watches."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from github.Repository import Repository

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.account import Account, author
from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose, UncertainError
from sessionsmgmt.adapters.github.paging import entries_of, every
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.ports.notifications import Note

T = TypeVar("T")

LABEL = "sessionsmgmt"
LONGEST_TITLE = 256
LONGEST_BODY = 65_536
"""The most characters that GitHub accepts; it refuses more."""

CUT = "\n\n… There is more, but an issue can't be longer: the log of the run has it all."

OVER = "<!-- sessionsmgmt:over -->\n"
"""The first line of a comment that closes an issue, by which the comment is recognised."""

_PURPOSE = Purpose("keeping an issue up to date", "issues: write")
_TOPIC = re.compile(r"[a-z0-9]+(?:[-.:/][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Issue:
    number: int
    title: str
    body: str
    author: str


class IssueNotifier:
    """One open issue per topic, recognised by a hidden comment in its first line and by its label.

    Anybody who may open issues can write that line, and a form for issues can set the label. So the author counts too:
    an issue is ours if a job of the repository or the account of our own token opened it. Needs ``issues: write``.
    """

    def __init__(self, hub: Hub, repository: RepositoryName) -> None:
        self._hub = hub
        self._account = Account(hub)
        self._repository = hub.repository(repository)

    def post(self, topic: str, note: Note) -> None:
        """Post the note, or update it; see ``ports.Notifier``. Of two issues of a topic the oldest stays."""
        title, body = _shortened(note.title, LONGEST_TITLE, "…"), _body(topic, note.text)
        issues = self._open(topic)
        for issue in issues[1:]:
            self._ask(partial(_close, self._repository, issue.number))
        if not issues:
            self._make(topic, title, body)
        elif (issues[0].title, issues[0].body) != (title, body):
            self._ask(partial(_edit, self._repository, issues[0].number, title, body))

    def clear(self, topic: str, text: str) -> None:
        """Close the issue of the topic, if there is one, with ``text`` as a comment; see ``ports.Notifier``."""
        issues = self._open(topic)
        for issue in issues:
            self._ask(partial(_close, self._repository, issue.number))
        for issue in issues[:1]:
            with suppress(UncertainError):  # better no comment than two
                self._hub.once(partial(_comment, self._repository, issue.number, text), _PURPOSE)

    def _open(self, topic: str) -> list[_Issue]:
        """The open issues of the topic, the oldest first."""
        issues = every(lambda number: self._ask(partial(_page, self._repository, number)))
        marked = [issue for issue in issues if issue.body.startswith(marker(topic))]
        return sorted((issue for issue in marked if self._account.wrote(issue.author)), key=lambda issue: issue.number)

    def _make(self, topic: str, title: str, body: str) -> None:
        """Open an issue, once. Where GitHub does not say whether that worked, the list of issues shows it."""
        try:
            self._hub.once(partial(_create, self._repository, title, body), _PURPOSE, {HTTPStatus.GONE})
        except DeclinedError as declined:
            raise switched_off(declined) from None
        except UncertainError:
            if not self._open(topic):
                raise

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return self._hub.repeat(call, _PURPOSE, {HTTPStatus.GONE})
        except DeclinedError as declined:
            raise switched_off(declined) from None


def switched_off(declined: DeclinedError) -> RefusedError:
    """The error for "gone": the repository has no issues at all, or this issue was deleted meanwhile."""
    if "disabled" not in declined.message.lower():
        return declined.refusal
    return RefusedError(
        "Issues are switched off in this repository, so nobody can be told there.",
        "Switch them on in its settings, under General, Features.",
    )


def marker(topic: str) -> str:
    """The first line of an issue. Raises ValueError for a topic that could end the comment it stands in."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError("a topic is small letters and digits, with single signs between them")
    return f"<!-- sessionsmgmt:{topic} -->\n"


def _body(topic: str, text: str) -> str:
    return _shortened(marker(topic) + _plain(text), LONGEST_BODY, CUT)


def _shortened(text: str, longest: int, end: str) -> str:
    return text if len(text) <= longest else text[: longest - len(end)] + end


def _plain(text: str) -> str:
    """The text with plain line ends. GitHub's own form writes others, and that alone must not count as a change."""
    return text.replace("\r\n", "\n").strip()


def _page(repository: Repository, number: int) -> list[_Issue]:
    """A page of the open issues with our label. GitHub lists pull requests too; their text is left out."""
    query = {"state": "open", "labels": LABEL, "direction": "asc"}
    return [
        _Issue(
            int(issue["number"]),
            str(issue["title"]),
            "" if "pull_request" in issue else _plain(issue["body"] or ""),
            author(issue),
        )
        for issue in entries_of(repository, f"{repository.url}/issues", number, query)
    ]


def _create(repository: Repository, title: str, body: str) -> None:
    _expect(title, repository.create_issue(title, body, labels=[LABEL]).title)


def _edit(repository: Repository, number: int, title: str, body: str) -> None:
    issue = repository.get_issue(number)
    issue.edit(title=title, body=body)
    _expect(title, issue.title)


def _close(repository: Repository, number: int) -> None:
    issue = repository.get_issue(number)
    issue.edit(state="closed")
    _expect("closed", issue.state)


def _comment(repository: Repository, number: int, text: str) -> None:
    repository.get_issue(number).create_comment(_shortened(OVER + text, LONGEST_BODY, CUT))


def _expect(expected: str, answered: str) -> None:
    """Raise ValueError where the answer does not say what was done: servers on the way may answer 200 as well."""
    if answered != expected:
        raise ValueError("this is not GitHub's answer")

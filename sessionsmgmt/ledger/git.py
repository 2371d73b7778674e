"""The ledger as one sealed file on a branch of its own in the club's repository.

Reading is one GET, writing one PUT that GitHub only takes if the file is still the one that was read (compare-and-swap
by the id of its content). The branch begins as a commit without parents, so nothing of the club's files is on it.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus

from github import InputGitAuthor, InputGitTreeElement
from github.Repository import Repository

from sessionsmgmt.domain.claims import SECRET_BYTES, Book, ByDigest, Refused, Step
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.github.client import DeclinedError, Hub, RepositoryName
from sessionsmgmt.ledger.branch import FILE, READING, WRITING, branches, delete, refused_by_rule
from sessionsmgmt.ledger.codec import decode, encode
from sessionsmgmt.ledger.retention import Retention
from sessionsmgmt.ledger.seal import Keys, seal, unseal
from sessionsmgmt.patience import Later, persist

LAGS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between looks at a ledger that seems older than it was: GitHub may answer from a copy that lags behind."""

_AUTHOR = InputGitAuthor("sessionsmgmt", "noreply@sessionsmgmt.invalid")  # or it would be whoever the token is of
_MOVED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""How GitHub says that the file, the branch or the ref is not what it was: it documents both, and uses both."""

_NO_FILES = frozenset({"dir", "symlink", "submodule"})


@dataclass(frozen=True, slots=True)
class _Stored:
    """The ledger as it stands on the branch: its book, the id of its content, and its serial number."""

    book: Book
    sha: str
    serial: int
    outdated: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the steps make of the ledger ``over`` which they were taken. ``data`` is None where it stays as it is."""

    over: _Stored | None
    book: Book
    refused: tuple[Refused, ...]
    data: bytes | None

    @property
    def stored(self) -> _Stored:
        """What stands on the branch once the draft is taken, without asking for it."""
        return _Stored(self.book, _blob_id(self.data or b""), _serial(self.over) + 1, outdated=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """Where the ledger is. ``repository_id`` is GitHub's number of the repository, or empty to have it asked for."""

    repository: RepositoryName
    name: str
    repository_id: str = ""


class GitLedger:
    """What was said, sealed with ``keys``. What ``retention`` does not keep is forgotten with the next write.

    Needs ``contents: write`` of the job's own token. The sealed text opens only as what stands on this branch of this
    repository, whatever that is called by then, and each writing has a serial number one higher than that before.
    While a run lasts it therefore notices when an older version is put back. Between runs nothing remembers the
    number: whoever may write the branch could put an earlier version back, which the branch's history shows, and
    sessions of then would be announced again.
    """

    def __init__(self, hub: Hub, home: Branch, keys: Keys, retention: Retention) -> None:
        self._hub = hub
        self._repository = hub.repository(home.repository)
        self._branch = home.name
        self._id = home.repository_id
        self._shown = f"{FILE} on the branch {home.name}"
        self._keys = keys
        self._retention = retention
        self._secret: bytes | None = None  # of the last book read: what its reader's digests are made with
        self._asked = False
        self._last: _Stored | None = None  # what stood on the branch when it was last seen or written

    def _place(self) -> str:
        """What the sealed text belongs to. The repository counts by its number, which stays when it is renamed."""
        if not self._id:
            self._id = self._hub.repeat(lambda: str(int(self._repository.id)), READING)
        return f"{self._id} {self._branch}"

    def begin_with(self, secret: bytes) -> None:
        """The secret to begin with, if the ledger isn't begun yet. Takes effect with the next ``read``."""
        self._secret = secret

    def read(self, now: datetime) -> Book:  # noqa: ARG002 - the port's: some stores look at a stretch of time
        """The book as it stands; where there is no branch yet, an empty one whose secret the first write will store.

        Raises RefusedError for a ledger that can't be trusted and where GitHub refuses, UnreachableError where it
        can't be reached.
        """
        found = self._look()
        book = found.book if found else self._unwritten()
        self._secret = book.secret
        return book

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused, ...]:
        """Take the steps; see ``ports.Ledger``. Raises as ``read`` does.

        Where another run began the ledger after it was read here, nothing is claimed: what is to be said was made with
        a secret that was never stored, and nobody would be recognised by it later.
        """
        draft = self._draft(self._last if self._asked else self._look(), steps, now)
        if steps and draft.data is None:  # it may have changed meanwhile, and a refusal is about what is true now
            draft = self._draft(self._look(), steps, now)
        if draft.data is not None and not self._take(draft):
            drafts = [draft]
            draft = persist(partial(self._again, drafts, steps, now), "The ledger", self._hub.patience)
        return draft.refused

    def erase(self) -> bool:
        """Delete the branch; see ``ports.Erasable``. GitHub keeps its commits for a while, found by their ids alone."""
        was = delete(self._hub, self._repository, self._branch)
        self._secret, self._asked, self._last = None, False, None
        return was

    def is_outdated(self) -> bool | None:
        """Whether it is still sealed with the key before; None where it is not begun. Raises as ``read`` does."""
        found = self._look()
        return found.outdated if found else None

    def _again(self, drafts: list[_Draft], steps: Sequence[Step], now: datetime) -> _Draft | Later:
        """Try once more over what stands there now. ``drafts`` are those that may have been taken, unknown to us."""
        found = self._look()
        for draft in drafts:
            if found == draft.stored:
                return draft  # our request came through although its reply was lost
        draft = self._draft(found, steps, now)
        if draft.data is None or self._take(draft):
            return draft
        drafts.append(draft)
        return Later("other runs keep writing it, or GitHub does not let it be written")

    def _draft(self, found: _Stored | None, steps: Sequence[Step], now: datetime) -> _Draft:
        before = found.book if found else self._unwritten()
        known = self._secret in (None, before.secret)
        after, refused = before.advanced([one for one in steps if known or not isinstance(one, ByDigest)], now)
        after = self._retention.pruned(after, now)
        strange = [one for one in steps if isinstance(one, ByDigest) and not known]
        refused = (*refused, *(Refused(one.key, "another run has just begun the ledger") for one in strange))
        if after == before and not (found and found.outdated):
            return _Draft(found, after, refused, None)
        return _Draft(found, after, refused, seal(encode(after), self._keys, self._place(), _serial(found) + 1))

    def _unwritten(self) -> Book:
        return Book(self._secret or secrets.token_bytes(SECRET_BYTES))

    def _take(self, draft: _Draft) -> bool:
        """Put the draft on the branch; false if what it was made over is not what stands there."""
        data = draft.data or b""
        count = len(draft.book.entries)
        message = f"Remember {count} {'notice' if count == 1 else 'notices'} [skip ci]"
        put = partial(_replace, draft.over.sha) if draft.over else _begin
        try:
            self._hub.repeat(partial(put, self._repository, self._branch, message, data), WRITING, _MOVED)
        except DeclinedError as declined:
            if refused_by_rule(declined):
                raise RefusedError(
                    f"A rule of the repository does not let the branch {self._branch} be written.",
                    "Exempt that branch from the rule: only the ledger is on it.",
                ) from None
            return False
        self._last = draft.stored
        return True

    def _look(self) -> _Stored | None:
        """What stands on the branch, and never what is older than what was seen of it before."""
        found = self._fetch()
        for pause in LAGS:
            if not self._is_older(found):
                break
            self._hub.patience.sleep(pause)
            found = self._fetch()
        if self._is_older(found):
            raise RefusedError(
                f"{self._shown} was deleted, or an older version of it was put back, while this run was at work.",
                "Find out who did, and put the last version of the branch back before the next run.",
            )
        self._last, self._asked = found, True
        return found

    def _is_older(self, found: _Stored | None) -> bool:
        """Numbers only grow, and no two writings have the same."""
        if self._last is None or found is None:
            return self._last is not None
        if found.serial == self._last.serial:
            return found.sha != self._last.sha
        return found.serial < self._last.serial

    def _fetch(self) -> _Stored | None:
        reply = self._content()
        if reply is None and self._is_begun():
            reply = self._content()  # it may have been begun in between, with this file
            if reply is None:
                raise RefusedError(
                    f"The branch {self._branch} is there, but not {FILE} on it.",
                    "Put that back; or, if the branch is something else, give another name for the ledger's.",
                )
        if reply is None:
            return None
        sha, data = reply
        opened = unseal(data, self._keys, self._place(), self._shown)
        return _Stored(decode(opened.content, self._shown), sha, opened.serial, opened.outdated)

    def _content(self) -> tuple[str, bytes] | None:
        """The file's id and content; None where GitHub finds none, for whatever reason."""
        try:
            found = self._hub.repeat(partial(_file, self._repository, self._branch), READING, {HTTPStatus.NOT_FOUND})
        except DeclinedError:
            return None
        if found is None:
            raise RefusedError(
                f"{self._shown} is no file.", "Move it away, or give another name for the ledger's branch."
            )
        return found

    def _is_begun(self) -> bool:
        """Whether the branch is there, as GitHub says to whoever may read the repository.

        A file that is not found proves nothing: GitHub answers the same where the repository is another one, or where
        the token may not see it, and a ledger that is taken for empty would announce every session again. The list of
        branches that begin alike is answered with 200 only to whoever may read them.
        """
        try:
            refs = self._hub.repeat(partial(branches, self._repository, self._branch), READING, {HTTPStatus.CONFLICT})
        except DeclinedError:
            raise RefusedError(
                "The repository is empty: a branch for the ledger can't begin in it.", "Push a first commit."
            ) from None
        return self._branch in refs


def _serial(found: _Stored | None) -> int:
    return found.serial if found else 0


def _blob_id(data: bytes) -> str:
    """What git calls the content of a file, and GitHub its ``sha`` (Git's "Internals: Git Objects")."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _file(repository: Repository, branch: str) -> tuple[str, bytes] | None:
    """The file's id and content; None where something else has its name.

    Over 1 MB the content is not part of the reply (GitHub, "Get repository content"), and is asked for by its id.
    """
    found = repository.get_contents(FILE, ref=f"refs/heads/{branch}")  # whole, or a tag of that name would do as well
    if isinstance(found, list) or found.type in _NO_FILES:
        return None
    content = found.content if found.encoding == "base64" else repository.get_git_blob(found.sha).content
    data = b64decode(content)
    if _blob_id(data) != found.sha:
        raise ValueError("this is not the whole file")
    return found.sha, data


def _replace(sha: str, repository: Repository, branch: str, message: str, data: bytes) -> None:
    """Put the data in the place of the content of that id."""
    repository.update_file(FILE, message, data, sha, branch, committer=_AUTHOR, author=_AUTHOR)


def _begin(repository: Repository, branch: str, message: str, data: bytes) -> None:
    """Begin the branch with the data, if there is none of that name. The objects mean nothing without it."""
    tree = repository.create_git_tree([InputGitTreeElement(FILE, "100644", "blob", content=data.decode())])
    _expect(_blob_id(data), *(one.sha for one in tree.tree))
    commit = repository.create_git_commit(message, tree, [], author=_AUTHOR, committer=_AUTHOR)
    _expect(tree.sha, commit.tree.sha)
    ref = repository.create_git_ref(f"refs/heads/{branch}", commit.sha)
    _expect(commit.sha, ref.object.sha)


def _expect(wanted: str, *told: str) -> None:
    """A success is one only if it tells what was done: others than GitHub answer with 200 as well."""
    if told != (wanted,):
        raise ValueError("this is not GitHub's answer")

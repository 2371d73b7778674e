"""The calls to GitHub for the refs of the git ledger: reading what is there, making, moving and deleting a ref.

All names are whole, as ``refs/heads/sessionsmgmt-ledger``.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from github import InputGitAuthor, InputGitTreeElement
from github.Repository import Repository

from sessionsmgmt.adapters.github.client import DeclinedError, Hub, Purpose
from sessionsmgmt.adapters.github.errors import safe
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.retry import RetryLater, retry

FILE = "ledger.sealed"
READING = Purpose("reading the ledger", "contents: read")
WRITING = Purpose("writing the ledger", "contents: write")

HEADS = "refs/heads/"

ANSWERS = frozenset({int(HTTPStatus.CONFLICT), int(HTTPStatus.UNPROCESSABLE_ENTITY), int(HTTPStatus.NOT_FOUND)})
"""GitHub's statuses where a file, a branch or a ref is not what it was. The message says which of these it is."""

ABSENT = re.compile(r"reference does not exist", re.IGNORECASE)
PRESENT = re.compile(r"reference already exists", re.IGNORECASE)
_NO_FAST_FORWARD = r"(?:update )?is not a fast[ -]forward"
NO_FAST_FORWARD = re.compile(_NO_FAST_FORWARD, re.IGNORECASE)
_RACES = re.compile(
    r"does not match [0-9a-f]{7,}"
    r"|is at [0-9a-f]{7,} but expected [0-9a-f]{7,}"
    r"|no commit found for (?:the )?(?:sha|ref)\b"
    r"|reference (?:already exists|does not exist|update failed)"
    rf"|{_NO_FAST_FORWARD}"
    r"|(?:object|tree sha) does not exist"
    r"|^branch .+ not found$",
    re.IGNORECASE,
)
"""GitHub's messages where somebody else was faster: what was read, or was just written, is not there any more or yet.

Every other message is a refusal: those of a repository's rules are many, and those of a race only these.
"""

_AUTHOR = InputGitAuthor("sessionsmgmt", "noreply@sessionsmgmt.invalid")  # otherwise it would be the owner of the token
_NO_FILES = frozenset({"dir", "symlink", "submodule"})


class EmptyError(RefusedError):
    """The repository has no commit, so there is no ref in it and none can be made."""


class NoFileError(Exception):
    """Something else than a file has the ledger's name."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds, and the id that git gives it."""

    sha: str
    data: bytes


def is_race(declined: DeclinedError) -> bool:
    """Whether somebody else was faster, so that reading and trying again can help.

    A message of several paragraphs is one of rules, whatever else it says.
    """
    message = declined.message.strip()
    return "\n" not in message and bool(_RACES.search(message))


def refusal(declined: DeclinedError, branch: str) -> RefusedError:
    """The error to end with where the branch may not be changed: GitHub's own words, and what to do."""
    message = safe(declined.message)
    return RefusedError(
        f"GitHub does not let the branch {branch} be changed" + (f': "{message}".' if message else "."),
        "If a rule of the repository protects that branch, exempt it: only the ledger is on it.",
    )


def blob_id(data: bytes) -> str:
    """What git calls the content of a file, and GitHub its ``sha`` (Git's "Internals: Git Objects")."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def content(hub: Hub, repository: Repository, at: str) -> Content | None:
    """The ledger's file at a ref or a commit; None where GitHub finds none, for whatever reason.

    Raises NoFileError where something else has its name, and otherwise as ``Hub.repeat``.
    """

    def attempt() -> Content | RetryLater | None:
        try:
            return hub.repeat(partial(_file, repository, at), READING, ANSWERS)
        except DeclinedError as declined:
            if declined.status == HTTPStatus.NOT_FOUND:
                return None
            if is_race(declined):
                return RetryLater("somebody is changing its branch")
            raise refusal(declined, at) from None

    return retry(attempt, "The ledger", hub.retry_policy)


def refs(hub: Hub, repository: Repository, start: str) -> dict[str, str]:
    """The refs whose names begin with ``start``, and the commit of each.

    GitHub answers only to a token that may read the repository, so an empty answer means that there are none. Raises
    EmptyError for a repository without any commit, and otherwise as ``Hub.repeat``.
    """
    try:
        return hub.repeat(partial(_matching, repository, start), READING, {HTTPStatus.CONFLICT})
    except DeclinedError:
        raise EmptyError(
            "The repository is empty: a branch for the ledger can't begin in it.", "Push a first commit."
        ) from None


def replace_file(sha: str, repository: Repository, branch: str, message: str, data: bytes) -> str:
    """Put the data in the place of the content of that id, and say in which commit.

    A call to make through a ``Hub``.
    """
    done = repository.update_file(FILE, message, data, sha, branch, committer=_AUTHOR, author=_AUTHOR)
    expect(blob_id(data), done["content"].sha)
    return str(done["commit"].sha)


def begin(repository: Repository, branch: str, message: str, data: bytes) -> str:
    """Begin the branch with the data, if there is none of that name, and say with which commit.

    A call to make through a ``Hub``. The objects mean nothing without the ref.
    """
    tree = repository.create_git_tree([InputGitTreeElement(FILE, "100644", "blob", content=data.decode())])
    expect(blob_id(data), *(element.sha for element in tree.tree))
    commit = repository.create_git_commit(message, tree, [], author=_AUTHOR, committer=_AUTHOR)
    expect(tree.sha, commit.tree.sha)
    create(repository, f"{HEADS}{branch}", commit.sha)
    return str(commit.sha)


def create(repository: Repository, ref: str, commit: str) -> None:
    """Make a ref, if there is none of that name. A call to make through a ``Hub``."""
    _, reply = repository.requester.requestJsonAndCheck(
        "POST", f"{repository.url}/git/refs", input={"ref": ref, "sha": commit}
    )
    expect(commit, reply["object"]["sha"])


def move(repository: Repository, ref: str, commit: str, *, force: bool = False) -> None:
    """Move a ref to a commit, unless ``force`` only forwards. A call to make through a ``Hub``."""
    _, reply = repository.requester.requestJsonAndCheck(
        "PATCH", _url(repository, ref), input={"sha": commit, "force": force}
    )
    expect(commit, reply["object"]["sha"])


def delete(hub: Hub, repository: Repository, ref: str) -> bool:
    """Delete a ref, and say whether there was one.

    Raises RefusedError where a rule of the repository keeps it, and otherwise as ``Hub.repeat``.
    """

    def call() -> None:
        repository.requester.requestJsonAndCheck("DELETE", _url(repository, ref))

    try:
        hub.repeat(call, WRITING, ANSWERS)
    except DeclinedError as declined:
        if ABSENT.search(declined.message):
            return False
        raise refusal(declined, ref.removeprefix(HEADS)) from None
    return True


def check_alone(hub: Hub, repository: Repository, branch: str) -> None:
    """Raise RefusedError where anything but the ledger is on the branch."""
    if hub.repeat(partial(_files, repository, f"{HEADS}{branch}"), READING) != {FILE}:
        raise RefusedError(
            f"On the branch {branch} there is more than the ledger, so it is not deleted.",
            f"If it is the right branch, delete {FILE} from it yourself; 'ledger.branch' in sessions.yml names it.",
        )


def expect(expected: str, *answered: str) -> None:
    """Raise ValueError where a reply does not say what was done: a proxy, for instance, answers with 200 as well."""
    if answered != (expected,):
        raise ValueError("this is not GitHub's answer")


def _url(repository: Repository, ref: str) -> str:
    return f"{repository.url}/git/{quote(ref)}"


def _file(repository: Repository, at: str) -> Content:
    """The file. Over 1 MB the content is not part of the reply (GitHub, "Get repository content"), and asked for by id.

    A ref is given whole, or a tag of the branch's name would do as well.
    """
    files = repository.get_contents(FILE, ref=at)
    if isinstance(files, list) or files.type in _NO_FILES:
        raise NoFileError
    encoded = files.content if files.encoding == "base64" else repository.get_git_blob(files.sha).content
    data = b64decode(encoded)
    if blob_id(data) != files.sha:
        raise ValueError("this is not the whole file")
    return Content(files.sha, data)


def _files(repository: Repository, ref: str) -> frozenset[str]:
    """What is at the top of the branch."""
    return frozenset(entry.path for entry in repository.get_git_tree(ref).tree)


def _matching(repository: Repository, start: str) -> dict[str, str]:
    path = quote(start.removeprefix("refs/"))
    _, reply = repository.requester.requestJsonAndCheck("GET", f"{repository.url}/git/matching-refs/{path}")
    if not isinstance(reply, list):
        raise TypeError("this is not a list")
    return {str(ref["ref"]): str(ref["object"]["sha"]) for ref in reply}

"""What there is in one repository: its objects, issues, pull requests, check runs, workflows, secrets, environments.

The helpers do what somebody else does beside the client that is tested. All instants are aware.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nacl.public import PrivateKey

from tests.emulators.github.objects import Objects, Signature

Json = dict[str, Any]

REPOSITORY = "premises"
PERSON = "coach"
NOW = datetime(2026, 11, 6, 23, 0, tzinfo=UTC)


def rfc3339(at: datetime) -> str:
    """An instant as GitHub writes its own: ``2026-11-06T23:00:00Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class MissingError(KeyError):
    """A test names something that the world does not have."""


@dataclass(slots=True)
class Secret:
    """A stored secret, opened. ``writes`` counts how often it was written."""

    value: bytes
    created: datetime
    updated: datetime
    visibility: str = ""
    selected: tuple[int, ...] = ()
    writes: int = 1


@dataclass(slots=True)
class Secrets:
    """The secrets of a repository, an environment or an organization, by name in capitals, and the key they take."""

    limit: int = 100
    held: dict[str, Secret] = field(default_factory=dict)
    key: PrivateKey = field(default_factory=PrivateKey.generate)

    def __getitem__(self, name: str) -> Secret:
        if name.upper() not in self.held:
            raise MissingError(name)
        return self.held[name.upper()]

    def __contains__(self, name: str) -> bool:
        return name.upper() in self.held

    def text(self, name: str) -> str:
        """The value that a workflow would be given."""
        return self[name].value.decode()

    def put(self, name: str, value: bytes, at: datetime, *, visibility: str = "", selected: Iterable[int] = ()) -> bool:
        """Store a value; true if the name is new."""
        before = self.held.get(name.upper())
        created, writes = (before.created, before.writes + 1) if before else (at, 1)
        self.held[name.upper()] = Secret(value, created, at, visibility, tuple(selected), writes)
        return before is None

    def rotate_key(self) -> None:
        """Take another key pair: what was sealed for the old one can't be opened any more."""
        self.key = PrivateKey.generate()

    @property
    def key_id(self) -> str:
        """What GitHub calls the key pair of the moment: a number in digits."""
        return str(int.from_bytes(bytes(self.key.public_key)[:8]))


@dataclass(slots=True)
class Comment:
    """A comment below an issue or a pull request. Its author is empty where the account is gone."""

    id: int
    body: str
    author: str
    created: datetime
    updated: datetime


@dataclass(slots=True)
class Issue:
    """An issue, or the side of a pull request that is one (``pull``)."""

    number: int
    title: str
    body: str | None
    author: str
    created: datetime
    updated: datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    state: str = "open"
    reason: str | None = None
    closed: datetime | None = None
    comments: list[Comment] = field(default_factory=list)
    pull: bool = False


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request. ``fork`` is the owner of the fork it comes from, if it does."""

    number: int
    head: str
    head_ref: str = "change"
    base_ref: str = "main"
    fork: str = ""


@dataclass(slots=True)
class CheckRun:
    """A check run; ``fields`` is what its creator said about it, as the API has it, without annotations."""

    id: int
    app: str
    fields: Json
    annotations: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class Workflow:
    """A workflow. ``state`` is ``active``, ``disabled_manually``, ``disabled_inactivity``, …"""

    id: int
    name: str
    path: str
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a workflow. ``conclusion`` is None while it goes on.

    ``created`` is when it was queued, ``started`` when its newest attempt was.
    """

    id: int
    workflow: int
    head: str
    event: str = "pull_request"
    branch: str = "change"
    status: str = "completed"
    conclusion: str | None = "success"
    pulls: tuple[int, ...] = ()
    created: datetime = NOW
    started: datetime = NOW


@dataclass(slots=True)
class Repository:
    """One repository. ``objects`` may be emptied (``Objects()``): then it has no commit, as one newly made.

    ``hides_other_refs``: a file can be asked for by a branch, a tag or a commit, which is all that GitHub promises, and
    not by another ref. ``former`` are the full names (``owner/name``) that it had before.
    """

    name: str = REPOSITORY
    id: int = 1
    private: bool = True
    default_branch: str = "main"
    archived: bool = False
    hides_other_refs: bool = False
    pushed: datetime = NOW
    objects: Objects = field(default_factory=Objects)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    checks: list[CheckRun] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=Secrets)
    environments: dict[str, Secrets] = field(default_factory=dict)
    former: list[str] = field(default_factory=list)

    def head(self, branch: str = "") -> str:
        """The commit at the tip of a branch."""
        ref = f"refs/heads/{branch or self.default_branch}"
        if ref not in self.objects.refs:
            raise MissingError(ref)
        return self.objects.refs[ref]

    def read(self, path: str, branch: str = "") -> bytes:
        """What a file on a branch holds."""
        entry = self.objects.at(self.head(branch), path)
        if entry is None or entry.kind != "blob":
            raise MissingError(path)
        return self.objects.blobs[entry.sha]

    def write(self, path: str, data: bytes | None, branch: str = "", *, at: datetime = NOW) -> str:
        """Commit a file, as somebody else does; None deletes it. The branch may be new. Returns the commit's id."""
        who = Signature(PERSON, f"{PERSON}@example.org", at)
        return self.objects.save(branch or self.default_branch, {path: data}, f"Write {path}", who, who)

    def open(self, title: str, *, author: str = PERSON, labels: Iterable[str] = (), at: datetime = NOW) -> Issue:
        """Open an issue, as somebody else does."""
        issue = Issue(self.next_number(), title, "", author, at, at, list(labels))
        self.labels |= {name: self.labels.get(name, "ededed") for name in labels}
        self.issues[issue.number] = issue
        return issue

    def propose(self, branch: str = "change", *, fork: str = "", author: str = PERSON, at: datetime = NOW) -> Pull:
        """Open a pull request of a branch, which is made if there is none of that name."""
        if f"refs/heads/{branch}" not in self.objects.refs:
            self.objects.refs[f"refs/heads/{branch}"] = self.head()
            self.write("proposal.txt", branch.encode(), branch, at=at)
        number = self.next_number()
        self.issues[number] = Issue(number, f"Change {branch}", "", author, at, at, pull=True)
        self.pulls[number] = Pull(number, self.head(branch), branch, self.default_branch, fork)
        return self.pulls[number]

    def next_number(self) -> int:
        """The number of the next issue or pull request."""
        return max(self.issues, default=0) + 1

"""What there is on one invented GitHub: an organization with repositories, an app, and tokens.

All instants are aware; the world's own clock stands still until a test moves it. Only an app's own proofs of identity
are checked by another clock, since the libraries that make them look at the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.public import PrivateKey

from tests.emulators.github.objects import Objects, Signature

Json = dict[str, Any]

OWNER = "example-club"
REPOSITORY = "premises"
PERSON = "coach"
NOW = datetime(2026, 11, 6, 23, 0, tzinfo=UTC)
KEYS = count(568_250_167_242_549_700)


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
    key_id: str = field(default_factory=lambda: str(next(KEYS)))

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
        self.key, self.key_id = PrivateKey.generate(), str(next(KEYS))


@dataclass(slots=True)
class Comment:
    """A comment below an issue or a pull request."""

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
    """A run of a workflow. ``conclusion`` is None while it goes on."""

    id: int
    workflow: int
    head: str
    event: str = "pull_request"
    branch: str = "change"
    status: str = "completed"
    conclusion: str | None = "success"
    pulls: tuple[int, ...] = ()


@dataclass(slots=True)
class Repository:
    """One repository. ``objects`` may be emptied (``Objects()``): then it has no commit, as one newly made."""

    name: str = REPOSITORY
    id: int = 1
    private: bool = True
    default_branch: str = "main"
    archived: bool = False
    objects: Objects = field(default_factory=Objects)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    checks: list[CheckRun] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=Secrets)
    environments: dict[str, Secrets] = field(default_factory=dict)

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


class Kind(Enum):
    """Where a token comes from, which decides what it can never do."""

    JOB = "job"
    """GITHUB_TOKEN of a job of GitHub Actions."""
    FINE_GRAINED = "fine-grained personal access token"
    CLASSIC = "classic personal access token"
    INSTALLATION = "installation"

    @property
    def personal(self) -> bool:
        """Whether it stands for a person."""
        return self in {Kind.FINE_GRAINED, Kind.CLASSIC}


@dataclass(slots=True)
class Token:
    """Something to authenticate with. ``repositories`` None is all; ``scopes`` are those of a classic token."""

    kind: Kind
    author: str
    permissions: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    repositories: frozenset[str] | None = None
    expires: datetime | None = None
    revoked: bool = False
    used: int = 0


@cache
def _pair() -> rsa.RSAPrivateKey:
    """One key pair for all worlds: making one takes longer than most tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(slots=True)
class App:
    """A GitHub App and its one installation. ``repositories`` None is all of the owner's."""

    id: int = 4711
    client_id: str = "Iv23liEmulated"
    slug: str = "example-rotation"
    installation: int = 815
    suspended: bool = False
    repositories: frozenset[str] | None = None
    permissions: Mapping[str, str] = field(
        default_factory=lambda: {"metadata": "read", "secrets": "write", "environments": "write"}
    )

    @property
    def private_key(self) -> str:
        """The key that GitHub lets one download, as PEM."""
        form, kind = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
        return _pair().private_bytes(form, kind, serialization.NoEncryption()).decode()

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        """What GitHub keeps of it."""
        return _pair().public_key()


def _first_repository() -> Repository:
    repository = Repository()
    repository.write("README.md", b"# Premises\n")
    return repository


@dataclass(slots=True)
class World:
    """One organization and the instant it is in. By default it has one private repository with one commit.

    ``clock`` is what an app's own proofs of identity are checked by. ``hourly`` is how many requests a token has.
    """

    now: datetime = NOW
    owner: str = OWNER
    repositories: list[Repository] = field(default_factory=lambda: [_first_repository()])
    secrets: Secrets = field(default_factory=lambda: Secrets(1000))
    app: App = field(default_factory=App)
    tokens: dict[str, Token] = field(default_factory=dict)
    hourly: int = 5000
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)
    numbers: Iterator[int] = field(default_factory=lambda: count(1001), repr=False)

    def repository(self, name: str = REPOSITORY) -> Repository:
        """The repository of that name."""
        for one in self.repositories:
            if one.name.casefold() == name.casefold():
                return one
        raise MissingError(name)

    def job_token(self, permissions: Mapping[str, str], repository: str = REPOSITORY) -> str:
        """GITHUB_TOKEN of a job with these ``permissions:``."""
        return self._issue(
            "ghs_", Token(Kind.JOB, "github-actions[bot]", permissions, repositories=frozenset({repository}))
        )

    def fine_grained_token(self, permissions: Mapping[str, str], *repositories: str) -> str:
        """A personal access token with permissions, for some repositories or for all."""
        chosen = frozenset(repositories) or None
        return self._issue("github_pat_", Token(Kind.FINE_GRAINED, PERSON, permissions, repositories=chosen))

    def classic_token(self, *scopes: str) -> str:
        """A personal access token with scopes (``repo``, ``admin:org``, …)."""
        return self._issue("ghp_", Token(Kind.CLASSIC, PERSON, scopes=frozenset(scopes)))

    def installation_token(self, permissions: Mapping[str, str], repositories: frozenset[str] | None) -> str:
        """A token of the app's installation, which lives for an hour."""
        expires = self.now + timedelta(hours=1)
        author = f"{self.app.slug}[bot]"
        return self._issue(
            f"ghs_{self.app.id}_",
            Token(Kind.INSTALLATION, author, permissions, repositories=repositories, expires=expires),
        )

    def _issue(self, prefix: str, token: Token) -> str:
        text = f"{prefix}emulated{next(self.numbers)}"
        self.tokens[text] = token
        return text

    def advance(self, by: timedelta) -> None:
        """Let time pass: tokens expire, what is written from now on is written then."""
        self.now += by

"""What there is on one invented GitHub: an organization with repositories, an app, and tokens.

All instants are aware; the world's own clock stands still until a test moves it. Only an app's own proofs of identity
are checked by another clock, since the libraries that make them look at the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import count

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulators.github.repository import NOW, PERSON, REPOSITORY, MissingError, Repository, Secrets

OWNER = "example-club"


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

    ``clock`` is what an app's own proofs of identity are checked by. ``hourly`` is how many requests an hour a token
    has, to go by the headers; nothing is refused for it unless a test says so.
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
        """The repository of that name, or the one that was called so."""
        for repository in self.repositories:
            if name.casefold() in {
                repository.name.casefold(),
                *(old.rpartition("/")[2].casefold() for old in repository.former),
            }:
                return repository
        raise MissingError(name)

    def rename(self, name: str, *, before: str = REPOSITORY) -> None:
        """Give a repository another name. GitHub answers at the former one with where it is now."""
        found = self.repository(before)
        found.former.append(f"{self.owner}/{found.name}")
        for token in self.tokens.values():
            if token.repositories is not None:
                token.repositories = frozenset(
                    {name if repository == found.name else repository for repository in token.repositories}
                )
        found.name = name

    def transfer(self, owner: str) -> None:
        """Let all that there is belong to somebody else."""
        for repository in self.repositories:
            repository.former.append(f"{self.owner}/{repository.name}")
        self.owner = owner

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

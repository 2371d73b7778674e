"""The places a secret can be at, at an emulated GitHub, as the contract suite wants to see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sessionsmgmt.adapters.github.access import Access, RepositoryName, token_access
from sessionsmgmt.adapters.github.client import connect
from sessionsmgmt.adapters.github.secrets import PERMISSIONS, GitHubSecret, place
from sessionsmgmt.config.model import Credentials, Scope
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.settings import SECRETS_TOKEN
from tests.clock import ManualClock
from tests.emulators.github import OWNER, REPOSITORY, GitHubEmulator, Refusal, Secrets
from tests.settings import secret, settings

NAME = "GOOGLE_CREDENTIALS"
HERE = RepositoryName(OWNER, REPOSITORY)
SETTINGS = {
    Scope.REPOSITORY: Credentials(NAME),
    Scope.ENVIRONMENT: Credentials(NAME, Scope.ENVIRONMENT, environment="sessions & more"),
    Scope.ORGANIZATION: Credentials(NAME, Scope.ORGANIZATION, organization=OWNER),
}


@dataclass
class SecretWorld:
    """One secret, whose other side a test can see."""

    github: GitHubEmulator
    scope: Scope
    time: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.github.world.repository().environments.setdefault("sessions & more", Secrets())

    @property
    def secrets(self) -> Secrets:
        repository = self.github.world.repository()
        match self.scope:
            case Scope.REPOSITORY:
                return repository.secrets
            case Scope.ENVIRONMENT:
                return repository.environments["sessions & more"]
            case Scope.ORGANIZATION:
                return self.github.world.secrets

    @property
    def now(self) -> datetime:
        return self.github.world.now

    @property
    def retry_policy(self) -> RetryPolicy:
        return self.time.retry_policy(today=lambda: self.now + timedelta(seconds=self.time.now))

    def access(self, level: str = "write") -> Access:
        given = self.github.world.fine_grained_token({PERMISSIONS[self.scope]: level, "metadata": "read"})
        return token_access(secret(given), SECRETS_TOKEN)

    def open(self, level: str = "write") -> GitHubSecret:
        """The store as the product uses it, with a token that may write or only read."""
        hub = connect(self.access(level), settings({"GITHUB_API_URL": self.github.root}).github, self.retry_policy)
        return GitHubSecret(hub, place(SETTINGS[self.scope], HERE), NAME, HERE)

    def block(self) -> None:
        """Be out of order from now on."""
        self.github.fail("*", Refusal(503, "Secrets service unavailable"), times=999)

"""GitHub as the product asks it, pointed at the emulator, with time that only passes when it waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sessionsmgmt.adapters.github.access import RepositoryName, token_access
from sessionsmgmt.adapters.github.client import Hub, connect
from sessionsmgmt.adapters.github.issue_notifier import IssueNotifier
from sessionsmgmt.adapters.ledger.git import Branch, GitLedger
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.retry import RetryPolicy
from tests.builders import RETENTION
from tests.clock import ManualClock
from tests.emulators.github import OWNER, REPOSITORY, Break, GitHubEmulator, Refusal, Repository, World
from tests.ledger_run import LedgerRun
from tests.settings import secret, settings

BRANCH = "sessionsmgmt-ledger"
KEYS = Keys(bytes(range(32)))
PERMISSIONS = {"contents": "write", "issues": "write"}


@dataclass(frozen=True)
class Home:
    """A club's repository at the emulator, as one job's token sees it. Each ledger and board is of a run of its own."""

    github: GitHubEmulator
    name: str = REPOSITORY
    permissions: Mapping[str, str] = field(default_factory=lambda: PERMISSIONS)
    time: ManualClock = field(default_factory=ManualClock)
    timeout: int = 30
    lasting: set[str] = field(default_factory=set)

    @property
    def repository(self) -> Repository:
        return self.github.world.repository(self.name)

    def repository_of(self, name: str) -> Repository:
        """The repository that is called so."""
        return self.github.world.repository(name)

    @property
    def retry_policy(self) -> RetryPolicy:
        return self.time.retry_policy(today=lambda: self.github.world.now + timedelta(seconds=self.time.now))

    def facing(self, trouble: object) -> Home:
        """The same, which soon gives up waiting if the trouble is a reply that never comes."""
        hangs = isinstance(trouble, Break) and trouble.value.startswith("hang")
        return replace(self, timeout=1) if hangs else self

    def fail_for_good(self, call: str, trouble: Break | Refusal) -> None:
        """Let something go wrong on every request of a call."""
        self.lasting.add(call)
        self.github.fail(call, trouble, times=999)

    def hub(self, given: str = "") -> Hub:
        """The way there with a token: the job's own, or the one given."""
        access = token_access(secret(given or self.github.world.job_token(self.permissions, self.name)))
        return connect(access, settings({"GITHUB_API_URL": self.github.root}).github, self.retry_policy, self.timeout)

    def ledger(self, keys: Keys = KEYS, branch: str = BRANCH, owner: str = OWNER) -> GitLedger:
        return GitLedger(self.hub(), self.branch(branch, owner), keys, RETENTION)

    def run(self, keys: Keys = KEYS, branch: str = BRANCH, owner: str = OWNER) -> LedgerRun[GitLedger]:
        """The ledger as one run uses it."""
        return LedgerRun(self.ledger(keys, branch, owner))

    def branch(self, name: str = BRANCH, owner: str = OWNER) -> Branch:
        """Where the ledger is, in the repository of which a job knows the number."""
        return Branch(RepositoryName(owner, self.name), name, str(self.repository.id))

    def notifier(self) -> IssueNotifier:
        return IssueNotifier(self.hub(), RepositoryName(OWNER, self.name))


@contextmanager
def github(world: World | None = None) -> Iterator[Home]:
    """The emulator; at its end, every request must have been one that GitHub describes, and all trouble met."""
    with GitHubEmulator(world) as emulated:
        home = Home(emulated)
        yield home
        assert emulated.violations == (), emulated.violations
        assert set(emulated.unmet) <= home.lasting

"""A ledger in a repository at an emulated GitHub, as the contract of ledgers wants to see it."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field

from sessionsmgmt.adapters.ledger.branch import FILE
from sessionsmgmt.adapters.ledger.git import GitLedger
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealed_version import PLACE
from sessionsmgmt.adapters.ledger.sealing import OWNED, Keys, unseal
from sessionsmgmt.adapters.ledger.witness import BELOW
from tests.wire.github import BRANCH, Home, github


def a_key() -> Keys:
    """A key that no other club has."""
    return Keys(secrets.token_bytes(32))


@dataclass(frozen=True)
class GitWorld:
    """One repository and the key of its club."""

    home: Home
    retention: Retention
    keys: Keys = field(default_factory=a_key)

    def open(self) -> GitLedger:
        return GitLedger(self.home.hub(), self.home.branch(), self.keys, self.retention)

    def stored(self) -> bytes:
        """All that is on the branch, its history included, and what the key makes of its tip."""
        objects = self.home.repository.objects
        if f"refs/heads/{BRANCH}" not in objects.refs:
            return self._witness().encode()
        past = [objects.commits[sha] for sha in objects.history(self.home.repository.head(BRANCH))]
        said = [f"{one.message} {one.author.line()} {one.committer.line()}".encode() for one in past]
        files = [objects.files(one.tree) for one in past]
        sealed = [name.encode() + objects.blobs[entry.sha] for found in files for name, entry in found.items()]
        tip = self.home.repository.read(FILE, BRANCH)
        opened = unseal(tip, self.keys, PLACE, "the ledger", OWNED)
        return b"".join([*said, *sealed, opened.content, self._witness().encode()])

    def _witness(self) -> str:
        """What the ledger's second ref stands at."""
        return self.home.repository.objects.refs.get(f"{BELOW}{BRANCH}", "")


def a_repository(stack: ExitStack, retention: Retention) -> GitWorld:
    """A repository with one commit, and no ledger yet; the stack takes it down."""
    return GitWorld(stack.enter_context(github()), retention)

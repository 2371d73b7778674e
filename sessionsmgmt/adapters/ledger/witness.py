"""A second ref that points to the ledger's last commit, where programs that tidy up branches don't look.

A branch can be deleted, for instance by a bot that tidies up, or forced back to an older commit. The witness is moved
after each write of the ledger, so the branch can be restored from it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from github.Repository import Repository

from sessionsmgmt.adapters.github.client import DeclinedError, Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.branch import ABSENT, ANSWERS, NO_FAST_FORWARD, PRESENT, WRITING, Content, NoFileError
from sessionsmgmt.adapters.ledger.sealing import head
from sessionsmgmt.errors import RefusedError
from sessionsmgmt.retry import RetryLater, retry

BELOW = "refs/sessionsmgmt/ledger/"
SECONDS = 20
"""Seconds for which moving the witness is tried: a run has more to do, and the next run moves it as well."""


class Witness:
    """The witness of the ledger on a branch. ``is_there`` is what is known of it; if right, it saves requests."""

    def __init__(self, hub: Hub, repository: Repository, branch: str, *, is_there: bool = False) -> None:
        self.ref = f"{BELOW}{branch}"
        self._hub = hub
        self._brief = replace(hub, retry_policy=replace(hub.retry_policy, total=min(hub.retry_policy.total, SECONDS)))
        self._repository = repository
        self.is_there = is_there

    def content(self) -> Content | None:
        """The ledger's file as it was at the last writing; None where no witness has one. Raises as ``Hub.repeat``.

        The one request asks for it by the ref. A server that takes no such ref for a commit is asked a second way.
        """
        return self._at(self.ref) or self.content_by_commit()

    def content_by_commit(self) -> Content | None:
        """The same, which begins with asking whether there is a witness at all."""
        commit = self.commit()
        return self._at(commit) if commit else None

    def commit(self) -> str:
        """The commit that the witness points to; empty where there is no witness. Raises as ``Hub.repeat``."""
        commit = branches.refs(self._hub, self._repository, self.ref).get(self.ref, "")
        self.is_there = bool(commit)
        return commit

    def move(self, commit: str, serial: int) -> None:
        """Move the witness to a commit, in which the ledger has that serial number.

        A witness that points to a newer ledger is not moved: another run has written since. Raises RefusedError where
        GitHub refuses the move, UnreachableError where it can't be reached.
        """

        def attempt() -> RetryLater | None:
            try:
                self._put(commit)
            except DeclinedError as declined:
                if NO_FAST_FORWARD.search(declined.message):
                    return self._overtake(commit, serial)
                if PRESENT.search(declined.message) or ABSENT.search(declined.message):
                    self.is_there = bool(PRESENT.search(declined.message))
                if branches.is_race(declined):
                    return RetryLater("somebody else moves it")
                raise self._refusal(declined) from None
            self.is_there = True
            return None

        retry(attempt, "The ledger's witness ref", self._brief.retry_policy)

    def delete(self) -> bool:
        """Delete it, and say whether there was one. Raises as ``branch.delete``."""
        self.is_there = False
        return branches.delete(self._hub, self._repository, self.ref)

    def _put(self, commit: str) -> None:
        call = partial(branches.move if self.is_there else branches.create, self._repository, self.ref, commit)
        self._brief.repeat(call, WRITING, ANSWERS)

    def _overtake(self, commit: str, serial: int) -> RetryLater | None:
        """Move the witness although the commit is no descendant of its own, unless the witness's ledger is newer."""
        content = self._at(self.ref) or self.content_by_commit()
        known = head(content.data) if content else None
        if known and known[1] >= serial:
            return None
        try:
            call = partial(branches.move, self._repository, self.ref, commit, force=True)
            self._brief.repeat(call, WRITING, ANSWERS)
        except DeclinedError as declined:
            if branches.is_race(declined):
                return RetryLater("somebody else moves it")
            raise self._refusal(declined) from None
        return None

    def _at(self, at: str) -> Content | None:
        try:
            content = branches.content(self._hub, self._repository, at)
        except NoFileError:
            return None
        self.is_there = self.is_there or content is not None
        return content

    def _refusal(self, declined: DeclinedError) -> RefusedError:
        return branches.refusal(declined, self.ref)

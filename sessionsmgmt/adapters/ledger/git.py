"""The ledger as one sealed file on a branch of its own in the club's repository.

Reading is one GET for each ref, writing one PUT that GitHub only takes if the file is still the one that was read
(compare-and-swap by the id of its content). The branch begins as a commit without parents, so nothing of the club's
files is on it. A second ref, the witness, is moved after each write. A branch that was deleted or forced back is
restored from it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.abandoned import Clubs, left_behind, let_go
from sessionsmgmt.adapters.ledger.both_refs import Refs
from sessionsmgmt.adapters.ledger.git_transaction import RESTORED, GitTransaction, Place
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealed_version import Sealing, Version
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.adapters.ledger.witness import Witness
from sessionsmgmt.domain.delivery.claims import SECRET_BYTES, LedgerSnapshot, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, LeftBehindError, SessionsError, UnreachableError, with_hints
from sessionsmgmt.ports.ledger import Adopted, WriteResult

LEFT = "ledger-left"
"""The code of the warning about a branch that was taken over and could not be deleted."""


def _unknown() -> Clubs | None:
    """The clubs of a repository whose clubs are not known."""
    return None


@dataclass(frozen=True, slots=True)
class Branch:
    """Where the ledger is, and whose.

    ``repository_id`` is GitHub's number of the repository, or empty to have it asked for; ``folder`` is that of the
    club within it. ``clubs`` are those of the repository, or None where that can't be told; they are asked for only
    where the ledger is not begun.
    """

    repository: RepositoryName
    name: str
    repository_id: str = ""
    folder: str = ""
    clubs: Callable[[], Clubs | None] = _unknown


@dataclass(frozen=True, slots=True)
class SealState:
    """How a ledger is sealed: ``outdated`` if with the key before, None if it is not begun."""

    outdated: bool | None
    warnings: tuple[ReportWarning, ...]


class GitLedger:
    """What was announced, sealed with ``keys``. What ``retention`` does not keep is forgotten with the next write.

    Needs ``contents: write`` of the job's own token. The sealed text names the repository, by its number, and the
    club's folder; the ledger of another club is refused. Each write has a serial number, one higher than the write
    before, and the witness ref points to the last write. So it is noticed, during a run and between runs, when the
    branch is deleted or put back to an older version, unless the same happens to both refs.
    """

    def __init__(self, hub: Hub, home: Branch, keys: Keys, retention: Retention) -> None:
        self._hub = hub
        self._repository = hub.repository(home.repository)
        self._home = home
        self._sealing = Sealing(hub, self._repository, home.repository_id, home.folder, keys)
        self._place = Place(hub, home.repository, self._repository, home.name, self._sealing, retention)

    def read(self, now: datetime, earlier: LedgerSnapshot | None = None) -> LedgerSnapshot:  # noqa: ARG002 - other stores need the instant
        """The ledger as it is now; where there is no branch yet, an empty one whose secret the first write will store.

        Where the branch was deleted or put back, it is the witness's. That restores nothing, and is a warning. Raises
        RefusedError for a ledger that can't be trusted or is another club's and where GitHub refuses, UnreachableError
        where it can't be reached.
        """
        transaction = GitTransaction(self._place, earlier)
        self._read(transaction)
        return transaction.snapshot(earlier.secret if earlier else secrets.token_bytes(SECRET_BYTES))

    def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
        """Take the steps; see ``ports.Ledger``. Raises as ``read`` does.

        A branch that was deleted or put back is restored first, and the witness is moved along. If the write fails
        after that, the error says that the branch was restored, because no later run could.
        """
        transaction = GitTransaction(self._place, snapshot)
        if transaction.read_refs is None:
            self._read(transaction)
        try:
            refused = transaction.write(steps, now, snapshot.secret)
        except SessionsError as error:
            restored = [f"{warning.text}." for warning in transaction.warnings if warning.code == RESTORED]
            if not restored:
                raise
            raise with_hints(error, restored) from error
        after = transaction.snapshot(snapshot.secret)
        if after.secret != snapshot.secret:
            after = replace(snapshot, warnings=after.warnings)
        return WriteResult(after, refused)

    def erase(self) -> bool:
        """Delete the witness and the branch; see ``ports.ErasableLedger``.

        GitHub keeps the commits for a while, where only their ids find them. The witness is deleted first, or a branch
        that is gone would be restored from it.
        """
        ref = self._place.ref
        try:
            begun = ref in branches.refs(self._hub, self._repository, ref)
        except branches.EmptyError:
            return False
        if begun:
            branches.check_alone(self._hub, self._repository, self._home.name)
        was = Witness(self._hub, self._repository, self._home.name).delete()
        return (begun and branches.delete(self._hub, self._repository, ref)) or was

    def seal_state(self) -> SealState:
        """Whether the ledger is still sealed with the key before. Raises as ``read`` does."""
        transaction = GitTransaction(self._place)
        counts = transaction.read().counts
        return SealState(counts.outdated if counts else None, transaction.warnings)

    def adopt(self) -> Adopted:
        """Take over the ledger of a club that moved, on this branch or left behind; see ``ports.AdoptableLedger``.

        Raises InputError where there is none to be taken over, or several, and otherwise as ``read`` does.
        """
        transaction = GitTransaction(self._place)
        read_refs = transaction.read_once()
        owners = {version.owner for version in (read_refs.counts, read_refs.on_branch) if version}
        if read_refs.counts and owners <= {None, self._sealing.owner()}:
            raise InputError(
                f"The ledger on the branch {self._home.name} is this club's already.", "Nothing is to be done."
            )
        adoptable = {self._home.name: read_refs.counts} if read_refs.counts else self._left_behind()
        if not adoptable:
            raise InputError("There is no ledger to be taken over.", "The next run begins one.")
        if len(adoptable) > 1:
            raise InputError(
                f"More than one ledger was left behind: {', '.join(sorted(adoptable))}.",
                "Delete the branches of those that no club needs any more, and run this again.",
            )
        [(name, stored)] = adoptable.items()
        over = read_refs.counts if read_refs.refs is Refs.GONE else read_refs.on_branch
        restored = read_refs.refs is not Refs.GONE or transaction.restore(read_refs)
        if not (restored and transaction.overwrite(stored, over)):
            raise UnreachableError("Another run is writing the ledger.", "Run this again.")
        warnings = transaction.warnings
        if name != self._home.name:
            try:
                let_go(self._hub, self._repository, name)
            except SessionsError as error:
                warnings = (*warnings, ReportWarning(LEFT, f"the branch {name} could not be deleted: {error}"))
        return Adopted(len(stored.snapshot.entries), name, warnings)

    def _read(self, transaction: GitTransaction) -> None:
        if transaction.read().counts is None:
            self._check_nothing_is_left_behind()

    def _check_nothing_is_left_behind(self) -> None:
        """Raise LeftBehindError where this club's ledger is not begun, and one is there whose club is gone.

        That is the case after the club's folder was moved. A new ledger would announce every session again.
        """
        if left := self._left_behind():
            whose = f"The club in the folder '{self._home.folder}'" if self._home.folder else "The club at the root"
            raise LeftBehindError(
                f"{whose} has no ledger yet, and the one on the branch {min(left)} belongs to a folder without a "
                "sessions.yml.",
                "If this club has moved, run 'sessionsmgmt resolve --adopt' once. If it is a new one, delete that "
                "branch.",
            )

    def _left_behind(self) -> dict[str, Version]:
        """The ledgers of clubs that are gone, by their branches."""
        clubs = self._home.clubs()
        if clubs is None:
            return {}
        known = replace(clubs, branches=clubs.branches | {self._home.name})
        return left_behind(self._hub, self._repository, self._sealing, known)

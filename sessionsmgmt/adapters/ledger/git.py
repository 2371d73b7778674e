"""The ledger as one sealed file on a branch of its own in the club's repository.

Reading is one GET, writing one PUT that GitHub only takes if the file is still the one that was read (compare-and-swap
by the id of its content). The branch begins as a commit without parents, so nothing of the club's files is on it. A
second ref, the witness, moves along with each writing; from it a branch is restored that was deleted or forced back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import DeclinedError, Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.abandoned import Clubs, left_behind, let_go
from sessionsmgmt.adapters.ledger.both_refs import BothRefs, Refs, Seen
from sessionsmgmt.adapters.ledger.branch import ANSWERS, HEADS, NO_FAST_FORWARD, WRITING
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealed_version import Sealing, Version, shown_at
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.adapters.ledger.witness import Witness
from sessionsmgmt.domain.delivery.claims import SECRET_BYTES, ByDigest, LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import InputError, LeftBehindError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.ledger import Adopted
from sessionsmgmt.retry import RetryLater, retry

LAGS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between looks at a ledger that seems older than it was: GitHub may answer from a copy that lags behind.

The first two are enough where the witness alone says so, since to restore what is there already does no harm.
"""

RESTORED = "ledger-restored"
BEHIND = "ledger-behind"
UNWITNESSED = "ledger-witness"
LEFT = "ledger-left"
"""The codes of the warnings about the refs."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the steps make of the ledger ``over`` which they were taken.

    ``stored`` is what stands on the branch once ``data`` is taken; both are empty where it stays as it is.
    """

    over: Version | None
    snapshot: LedgerSnapshot
    refused: tuple[Refused, ...] = ()
    data: bytes = b""
    stored: Version | None = None


def _unknown() -> Clubs | None:
    """The clubs of a repository of which nobody knows."""
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


class GitLedger:
    """What was said, sealed with ``keys``. What ``retention`` does not keep is forgotten with the next write.

    Needs ``contents: write`` of the job's own token. The sealed text names the repository, by its number, and the
    club's folder: that of another is refused. Each writing has a serial number one higher than that before, and the
    witness ref stands at the last one. So a branch that is deleted or put back to an older version is noticed, while a
    run lasts and between runs, as long as it does not happen to both refs.
    """

    def __init__(self, hub: Hub, home: Branch, keys: Keys, retention: Retention) -> None:
        self._hub = hub
        self._repository = hub.repository(home.repository)
        self._home = home
        self._branch = home.name
        self._ref = f"{HEADS}{home.name}"
        self._sealing = Sealing(hub, self._repository, home.repository_id, home.folder, keys)
        self._retention = retention
        self._witness = Witness(hub, self._repository, home.name)
        self._at = BothRefs(hub, self._repository, home.name, self._sealing, self._witness)
        self._secret: bytes | None = None  # of the last book read: what its reader's digests are made with
        self._seen: Seen | None = None  # when it was last looked at or written
        self._warnings: dict[str, ReportWarning] = {}

    def begin_with(self, secret: bytes) -> None:
        """The secret to begin with, if the ledger isn't begun yet. Takes effect with the next ``read``."""
        self._secret = secret

    def read(self, now: datetime) -> LedgerSnapshot:  # noqa: ARG002 - the port's: some stores look at a stretch of time
        """The book as it stands; where there is no branch yet, an empty one whose secret the first write will store.

        Where the branch was deleted or put back, it is the witness's. That restores nothing, and is a warning. Raises
        RefusedError for a ledger that can't be trusted or is another club's and where GitHub refuses, UnreachableError
        where it can't be reached.
        """
        seen = self._look()
        if seen.counts is None:
            self._check_nothing_is_left_behind()
        snapshot = seen.counts.snapshot if seen.counts else self._unwritten()
        self._secret = snapshot.secret
        return snapshot

    def write(self, steps: Sequence[Step], now: datetime) -> tuple[Refused, ...]:
        """Take the steps; see ``ports.Ledger``. Raises as ``read`` does.

        A branch that was deleted or put back is restored first, and the witness is moved along. Where another run began
        the ledger after it was read here, nothing is claimed: what is to be said was made with a secret that was never
        stored, and nobody would be recognised by it later.
        """
        seen = self._seen or self._look()
        draft = self._draft(seen.counts, steps, now)
        if steps and not draft.data:  # it may have changed meanwhile, and a refusal is about what is true now
            seen = self._look()
            draft = self._draft(seen.counts, steps, now)
        if not self._taken(draft, seen):
            drafts = [draft]
            draft = retry(partial(self._again, drafts, steps, now), "The ledger", self._hub.retry_policy)
        return draft.refused

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What a person should know of the refs; see ``ports.LedgerWithWarnings``."""
        return tuple(self._warnings.values())

    def erase(self) -> bool:
        """Delete the witness and the branch; see ``ports.Erasable``.

        GitHub keeps the commits for a while, found by their ids alone. The witness goes first, or a branch that is gone
        would come back by it.
        """
        try:
            begun = self._ref in branches.refs(self._hub, self._repository, self._ref)
        except branches.EmptyError:
            return False
        if begun:
            branches.check_alone(self._hub, self._repository, self._branch)
        was = self._witness.delete()
        was = (begun and branches.delete(self._hub, self._repository, self._ref)) or was
        self._secret, self._seen = None, None
        return was

    def is_outdated(self) -> bool | None:
        """Whether it is still sealed with the key before; None where it is not begun. Raises as ``read`` does."""
        counts = self._look().counts
        return counts.outdated if counts else None

    def adopt(self) -> Adopted:
        """Take over the ledger of a club that moved, on this branch or left behind; see ``ports.Adoptable``.

        Raises InputError where there is none to be taken over, or several, and otherwise as ``read`` does.
        """
        seen = self._see()
        owners = {one.owner for one in (seen.counts, seen.on_branch) if one}
        if seen.counts and owners <= {None, self._sealing.owner()}:
            raise InputError(
                f"The ledger on the branch {self._branch} is this club's already.", "Nothing is to be done."
            )
        found = {self._branch: seen.counts} if seen.counts else self._left_behind()
        if not found:
            raise InputError("There is no ledger to be taken over.", "The next run begins one.")
        if len(found) > 1:
            raise InputError(
                f"More than one ledger was left behind: {', '.join(sorted(found))}.",
                "Delete the branches of those that no club needs any more, and run this again.",
            )
        [(name, stored)] = found.items()
        over = seen.counts if seen.refs is Refs.GONE else seen.on_branch
        if (seen.refs is Refs.GONE and not self._restore(seen)) or not self._overwrite(stored, over):
            raise UnreachableError("Another run is writing the ledger.", "Run this again.")
        if name != self._branch:
            try:
                let_go(self._hub, self._repository, name)
            except SessionsError as error:
                self._warn(LEFT, f"the branch {name} could not be deleted: {error}")
        return Adopted(len(stored.snapshot.entries), name)

    # reading

    def _look(self) -> Seen:
        """What counts now, and never what is older than what was seen of it before, or another club's."""
        seen = self._see()
        for pause in LAGS if self._seen else LAGS[:2]:
            if not (seen.lost or self._is_older(seen.counts)):
                break
            self._hub.retry_policy.sleep(pause)
            seen = self._see()
        if self._is_older(seen.counts):
            raise RefusedError(
                f"{shown_at(self._ref)} was deleted, or an older version of it was put back, while this run was at "
                "work.",
                "Find out who did, and put the last version of the branch back before the next run.",
            )
        for stored in (seen.on_branch, seen.counts):
            if stored:
                self._sealing.check_owner(stored, self._ref)
        self._seen = seen
        self._note(seen)
        return seen

    def _see(self) -> Seen:
        """Both refs as they are. The witness is asked for at first, and later where the branch is not as it should."""
        on_branch = self._at.branch()
        if self._seen and not self._is_older(on_branch):
            return Seen(on_branch, on_branch, Refs.AHEAD if self._seen.refs is Refs.AHEAD else Refs.EVEN)
        return self._at.both(on_branch)

    def _is_older(self, found: Version | None) -> bool:
        """Whether that is older than what was last seen. Numbers only grow, and no two writings have the same."""
        last = self._seen.counts if self._seen else None
        if last is None or found is None:
            return last is not None
        if found.serial == last.serial:
            return found.sha != last.sha
        return found.serial < last.serial

    def _note(self, seen: Seen) -> None:
        if seen.lost:
            self._warn(BEHIND, f"{self._lost(seen)}. Its witness ref is used in its place; the next run restores it")
        else:
            self._warnings.pop(BEHIND, None)

    def _lost(self, seen: Seen) -> str:
        what = "was deleted" if seen.refs is Refs.GONE else "was put back to an older version"
        return f"the ledger's branch {self._branch} {what}"

    def _warn(self, code: str, text: str) -> None:
        self._warnings[code] = ReportWarning(code, text)

    def _check_nothing_is_left_behind(self) -> None:
        """Raise LeftBehindError where this club's ledger is not begun, and one is there whose club is gone.

        That is how it looks after the club's folder was moved. To begin anew would announce every session again.
        """
        if found := self._left_behind():
            whose = f"The club in the folder '{self._home.folder}'" if self._home.folder else "The club at the root"
            raise LeftBehindError(
                f"{whose} has no ledger yet, and the one on the branch {min(found)} belongs to a folder without a "
                "sessions.yml.",
                "If this club has moved, run 'sessionsmgmt resolve --adopt' once. If it is a new one, delete that "
                "branch.",
            )

    def _left_behind(self) -> dict[str, Version]:
        """The ledgers of clubs that are gone, by their branches."""
        clubs = self._home.clubs()
        if clubs is None:
            return {}
        known = replace(clubs, branches=clubs.branches | {self._branch})
        return left_behind(self._hub, self._repository, self._sealing, known)

    # writing

    def _again(self, drafts: list[_Draft], steps: Sequence[Step], now: datetime) -> _Draft | RetryLater:
        """Try once more over what stands there now. ``drafts`` are those that may have been taken, unknown to us."""
        seen = self._look()
        for draft in drafts:
            if draft.stored and draft.stored == seen.on_branch:
                self._follow(draft.stored.serial)
                return draft  # our request came through although its reply was lost
        draft = self._draft(seen.counts, steps, now)
        if self._taken(draft, seen):
            return draft
        drafts.append(draft)
        return RetryLater("other runs keep writing it, or GitHub does not let it be written")

    def _taken(self, draft: _Draft, seen: Seen) -> bool:
        """Whether the refs are as they should be afterwards; false if what was seen is not what stands there."""
        if seen.lost and not self._restore(seen):
            return False
        if draft.data:
            return self._take(draft)
        if seen.refs is Refs.AHEAD:
            self._follow(_serial(seen.counts))
        return True

    def _draft(self, found: Version | None, steps: Sequence[Step], now: datetime) -> _Draft:
        before = found.snapshot if found else self._unwritten()
        known = self._secret in (None, before.secret)
        after, refused = before.advanced([one for one in steps if known or not isinstance(one, ByDigest)], now)
        after = self._retention.pruned(after, now)
        strange = [one for one in steps if isinstance(one, ByDigest) and not known]
        refused = (*refused, *(Refused(one.key, "another run has just begun the ledger") for one in strange))
        draft = _Draft(found, after, refused)
        if after == before and not (found and found.outdated):
            return draft
        data, version = self._sealing.sealed(after, _serial(found) + 1)
        return replace(draft, data=data, stored=version)

    def _unwritten(self) -> LedgerSnapshot:
        return LedgerSnapshot(self._secret or secrets.token_bytes(SECRET_BYTES))

    def _take(self, draft: _Draft) -> bool:
        """Put the draft on the branch; false if what it was made over is not what stands there."""
        commit = self._put(draft)
        if commit and draft.stored:
            self._seen = Seen(draft.stored, draft.stored, Refs.AHEAD)
            self._follow(draft.stored.serial, commit)
        return bool(commit)

    def _put(self, draft: _Draft) -> str:
        """The commit in which the draft stands on the branch; empty if what it was made over is not what stands there.

        A draft over nothing begins the branch.
        """
        count = len(draft.snapshot.entries)
        message = f"Remember {count} {'notice' if count == 1 else 'notices'} [skip ci]"
        call = partial(branches.replace_file, draft.over.sha) if draft.over else branches.begin
        put = partial(call, self._repository, self._branch, message, draft.data)
        try:
            return self._hub.repeat(put, WRITING, ANSWERS)
        except DeclinedError as declined:
            if branches.is_race(declined) or (declined.status == HTTPStatus.NOT_FOUND and not self._at.is_begun()):
                return ""
            raise branches.refusal(declined, self._branch) from None

    def _follow(self, serial: int, commit: str = "") -> None:
        """Let the witness stand where the branch stands. That it can't is a warning: the ledger itself is written."""
        try:
            commit = commit or branches.refs(self._hub, self._repository, self._ref).get(self._ref, "")
            if commit:
                self._witness.move(commit, serial)
        except SessionsError as error:
            self._warn(UNWITNESSED, f"the ledger's witness ref {self._witness.ref} could not be moved: {error}")
            return
        self._warnings.pop(UNWITNESSED, None)
        if self._seen:
            self._seen = replace(self._seen, refs=Refs.EVEN)

    def _restore(self, seen: Seen) -> bool:
        """Let the branch stand where the witness stands; false if it is to be looked at again.

        Nothing that somebody wrote in between is lost: the branch is only made where there is none, and only moved
        forwards. Where it does not lead to the witness, what the witness has is written over it.
        """
        commit = self._witness.commit()
        if not commit:
            return False
        call = partial(branches.create if seen.refs is Refs.GONE else branches.move, self._repository, self._ref)
        try:
            self._hub.repeat(partial(call, commit), WRITING, ANSWERS)
        except DeclinedError as declined:
            if not branches.is_race(declined):
                raise branches.refusal(declined, self._branch) from None
            diverged = NO_FAST_FORWARD.search(declined.message)
            if diverged and seen.counts and self._overwrite(seen.counts, seen.on_branch):
                self._warn_restored(seen)
            return False
        self._warn_restored(seen)
        self._seen = Seen(seen.counts, seen.counts)
        return True

    def _overwrite(self, version: Version, over: Version | None) -> bool:
        """Write a version over the one on the branch, as this club's; false if that is not what stands there."""
        data, written = self._sealing.sealed(version.snapshot, version.serial + 1)
        return self._take(_Draft(over, version.snapshot, data=data, stored=written))

    def _warn_restored(self, seen: Seen) -> None:
        self._warnings.pop(BEHIND, None)
        self._warn(
            RESTORED,
            f"{self._lost(seen)}, and was restored from its witness ref. Find out who did that, a workflow that tidies "
            "up branches for instance, and let it leave this one alone",
        )


def _serial(found: Version | None) -> int:
    return found.serial if found else 0

"""One use of the git ledger: a read, or a write with all that it has to repeat because another run was faster.

A transaction begins with what an earlier one of the same command saw, so that a branch that is put back in between is
noticed, and a write needs no request to learn what was read. It lasts as long as one call of ``GitLedger``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from http import HTTPStatus

from github.Repository import Repository

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.github.client import DeclinedError, Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.both_refs import BothRefs, ReadRefs, Refs
from sessionsmgmt.adapters.ledger.branch import ANSWERS, HEADS, NO_FAST_FORWARD, WRITING
from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.adapters.ledger.sealed_version import Sealing, Version, shown_at
from sessionsmgmt.adapters.ledger.witness import Witness
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Refused, Step
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import RefusedError, SessionsError
from sessionsmgmt.retry import RetryLater, retry

LAGS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two readings of a ledger that seems too old: GitHub may answer from a copy that lags behind.

The first two are enough where the witness alone says so, since to restore what is there already does no harm.
"""

RESTORED = "ledger-restored"
BEHIND = "ledger-behind"
UNWITNESSED = "ledger-witness"
"""The codes of the warnings about the refs."""


@dataclass(frozen=True, slots=True)
class Place:
    """The branch that the ledger is on, how it is reached and opened, and how long it remembers.

    ``name`` is the repository's, which ``repository`` is the library's object of.
    """

    hub: Hub
    name: RepositoryName
    repository: Repository
    branch: str
    sealing: Sealing
    retention: Retention

    @property
    def ref(self) -> str:
        """The branch as a ref."""
        return f"{HEADS}{self.branch}"


@dataclass(frozen=True, slots=True)
class GitVersion:
    """What a snapshot says of the refs it came from, for the next transaction on the same branch."""

    repository: RepositoryName
    branch: str
    read_refs: ReadRefs
    has_witness: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the steps make of the ledger ``over`` which they were taken.

    ``stored`` is the version on the branch once ``data`` is written; both are empty where nothing is to be written.
    """

    over: Version | None
    snapshot: LedgerSnapshot
    refused: tuple[Refused, ...] = ()
    data: bytes = b""
    stored: Version | None = None


class GitTransaction:
    """What one call asks of the refs and writes to them. ``earlier`` is a snapshot that the same command has."""

    def __init__(self, place: Place, earlier: LedgerSnapshot | None = None) -> None:
        version = earlier.version if earlier and isinstance(earlier.version, GitVersion) else None
        if version and (version.repository, version.branch) != (place.name, place.branch):
            version = None
        self._place = place
        self._hub = place.hub
        self._sealing = place.sealing
        is_there = version is not None and version.has_witness
        self._witness = Witness(place.hub, place.repository, place.branch, is_there=is_there)
        self._refs = BothRefs(place.hub, place.repository, place.branch, place.sealing, self._witness)
        self._read_refs = version.read_refs if version else None  # when it was last read or written
        self._warnings = {warning.code: warning for warning in earlier.warnings} if earlier and version else {}

    @property
    def read_refs(self) -> ReadRefs | None:
        """What was last seen of the refs; None before anything was."""
        return self._read_refs

    def read(self) -> ReadRefs:
        """The ledger that counts now.

        Raises RefusedError where it is older than what was seen before, is another club's or can't be trusted, and
        otherwise as ``Hub.repeat``.
        """
        read_refs = self.read_once()
        for pause in LAGS if self._read_refs else LAGS[:2]:
            if not (read_refs.lost or self._is_older(read_refs.counts)):
                break
            self._hub.retry_policy.sleep(pause)
            read_refs = self.read_once()
        if self._is_older(read_refs.counts):
            raise RefusedError(
                f"{shown_at(self._place.ref)} was deleted, or an older version of it was put back, while this run was "
                "at work.",
                "Find out who did, and put the last version of the branch back before the next run.",
            )
        for stored in (read_refs.on_branch, read_refs.counts):
            if stored:
                self._sealing.check_owner(stored, self._place.ref)
        self._read_refs = read_refs
        self._note(read_refs)
        return read_refs

    def read_once(self) -> ReadRefs:
        """Both refs as they are now. After the first time, the witness is read only if the branch seems too old."""
        on_branch = self._refs.branch()
        if self._read_refs and not self._is_older(on_branch):
            return ReadRefs(on_branch, on_branch, Refs.AHEAD if self._read_refs.refs is Refs.AHEAD else Refs.EVEN)
        return self._refs.both(on_branch)

    def snapshot(self, secret: bytes) -> LedgerSnapshot:
        """The ledger as it was last seen; one that is not begun has this secret."""
        if self._read_refs is None:
            raise ValueError("nothing was read yet")
        counts = self._read_refs.counts
        version = GitVersion(self._place.name, self._place.branch, self._read_refs, self._witness.is_there)
        plain = counts.snapshot if counts else LedgerSnapshot(secret)
        return replace(plain, warnings=self.warnings, version=version)

    @property
    def warnings(self) -> tuple[ReportWarning, ...]:
        """What a person should know of the refs by now."""
        return tuple(self._warnings.values())

    def write(self, steps: Sequence[Step], now: datetime, secret: bytes) -> tuple[Refused, ...]:
        """Take the steps, and return those that are refused. ``secret`` is the one that their digests were made with.

        A branch that was deleted or put back is restored first, and the witness is moved along. Raises as ``read``.
        """
        read_refs = self._read_refs or self.read()
        draft = self._draft(read_refs.counts, steps, now, secret)
        if steps and not draft.data:  # a refusal is about what is true now, and the ledger may have changed
            read_refs = self.read()
            draft = self._draft(read_refs.counts, steps, now, secret)
        if not self._taken(draft, read_refs):
            drafts = [draft]
            again = partial(self._again, drafts, steps, now, secret)
            draft = retry(again, "The ledger", self._hub.retry_policy)
        return draft.refused

    def restore(self, read_refs: ReadRefs) -> bool:
        """Restore the branch from the witness; false if the refs have to be read again.

        Nothing that somebody wrote in between is lost: the branch is only made where there is none, and only moved
        forwards. Where the witness is no descendant of the branch, the witness's ledger is written over the branch's.
        """
        commit = self._witness.commit()
        if not commit:
            return False
        change = branches.create if read_refs.refs is Refs.GONE else branches.move
        try:
            self._hub.repeat(partial(change, self._place.repository, self._place.ref, commit), WRITING, ANSWERS)
        except DeclinedError as declined:
            if not branches.is_race(declined):
                raise branches.refusal(declined, self._place.branch) from None
            diverged = NO_FAST_FORWARD.search(declined.message)
            if diverged and read_refs.counts and self.overwrite(read_refs.counts, read_refs.on_branch):
                self._warn_restored(read_refs)
            return False
        self._warn_restored(read_refs)
        self._read_refs = ReadRefs(read_refs.counts, read_refs.counts)
        return True

    def overwrite(self, version: Version, over: Version | None) -> bool:
        """Write a version over the one on the branch, as this club's; false if the branch has another version now."""
        data, written = self._sealing.sealed(version.snapshot, version.serial + 1)
        return self._take(_Draft(over, version.snapshot, data=data, stored=written))

    def _is_older(self, version: Version | None) -> bool:
        """Whether that is older than what was last seen. Serial numbers only grow, and no two writes have the same."""
        last = self._read_refs.counts if self._read_refs else None
        if last is None or version is None:
            return last is not None
        if version.serial == last.serial:
            return version.sha != last.sha
        return version.serial < last.serial

    def _note(self, refs: ReadRefs) -> None:
        if refs.lost:
            self._warn(BEHIND, f"{self._lost(refs)}. Its witness ref is used in its place; the next run restores it")
        else:
            self._warnings.pop(BEHIND, None)

    def _lost(self, refs: ReadRefs) -> str:
        what = "was deleted" if refs.refs is Refs.GONE else "was put back to an older version"
        return f"the ledger's branch {self._place.branch} {what}"

    def _warn(self, code: str, text: str) -> None:
        self._warnings[code] = ReportWarning(code, text)

    def _warn_restored(self, refs: ReadRefs) -> None:
        self._warnings.pop(BEHIND, None)
        self._warn(
            RESTORED,
            f"{self._lost(refs)}, and was restored from its witness ref. Find out who did that, a workflow that tidies "
            "up branches for instance, and let it leave this one alone",
        )

    def _again(self, drafts: list[_Draft], steps: Sequence[Step], now: datetime, secret: bytes) -> _Draft | RetryLater:
        """Try once more over what is there now. ``drafts`` may have been written, if only their reply was lost."""
        read_refs = self.read()
        for draft in drafts:
            if draft.stored and draft.stored == read_refs.on_branch:
                self._follow(draft.stored.serial)
                return draft  # the request was taken although its reply was lost
        draft = self._draft(read_refs.counts, steps, now, secret)
        if self._taken(draft, read_refs):
            return draft
        drafts.append(draft)
        return RetryLater("other runs keep writing it, or GitHub does not let it be written")

    def _taken(self, draft: _Draft, read_refs: ReadRefs) -> bool:
        """Bring the refs to the state that the draft wants; false if they are not as they were seen any more."""
        if read_refs.lost and not self.restore(read_refs):
            return False
        if draft.data:
            return self._take(draft)
        if read_refs.refs is Refs.AHEAD:
            self._follow(_serial(read_refs.counts))
        return True

    def _draft(self, stored: Version | None, steps: Sequence[Step], now: datetime, secret: bytes) -> _Draft:
        before = stored.snapshot if stored else LedgerSnapshot(secret)
        after, refused = before.advanced(steps, now, secret)
        after = self._place.retention.pruned(after, now)
        draft = _Draft(stored, after, refused)
        if after == before and not (stored and stored.outdated):
            return draft
        data, version = self._sealing.sealed(after, _serial(stored) + 1)
        return replace(draft, data=data, stored=version)

    def _take(self, draft: _Draft) -> bool:
        """Write the draft to the branch; false if the branch is not at the version that the draft is over."""
        commit = self._put(draft)
        if commit and draft.stored:
            self._read_refs = ReadRefs(draft.stored, draft.stored, Refs.AHEAD)
            self._follow(draft.stored.serial, commit)
        return bool(commit)

    def _put(self, draft: _Draft) -> str:
        """The commit that has the draft; empty if the branch is not at the version that the draft is over.

        A draft over nothing begins the branch.
        """
        count = len(draft.snapshot.entries)
        message = f"Remember {count} {'notice' if count == 1 else 'notices'} [skip ci]"
        call = partial(branches.replace_file, draft.over.sha) if draft.over else branches.begin
        put = partial(call, self._place.repository, self._place.branch, message, draft.data)
        try:
            return self._hub.repeat(put, WRITING, ANSWERS)
        except DeclinedError as declined:
            if branches.is_race(declined) or (declined.status == HTTPStatus.NOT_FOUND and not self._refs.is_begun()):
                return ""
            raise branches.refusal(declined, self._place.branch) from None

    def _follow(self, serial: int, commit: str = "") -> None:
        """Move the witness to the branch's commit. A failure is only a warning, since the ledger itself is written."""
        try:
            at = commit or branches.refs(self._hub, self._place.repository, self._place.ref).get(self._place.ref)
            if at:
                self._witness.move(at, serial)
        except SessionsError as error:
            self._warn(UNWITNESSED, f"the ledger's witness ref {self._witness.ref} could not be moved: {error}")
            return
        self._warnings.pop(UNWITNESSED, None)
        if self._read_refs:
            self._read_refs = replace(self._read_refs, refs=Refs.EVEN)


def _serial(version: Version | None) -> int:
    return version.serial if version else 0

"""The two refs of the git ledger, branch and witness: the version at each of them, and which one counts."""

from __future__ import annotations

from enum import Enum

from github.Repository import Repository

from sessionsmgmt.adapters.github.client import Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.branch import FILE, HEADS, NoFileError
from sessionsmgmt.adapters.ledger.sealed_version import Sealing, Version, shown_at
from sessionsmgmt.adapters.ledger.sealing import head
from sessionsmgmt.adapters.ledger.witness import Witness
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError


class Refs(Enum):
    """Which of the branch and the witness has the newer ledger."""

    EVEN = "both have the same, as far as is known, or there are none"
    AHEAD = "the branch is further than the witness, or there is no witness"
    GONE = "there is no branch, and a witness"
    BEHIND = "the branch is older than the witness"


@dataclass(frozen=True, slots=True)
class ReadRefs:
    """What was read at both refs: the version that counts, and the version on the branch."""

    counts: Version | None
    on_branch: Version | None
    refs: Refs = Refs.EVEN

    @property
    def lost(self) -> bool:
        """Whether the branch is to be restored from the witness."""
        return self.refs in {Refs.GONE, Refs.BEHIND}


class BothRefs:
    """The branch of a ledger and its witness."""

    def __init__(self, hub: Hub, repository: Repository, branch: str, sealing: Sealing, witness: Witness) -> None:
        self._hub = hub
        self._repository = repository
        self._branch = branch
        self._ref = f"{HEADS}{branch}"
        self._sealing = sealing
        self._witness = witness

    def branch(self) -> Version | None:
        """The version on the branch; None where there is no branch.

        Raises RefusedError where it can't be trusted or is no ledger, and otherwise as ``Hub.repeat``.
        """
        try:
            content = branches.content(self._hub, self._repository, self._ref)
            if content is None and self.is_begun():
                content = branches.content(self._hub, self._repository, self._ref)  # perhaps begun in between
                if content is None:
                    raise RefusedError(
                        f"The branch {self._branch} is there, but not {FILE} on it.",
                        "Put that back; or, if the branch is something else, give another name for the ledger's.",
                    )
        except NoFileError:
            raise RefusedError(
                f"{shown_at(self._ref)} is no file.", "Move it away, or give another name for the ledger's branch."
            ) from None
        return self._sealing.opened(content, self._ref) if content else None

    def is_begun(self) -> bool:
        """Whether the branch is there. GitHub answers that only to a token that may read the repository.

        A file that is not found proves nothing: GitHub answers the same where the repository is another one, or where
        the token may not see it, and a ledger that is taken for empty would announce every session again.
        """
        return self._ref in branches.refs(self._hub, self._repository, self._ref)

    def both(self, on_branch: Version | None) -> ReadRefs:
        """Both refs, compared by serial numbers. The witness is opened only if it counts. Raises as ``branch``."""
        witness = self._witness.content() if on_branch else self._witness.content_by_commit()
        known = head(witness.data) if witness else None
        if witness is None or known is None:
            return ReadRefs(on_branch, on_branch, Refs.AHEAD if on_branch else Refs.EVEN)
        if on_branch and known[1] <= on_branch.serial:
            even = witness.sha == on_branch.sha
            return ReadRefs(on_branch, on_branch, Refs.EVEN if even else Refs.AHEAD)
        counts = self._sealing.opened_witness(witness, self._witness.ref)
        return ReadRefs(counts, on_branch, Refs.BEHIND if on_branch else Refs.GONE)

"""One version of the git ledger: how it is sealed together with its owner, and how it is opened."""

from __future__ import annotations

from github.Repository import Repository

from sessionsmgmt.adapters.github.client import Hub
from sessionsmgmt.adapters.ledger.branch import FILE, HEADS, READING, Content, blob_id
from sessionsmgmt.adapters.ledger.codec import decode, encode
from sessionsmgmt.adapters.ledger.owner import Owner, parted
from sessionsmgmt.adapters.ledger.sealing import FORMAT, OWNED, Keys, head, seal, unseal
from sessionsmgmt.adapters.ledger.witness import BELOW
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError

PLACE = "a git ledger"
"""The place that the seal is bound to. It is the same for all git ledgers; the content names the owner."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the ledger: its snapshot, the id of its content, and its serial number.

    ``outdated`` is true if it is sealed with the key before. ``owner`` is None if an earlier version of the program
    wrote it; such a text opens only at its own place.
    """

    snapshot: LedgerSnapshot
    sha: str
    serial: int
    outdated: bool
    owner: Owner | None


class Sealing:
    """How the ledger of the club in a folder of the repository is sealed and opened.

    ``number`` is GitHub's of the repository, or empty to have it asked for.
    """

    def __init__(self, hub: Hub, repository: Repository, number: str, folder: str, keys: Keys) -> None:
        self._hub = hub
        self._repository = repository
        self._number = number
        self._folder = folder
        self._keys = keys

    def owner(self) -> Owner:
        """The owner that the ledger must have. The repository is identified by its number: its name can change."""
        if not self._number:
            self._number = self._hub.repeat(lambda: str(int(self._repository.id)), READING)
        return Owner(self._number, self._folder)

    def sealed(self, snapshot: LedgerSnapshot, serial: int) -> tuple[bytes, Version]:
        """The snapshot as a sealed text that names the owner, and the version that this text is."""
        owner = self.owner()
        data = seal(owner.named_in(encode(snapshot)), self._keys, PLACE, serial, OWNED)
        return data, Version(snapshot, blob_id(data), serial, outdated=False, owner=owner)

    def opened(self, found: Content, ref: str) -> Version:
        """What is in the sealed text at a ref. Raises RefusedError where it can't be trusted."""
        shown, known = shown_at(ref), head(found.data)
        if known and known[0] == FORMAT:  # of an earlier version: it opens only in its repository, on its branch
            place = f"{self.owner().repository} {ref.removeprefix(HEADS).removeprefix(BELOW)}"
            opened = unseal(found.data, self._keys, place, shown)
            return Version(decode(opened.content, shown), found.sha, opened.serial, opened.outdated, None)
        opened = unseal(found.data, self._keys, PLACE, shown, OWNED)
        owner, content = parted(opened.content, shown)
        return Version(decode(content, shown), found.sha, opened.serial, opened.outdated, owner)

    def opened_witness(self, content: Content, ref: str) -> Version:
        """The same for a witness, which takes git to be deleted."""
        try:
            return self.opened(content, ref)
        except RefusedError as error:
            hint = f"{error.hint} This deletes it: git push origin --delete {ref}"
            raise RefusedError(error.text, hint) from None

    def check_owner(self, version: Version, ref: str) -> None:
        """Raise RefusedError where the ledger at the ref is another club's."""
        owner, ours = version.owner, self.owner() if version.owner else None
        if owner is None or ours is None or owner == ours:
            return
        whose = f"the club in the folder '{owner.folder}'" if owner.folder else "the club at the repository's root"
        elsewhere = f" of another repository (number {owner.repository})" * (owner.repository != ours.repository)
        raise RefusedError(
            f"{shown_at(ref)} belongs to {whose}{elsewhere}.",
            "If this club is the same and has moved, run 'sessionsmgmt resolve --adopt' once. If it is another one, it "
            "needs a branch of its own.",
        )


def shown_at(ref: str) -> str:
    """How messages name the ledger at a ref."""
    return f"{FILE} on the branch {ref.removeprefix(HEADS)}" if ref.startswith(HEADS) else f"{FILE} on the ref {ref}"

"""Whose a ledger is: the repository, by GitHub's number of it, and the folder of the club within the repository."""

from __future__ import annotations

import json

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Owner:
    """The club that a ledger belongs to. ``folder`` is that of its sessions.yml, empty at the repository's root.

    The number of a repository stays when it is renamed.
    """

    repository: str
    folder: str

    def named_in(self, content: bytes) -> bytes:
        """The content, after a first line that names the owner."""
        named = {"repository": self.repository, "folder": self.folder}
        return json.dumps(named, separators=(",", ":")).encode() + b"\n" + content


def parted(text: bytes, shown: str) -> tuple[Owner, bytes]:
    """The owner that ``named_in`` named, and the content. ``shown`` is how messages name the ledger.

    Raises RefusedError where the first line names none.
    """
    line, _, content = text.partition(b"\n")
    try:
        match json.loads(line):
            case {"repository": str(repository), "folder": str(folder), **more} if not more:
                return Owner(repository, folder), content
    except (ValueError, RecursionError):
        pass
    raise RefusedError(
        f"{shown}: the ledger is damaged: it does not say whose it is.", "Put back the last version that was right."
    )

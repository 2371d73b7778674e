"""The ledgers of a repository whose clubs are gone: a club that moved to another folder has left one behind."""

from __future__ import annotations

from github.Repository import Repository

from sessionsmgmt.adapters.github.client import Hub
from sessionsmgmt.adapters.ledger import branch as branches
from sessionsmgmt.adapters.ledger.branch import HEADS, NoFileError
from sessionsmgmt.adapters.ledger.sealed_version import Sealing, Version
from sessionsmgmt.adapters.ledger.sealing import head
from sessionsmgmt.adapters.ledger.witness import Witness
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import RefusedError

FEW = 30
"""Up to so many branches are all read; of more, only those are read whose names begin like a ledger's."""


@dataclass(frozen=True, slots=True)
class Clubs:
    """The folders of a repository that have a club, and the branches that their ledgers are or were on.

    ``start`` is how the usual names of such branches begin.
    """

    start: str
    folders: frozenset[str]
    branches: frozenset[str]


def left_behind(hub: Hub, repository: Repository, sealing: Sealing, clubs: Clubs) -> dict[str, Version]:
    """The ledgers that the club's key opens and whose folder has no club, by their branches.

    Raises as ``Hub.repeat``.
    """
    every = {ref.removeprefix(HEADS) for ref in branches.refs(hub, repository, HEADS)}
    strangers = every - clubs.branches
    if len(strangers) > FEW:
        strangers = {name for name in strangers if name.startswith(clubs.start)}
    versions = {name: _opened(hub, repository, sealing, f"{HEADS}{name}") for name in sorted(strangers)}
    return {
        name: version
        for name, version in versions.items()
        if version and (version.owner is None or version.owner.folder not in clubs.folders)
    }


def let_go(hub: Hub, repository: Repository, branch: str) -> None:
    """Delete a branch whose ledger was taken over, so that no other club can take it over as well.

    Raises RefusedError where that is not possible, and otherwise as ``Hub.repeat``.
    """
    branches.check_alone(hub, repository, branch)
    Witness(hub, repository, branch).delete()
    branches.delete(hub, repository, f"{HEADS}{branch}")


def _opened(hub: Hub, repository: Repository, sealing: Sealing, ref: str) -> Version | None:
    """The ledger on a branch, if there is one of this repository that the club's key opens."""
    try:
        content = branches.content(hub, repository, ref)
    except NoFileError:
        return None
    if content is None or head(content.data) is None:
        return None
    try:
        version = sealing.opened(content, ref)
    except RefusedError:
        return None
    ours = version.owner is None or version.owner.repository == sealing.owner().repository
    return version if ours else None

"""``plan``: the clubs of a repository, as the matrix of a workflow.

Each club is a folder with a sessions.yml and gets a job of its own, so nothing is judged here: what is wrong in one
club's file is said by its own job, and keeps no other club from being told.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from sessionsmgmt.config.clubs import NAME, declared, planned
from sessionsmgmt.errors import InputError

MOST = 256
"""Jobs that one matrix may have (GitHub's limits of Actions)."""


@dataclass(frozen=True, slots=True)
class Club:
    """A job of the matrix: what to call it, its file, and the environment that holds its secrets, if any.

    ``config`` is unlike that of any other club; ``club``, the name of the folder, need not be.
    """

    club: str
    config: str
    environment: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The clubs of one batch, and how many batches there are."""

    clubs: tuple[Club, ...]
    batches: int

    def matrix(self) -> dict[str, object]:
        """What ``strategy.matrix`` takes: a job for each club."""
        return {"include": [asdict(club) for club in self.clubs]}


def plan(root: Path, batch: int = 1) -> Plan:
    """The clubs below a folder, in the order of their paths: the first 256, or those of a later batch.

    Hidden folders and node_modules are passed over, and so is what a link leads to. Raises InputError where there is no
    club, no such batch, or a folder that can't be read.
    """
    paths = sorted(planned(root))
    if not paths:
        raise InputError(f"There is no {NAME} below {root}.", "Name the folder that holds the clubs' folders.")
    batches = -(-len(paths) // MOST)
    if not 1 <= batch <= batches:
        raise InputError(f"There is no batch {batch}.", f"{len(paths)} clubs make {batches}, counted from 1.")
    chosen = paths[(batch - 1) * MOST : batch * MOST]
    return Plan(
        tuple(Club(_name(path), str(path), declared(path, "credentials", "environment")) for path in chosen), batches
    )


def _name(path: Path) -> str:
    return path.parent.name or path.resolve().parent.name

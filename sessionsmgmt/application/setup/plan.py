"""``plan``: the clubs of a repository, as the matrix of a workflow.

Each club is a folder with a sessions.yml, and gets a job of its own. That job reports what is wrong in the club's file,
so no other club is kept from running. Only what keeps the clubs apart is checked here: a club that names what belongs
to another club gets no job, since the job would be given the other club's secrets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sessionsmgmt.application.result import ClubJob, PlanResult
from sessionsmgmt.config.clubs import (
    BRANCH,
    ENVIRONMENT,
    FORMER_BRANCH,
    FORMER_PATH,
    NAME,
    PATH,
    Claim,
    Keys,
    claims,
    contested,
    declared,
    environment_in,
    planned,
    unbound,
)
from sessionsmgmt.config.model import ledger_branch
from sessionsmgmt.config.paths import Folder, around
from sessionsmgmt.config.sources import branch_of_another, ledger_file_fault
from sessionsmgmt.errors import InputError

MOST = 256
"""Jobs that one matrix may have (GitHub's limits of Actions)."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A club as its file shows it before it is read whole."""

    path: Path
    folder: Folder
    says: Mapping[Keys, str]

    @property
    def claim(self) -> Claim:
        return Claim(self.folder.name, self.says.get(ENVIRONMENT, ""))


def plan(root: Path, batch: int = 1, workspace: Path | None = None) -> PlanResult:
    """The clubs below a folder, in the order of their paths: the first 256, or those of a later batch.

    Hidden folders and node_modules are passed over, and so is what a link leads to. ``workspace`` is where a job of
    GitHub Actions has its checkout. Raises InputError where there is no club, no such batch, or a folder that can't be
    read.
    """
    found = [_found(path, workspace) for path in sorted(planned(root))]
    if not found:
        raise InputError(f"There is no {NAME} below {root}.", "Name the folder that holds the clubs' folders.")
    faults = dict(_faults(found))
    left_out = tuple(f"{one.path} is left out: {faults[one.path]}." for one in found if one.path in faults)
    kept = [one for one in found if one.path not in faults]
    if not kept:
        raise InputError(f"No club is left below {root}. {' '.join(left_out)}", "Correct what they name.")
    batches = -(-len(kept) // MOST)
    if not 1 <= batch <= batches:
        raise InputError(f"There is no batch {batch}.", f"{len(kept)} clubs make {batches}, counted from 1.")
    chosen = kept[(batch - 1) * MOST : batch * MOST]
    jobs = tuple(ClubJob(_name(one.path), str(one.path), one.claim.environment) for one in chosen)
    return PlanResult(jobs, batch, batches, left_out)


def _found(path: Path, workspace: Path | None) -> _Found:
    says = declared(path, ENVIRONMENT, BRANCH, PATH, FORMER_BRANCH, FORMER_PATH)
    return _Found(path, around(path, workspace), says)


def _faults(found: Sequence[_Found]) -> Iterator[tuple[Path, str]]:
    """What is another club's in what the clubs name."""
    roots = {one.folder.root for one in found if one.claim.environment}
    known = {one.folder.base / NAME: one.claim.environment for one in found}

    def environment_of(path: Path) -> str:
        return known[path] if path in known else environment_in(path)

    every = {root: list(claims(root, environment_of)) for root in roots}
    ledgers = Counter((one.folder.root, ledger_branch(one.folder.name)) for one in found)
    for one in found:
        if fault := _environment_fault(one, every.get(one.folder.root, ())) or _ledger_fault(one):
            yield one.path, fault
        elif ledgers[one.folder.root, ledger_branch(one.folder.name)] > 1:
            yield one.path, "its ledger's branch would be that of another folder too; give the folder another name"


def _environment_fault(one: _Found, others: Collection[Claim]) -> str:
    if not one.claim.environment:
        return ""
    fault = unbound(one.claim) or contested(one.claim, others)
    return f"{'.'.join(ENVIRONMENT)} {fault}" if fault else ""


def _ledger_fault(one: _Found) -> str:
    for keys in (BRANCH, FORMER_BRANCH):
        if keys in one.says and (fault := branch_of_another(one.says[keys], one.folder)):
            return f"{'.'.join(keys)} {fault}"
    for keys in (PATH, FORMER_PATH):
        if keys in one.says and (fault := ledger_file_fault(one.folder, one.says[keys])):
            return f"{'.'.join(keys)} {fault}"
    return ""


def _name(path: Path) -> str:
    return path.parent.name or path.resolve().parent.name

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
    BRANCH_KEYS,
    ENVIRONMENT_KEYS,
    FORMER_BRANCH_KEYS,
    FORMER_PATH_KEYS,
    PATH_KEYS,
    SESSIONS_FILE,
    ClubEnvironment,
    Keys,
    club_environments,
    conflict_problem,
    declared_environment,
    find_sessions_files,
    folder_problem,
    read_values,
)
from sessionsmgmt.config.model import ledger_branch
from sessionsmgmt.config.paths import ClubFolder, find_club_folder
from sessionsmgmt.config.sources import branch_conflict, ledger_file_problem
from sessionsmgmt.errors import InputError

MOST = 256
"""Jobs that one matrix may have (GitHub's limits of Actions)."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A club as its file shows it before it is read whole."""

    path: Path
    folder: ClubFolder
    says: Mapping[Keys, str]

    @property
    def claim(self) -> ClubEnvironment:
        return ClubEnvironment(self.folder.name, self.says.get(ENVIRONMENT_KEYS, ""))


def plan(root: Path, batch: int = 1, workspace: Path | None = None) -> PlanResult:
    """The clubs below a folder, in the order of their paths: the first 256, or those of a later batch.

    Hidden folders and node_modules are passed over, and so is what a link leads to. ``workspace`` is where a job of
    GitHub Actions has its checkout. Raises InputError where there is no club, no such batch, or a folder that can't be
    read.
    """
    found = [_found(path, workspace) for path in sorted(find_sessions_files(root))]
    if not found:
        raise InputError(f"There is no {SESSIONS_FILE} below {root}.", "Name the folder that holds the clubs' folders.")
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
    says = read_values(path, ENVIRONMENT_KEYS, BRANCH_KEYS, PATH_KEYS, FORMER_BRANCH_KEYS, FORMER_PATH_KEYS)
    return _Found(path, find_club_folder(path, workspace), says)


def _faults(found: Sequence[_Found]) -> Iterator[tuple[Path, str]]:
    """What is another club's in what the clubs name."""
    roots = {one.folder.root for one in found if one.claim.environment}
    known = {one.folder.base / SESSIONS_FILE: one.claim.environment for one in found}

    def environment_of(path: Path) -> str:
        return known[path] if path in known else declared_environment(path)

    every = {root: list(club_environments(root, environment_of)) for root in roots}
    ledgers = Counter((one.folder.root, ledger_branch(one.folder.name)) for one in found)
    for one in found:
        if fault := _environment_fault(one, every.get(one.folder.root, ())) or _ledger_fault(one):
            yield one.path, fault
        elif ledgers[one.folder.root, ledger_branch(one.folder.name)] > 1:
            yield one.path, "its ledger's branch would be that of another folder too; give the folder another name"


def _environment_fault(one: _Found, others: Collection[ClubEnvironment]) -> str:
    if not one.claim.environment:
        return ""
    fault = folder_problem(one.claim) or conflict_problem(one.claim, others)
    return f"{'.'.join(ENVIRONMENT_KEYS)} {fault}" if fault else ""


def _ledger_fault(one: _Found) -> str:
    for keys in (BRANCH_KEYS, FORMER_BRANCH_KEYS):
        if keys in one.says and (fault := branch_conflict(one.says[keys], one.folder)):
            return f"{'.'.join(keys)} {fault}"
    for keys in (PATH_KEYS, FORMER_PATH_KEYS):
        if keys in one.says and (fault := ledger_file_problem(one.folder, one.says[keys])):
            return f"{'.'.join(keys)} {fault}"
    return ""


def _name(path: Path) -> str:
    return path.parent.name or path.resolve().parent.name

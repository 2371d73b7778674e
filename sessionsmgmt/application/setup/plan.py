"""``plan``: the clubs of a repository, as the matrix of a workflow.

Each club is a folder with a sessions.yml, and gets a job of its own. That job reports what is wrong in the club's file,
so no other club is kept from running. Only what keeps the clubs apart is checked here: a club that names what belongs
to another club gets no job, since the job would be given the other club's secrets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError

MOST = 256
"""Jobs that one matrix may have (GitHub's limits of Actions)."""


@dataclass(frozen=True, slots=True)
class _Club:
    """A club, as far as its file is read here."""

    path: Path
    folder: ClubFolder
    says: Mapping[Keys, str]

    @property
    def claim(self) -> ClubEnvironment:
        return ClubEnvironment(self.folder.name, self.says.get(ENVIRONMENT_KEYS, ""))


def plan(root: Path, batch: int = 1, workspace: Path | None = None) -> PlanResult:
    """The clubs below a folder, in the order of their paths: the first 256, or those of a later batch.

    Hidden folders, node_modules and links are skipped. ``workspace`` is the folder in which a job of GitHub Actions has
    its checkout. Raises InputError where there is no club, no such batch, or a folder that can't be read.
    """
    clubs = [_club(path, workspace) for path in sorted(find_sessions_files(root))]
    if not clubs:
        raise InputError(f"There is no {SESSIONS_FILE} below {root}.", "Name the folder that holds the clubs' folders.")
    faults = dict(_faults(clubs))
    left_out = tuple(f"{club.path} is left out: {faults[club.path]}." for club in clubs if club.path in faults)
    with_jobs = [club for club in clubs if club.path not in faults]
    if not with_jobs:
        raise InputError(f"No club is left below {root}. {' '.join(left_out)}", "Correct what they name.")
    batches = -(-len(with_jobs) // MOST)
    if not 1 <= batch <= batches:
        raise InputError(f"There is no batch {batch}.", f"{len(with_jobs)} clubs make {batches}, counted from 1.")
    chosen = with_jobs[(batch - 1) * MOST : batch * MOST]
    jobs = tuple(ClubJob(_name(club.path), str(club.path), club.claim.environment) for club in chosen)
    return PlanResult(jobs, batch, batches, left_out)


def _club(path: Path, workspace: Path | None) -> _Club:
    says = read_values(path, ENVIRONMENT_KEYS, BRANCH_KEYS, PATH_KEYS, FORMER_BRANCH_KEYS, FORMER_PATH_KEYS)
    return _Club(path, find_club_folder(path, workspace), says)


def _faults(clubs: Sequence[_Club]) -> Iterator[tuple[Path, str]]:
    """For each club that names what belongs to another club, what that is."""
    roots = {club.folder.root for club in clubs if club.claim.environment}
    known = {club.folder.base / SESSIONS_FILE: club.claim.environment for club in clubs}

    def environment_of(path: Path) -> str:
        return known[path] if path in known else declared_environment(path)

    every = {root: list(club_environments(root, environment_of)) for root in roots}
    ledgers = Counter((club.folder.root, ledger_branch(club.folder.name)) for club in clubs)
    for club in clubs:
        if fault := _environment_fault(club, every.get(club.folder.root, ())) or _ledger_fault(club):
            yield club.path, fault
        elif ledgers[club.folder.root, ledger_branch(club.folder.name)] > 1:
            yield club.path, "its ledger's branch would be that of another folder too; give the folder another name"


def _environment_fault(club: _Club, others: Collection[ClubEnvironment]) -> str:
    if not club.claim.environment:
        return ""
    fault = folder_problem(club.claim) or conflict_problem(club.claim, others)
    return f"{'.'.join(ENVIRONMENT_KEYS)} {fault}" if fault else ""


def _ledger_fault(club: _Club) -> str:
    for keys in (BRANCH_KEYS, FORMER_BRANCH_KEYS):
        if keys in club.says and (fault := branch_conflict(club.says[keys], club.folder)):
            return f"{'.'.join(keys)} {fault}"
    for keys in (PATH_KEYS, FORMER_PATH_KEYS):
        if keys in club.says and (fault := ledger_file_problem(club.folder, club.says[keys])):
            return f"{'.'.join(keys)} {fault}"
    return ""


def _name(path: Path) -> str:
    return path.parent.name or path.resolve().parent.name

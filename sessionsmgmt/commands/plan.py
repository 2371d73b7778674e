"""``plan``: the clubs of a repository, as the matrix of a workflow.

Each club is a folder with a sessions.yml and gets a job of its own, so nothing is judged here: what is wrong in one
club's file is said by its own job, and keeps no other club from being told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from sessionsmgmt.config.document import DEEPEST
from sessionsmgmt.config.load import LARGEST
from sessionsmgmt.errors import InputError

NAME = "sessions.yml"

MOST = 256
"""Jobs that one matrix may have (GitHub's limits of Actions)."""

_PASSED_OVER = frozenset({"node_modules"})


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
    paths = sorted(_files(root))
    if not paths:
        raise InputError(f"There is no {NAME} below {root}.", "Name the folder that holds the clubs' folders.")
    batches = -(-len(paths) // MOST)
    if not 1 <= batch <= batches:
        raise InputError(f"There is no batch {batch}.", f"{len(paths)} clubs make {batches}, counted from 1.")
    chosen = paths[(batch - 1) * MOST : batch * MOST]
    return Plan(tuple(Club(_name(path), str(path), _environment(path)) for path in chosen), batches)


def _files(root: Path) -> Iterator[Path]:
    """Every sessions.yml. A name that is no text is passed over: no workflow could hand it on."""
    for folder, folders, files in os.walk(root, onerror=_refuse):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in _PASSED_OVER and _is_text(one)]
        path = Path(folder, NAME)
        if NAME in files and not path.is_symlink() and path.is_file():
            yield path


def _refuse(error: OSError) -> None:
    """A folder that can't be looked into may hold clubs, and none is left out unseen."""
    raise InputError(f"{error.filename} can't be read ({error.strerror}).", "Name a folder that can be.")


def _is_text(name: str) -> bool:
    return name.isprintable()  # the bytes of a file's name that are no UTF-8 are not


def _name(path: Path) -> str:
    return path.parent.name or path.resolve().parent.name


def _environment(path: Path) -> str:
    """What ``credentials.environment`` says; empty where it says nothing, or the file is none that can be read."""
    try:
        with path.open("rb") as file:
            return _value(yaml.parse(file.read(LARGEST), Loader=_LOADER), ["credentials", "environment"])
    except (OSError, yaml.YAMLError, ValueError):
        return ""


def _value(events: Iterable[yaml.Event], wanted: list[str | None]) -> str:
    """The word that stands under these keys, one in the other; empty if none does.

    The events are read as they come, and no further than it takes: that is quick, and nothing is built of a file that
    may be anything.
    """
    trail: list[str | None] = []  # of each open mapping the key whose value comes next, None where a key does
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            trail.pop()
            _go_on(trail)
        elif trail and trail[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                return ""  # sessions.yml has no such key
            trail[-1] = str(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            trail.append(None if isinstance(event, yaml.MappingStartEvent) else _LIST)
            if len(trail) > DEEPEST:
                return ""  # no sessions.yml is like that, and the time it takes grows with the square of the depth
        elif isinstance(event, yaml.NodeEvent):
            if trail == wanted and isinstance(event, yaml.ScalarEvent):
                return str(event.value)
            _go_on(trail)
    return ""


def _go_on(trail: list[str | None]) -> None:
    """Past a value comes a key; in a list, another value."""
    if trail and trail[-1] != _LIST:
        trail[-1] = None


_LIST = ""
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times as fast, where libyaml is

"""The clubs of a repository: where each has its sessions.yml, and what that says, before anything is judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import yaml

from sessionsmgmt.config.document import DEEPEST
from sessionsmgmt.errors import InputError

NAME = "sessions.yml"

LARGEST = 262_144
"""Bytes a sessions.yml may have."""

_ENDINGS = (".yml", ".yaml")
_PASSED_OVER = frozenset({"node_modules"})
_GIT = ".git"


def planned(root: Path) -> Iterator[Path]:
    """Every sessions.yml below a folder, but for hidden folders, node_modules and what a link leads to.

    A name that is no text is passed over: no workflow could hand it on. Raises InputError for a folder that can't be
    read.
    """
    passed_over = lambda name: name.startswith(".") or name in _PASSED_OVER or not name.isprintable()  # noqa: E731
    for folder, names in _walk(root, passed_over):
        if NAME in names and _is_plain(folder / NAME):
            yield folder / NAME


def configured(root: Path) -> Iterator[Path]:
    """Every file below a folder that a club may be configured by, whatever its name and wherever it is.

    Raises InputError for a folder that can't be read.
    """
    for folder, names in _walk(root, lambda name: name == _GIT):
        for name in names:
            if name == NAME or (name.endswith(_ENDINGS) and _has_notices(folder / name)):
                yield folder / name


def declared(path: Path, *keys: str) -> str:
    """The word that stands under these keys, one in the other; empty if none does or the file can't be read.

    The file is read no further than it takes: that is quick, and nothing is built of a file that may be anything.
    """
    try:
        with path.open("rb") as file:
            return _value(yaml.parse(file.read(LARGEST), Loader=_LOADER), list(keys))
    except (OSError, yaml.YAMLError, ValueError):
        return ""


def _walk(root: Path, passes_over: Callable[[str], bool]) -> Iterator[tuple[Path, list[str]]]:
    """The folders below a folder, each with the names of its files."""
    for folder, folders, files in os.walk(root, onerror=_refuse):
        folders[:] = [one for one in folders if not passes_over(one)]
        yield Path(folder), files


def _refuse(error: OSError) -> None:
    """A folder that can't be looked into may hold clubs, and none is left out unseen."""
    raise InputError(f"{error.filename} can't be read ({error.strerror}).", "Name a folder that can be.")


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and path.is_file()


def _has_notices(path: Path) -> bool:
    try:
        return path.is_file() and any(line.startswith(b"notices") for line in _lines(path))
    except OSError:
        return False


def _lines(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return file.read(LARGEST).splitlines()


def _value(events: Iterable[yaml.Event], wanted: list[str]) -> str:
    """The word under the keys. The events are read as they come."""
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

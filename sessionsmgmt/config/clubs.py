"""The clubs of a repository: where each has its sessions.yml, and what that claims for itself, before it is judged.

Several clubs share a repository, its secrets and its branches. What belongs to a club is told by its folder, so that no
sessions.yml can name what belongs to another: its environment and its ledger.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from sessionsmgmt.config.document import DEEPEST
from sessionsmgmt.errors import InputError

NAME = "sessions.yml"

LARGEST = 262_144
"""Bytes a sessions.yml may have."""

ENVIRONMENT = ("credentials", "environment")
BRANCH, PATH = ("ledger", "branch"), ("ledger", "path")
FORMER_BRANCH, FORMER_PATH = ("ledger", "migrate_from", "branch"), ("ledger", "migrate_from", "path")

Keys = tuple[str, ...]

_ENDINGS = (".yml", ".yaml")
_PASSED_OVER = frozenset({"node_modules"})
_GIT = ".git"


@dataclass(frozen=True, slots=True)
class Claim:
    """The environment that the club in a folder names; the folder is empty at the repository's root."""

    folder: str
    environment: str

    @property
    def is_exact(self) -> bool:
        """Whether no other folder has a right to that name: it is the folder's whole path, or the repository's own."""
        return not self.folder or _same(self.environment, by_path(self.folder))

    def contests(self, other: Claim) -> bool:
        """Whether the other club can't have its environment because of this claim."""
        if self.folder == other.folder or not _same(self.environment, other.environment):
            return False
        return self.is_exact or not other.is_exact


def by_path(folder: str) -> str:
    """The environment of a folder by its whole path."""
    return folder.replace("/", "-")


def environments(folder: str) -> tuple[str, str]:
    """What a club in a folder may call its environment: by the folder's path, and by its name."""
    return by_path(folder), folder.rpartition("/")[2]


def may_name(folder: str, environment: str) -> bool:
    """Whether the club in the folder may name the environment, as far as the folder shows it."""
    plain = unicodedata.normalize("NFC", environment)
    return not folder or plain in {unicodedata.normalize("NFC", one) for one in environments(folder)}


def rivals(claim: Claim, others: Iterable[Claim]) -> list[str]:
    """The folders of the clubs that keep this one from having its environment.

    One that may not name it itself keeps nobody from it.
    """
    able = (other for other in others if may_name(other.folder, other.environment))
    return sorted({other.folder for other in able if other.contests(claim)})


def environment_fault(claim: Claim, root: Path) -> str:
    """What is wrong with the environment that a club names, as the end of a sentence; empty where nothing is."""
    return unbound(claim) or contested(claim, claims(root))


def unbound(claim: Claim) -> str:
    """What is wrong with it by the club's folder alone."""
    if may_name(claim.folder, claim.environment):
        return ""
    allowed = " or ".join(dict.fromkeys(environments(claim.folder)))
    return f"must be {allowed}: the environment of a club in a folder has the folder's name, or its path with - for /"


def contested(claim: Claim, others: Iterable[Claim]) -> str:
    """What is wrong with it by what other clubs name."""
    found = rivals(claim, others)
    if not found:
        return ""
    whose = ", ".join(f"'{folder}'" if folder else "the repository's root" for folder in found)
    better = "" if claim.is_exact else f"; write {by_path(claim.folder)}"
    return f"is named by the club in {whose} as well{better}"


def holder(path: Path, base: Path) -> Path:
    """The folder of the club that a path below ``base`` belongs to: the nearest above it that has a sessions.yml."""
    above = path.parents[: len(path.parents) - len(base.parents) - 1]
    return next((folder for folder in above if (folder / NAME).is_file()), base)


def planned(root: Path) -> Iterator[Path]:
    """Every sessions.yml below a folder, but for hidden folders, node_modules and what a link leads to.

    A name that is no text is passed over: no workflow could hand it on. Raises InputError for a folder that can't be
    read.
    """

    def passes_over(name: str) -> bool:
        return name.startswith(".") or name in _PASSED_OVER or not name.isprintable()

    for folder, names in _walk(root, passes_over, _refuse):
        path = folder / NAME
        if NAME in names and not path.is_symlink() and path.is_file():
            yield path


def configured(root: Path) -> Iterator[Path]:
    """Every file below a folder that a club may be configured by, whatever its name and wherever it is.

    Raises InputError for a folder that can't be read.
    """
    for folder, names in _walk(root, lambda name: name in {_GIT, *_PASSED_OVER}, _refuse):
        for name in names:
            if name == NAME or (name.endswith(_ENDINGS) and _has_notices(folder / name)):
                yield folder / name


def folders(root: Path) -> Iterator[str]:
    """The folders of the repository that have a sessions.yml, wherever they are; empty for the repository's root."""
    for folder, names in _walk(root, lambda name: name in {_GIT, *_PASSED_OVER}, _pass):
        if NAME in names:
            yield "/".join(folder.relative_to(root).parts)


def environment_in(path: Path) -> str:
    """The environment that a sessions.yml names; empty where it names none."""
    return declared(path, ENVIRONMENT).get(ENVIRONMENT, "")


def claims(root: Path, environment_of: Callable[[Path], str] = environment_in) -> Iterator[Claim]:
    """The environments that the clubs of the repository name, wherever they are.

    ``environment_of`` is for whoever has read the files already.
    """
    for folder in folders(root):
        if environment := environment_of(root / folder / NAME):
            yield Claim(folder, environment)


def declared(path: Path, *wanted: Keys) -> dict[Keys, str]:
    """The words that stand under the keys, one in the other; without those that are not there.

    A file that can't be read has none. It is read no further than it takes: that is quick, and nothing is built of a
    file that may be anything.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST)
        left = [keys for keys in wanted if keys[-1].encode() in data]
        return dict(_words(yaml.parse(data, Loader=_LOADER), left)) if left else {}
    except (OSError, yaml.YAMLError, ValueError):
        return {}


def _same(one: str, other: str) -> bool:
    """Whether two names mean the same environment: GitHub takes no notice of the case of their letters."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


def _walk(
    root: Path, passes_over: Callable[[str], bool], failed: Callable[[OSError], None]
) -> Iterator[tuple[Path, list[str]]]:
    """The folders below a folder, each with the names of its files."""
    for folder, folders, files in os.walk(root, onerror=failed):
        folders[:] = [one for one in folders if not passes_over(one)]
        yield Path(folder), files


def _refuse(error: OSError) -> None:
    """A folder that can't be looked into may hold clubs, and none is left out unseen."""
    raise InputError(f"{error.filename} can't be read ({error.strerror}).", "Name a folder that can be.")


def _pass(_: OSError) -> None:
    """What can't be looked into keeps nobody from going on."""


def _has_notices(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"notices") for line in file.read(LARGEST).splitlines())
    except OSError:
        return False


def _words(events: Iterable[yaml.Event], wanted: Collection[Keys]) -> Iterator[tuple[Keys, str]]:
    """The first word under each of the keys. The events are read as they come."""
    left = {keys: [*keys] for keys in wanted}
    trail: list[str | None] = []  # of each open mapping the key whose value comes next, None where a key does
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            trail.pop()
            _go_on(trail)
        elif trail and trail[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                return  # sessions.yml has no such key
            trail[-1] = str(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            trail.append(None if isinstance(event, yaml.MappingStartEvent) else _LIST)
            if len(trail) > DEEPEST:
                return  # no sessions.yml is like that, and the time it takes grows with the square of the depth
        elif isinstance(event, yaml.NodeEvent):
            for keys in [keys for keys, names in left.items() if names == trail]:
                del left[keys]
                if isinstance(event, yaml.ScalarEvent):
                    yield keys, str(event.value)
            if not left:
                return
            _go_on(trail)


def _go_on(trail: list[str | None]) -> None:
    """Past a value comes a key; in a list, another value."""
    if trail and trail[-1] != _LIST:
        trail[-1] = None


_LIST = ""
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times as fast, where libyaml is

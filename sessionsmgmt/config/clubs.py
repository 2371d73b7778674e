"""The clubs of a repository: the paths of their sessions.yml, and the environments and ledgers that they name.

Several clubs can share a repository, its secrets and its branches. A club's environment and ledger depend on the folder
of its sessions.yml, so that no sessions.yml can name those of another club.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import yaml

from sessionsmgmt.config.document import MAX_DEPTH
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.text import caseless
from sessionsmgmt.errors import InputError

SESSIONS_FILE = "sessions.yml"

MAX_BYTES = 262_144
"""The most bytes of a sessions.yml."""

ENVIRONMENT_KEYS = ("credentials", "environment")
BRANCH_KEYS, PATH_KEYS = ("ledger", "branch"), ("ledger", "path")
FORMER_BRANCH_KEYS, FORMER_PATH_KEYS = ("ledger", "migrate_from", "branch"), ("ledger", "migrate_from", "path")

Keys = tuple[str, ...]

_SUFFIXES = (".yml", ".yaml")
_SKIPPED_FOLDERS = frozenset({"node_modules"})
_GIT = ".git"


@dataclass(frozen=True, slots=True)
class ClubEnvironment:
    """A club's folder, empty at the repository's root, and the GitHub environment that its sessions.yml names."""

    folder: str
    environment: str

    @property
    def is_exact(self) -> bool:
        """Whether no other folder may use the name: it is the folder's whole path, or the club is at the root."""
        return not self.folder or _is_same_name(self.environment, environment_by_path(self.folder))

    def blocks(self, other: ClubEnvironment) -> bool:
        """Whether the other club can't use its environment because this club names the same environment."""
        if self.folder == other.folder or not _is_same_name(self.environment, other.environment):
            return False
        return self.is_exact or not other.is_exact


def environment_by_path(folder: str) -> str:
    """The environment with the name of the folder's whole path."""
    return folder.replace("/", "-")


def allowed_environments(folder: str) -> tuple[str, str]:
    """The names that a club in a folder may give its environment: the folder's path, and the folder's name."""
    return environment_by_path(folder), folder.rpartition("/")[2]


def may_use(folder: str, environment: str) -> bool:
    """Whether the club in the folder may name the environment. Other clubs are not considered here."""
    plain = unicodedata.normalize("NFC", environment)
    return not folder or plain in {unicodedata.normalize("NFC", name) for name in allowed_environments(folder)}


def blocking_folders(club: ClubEnvironment, others: Iterable[ClubEnvironment]) -> list[str]:
    """The folders of the clubs that keep this club from using its environment.

    A club that may not name the environment itself does not keep others from it.
    """
    able = (candidate for candidate in others if may_use(candidate.folder, candidate.environment))
    return sorted({other.folder for other in able if other.blocks(club)})


def environment_problem(club: ClubEnvironment, root: Path) -> str:
    """The problem with the environment that a club names, as the end of a sentence; empty if there is no problem."""
    return folder_problem(club) or conflict_problem(club, club_environments(root))


def folder_problem(club: ClubEnvironment) -> str:
    """The problem that follows from the club's folder; empty if there is none."""
    if may_use(club.folder, club.environment):
        return ""
    allowed = " or ".join(dict.fromkeys(allowed_environments(club.folder)))
    return f"must be {allowed}: the environment of a club in a folder has the folder's name, or its path with - for /"


def conflict_problem(club: ClubEnvironment, others: Iterable[ClubEnvironment]) -> str:
    """The problem that another club names the same environment; empty if there is none."""
    folders = blocking_folders(club, others)
    if not folders:
        return ""
    whose = ", ".join(f"'{folder}'" if folder else "the repository's root" for folder in folders)
    better = "" if club.is_exact else f"; write {environment_by_path(club.folder)}"
    return f"is named by the club in {whose} as well{better}"


def nearest_club_folder(path: Path, base: Path) -> Path:
    """The folder of the club that owns a path below ``base``: the nearest folder above with a sessions.yml."""
    above = path.parents[: len(path.parents) - len(base.parents) - 1]
    return next((folder for folder in above if (folder / SESSIONS_FILE).is_file()), base)


def find_sessions_files(root: Path) -> Iterator[Path]:
    """Every sessions.yml below a folder, except in hidden folders, in node_modules and behind symbolic links.

    A folder with an unprintable name is skipped, since a workflow can't pass the name on. Raises InputError for a
    folder that can't be read.
    """

    def skips(name: str) -> bool:
        return name.startswith(".") or name in _SKIPPED_FOLDERS or not name.isprintable()

    for folder, names in _walk(root, skips, _refuse):
        path = folder / SESSIONS_FILE
        if SESSIONS_FILE in names and not path.is_symlink() and path.is_file():
            yield path


def find_config_files(root: Path) -> Iterator[Path]:
    """Every file below a folder that may be a club's configuration, whatever its name.

    Raises InputError for a folder that can't be read.
    """
    for folder, names in _walk(root, lambda name: name in {_GIT, *_SKIPPED_FOLDERS}, _refuse):
        for name in names:
            if name == SESSIONS_FILE or (name.endswith(_SUFFIXES) and _has_notices(folder / name)):
                yield folder / name


def club_folders(root: Path) -> Iterator[str]:
    """All folders of the repository with a sessions.yml. The repository's root is the empty text."""
    for folder, names in _walk(root, lambda name: name in {_GIT, *_SKIPPED_FOLDERS}, _ignore):
        if SESSIONS_FILE in names:
            yield "/".join(folder.relative_to(root).parts)


def declared_environment(path: Path) -> str:
    """The environment that a sessions.yml names; empty if it names none."""
    return read_values(path, ENVIRONMENT_KEYS).get(ENVIRONMENT_KEYS, "")


def club_environments(
    root: Path, environment_of: Callable[[Path], str] = declared_environment
) -> Iterator[ClubEnvironment]:
    """The environments that the clubs of the repository name.

    ``environment_of`` returns the environment of a sessions.yml. A caller that has read the files passes its own.
    """
    for folder in club_folders(root):
        if environment := environment_of(root / folder / SESSIONS_FILE):
            yield ClubEnvironment(folder, environment)


def read_values(path: Path, *wanted: Keys) -> dict[Keys, str]:
    """The words at the given key paths of a YAML file, without those that are not there; empty for an unreadable file.

    The parser stops as soon as all words are read. That is fast, and no objects are built from an untrusted file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
        left = [keys for keys in wanted if keys[-1].encode() in data]
        return dict(_read_events(yaml.parse(data, Loader=_LOADER), left)) if left else {}
    except (OSError, yaml.YAMLError, ValueError):
        return {}


def _is_same_name(first: str, second: str) -> bool:
    """Whether two names mean the same environment. GitHub ignores case in environment names."""
    return caseless(first) == caseless(second)


def _walk(
    root: Path, skips: Callable[[str], bool], on_error: Callable[[OSError], None]
) -> Iterator[tuple[Path, list[str]]]:
    """The folders below a folder, each with the names of its files."""
    for folder, subfolders, files in os.walk(root, onerror=on_error):
        subfolders[:] = [name for name in subfolders if not skips(name)]
        yield Path(folder), files


def _refuse(error: OSError) -> None:
    """Raise for an unreadable folder, since it may contain clubs that would be left out silently."""
    raise InputError(f"{error.filename} can't be read ({error.strerror}).", "Name a folder that can be.")


def _ignore(_: OSError) -> None:
    """Skip an unreadable folder."""


def _has_notices(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return any(line.startswith(b"notices") for line in file.read(MAX_BYTES).splitlines())
    except OSError:
        return False


def _read_events(events: Iterable[yaml.Event], wanted: Collection[Keys]) -> Iterator[tuple[Keys, str]]:
    """The first word at each of the key paths. The events are read one by one, so the parser can stop early."""
    left = {keys: [*keys] for keys in wanted}
    key_path: list[
        str | None
    ] = []  # for each open mapping, the key whose value comes next, or None if a key comes next
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            key_path.pop()
            _expect_next(key_path)
        elif key_path and key_path[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                return  # a sessions.yml has only plain keys
            key_path[-1] = str(event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            key_path.append(None if isinstance(event, yaml.MappingStartEvent) else _LIST)
            if len(key_path) > MAX_DEPTH:
                return  # no sessions.yml is as deep, and the time to parse grows with the square of the depth
        elif isinstance(event, yaml.NodeEvent):
            for keys in [keys for keys, names in left.items() if names == key_path]:
                del left[keys]
                if isinstance(event, yaml.ScalarEvent):
                    yield keys, str(event.value)
            if not left:
                return
            _expect_next(key_path)


def _expect_next(key_path: list[str | None]) -> None:
    """Expect a key after a value of a mapping. After a value of a list, another value follows."""
    if key_path and key_path[-1] != _LIST:
        key_path[-1] = None


_LIST = ""
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # ten times as fast, if libyaml is installed

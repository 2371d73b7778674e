"""Checks the paths in sessions.yml: they must stay inside the repository.

The check resolves every symbolic link. Git's own folder is forbidden too: in a workflow, its configuration holds the
job's token, which must not be read as a template, and nothing may be written there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PureWindowsPath
from stat import S_ISDIR, S_ISREG

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.safe_files import resolved

MAX_PATH_LENGTH = 500
"""The most characters of a path."""

_GIT = ".git"
_WEB_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://|webcals?:|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ClubFolder:
    """The folder of a club's sessions.yml.

    ``written`` is the path that the user gave, and ``base`` is the same folder without symbolic links. ``root`` is the
    folder of the repository.
    """

    written: Path
    base: Path
    root: Path

    @property
    def name(self) -> str:
        """The folder's path within the repository, with / between folders; empty at the repository's root."""
        return "/".join(self.base.relative_to(self.root).parts)

    def display_path(self, written: str) -> str:
        """A path in sessions.yml as messages show it: with the folder that the user gave."""
        return str(self.written / written)

    def path(self, written: str) -> Path:
        """The real path of a path in sessions.yml, without symbolic links."""
        return real_path(self.base / written)

    def problem(self, written: str) -> str:
        """The problem with a path, whether or not the file exists; empty if there is no problem."""
        if len(written) > MAX_PATH_LENGTH:
            return f"is too long: a path may have {MAX_PATH_LENGTH} characters at most"
        if "\0" in written:
            return "has a character that no path may have"
        if _WEB_ADDRESS.match(written):
            return (
                "there is no such file: an address on the web (of a subscription, for example) is not a file; "
                "save what is there beside sessions.yml, and write the name of that file"
            )
        if "\\" in written:
            return "must have / between its folders, not \\"
        if written.startswith(("/", "~")) or PureWindowsPath(written).drive:
            return "must be relative to the folder of sessions.yml"
        path = self.path(written)
        if not path.is_relative_to(self.root):
            return "leads out of the repository; keep the file inside it"
        if any(part.casefold() == _GIT for part in path.relative_to(self.root).parts):
            return f"leads into {_GIT}, which belongs to git; keep the file elsewhere"
        return ""

    def file_problem(self, written: str) -> str:
        """The problem with the path of a file that must exist; empty if there is no problem."""
        return self.problem(written) or (
            "" if is_file(self.path(written)) else _missing_file_problem(self.path(written))
        )

    def new_file_problem(self, written: str) -> str:
        """The problem with the path of a file that may be created; empty if there is no problem."""
        return self._new_path_problem(written) or ("is a folder, not a file" if is_folder(self.path(written)) else "")

    def new_folder_problem(self, written: str) -> str:
        """The problem with the path of a folder that may be created; empty if there is no problem."""
        return self._new_path_problem(written) or ("is a file, not a folder" if is_file(self.path(written)) else "")

    def _new_path_problem(self, written: str) -> str:
        """The problem with a path that is written to. It must not contain a symbolic link, wherever the link leads."""
        if problem := self.problem(written):
            return problem
        try:
            resolved(self.base / written, self.root)
        except OSError:
            return "is a link, or below one, and nothing is written through links; write the path that it leads to"
        return ""


def find_club_folder(config: Path, workspace: Path | None = None) -> ClubFolder:
    """The folder of a sessions.yml and the folder of its repository.

    The repository is the nearest folder above that contains ``.git``. If there is none, it is ``workspace`` (the folder
    of the checkout in a job of GitHub Actions) if that contains sessions.yml, else the folder of sessions.yml. Folders
    above the workspace are not part of the checkout, so ``.git`` is not looked for there.
    """
    base = real_path(config.parent)
    above = (base, *base.parents)
    limit = real_path(workspace) if workspace else None
    if limit in above:
        above = above[: above.index(limit) + 1]
    root = next((folder for folder in above if _exists(folder / _GIT)), limit if limit in above else base)
    return ClubFolder(config.parent, base, root)


def path_in_repository(folder: str, config: Path) -> str:
    """The path of a sessions.yml within its repository. ``folder`` is the ``name`` of its ClubFolder."""
    return f"{folder}/{config.name}" if folder else config.name


def real_path(path: Path) -> Path:
    """The path without symbolic links. Unlike ``Path.resolve``, this never raises, even for links in a circle."""
    return Path(os.path.realpath(path))


def is_file(path: Path) -> bool:
    """Whether the path is a regular file, and not a pipe or a device."""
    return S_ISREG(_mode(path))


def is_folder(path: Path) -> bool:
    """Whether the path is a folder."""
    return S_ISDIR(_mode(path))


def _exists(path: Path) -> bool:
    return _mode(path) != 0


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _missing_file_problem(path: Path) -> str:
    return "is a folder, not a file" if is_folder(path) else "there is no such file"


def path_for_messages(path: Path) -> str:
    """A path as messages write it: relative to the working directory."""
    return os.path.relpath(path)

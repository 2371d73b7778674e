"""The files that sessions.yml names: where they are, and that they stay inside the repository.

What is checked is where a path really leads, through every symbolic link. Git's own folder is out of bounds too: in a
workflow its settings hold the job's token, which must not become a template, and nothing may be written there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from stat import S_ISDIR, S_ISREG

from sessionsmgmt.safe_files import resolved

LONGEST = 500
"""Characters a path may have."""

_GIT = ".git"


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of sessions.yml: as it was given, where it really is, and the folder above that no path leaves."""

    given: Path
    base: Path
    root: Path

    @property
    def name(self) -> str:
        """Its path within the repository, with / between folders; empty at the repository's root."""
        return "/".join(self.base.relative_to(self.root).parts)

    def shown(self, written: str) -> str:
        """A path of sessions.yml as messages have it: from where sessions.yml itself was given."""
        return str(self.given / written)

    def path(self, written: str) -> Path:
        """Where a path of sessions.yml really leads, if nothing is wrong with it."""
        return real(self.base / written)

    def fault(self, written: str) -> str:
        """What is wrong with a path, whether or not there is anything; an empty text where nothing is."""
        if len(written) > LONGEST:
            return f"is too long: a path may have {LONGEST} characters at most"
        if "\0" in written:
            return "has a character that no path may have"
        if "\\" in written:
            return "must have / between its folders, not \\"
        if written.startswith(("/", "~")) or PureWindowsPath(written).drive:
            return "must be relative to the folder of sessions.yml"
        path = self.path(written)
        if not path.is_relative_to(self.root):
            return "leads out of the repository; keep the file inside it"
        if any(part.casefold() == _GIT for part in path.relative_to(self.root).parts):
            return f"leads into {_GIT}, which is git's own; keep the file elsewhere"
        return ""

    def file_fault(self, written: str) -> str:
        """The same for a file that has to be there."""
        return self.fault(written) or ("" if is_file(self.path(written)) else _not_there(self.path(written)))

    def new_file_fault(self, written: str) -> str:
        """The same for a file that may be made."""
        return self._new_fault(written) or ("is a folder, not a file" if is_folder(self.path(written)) else "")

    def new_folder_fault(self, written: str) -> str:
        """The same for a folder that may be made."""
        return self._new_fault(written) or ("is a file, not a folder" if is_file(self.path(written)) else "")

    def _new_fault(self, written: str) -> str:
        """What is wrong with a path that is written to: it may not lead through a link, wherever that leads."""
        if fault := self.fault(written):
            return fault
        try:
            resolved(self.base / written, self.root)
        except OSError:
            return "is a link, or behind one, and nothing is written through links; give the path it leads to"
        return ""


def around(config: Path, workspace: Path | None = None) -> Folder:
    """The folder of a sessions.yml and the repository that holds it.

    The repository is the nearest folder above with git's own. Where there is none, it is ``workspace``, the folder that
    a job of GitHub Actions has its checkout in, if that holds sessions.yml; else it is the folder of sessions.yml. What
    is above the workspace is no part of the checkout, so git's folder is not looked for there.
    """
    base = real(config.parent)
    above = (base, *base.parents)
    limit = real(workspace) if workspace else None
    if limit in above:
        above = above[: above.index(limit) + 1]
    root = next((folder for folder in above if _exists(folder / _GIT)), limit if limit in above else base)
    return Folder(config.parent, base, root)


def place(folder: str, config: Path) -> str:
    """Where a sessions.yml is in its repository. ``folder`` is the ``name`` of its folder."""
    return f"{folder}/{config.name}" if folder else config.name


def real(path: Path) -> Path:
    """The path without symbolic links; unlike ``Path.resolve`` it never raises, not for links in a circle either."""
    return Path(os.path.realpath(path))


def is_file(path: Path) -> bool:
    """Whether there is a regular file; a pipe or a device is none."""
    return S_ISREG(_mode(path))


def is_folder(path: Path) -> bool:
    """Whether there is a folder."""
    return S_ISDIR(_mode(path))


def _exists(path: Path) -> bool:
    return _mode(path) != 0


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _not_there(path: Path) -> str:
    return "is a folder, not a file" if is_folder(path) else "there is no such file"


def shown(path: Path) -> str:
    """A path as messages write it: relative to the working directory."""
    return os.path.relpath(path)

"""Where an Action in a container leaves files for the later steps of the job, and their paths in those steps.

The runner mounts some of its folders into the container under other names and translates the paths that it hands in,
but not those that come out again (actions/runner, ContainerActionHandler.cs and ContainerInfo.cs):

- ``RUNNER_TEMP`` is ``/github/runner_temp`` since actions/runner#4011; before that it was the host's path, which is not
  in the container. ``/github/home`` always was ``_github_home`` in that folder.
- ``RUNNER_WORKSPACE`` is the host's path in every version: the folder of the repository. Beside it is ``_temp``, that
  of temporary files.

Both can reach the workspace too, but nothing is left there. It is the club's repository, and on a self-hosted runner a
file that belongs to root would keep the next checkout from cleaning up.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.settings import OutputPaths

_TEMP = Path("/github/runner_temp")
_HOME = Path("/github/home")


@dataclass(frozen=True, slots=True)
class OutputDirectory:
    """A folder that this process and the later steps share: its path here, and its path there."""

    here: Path
    there: Path

    def path(self, written: Path) -> str:
        """The path in later steps of what was written below ``here``; empty if it was not written."""
        return str(self.there / written.relative_to(self.here)) if written.exists() else ""

    def give(self, written: Path) -> None:
        """Change the owner of the files to the owner of the folder, who could not delete files of root."""
        with suppress(OSError):
            owner = self.here.stat()
            for path in [written, *written.rglob("*")]:
                os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def output_directory(paths: OutputPaths, otherwise: Path) -> OutputDirectory:
    """The folder to leave files in. ``otherwise`` is used where no runner names one."""
    temp = Path(paths.temp or otherwise)
    if temp == _TEMP and paths.workspace:
        return OutputDirectory(temp, Path(paths.workspace).parent / "_temp")
    if not temp.is_dir() and _HOME.is_dir():
        return OutputDirectory(_HOME, temp / "_github_home")
    return OutputDirectory(temp, temp)

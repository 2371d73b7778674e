"""A machine on which nothing was installed by hand, for the scripts: a PATH without the programs that they install.

The programs that every Debian has are this machine's own. ``apt-get`` is a stand-in that notes what it is asked for and
installs it, as further stand-ins, which note how they are called.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NOT_THERE = (
    *("apt-get", "buildah", "chromium", "chromium-browser", "debootstrap", "docker", "faketime", "gh", "git"),
    *("google-chrome", "podman", "sudo", "uv"),
)
"""What is left out of the PATH."""
NOTING = '#!/bin/sh\nprintf "%s" "${0##*/}" >>"$CALLS"\nprintf " %s" "$@" >>"$CALLS"\necho >>"$CALLS"\n'
APT_GET = """
[ "$1" = install ] || exit 0
for word in "$@"; do
    case $word in
    install | -*) ;;
    *) cp "$NEW" "$BIN/$word" ;;
    esac
done
"""


@dataclass(frozen=True, slots=True)
class BareMachine:
    """``folder/bin`` comes first on its PATH and has the stand-ins."""

    folder: Path
    environment: Mapping[str, str]

    def add(self, name: str, text: str) -> None:
        """A program that notes how it is called and goes on as ``text`` says, in sh."""
        program = self.folder / "bin" / name
        program.write_text(NOTING + text, encoding="utf-8")
        program.chmod(0o755)

    def run(self, command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command; what has been noted so far is forgotten."""
        (self.folder / "calls").write_text("", encoding="utf-8")
        return subprocess.run(
            command,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, program: str) -> list[str]:
        """How a program was called by the last command."""
        lines = (self.folder / "calls").read_text("utf-8").splitlines()
        return [line.removeprefix(f"{program} ") for line in lines if line.split()[0] == program]


def every_debian_has(folder: Path) -> Path:
    """Links to the machine's programs, as a folder of the PATH."""
    for place in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name not in NOT_THERE and not link.is_symlink():
                link.symlink_to(program)
    return folder


def bare_machine(programs: Path, folder: Path) -> BareMachine:
    """A machine of root's, with ``programs`` and with stand-ins for ``apt-get`` and for ``id``."""
    (folder / "bin").mkdir()
    new = folder / "new"
    new.write_text(NOTING, encoding="utf-8")
    new.chmod(0o755)
    (folder / "home").mkdir()
    machine = BareMachine(
        folder,
        {
            "PATH": f"{folder / 'bin'}:{programs}",
            "HOME": str(folder / "home"),
            "CALLS": str(folder / "calls"),
            "BIN": str(folder / "bin"),
            "NEW": str(new),
        },
    )
    machine.add("apt-get", APT_GET)
    machine.add("id", "echo 0\n")
    return machine

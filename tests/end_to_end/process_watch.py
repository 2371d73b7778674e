"""Every socket of the real command is watched: a hook in its process notes whom it speaks to and what it starts.

Python raises an audit event before it resolves a name, connects, or starts a program (PEP 578), whichever library asks.
In a process that starts as Python does, the hook is put in by a ``sitecustomize`` of our own, before anything of the
product is imported. In a fork (``tests.forks``) it is put in before the command begins.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.harness import ROOT
from tests.forks import RUN_FIRST

HOOK = """\
import os
import sys

log = os.open(os.environ["WATCHED_INTO"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
REACHING = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
NAMING = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
STARTING = {"subprocess.Popen": 0, "os.system": 0, "os.exec": 0, "os.posix_spawn": 0, "os.fork": None}
WRITING = os.O_WRONLY | os.O_RDWR


def text(value):
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)


def hook(event, args):
    line = ""
    if event in REACHING:
        address = args[REACHING[event]]
        line = "reaches " + (f"{address[0]}:{address[1]}" if isinstance(address, tuple) else text(address))
    elif event in NAMING:
        line = "names " + text(args[NAMING[event]])
    elif event in STARTING:
        line = "starts " + (event if STARTING[event] is None else text(args[STARTING[event]]))
    elif event == "open" and isinstance(args[2], int) and args[2] & WRITING and not isinstance(args[0], int):
        line = "writes " + os.path.abspath(text(args[0]))
    elif event in {"os.link", "os.rename"}:  # a file of which only the name within an open folder is told
        folder = os.readlink(f"/proc/self/fd/{args[3]}") if args[3] >= 0 else ""
        line = "writes " + os.path.abspath(os.path.join(folder, text(args[1])))
    if line:
        os.write(log, (line + "\\n").encode("utf-8", "backslashreplace"))


sys.addaudithook(hook)

if "PLANTED" in os.environ:
    import socket

    socket.create_connection(("127.0.0.1", int(os.environ["PLANTED"])), 5).close()
"""


@dataclass(frozen=True)
class Watch:
    """What was seen of every process that had ``environ``: forks, or processes that start as Python does."""

    folder: Path
    in_forks: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")

    @property
    def environ(self) -> dict[str, str]:
        """What a process to watch is given."""
        from_the_start = {"PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
        in_a_fork = {RUN_FIRST: str(self.folder / "sitecustomize.py")}
        return {
            **(in_a_fork if self.in_forks else from_the_start),
            "TMPDIR": str(self.folder),
            "WATCHED_INTO": str(self.folder / "seen"),
        }

    def _seen(self, what: str) -> set[str]:
        log = self.folder / "seen"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return {line.removeprefix(f"{what} ") for line in lines if line.startswith(f"{what} ")}

    @property
    def reached(self) -> set[str]:
        """``host:port`` of everything that was spoken to."""
        return self._seen("reaches")

    @property
    def named(self) -> set[str]:
        """Every host whose address was looked up."""
        return self._seen("names")

    @property
    def started(self) -> set[str]:
        """Every other program that was started."""
        return self._seen("starts")

    @property
    def written(self) -> set[Path]:
        """Every file that was opened to write into."""
        return {Path(line) for line in self._seen("writes")}

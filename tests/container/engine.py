"""What starts containers here: docker, podman, or buildah where no daemon runs. ``scripts/image`` chose it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

ROOT = Path(__file__).parents[2]
TIMEOUT = 300
"""Seconds: a machine that others use too is slow at starting containers."""
ATTEMPTS = 3
"""How often a process is started that buildah itself failed to start, as it does now and then on a busy machine."""
NOTING_STATUS = """\
import subprocess, sys
given = open("/proc/self/environ", "rb").read().split(b"\\0")
environment = dict(variable.split(b"=", 1) for variable in given if variable)
status = subprocess.call(sys.argv[1:], env=environment)
open("/process/status", "w").write(str(status))
"""
"""A Python program that starts a process and writes its exit status down, apart from that of buildah.

It is no shell, since a shell drops variables with a dash in their name, as the Action's inputs have.
"""
OF_BUILDAH = re.compile(r"(^([Ee]rror|WARN|time=)[^\n]*\n)+\Z", re.MULTILINE)
"""What buildah itself says at the end when it fails to tidy up."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a process in the container ended."""

    exit: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Start:
    """What to start: a whole command line, its environment, and what it sees of the machine, by its path inside."""

    command: Sequence[str]
    environment: Mapping[str, str]
    volumes: Mapping[str, Path]
    folder: str = "/"


class Engine(Protocol):
    """A container of the image, and a way to look at it."""

    def save(self, file: Path) -> None:
        """The image as a docker archive."""

    def run(self, start: Start) -> Done:
        """Start a process in the container, on the machine's own network, and wait for its end."""

    def left_behind(self) -> frozenset[str]:
        """The files that runs so far have made or changed in the container itself."""


@dataclass(frozen=True, slots=True)
class Docker:
    """docker or podman. The container's own files can't be written: what tries to, fails."""

    program: str
    image: str

    def save(self, file: Path) -> None:
        """``docker save``."""
        _check([self.program, "save", "--output", str(file), self.image])

    def run(self, start: Start) -> Done:
        """``docker run``, anew each time."""
        first, *others = start.command
        options = [*_options(start), "--workdir", start.folder, "--entrypoint", first]
        return _run([self.program, "run", "--rm", "--read-only", "--network", "host", *options, self.image, *others])

    def left_behind(self) -> frozenset[str]:
        """Nothing, since nothing can be."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Buildah:
    """buildah, which starts processes in one container that stays. ``container`` is its name, ``root`` its files."""

    program: Sequence[str]
    image: str
    container: str
    root: Path
    before: Mapping[str, tuple[int, int]]

    def save(self, file: Path) -> None:
        """``buildah push``."""
        _check([*self.program, "push", "--quiet", self.image, f"docker-archive:{file}"])

    def run(self, start: Start) -> Done:
        """``buildah run``, isolated by a root folder and name spaces alone, which needs no support of the kernel.

        The exit status is that of the process. What becomes of buildah's own tidying up afterwards does not count.
        Raises RuntimeError where buildah does not even start the process.
        """
        said = ""
        for _ in range(ATTEMPTS):
            with TemporaryDirectory() as folder:
                options = [*_options(start), f"--volume={folder}:/process", "--workingdir", start.folder]
                noting = ["python3", "-I", "-B", "-c", NOTING_STATUS, *start.command]
                done = _run([*self.program, "run", "--isolation", "chroot", *options, self.container, "--", *noting])
                status = Path(folder) / "status"
                if status.exists() and status.read_text("ascii").strip():
                    error = OF_BUILDAH.sub("", done.err) if done.exit else done.err
                    return Done(int(status.read_text("ascii")), done.out, error)
                said = done.err[-500:]
        raise RuntimeError(f"buildah did not start {start.command[0]}: {said}")

    def left_behind(self) -> frozenset[str]:
        """Whatever has another size or time than at first."""
        now = _files(self.root)
        return frozenset(path for path in now if now[path] != self.before.get(path))

    def remove(self) -> None:
        """The container; the image stays."""
        _check([*self.program, "rm", self.container])


def started() -> Docker | Buildah:
    """The engine of the last ``scripts/image``."""
    note = ROOT / "build" / "image.json"
    if not note.exists():
        raise FileNotFoundError("There is no image yet. Run scripts/image first, or make image-test, which does both.")
    built = json.loads(note.read_text("utf-8"))
    if built["engine"] != "buildah":
        return Docker(built["engine"], built["image"])
    storage = Path(built["storage"])
    program = ["buildah", "--root", f"{storage}/storage", "--runroot", f"{storage}/run", "--storage-driver", "vfs"]
    container = _check([*program, "from", "--pull-never", built["image"]])
    root = Path(_check([*program, "mount", container]))
    return Buildah(program, built["image"], container, root, _files(root))


def _options(start: Start) -> list[str]:
    environment = [f"--env={name}={value}" for name, value in start.environment.items()]
    return [*environment, *(f"--volume={source}:{target}" for target, source in start.volumes.items())]


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, by its path inside. What a container always gets of its own is left out."""
    given = {"etc/hosts", "etc/resolv.conf", "etc/hostname", "run/.containerenv"}
    found = (path for path in root.rglob("*") if not path.is_dir())
    status = {str(path.relative_to(root)): path.lstat() for path in found}
    return {path: (one.st_size, one.st_mtime_ns) for path, one in status.items() if path not in given}


def _run(command: Sequence[str]) -> Done:
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, timeout=TIMEOUT, stdin=subprocess.DEVNULL
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _check(command: Sequence[str]) -> str:
    done = _run(command)
    if done.exit:
        raise RuntimeError(f"{' '.join(command[:2])} failed: {done.err[-500:]}")
    return done.out.strip()

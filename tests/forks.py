"""The command as a process, without waiting each time until Python has started and everything is imported.

``python -m tests.forks`` is a process that has imported the product. For each command that is wanted it forks, and the
fork takes on the folder, the environment, the arguments and the pipes to write to, calls ``entrypoint.main`` and ends.
What Python reads from the environment when it starts can't be given to a fork: a command with such a variable is a
process of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import io
import json
import os
import pkgutil
import runpy
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import entrypoint
import sessionsmgmt
from sessionsmgmt.entrypoints.cli import main as cli
from tests.environment import of_the_machine

ROOT = Path(__file__).parent.parent
COMMAND = (sys.executable, str(ROOT / "entrypoint.py"))
READ_AT_START = ("LANG", "LC_", "PYTHON", "TZ")
"""How the names of variables begin that Python or the C library reads once."""
RUN_FIRST = "TESTS_RUN_FIRST"
"""The variable with the path of Python code that a fork runs before the command."""
EXAMPLE = ROOT / "examples" / "club" / "sessions.yml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a fork is to do. ``out`` and ``err`` are the paths of the pipes it writes to, which may be one."""

    arguments: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    out: str
    err: str


def run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    born: Callable[[int], object] = lambda _pid: None,
) -> subprocess.CompletedProcess[str]:
    """``entrypoint.py`` with these arguments, in a folder, with this environment; ``born`` is told its process's id."""
    with _pipe() as out, _pipe() as err:
        status = _status(Wanted(arguments, str(folder), environment, out.path, err.path), born)
        return subprocess.CompletedProcess(arguments, status, _text(out.read()), _text(err.read()))


def run_merged(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """The same with one pipe for both, as a log has it: the status, and what was written."""
    with _pipe() as out:
        status = _status(Wanted(arguments, str(folder), environment, out.path, out.path), lambda _pid: None)
        return status, out.read().decode()


def _text(written: bytes) -> str:
    return written.decode().replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class _Pipe:
    """A pipe that another process opens by its path, and all that comes out of it."""

    path: str
    end: BinaryIO
    reading: Future[bytes]

    def read(self) -> bytes:
        """All that was written, once every process that writes has ended."""
        self.end.close()
        return self.reading.result()


@contextlib.contextmanager
def _pipe() -> Iterator[_Pipe]:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as beginning, ThreadPoolExecutor(1) as threads, os.fdopen(write, "wb") as end:
        yield _Pipe(f"/proc/{os.getpid()}/fd/{write}", end, threads.submit(beginning.read))


def _status(wanted: Wanted, born: Callable[[int], object]) -> int:
    if _read_at_start(wanted.environment) != _read_at_start(of_the_machine()):
        return _status_of_process(wanted, born)
    server = _server()
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps(asdict(wanted)) + "\n")
    server.stdin.flush()
    born(int(server.stdout.readline()))
    server.stdin.write("begin\n")
    server.stdin.flush()
    return int(server.stdout.readline())


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name.startswith(READ_AT_START)}


def _status_of_process(wanted: Wanted, born: Callable[[int], object]) -> int:
    out, err = _files(wanted)
    try:
        command = [*COMMAND, *wanted.arguments]
        with subprocess.Popen(
            command, cwd=wanted.folder, env=wanted.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        ) as process:
            born(process.pid)
        return process.returncode
    finally:
        os.close(out)
        os.close(err)


def _files(wanted: Wanted) -> tuple[int, int]:
    return os.open(wanted.out, os.O_WRONLY), os.open(wanted.err, os.O_WRONLY)


@functools.cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forks"],
        cwd=ROOT,
        env={**of_the_machine(), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(_end, server)
    return server


def _end(server: subprocess.Popen[str]) -> None:
    with server:
        assert server.stdin
        server.stdin.close()


# The process that forks


def load_everything() -> None:
    """Import all modules, and read what is read once in a process."""
    for module in pkgutil.walk_packages(sessionsmgmt.__path__, "sessionsmgmt."):
        importlib.import_module(module.name)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        cli.main(["preview", "--config", str(EXAMPLE), "--now", "2026-10-31T08:00:00-04:00"])


def serve() -> None:
    """Fork for each line of standard input, one after the other: write the id, let it begin, write how it ended."""
    load_everything()
    for line in sys.stdin:
        waiting, begin = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(begin)
            os.read(waiting, 1)
            os.close(waiting)
            live(Wanted(**json.loads(line)))
        os.close(waiting)
        _say(pid)
        sys.stdin.readline()
        os.close(begin)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def live(wanted: Wanted) -> None:
    """Be the command, to its end."""
    status = 1
    try:
        for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), *_files(wanted))):
            os.dup2(file, number)
            os.close(file)
        os.chdir(wanted.folder)
        os.environ.clear()
        os.environ.update(wanted.environment)
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - it is closed with the process
        sys.argv = [COMMAND[1], *wanted.arguments]
        if RUN_FIRST in wanted.environment:
            runpy.run_path(wanted.environment[RUN_FIRST])
        status = entrypoint.main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - as Python itself ends a process
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()

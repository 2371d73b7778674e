"""The test's side of the fork server: asks for processes, kills them, and learns how they ended."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.delivery.fork_server import ProcessEnd, ProcessPlan
from tests.environment import of_the_machine

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class ForkServer:
    """A process that forks others, and the line to it."""

    process: subprocess.Popen[str]

    def run_all(
        self, *children: ProcessPlan, born: Callable[[Sequence[int]], object] = lambda _pids: None
    ) -> list[ProcessEnd]:
        """Run the processes side by side; ``born`` is told their ids before they begin."""
        self._say([asdict(child) for child in children])
        born(self._hear())
        self._say("begin")
        return [ProcessEnd(**end) for end in self._hear()]

    def _say(self, what: object) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _hear(self) -> list[Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the fork server has ended"
        heard: list[Any] = json.loads(line)
        return heard


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """A fork server that ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.delivery.fork_server"],
        cwd=ROOT,
        env={**of_the_machine(), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield ForkServer(process)
        assert process.stdin
        process.stdin.close()


def kill(pid: int) -> None:
    """End a process at once, and return when it is no more."""
    process = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [])
    finally:
        os.close(process)

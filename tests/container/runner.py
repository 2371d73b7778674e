"""Starts the Action's container the way the Actions runner does: ContainerActionHandler.cs in its source says how.

The folders lie as on GitHub's machines: that of temporary files beside that of the repository, which holds the
checkout.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.container.engine import ROOT, Done, Engine, Start
from tests.emulators import runner
from tests.emulators.runner import Step, read_log, read_outputs
from tests.pull_request_events import EVENT

OWNER = 1001
"""The user that the runner is, on GitHub's machines; the container is root."""
COMMAND_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")
MOUNTED = {
    "/github/runner_temp": "_temp",
    "/github/home": "_temp/_github_home",
    "/github/workflow": "_temp/_github_workflow",
    "/github/file_commands": "_temp/_runner_file_commands",
    "/github/workspace": "club/club",
}


@dataclass(frozen=True, slots=True)
class Runner:
    """One job on a machine: its folders below ``machine``, and the entry point of the image whose step it runs."""

    engine: Engine
    entrypoint: tuple[str, ...]
    machine: Path

    @property
    def workspace(self) -> Path:
        """The checkout."""
        return self.machine / MOUNTED["/github/workspace"]

    @property
    def temp(self) -> Path:
        """The folder of temporary files."""
        return self.machine / MOUNTED["/github/runner_temp"]

    @property
    def home(self) -> Path:
        """The home of steps in containers."""
        return self.machine / MOUNTED["/github/home"]

    def prepare(self) -> None:
        """What is there before any step: the folders, and the event that set the job off."""
        for folder in MOUNTED.values():
            (self.machine / folder).mkdir(parents=True, exist_ok=True)
        (self.machine / MOUNTED["/github/workflow"] / "event.json").write_bytes(Path(EVENT).read_bytes())

    def check_out(self, files: Mapping[str, str]) -> None:
        """Put files into the checkout, all of which then is the runner's, as after actions/checkout."""
        for name, text in files.items():
            (self.workspace / name).write_bytes(text.encode())
        if os.getuid() == 0:  # else it belongs to whoever runs the tests, who is somebody else than root too
            for path in [self.temp, self.workspace, *self.workspace.rglob("*")]:
                os.chown(path, OWNER, OWNER)

    def use(self, env: Mapping[str, str] | None = None, **inputs: str) -> Step:
        """Run a step that ``uses`` the Action: inputs are given by their names, with ``_`` for ``-``."""
        given = runner.Runner(self.workspace, self.temp, ROOT).inputs(**inputs)
        done = self.step(env={**given, **(env or {})})
        raw = done.out + done.err
        return Step(done.exit, read_log(raw), read_outputs(self._said("OUTPUT")), self._said("STEP_SUMMARY"), raw)

    def step(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run the container with arguments. ``env`` is what the job and the step add to the runner's environment."""
        files = self.machine / MOUNTED["/github/file_commands"]
        for name in COMMAND_FILES:
            (files / name.lower()).write_bytes(b"")
        environment = {
            "CI": "true",
            "HOME": "/github/home",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": "https://api.github.com",
            "GITHUB_EVENT_NAME": "workflow_dispatch",
            "GITHUB_EVENT_PATH": "/github/workflow/event.json",
            "GITHUB_REPOSITORY": "otters/club",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKSPACE": "/github/workspace",
            "RUNNER_TEMP": "/github/runner_temp",
            "RUNNER_WORKSPACE": str(self.workspace.parent),
            **{name: f"/github/file_commands/{name.lower()}" for name in COMMAND_FILES},
            **(env or {}),
        }
        volumes = {inside: self.machine / folder for inside, folder in MOUNTED.items()}
        return self.engine.run(Start([*self.entrypoint, *arguments], environment, volumes, "/github/workspace"))

    def files(self) -> dict[str, tuple[int, int, int]]:
        """Owner, size and time of everything in the checkout."""
        paths = [path for path in self.workspace.rglob("*") if not path.is_dir()]
        status = {str(path.relative_to(self.workspace)): path.lstat() for path in paths}
        return {name: (one.st_uid, one.st_size, one.st_mtime_ns) for name, one in status.items()}

    def _said(self, name: str) -> str:
        return (self.machine / MOUNTED["/github/file_commands"] / f"github_{name.lower()}").read_text("utf-8")

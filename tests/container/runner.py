"""Starts the Action's container the way the Actions runner does: ContainerActionHandler.cs in its source says how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.container.engine import Done, Engine, Start

OWNER = 1001
"""The user that the runner is, on GitHub's machines; the container is root."""
COMMAND_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE")
NOW = "2026-11-06T12:00:00-05:00"


@dataclass(frozen=True, slots=True)
class Runner:
    """One job on a machine: its folders below ``machine``, and the entry point of the image whose step it runs."""

    engine: Engine
    entrypoint: tuple[str, ...]
    machine: Path

    @property
    def workspace(self) -> Path:
        """The checkout."""
        return self.machine / "workspace"

    def prepare(self, event: Mapping[str, Any] | None = None) -> None:
        """What is there before the step: empty command files, the event, and a checkout that is the runner's own."""
        for name in ("workspace", "home", "workflow", "file_commands", "runner_temp"):
            (self.machine / name).mkdir(parents=True, exist_ok=True)
        for name in COMMAND_FILES:
            (self.machine / "file_commands" / name.lower()).touch()
        (self.machine / "workflow" / "event.json").write_text(json.dumps(event or {}), "utf-8")

    def step(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run the step. ``env`` is what the job and the step add to the runner's own environment."""
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
            **{name: f"/github/file_commands/{name.lower()}" for name in COMMAND_FILES},
            **(env or {}),
        }
        volumes = {
            f"/github/{name}": self.machine / name
            for name in ("runner_temp", "home", "workflow", "file_commands", "workspace")
        }
        return self.engine.run(Start([*self.entrypoint, *arguments], environment, volumes, "/github/workspace"))

    def commands(self, name: str) -> str:
        """What the step wrote to one of the command files."""
        return (self.machine / "file_commands" / name.lower()).read_text("utf-8")

    def files(self) -> dict[str, tuple[int, int, int]]:
        """Owner, size and time of everything in the checkout."""
        paths = [path for path in self.workspace.rglob("*") if not path.is_dir()]
        status = {str(path.relative_to(self.workspace)): path.lstat() for path in paths}
        return {name: (one.st_uid, one.st_size, one.st_mtime_ns) for name, one in status.items()}

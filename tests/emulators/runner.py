"""GitHub's runner, as far as an Action meets it: the environment of a step, and how its log and its files are read.

By actions/runner: ``ActionCommand.cs`` and ``ActionCommandManager.cs`` for the log, ``FileCommandManager.cs`` for the
files, ``Handler.cs`` for the names of inputs. Where the runner forgives, this does not: what a tidy step never does
raises ``ViolationError``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import forks
from tests.environment import of_the_machine
from tests.pull_request_events import EVENT

LARGEST_SUMMARY = 1024 * 1024
OBEYED = frozenset({"add-mask", "stop-commands", "group", "endgroup", "notice", "warning", "error"})
NEVER = frozenset({"add-matcher", "add-path", "debug", "echo", "remove-matcher", "save-state", "set-env", "set-output"})
PROPERTIES = frozenset({"file", "line", "endLine", "col", "endColumn", "title"})


class ViolationError(AssertionError):
    """A step did what none should."""


@dataclass(frozen=True)
class Annotation:
    """A notice, a warning or an error on the page of the run."""

    kind: str
    text: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Log:
    """A log as it is read: what was obeyed, and what is left for people to see, secrets blacked out."""

    masks: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Annotation]:
        """The annotations of one kind."""
        return [annotation for annotation in self.annotations if annotation.kind == kind]

    @property
    def seen(self) -> str:
        """All that anybody sees of it."""
        annotations = [
            f"{annotation.text} {' '.join(annotation.properties.values())}" for annotation in self.annotations
        ]
        return "\n".join([*self.lines, *self.groups, *annotations])


def read_log(text: str) -> Log:
    """The log of one step."""
    log, deaf_until, open_groups = Log(), "", 0
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")):
        command, properties, data = _order(line, deaf_until) or ("", {}, "")
        if deaf_until:
            if command == deaf_until:
                deaf_until = ""
            else:
                log.lines.append(_blackened(line, log.masks))
        elif not command:
            log.lines.append(_blackened(line, log.masks))
        elif command == "add-mask":
            if not data.strip():
                raise ViolationError("a mask of nothing")
            log.masks.append(data)
        elif command == "stop-commands":
            if len(data) < 20:
                raise ViolationError("a word that can be guessed wakes the runner")
            deaf_until = data
        elif command == "group":
            log.groups.append(_blackened(data, log.masks))
            open_groups += 1
        elif command == "endgroup":
            open_groups -= 1
        elif command in {"notice", "warning", "error"}:
            if set(properties) - PROPERTIES:
                raise ViolationError(f"an annotation has {sorted(properties)}")
            shown = {name: _blackened(value, log.masks) for name, value in properties.items()}
            log.annotations.append(Annotation(command, _blackened(data, log.masks), shown))
        else:
            raise ViolationError(f"the runner was ordered to {command}: {line}")
    if deaf_until or open_groups:
        raise ViolationError("the runner was left deaf, or a group open")
    return log


def _order(line: str, wakes: str) -> tuple[str, dict[str, str], str] | None:
    """The order in a line: ``::name key=value,key=value::data`` at its beginning, or ``##[name key=value;]data``."""
    known = OBEYED | NEVER | ({wakes} if wakes else set())
    begun = line.lstrip()
    if begun.startswith("::") and (end := begun.find("::", 2)) >= 0:
        name, _, listed = begun[2:end].partition(" ")
        if name.lower() in known:
            return name.lower(), _properties(listed, ",", ":,"), _plain(begun[end + 2 :], "")
    start = line.find("##[")
    if start >= 0 and (end := line.find("]", start)) >= 0:
        name, _, listed = line[start + 3 : end].partition(" ")
        if name.lower() in known:
            return name.lower(), _properties(listed, ";", ";]"), _plain(line[end + 1 :], ";]")
    return None


def _properties(listed: str, separator: str, special: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in listed.strip().split(separator) if pair]
    return {name: _plain(value, special) for name, _, value in pairs if name and value}


def _plain(text: str, special: str) -> str:
    """Escaped text as it was meant; the percent sign comes last."""
    for sign in f"\r\n{special}%":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def _blackened(text: str, masks: Sequence[str]) -> str:
    for mask in sorted(masks, key=len, reverse=True):
        text = text.replace(mask, "***")
    return text


def read_outputs(text: str) -> dict[str, str]:
    """What a step wrote to the file of its outputs."""
    found: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() != "":
        raise ViolationError("the last line has no end")
    waiting = iter(lines)
    for line in waiting:
        if not line:
            continue
        if (match := re.fullmatch(r"([^=]*?)<<(.+)", line)) is not None:
            name, delimiter = match.groups()
            value = []
            while (one := next(waiting, None)) != delimiter:
                if one is None:
                    raise ViolationError(f"nothing ends the value of {name}")
                value.append(one)
            text = "\n".join(value)
        elif "=" in line:
            name, _, text = line.partition("=")
        else:
            raise ViolationError(f"no output: {line}")
        if not name or name in found:
            raise ViolationError(f"an output without a name, or twice: {name}")
        found[name] = text
    return found


@dataclass(frozen=True)
class Step:
    """What a step did, as the runner and the later steps have it."""

    exit: int
    log: Log
    outputs: Mapping[str, str]
    summary: str
    raw: str


@dataclass(frozen=True)
class Runner:
    """A job on a machine: its workspace, its folder for temporary files, and where the Action's own files are."""

    workspace: Path
    temp: Path
    action: Path

    def run(self, env: Mapping[str, str] | None = None, **inputs: str) -> Step:
        """Start the Action; inputs are given by their names with ``_`` for ``-``."""
        files = self.temp / "_runner_file_commands"
        files.mkdir(parents=True, exist_ok=True)
        paths = {name: files / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for path in paths.values():
            path.write_bytes(b"")
        status, raw = forks.run_merged(
            (),
            self.workspace,
            {
                **self.environ(),
                **{name: str(path) for name, path in paths.items()},
                **self.inputs(**inputs),
                **(env or {}),
            },
        )
        summary = paths["GITHUB_STEP_SUMMARY"].read_bytes()
        if len(summary) > LARGEST_SUMMARY:
            raise ViolationError("GitHub shows no summary that is so long")
        if paths["GITHUB_ENV"].read_bytes():
            raise ViolationError("the environment of later steps was changed")
        outputs = read_outputs(paths["GITHUB_OUTPUT"].read_bytes().decode())
        if set(outputs) - set(self._manifest()["outputs"]):
            raise ViolationError("an output that action.yml does not have")
        return Step(status, read_log(raw), outputs, summary.decode(), raw)

    def environ(self) -> dict[str, str]:
        """The environment of every step."""
        return {
            **of_the_machine(),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_EVENT_PATH": EVENT,
            "GITHUB_API_URL": "http://127.0.0.1:1",  # nobody is there: a step that asks GitHub is given an emulator
            "GITHUB_REPOSITORY": "otters/club",
            "GITHUB_RUN_ID": "17",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_WORKSPACE": str(self.workspace),
            "HOME": str(self.temp / "_github_home"),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_WORKSPACE": str(self.workspace.parent),
        }

    def inputs(self, **given: str) -> dict[str, str]:
        """The variables of the inputs: all that action.yml has, those that were not given with their defaults."""
        declared = self._manifest()["inputs"]
        named = {name.replace("_", "-"): text for name, text in given.items()}
        if set(named) - set(declared):
            raise ViolationError(f"action.yml has no {sorted(set(named) - set(declared))}")
        texts = {name: named.get(name, one.get("default", "")) for name, one in declared.items()}
        token = {"${{ github.token }}": "ghs_the-token-of-the-job"}
        return {f"INPUT_{name.replace(' ', '_').upper()}": token.get(text, text) for name, text in texts.items()}

    def _manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        return found

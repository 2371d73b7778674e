"""The Action's inputs and outputs, and how the inputs become a command line and an environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from sessionsmgmt.application.command import Command
from sessionsmgmt.application.registry import COMMANDS
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.entrypoints.cli.options import option_names
from sessionsmgmt.errors import InputError


@dataclass(frozen=True, slots=True)
class Input:
    """One input of action.yml.

    It becomes the variable ``environ`` of the environment, or the ``option`` of the command line; ``command`` becomes
    neither. A ``flag`` is true or false. ``default`` is the default in action.yml.
    """

    name: str
    default: str = ""
    environ: str = ""
    option: str = ""
    flag: bool = False


INPUTS = (
    Input("command", "run"),
    Input("config", "sessions.yml", option="--config"),
    Input("google-credentials", environ="GOOGLE_CREDENTIALS"),
    Input("microsoft-credentials", environ="MICROSOFT_CREDENTIALS"),
    Input("smtp-password", environ="SMTP_PASSWORD"),
    Input("calendar-url", environ="CALENDAR_URL"),
    Input("key", environ="SESSIONSMGMT_KEY"),
    Input("github-token", "${{ github.token }}", environ="GITHUB_TOKEN"),
    Input("secrets-token", environ="SECRETS_TOKEN"),
    Input("app-id", environ="GITHUB_APP_ID"),
    Input("app-private-key", environ="GITHUB_APP_PRIVATE_KEY"),
    Input("publish", "false", option="--publish", flag=True),
    Input("mail", option="--mail"),
    Input("dry-run", "false", option="--dry-run", flag=True),
    Input("now", option="--now"),
    Input("root", option="--root"),
    Input("verbose", "false", option="--verbose", flag=True),
)

_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
"""The texts that GitHub's own tools accept (the core schema of YAML 1.2)."""

OUTPUTS = ("sent", "held", "failed", "skipped", "rotated", "report", "preview", "matrix")


@dataclass(frozen=True, slots=True)
class ActionInputs:
    """The inputs that a workflow gives, by name. An empty input is not given. The repr hides them: some are secrets."""

    texts: Mapping[str, str] = field(repr=False)

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment of the command: the given one, with the inputs that are variables."""
        named = {
            entry.environ: self.texts[entry.name] for entry in INPUTS if entry.environ and entry.name in self.texts
        }
        return {**around, **named}

    def arguments(self, report: Path, preview: Path) -> list[str]:
        """The command line, with the paths of the report and of the preview.

        Options in the input ``command`` count last. Raises InputError with everything that is wrong.
        """
        faults = [
            f"The input '{entry.name}' must be true or false."
            for entry in INPUTS
            if entry.flag and self.texts.get(entry.name, "") not in ("", *_TRUE, *_FALSE)
        ]
        faults += [
            f"In the input '{entry.name}' {invisible.sentence}."
            for entry in INPUTS
            if not entry.environ and (invisible := find_invisible(self.texts.get(entry.name, "")))
        ]
        try:
            command, words = _command(self.texts.get("command", "run"))
        except InputError as error:
            raise InputError(" ".join([str(error), *faults])) from None
        options = option_names(command)
        used = [entry for entry in INPUTS if entry.option and self._is_used(entry)]
        faults += [
            f"The input '{entry.name}' is not for '{command.name}'; leave it out."
            for entry in used
            if entry.option not in options
        ]
        if faults:
            raise InputError(" ".join(faults))
        line = [*command.name.split(), "--report", str(report)]
        if command.name == "preview":
            line += ["--out", str(preview)]
        for entry in used:
            line += [entry.option] if entry.flag else [entry.option, self.texts[entry.name]]
        return line + words

    def _is_used(self, entry: Input) -> bool:
        text = self.texts.get(entry.name, "")
        return text not in _FALSE if entry.flag and text else bool(text)


def read_inputs(environ: Mapping[str, str]) -> ActionInputs:
    """The inputs in the environment: in upper case, blanks as ``_``, dashes as they are (actions/runner#2283).

    A shell in between may have turned the dashes into ``_`` as well.
    """
    return ActionInputs({entry.name: text for entry in INPUTS if (text := _text(entry.name.upper(), environ))})


def _text(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(f"INPUT_{name}", "").strip() or environ.get(f"INPUT_{name.replace('-', '_')}", "").strip()


def _command(text: str) -> tuple[Command, list[str]]:
    """The command with this name, of one word or two, and the words behind it."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise InputError("The input 'command' has a quotation mark that is not closed.") from None
    depth = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    name = " ".join(words[:depth])
    for command in COMMANDS:
        if command.name == name:
            return command, words[depth:]
    names = ", ".join(sorted(command.name for command in COMMANDS))
    raise InputError("The input 'command' names no command.", f"Choose one of: {names}.")

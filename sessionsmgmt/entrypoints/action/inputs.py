"""The Action's inputs and outputs: what they are called, and how inputs become a command line and an environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sessionsmgmt.application.command import Command
from sessionsmgmt.application.registry import COMMANDS
from sessionsmgmt.characters import find_invisible
from sessionsmgmt.entrypoints.cli.options import option_names
from sessionsmgmt.errors import InputError


@dataclass(frozen=True, slots=True)
class Input:
    """One input of action.yml, by its name there.

    It ends in the environment under the name ``environ``, or on the command line as ``option``; ``command`` alone is
    neither. A ``flag`` is true or false. ``default`` is as action.yml has it.
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
    Input("key", environ="SESSIONSMGMT_KEY"),
    Input("github-token", "${{ github.token }}", environ="GITHUB_TOKEN"),
    Input("secrets-token", environ="SECRETS_TOKEN"),
    Input("app-id", environ="GITHUB_APP_ID"),
    Input("app-private-key", environ="GITHUB_APP_PRIVATE_KEY"),
    Input("publish", "false", option="--publish", flag=True),
    Input("dry-run", "false", option="--dry-run", flag=True),
    Input("now", option="--now"),
    Input("root", option="--root"),
    Input("verbose", "false", option="--verbose", flag=True),
)

_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
"""What GitHub's own tools take (the core schema of YAML 1.2)."""

OUTPUTS = ("sent", "held", "failed", "skipped", "rotated", "report", "preview", "matrix")


@dataclass(frozen=True, slots=True)
class Given:
    """What a workflow gave, by the inputs' names; what is empty is not given. It is not shown: it holds secrets."""

    texts: Mapping[str, str] = field(repr=False)

    def environ(self, around: Mapping[str, str]) -> dict[str, str]:
        """The environment of the command: the one around, and the inputs that belong there."""
        named = {one.environ: self.texts[one.name] for one in INPUTS if one.environ and one.name in self.texts}
        return {**around, **named}

    def arguments(self, report: Path, preview: Path) -> list[str]:
        """The command line, with the places for what the command writes.

        What stands in ``command`` behind the command's name counts last. Raises InputError with all that is wrong.
        """
        wrong = [
            f"The input '{one.name}' must be true or false."
            for one in INPUTS
            if one.flag and self.texts.get(one.name, "") not in ("", *_TRUE, *_FALSE)
        ]
        wrong += [
            f"In the input '{one.name}' {found.sentence}."
            for one in INPUTS
            if not one.environ and (found := find_invisible(self.texts.get(one.name, "")))
        ]
        try:
            command, rest = _command(self.texts.get("command", "run"))
        except InputError as error:
            raise InputError(" ".join([str(error), *wrong])) from None
        options = option_names(command)
        used = [one for one in INPUTS if one.option and self._is_used(one)]
        wrong += [
            f"The input '{one.name}' is not for '{command.name}'; leave it out."
            for one in used
            if one.option not in options
        ]
        if wrong:
            raise InputError(" ".join(wrong))
        line = [*command.name.split(), "--report", str(report)]
        if command.name == "preview":
            line += ["--out", str(preview)]
        for one in used:
            line += [one.option] if one.flag else [one.option, self.texts[one.name]]
        return line + rest

    def _is_used(self, one: Input) -> bool:
        text = self.texts.get(one.name, "")
        return text not in _FALSE if one.flag and text else bool(text)


def given(environ: Mapping[str, str]) -> Given:
    """The inputs as the runner hands them over: in upper case, blanks as ``_``, dashes as they are (its issue 2283).

    Something between here and there may have turned the dashes into ``_`` as well, as shells need it.
    """
    return Given({one.name: text for one in INPUTS if (text := _text(one.name.upper(), environ))})


def _text(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(f"INPUT_{name}", "").strip() or environ.get(f"INPUT_{name.replace('-', '_')}", "").strip()


def _command(text: str) -> tuple[Command, list[str]]:
    """The command that is named, which may be in two words, and the words behind its name."""
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

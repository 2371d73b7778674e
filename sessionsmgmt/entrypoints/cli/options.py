"""The commands of the registry as commands of click: the options of each, and the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from sessionsmgmt import __version__
from sessionsmgmt.application.command import Command, Parameter, parameters
from sessionsmgmt.entrypoints.cli.instant import Instant
from sessionsmgmt.entrypoints.exit_status import Exit

Execute = Callable[..., Exit]
"""Is called with the command and, by name, with the value of each of its options."""


class _Commands(click.Group):
    """A group that makes a command when it is called: the options of all commands together take 3 ms.

    The library offers subclassing as the only way to do so.
    """

    def __init__(self, makers: Mapping[str, Callable[[], click.Command]], summary: str, **settings: Any) -> None:
        """``makers`` has what makes a command, by the name of the command."""
        super().__init__(help=summary, **settings)
        self._makers = makers

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, as the help lists them."""
        del ctx
        return sorted(self._makers)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        del ctx
        return self._makers[cmd_name]() if cmd_name in self._makers else None


def command_line(commands: Iterable[Command], groups: dict[str, str], summary: str, execute: Execute) -> click.Group:
    """The group of all commands. A command with a name of two words is in a group of its first word."""
    makers: dict[str, dict[str, Callable[[], click.Command]]] = {"": {}, **{group: {} for group in groups}}
    for command in commands:
        group, _, name = command.name.rpartition(" ")
        makers[group][name] = partial(_command, name, command, execute)
    top = makers[""] | {name: partial(_Commands, makers[name], text, name=name) for name, text in groups.items()}
    settings = {"help_option_names": ["-h", "--help"]}
    return click.version_option(__version__, message="%(prog)s %(version)s")(
        _Commands(top, summary, context_settings=settings)
    )


def option_names(command: Command) -> set[str]:
    """Every option of the command, with its dashes; those that all commands have included."""
    return {name for option in _options(command) for name in (*option.opts, *option.secondary_opts)}


def _command(name: str, command: Command, execute: Execute) -> click.Command:
    return click.Command(name, callback=partial(execute, command), params=[*_options(command)], help=command.summary)


def _options(command: Command) -> list[click.Option]:
    return [*_shared(), *map(_option, parameters(command))]


def _shared() -> tuple[click.Option, ...]:
    """The options that every command has."""
    path, file = click.Path(path_type=Path), click.Path(path_type=Path, dir_okay=False)
    return (
        click.Option(["--config"], type=path, default=Path("sessions.yml"), show_default=True, metavar="FILE"),
        click.Option(
            ["--now"], type=Instant(), metavar="INSTANT", help="The instant to take as now (RFC 3339), or a day."
        ),
        click.Option(["--report"], type=file, metavar="FILE", help="Write a JSON report of what was done."),
        click.Option(["--verbose"], is_flag=True, expose_value=False, help="Say where an unexpected failure happened."),
    )


def _option(parameter: Parameter) -> click.Option:
    names, metavar = [parameter.name, f"--{parameter.option}"], parameter.metavar or None
    if parameter.type is bool:
        switch = f"--{parameter.option}/--{parameter.off}" if parameter.off else f"--{parameter.option}"
        return click.Option(
            [parameter.name, switch], is_flag=True, default=bool(parameter.default), help=parameter.help
        )
    if parameter.type is int:
        return click.Option(names, type=int, default=parameter.default, show_default=True, help=parameter.help)
    is_path = Path in (parameter.type, *getattr(parameter.type, "__args__", ()))
    type_ = click.Path(path_type=Path) if is_path else click.STRING
    if isinstance(parameter.default, tuple):
        return click.Option(names, type=type_, multiple=True, metavar=metavar, help=parameter.help)
    if parameter.is_required:
        return click.Option(names, type=type_, required=True, metavar=metavar, help=parameter.help)
    return click.Option(names, type=type_, default=parameter.default, metavar=metavar, help=parameter.help)

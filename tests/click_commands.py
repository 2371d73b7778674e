"""The commands that can be typed, as click has them."""

from __future__ import annotations

from collections.abc import Iterator

import click


def typed(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command of the group and of the groups in it, by its whole name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from typed(command, f"{above}{name} ")
        elif command:
            yield f"{above}{name}", command

"""What a command is: its name, parameters, permission and effect, and who may start it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

from sessionsmgmt.domain.frozen import dataclass

if TYPE_CHECKING:
    from sessionsmgmt.application.context import Context, Request, Surroundings
    from sessionsmgmt.application.result import Result
    from sessionsmgmt.errors import SessionsError


class Permission(StrEnum):
    """What a person must be allowed to do to the club's repository, where a command is asked for in a chat."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    OWN_DATA = "own data"


class Effect(StrEnum):
    """What a command does to the world outside of the person's own files."""

    READ = "read"
    WRITE = "write"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command. ``name`` is the field of its arguments, ``option`` its name on a command line.

    ``off`` is the option that turns a flag off which is on by default; empty for others.
    """

    name: str
    option: str
    type: Any
    help: str
    default: object
    is_required: bool
    metavar: str
    off: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``arguments`` is the dataclass of its arguments.

    ``act`` is its handler where the command is about one club, ``prepare`` where it works without a club.
    ``uses_secrets`` says that it reads with the club's credentials. ``failed`` is called where the club or the command
    failed, and returns the error to report.
    """

    name: str
    summary: str
    permission: Permission
    effect: Effect
    arguments: type[Any]
    act: Callable[[Context, Any], Result] | None = None
    prepare: Callable[[Request, Any], Result] | None = None
    uses_secrets: bool = True
    failed: Callable[[Request, Any, SessionsError], SessionsError] | None = None


def parameters(command: Command) -> tuple[Parameter, ...]:
    """The parameters of a command, in the order of its arguments."""
    hints = get_type_hints(command.arguments)
    return tuple(
        Parameter(
            name=field.name,
            option=field.metadata["name"] or field.name.replace("_", "-"),
            type=hints[field.name],
            help=field.metadata["help"],
            default=field.default,
            is_required=field.default is MISSING,
            metavar=field.metadata["metavar"],
            off=field.metadata["off"],
        )
        for field in fields(command.arguments)
    )


def fault(arguments: object) -> str:
    """What is wrong with the combination of the arguments, as a sentence; empty if nothing is."""
    check: Callable[[], str] = getattr(arguments, "fault", str)
    return check()


def confirmation(arguments: object) -> str:
    """What the person must confirm before the command acts with these arguments; empty if nothing."""
    ask: Callable[[], str] = getattr(arguments, "confirmation", str)
    return ask()


def admit(command: Command, surroundings: Surroundings) -> None:
    """Raise InputError where what started the job may not start this command.

    A proposed change must not write, and a job that has been lent the secrets must not read with them.
    """
    if command.act is None:
        return
    if command.effect is not Effect.READ:
        surroundings.refuse_proposed(command.name)
    elif command.uses_secrets:
        surroundings.refuse_lent_secrets(command.name)

"""The registry of commands, and whatever else names commands: all of them agree."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from sessionsmgmt.application.arguments import ForgetArguments, LoginArguments, ResolveArguments, RotateArguments
from sessionsmgmt.application.command import Command, Effect, Permission, admit, confirmation, fault, parameters
from sessionsmgmt.application.registry import COMMANDS, GROUPS
from sessionsmgmt.application.setup.questions import questions
from sessionsmgmt.bootstrap.surroundings import JobSurroundings
from sessionsmgmt.entrypoints.action.inputs import INPUTS
from sessionsmgmt.entrypoints.cli.main import cli
from sessionsmgmt.entrypoints.cli.options import option_names
from sessionsmgmt.errors import InputError
from tests.click_commands import typed
from tests.settings import settings

ROOT = Path(__file__).parents[3]
SHARED = {"config", "now", "report", "verbose"}
"""The options that every command has."""

BY_NAME = {command.name: command for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_one_handler_that_takes_its_arguments(command: Command) -> None:
    [handler] = [handler for handler in (command.act, command.prepare) if handler]
    first, second = inspect.signature(handler).parameters

    assert first == ("context" if command.act else "request")
    assert handler.__annotations__[second] == command.arguments.__name__


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_says_what_it_does_and_what_it_takes(command: Command) -> None:
    assert re.fullmatch(r"[A-Z].*[.]", command.summary)
    assert command.permission in Permission
    assert command.effect in Effect
    assert [parameter.name for parameter in parameters(command)] == [field.name for field in fields(command.arguments)]
    for parameter in parameters(command):
        assert len(parameter.help) > 5, parameter.name


def test_no_two_commands_have_the_same_name_and_every_group_has_a_summary() -> None:
    assert len(BY_NAME) == len(COMMANDS)
    assert set(GROUPS) == {name.split()[0] for name in BY_NAME if " " in name}


def test_the_command_line_has_the_commands_of_the_registry_with_their_options() -> None:
    on_the_line = dict(typed(cli))

    assert set(on_the_line) == set(BY_NAME)
    for name, command in on_the_line.items():
        assert command.help == BY_NAME[name].summary
        own = {parameter.name for parameter in parameters(BY_NAME[name])}
        assert {option.name for option in command.params} == own | SHARED


def test_the_help_of_every_option_is_that_of_the_registry() -> None:
    for name, command in typed(cli):
        said = {option.name: option.help for option in command.params if isinstance(option, click.Option)}
        for parameter in parameters(BY_NAME[name]):
            assert said[parameter.name] == parameter.help


def test_action_yml_names_the_commands_of_the_registry() -> None:
    action: Any = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    listed = action["inputs"]["command"]["description"].partition("One of:")[2]

    assert re.findall(r"`([^`]+)`", listed) == [command.name for command in COMMANDS]


def test_every_input_of_the_action_that_is_an_option_is_one_of_some_command() -> None:
    every = {option for command in COMMANDS for option in option_names(command)}

    assert {one.option for one in INPUTS if one.option} <= every


def test_what_can_be_answered_beforehand_is_what_init_asks() -> None:
    asked = [(question.key, question.why) for question in questions("UTC")]

    assert [(parameter.name, parameter.help) for parameter in parameters(BY_NAME["init"])][: len(asked)] == asked


PROPOSED = JobSurroundings(settings({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}))
LENT = JobSurroundings(settings({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request_target"}))


def refused(surroundings: JobSurroundings) -> set[str]:
    """The commands that do not start there."""
    names = set()
    for command in COMMANDS:
        try:
            admit(command, surroundings)
        except InputError:
            names.add(command.name)
    return names


def test_what_is_only_proposed_starts_no_command_that_writes_about_a_club() -> None:
    writing = {command.name for command in COMMANDS if command.act and command.effect is not Effect.READ}

    assert refused(PROPOSED) == writing
    assert {"run", "rotate", "resolve", "forget", "auth login", "auth revoke"} == writing


def test_with_lent_secrets_no_command_starts_that_reads_with_them() -> None:
    assert refused(LENT) == set(BY_NAME) - {"init", "validate", "plan"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (RotateArguments(dry_run=True, recover=Path("x")), "--recover"),
        (LoginArguments(Path("client.json"), save=Path("x"), printed=True), "--save FILE or --print"),
        (ResolveArguments(), "just one of --sent"),
        (ResolveArguments(sent=True, resend=True), "just one of --sent"),
        (ResolveArguments(notice="campus", adopt=True), "--adopt takes over"),
        (ForgetArguments(person=""), "--person takes an address"),
        (ForgetArguments(person="nobody"), "--person takes an address"),
        (RotateArguments(), ""),
        (ResolveArguments(sent=True), ""),
        (ForgetArguments(), ""),
        (ForgetArguments(person="ada@example.org"), ""),
    ],
)
def test_arguments_that_do_not_go_together_are_named(arguments: object, said: str) -> None:
    wrong = fault(arguments)

    assert said in wrong
    assert bool(wrong) == bool(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (ForgetArguments(), "about the club, and nobody can bring it back"),
        (ForgetArguments(person="ada@example.org"), "about that person, and nobody can bring it back"),
        (ForgetArguments(dry_run=True), ""),
        (ForgetArguments(yes=True), ""),
        (ResolveArguments(sent=True), ""),
    ],
)
def test_what_can_not_be_undone_is_confirmed_before(arguments: object, said: str) -> None:
    asked = confirmation(arguments)

    assert said in asked
    assert bool(asked) == bool(said)

"""What this program relies on in libraries, where another version could do something else without an error.

A test here fails when a library changes; the code that relies on it is named with each.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from sessionsmgmt.entrypoints.cli.main import cli
from tests.click_commands import typed
from tests.end_to_end.harness import ROOT

COMMANDS = dict(typed(cli))
DEFAULTS = {"browser": True, "batch": 1, "root": Path()}
"""Of options that are there without being given. All other flags are off, and all other values are none or empty."""


def parsed(name: str, *arguments: str) -> dict[str, object]:
    """The values that click hands to a command for these arguments."""
    command = COMMANDS[name]
    with command.make_context(name, list(arguments), resilient_parsing=False) as context:
        return dict(context.params)


def options(name: str) -> list[click.Option]:
    return [param for param in COMMANDS[name].params if isinstance(param, click.Option)]


def needed(name: str) -> list[str]:
    """The options without which the command is refused."""
    return [word for option in options(name) if option.required for word in (option.opts[0], "client.json")]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_two_options_set_the_same_value(name: str) -> None:
    """Where neither of two is given, click's answer differs by version: of two ``flag_value`` options it is False."""
    names = [option.name for option in options(name)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_is_not_given_has_the_value_that_means_so(name: str) -> None:
    values = parsed(name, *needed(name))

    for option in options(name):
        if option.expose_value and not option.required and option.name != "config":
            assert values[str(option.name)] in (DEFAULTS.get(str(option.name), False), None, "", ()), option.name
        if option.is_flag and option.expose_value:
            assert values[str(option.name)] is DEFAULTS.get(str(option.name), False)


FLAGS = [(name, option) for name in COMMANDS for option in options(name) if option.is_flag and option.expose_value]


@pytest.mark.parametrize(("name", "option"), FLAGS, ids=lambda one: getattr(one, "name", one))
def test_a_flag_is_on_whether_it_is_given_once_or_twice_and_turns_on_no_other(name: str, option: click.Option) -> None:
    before = parsed(name, *needed(name))
    for times in (1, 2):
        after = parsed(name, *needed(name), *[option.opts[0]] * times)
        assert after == {**before, str(option.name): True}


def test_of_a_pair_the_last_one_counts() -> None:
    given = ["--client", "x"]
    assert parsed("auth login", *given, "--no-browser")["browser"] is False
    assert parsed("auth login", *given, "--no-browser", "--browser")["browser"] is True
    assert parsed("auth login", *given, "--browser", "--no-browser")["browser"] is False


def test_of_a_value_that_is_given_twice_the_last_one_counts() -> None:
    """``runner.inputs`` relies on it: what stands in ``command`` counts last."""
    assert str(parsed("run", "--config", "a.yml", "--config", "b.yml")["config"]) == "b.yml"
    assert parsed("plan", "--batch", "2", "--batch=3")["batch"] == 3


def test_a_value_that_may_be_given_more_than_once_is_a_tuple() -> None:
    assert [str(one) for one in parsed("init", "--overwrite", "a", "--overwrite", "b")["overwrite"]] == ["a", "b"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["--dry"], ["--dry-run=yes"], ["--conf", "x"], ["-n"], ["extra"], ["--now"]])
def test_neither_a_shortened_option_nor_a_value_of_a_flag_is_taken(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed("run", *arguments)


def test_an_option_that_is_given_empty_is_told_from_one_that_is_not() -> None:
    """``forget --person ''`` must not mean everybody."""
    assert parsed("forget", "--person", "")["person"] == ""
    assert parsed("forget")["person"] is None


def test_a_value_may_look_like_an_option() -> None:
    assert parsed("resolve", "--session", "--sent")["session"] == "--sent"
    assert parsed("resolve", "--session=--sent")["session"] == "--sent"


@pytest.mark.parametrize(("given", "cause"), [("", EOFError), ("x\n", type(None))])
def test_an_abort_tells_the_end_of_the_input_from_a_person(given: str, cause: type) -> None:
    """``cli.main`` says something else to whom nobody answers."""
    causes: list[object] = []

    @click.command()
    @click.pass_context
    def ask(context: click.Context) -> None:
        try:
            click.prompt("?")
            context.abort()
        except click.Abort as abort:
            causes.append(abort.__context__)

    CliRunner().invoke(ask, input=given)
    assert isinstance(causes[0], cause)


def test_a_mark_of_yaml_counts_characters_from_the_beginning_of_the_text() -> None:
    """``config.document`` finds by it where in a value a character stands."""
    text = "é: \U0001f3ca\nkey: 'a b'\n"
    scalars = [one for one in yaml.parse(text, Loader=yaml.SafeLoader) if isinstance(one, yaml.ScalarEvent)]
    assert [
        text[scalar.start_mark.index : scalar.end_mark.index]
        for scalar in scalars
        if scalar.start_mark and scalar.end_mark
    ] == [
        "é",
        "\U0001f3ca",
        "key",
        "'a b'",
    ]


def test_json_says_of_a_line_break_in_a_text_what_is_wrong() -> None:
    """``providers.google.credentials`` names it."""
    with pytest.raises(json.JSONDecodeError) as caught:
        json.loads('{"a": "b\nc"}')
    assert caught.value.msg.startswith("Invalid control character")


def test_words_of_a_command_are_split_as_a_shell_does_and_a_hash_begins_no_comment() -> None:
    """``runner.inputs`` splits the input ``command`` by it."""
    assert shlex.split("resolve --session 'a; b' --notice \"c d\" #e") == [
        "resolve",
        "--session",
        "a; b",
        "--notice",
        "c d",
        "#e",
    ]


def test_babel_reads_the_machines_zone_when_it_is_loaded() -> None:
    """``inherited`` settles TZ before; if babel did not read it any more, that could go."""
    script = "import babel.dates"
    odd = subprocess.run(
        [sys.executable, "-c", script], env={"TZ": "/etc/passwd"}, cwd=ROOT, capture_output=True, check=False
    )
    usual = subprocess.run(
        [sys.executable, "-c", script], env={"TZ": "UTC"}, cwd=ROOT, capture_output=True, check=False
    )
    assert (odd.returncode, usual.returncode) == (1, 0)

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.readme_tables import with_tables
from sessionsmgmt.bootstrap.providers import PROVIDERS
from sessionsmgmt.entrypoints.action.inputs import INPUTS, OUTPUTS, read_inputs
from sessionsmgmt.errors import InputError

ROOT = Path(__file__).parents[3]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
REPORT, PREVIEW = Path("temp/report.json"), Path("temp/preview")


def line(**inputs: str) -> list[str]:
    """The command line that the inputs make, without what is the same for all."""
    environ = {f"INPUT_{name.replace('_', '-').upper()}": text for name, text in inputs.items()}
    made = read_inputs(environ).arguments(REPORT, PREVIEW)
    at = made.index("--report")
    return made[:at] + made[at + 2 :]


def fault(**inputs: str) -> str:
    with pytest.raises(InputError) as caught:
        line(**inputs)
    return str(caught.value)


def test_action_yml_has_the_inputs_of_the_code_with_their_defaults() -> None:
    assert {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()} == {
        one.name: one.default for one in INPUTS
    }
    assert tuple(ACTION["outputs"]) == OUTPUTS


def test_action_yml_says_of_everything_what_it_is() -> None:
    for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert len(one["description"]) > 20
        assert one["description"].endswith(".")
        assert "${{" not in one["description"]  # the runner would take it for an expression, and refuse the file


def test_every_secret_that_is_an_input_is_masked() -> None:
    environ = {one.environ: f"the secret {one.name}" for one in INPUTS if one.environ and one.name != "app-id"}
    masked: list[str] = []
    PROVIDERS.read_settings(environ, masked.append)
    assert sorted(masked) == sorted(environ.values())


def test_the_counts_among_the_outputs_are_those_of_the_report() -> None:
    schema = json.loads((ROOT / "schema" / "report.schema.json").read_text("utf-8"))["properties"]
    assert set(schema["counts"]["properties"]) | {"rotated"} == set(OUTPUTS) & {
        *schema,
        *schema["counts"]["properties"],
    }


def test_the_tables_of_the_readme_are_those_of_action_yml() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert with_tables(readme, ACTION) == readme, "run .venv/bin/python -m scripts.readme_tables"


def test_the_action_is_described_as_the_package_is() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert ACTION["author"] == package["authors"][0]["name"]
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_inputs_keep_their_dashes_or_have_lost_them_on_the_way() -> None:
    dashed = read_inputs({"INPUT_GOOGLE-CREDENTIALS": "a", "INPUT_GOOGLE_CREDENTIALS": "b"})
    bare = read_inputs({"INPUT_GOOGLE_CREDENTIALS": "b"})

    assert dashed.environ({})["GOOGLE_CREDENTIALS"] == "a"
    assert bare.environ({})["GOOGLE_CREDENTIALS"] == "b"


def test_an_empty_input_is_none_and_leaves_the_environment_alone() -> None:
    around = {"SMTP_PASSWORD": "from the job"}
    found = read_inputs({"INPUT_SMTP-PASSWORD": " \n", "INPUT_KEY": "k"}).environ(around)

    assert found == {"SMTP_PASSWORD": "from the job", "SESSIONSMGMT_KEY": "k"}
    assert around == {"SMTP_PASSWORD": "from the job"}


def test_no_secret_is_in_what_the_inputs_show_of_themselves() -> None:
    assert "hush" not in repr(read_inputs({"INPUT_KEY": "hush"}))


def test_without_any_input_it_runs() -> None:
    assert line() == ["run"]


@pytest.mark.parametrize(
    ("inputs", "made"),
    [
        ({"command": "validate", "config": "a b/sessions.yml"}, ["validate", "--config", "a b/sessions.yml"]),
        ({"dry_run": "true"}, ["run", "--dry-run"]),
        ({"dry_run": "false", "verbose": "true"}, ["run", "--verbose"]),
        ({"now": "2026-10-31T08:00:00Z"}, ["run", "--now", "2026-10-31T08:00:00Z"]),
        ({"command": "plan", "root": "clubs"}, ["plan", "--root", "clubs"]),
        ({"command": "plan --batch 2"}, ["plan", "--batch", "2"]),
        ({"command": "auth revoke", "dry_run": "true"}, ["auth", "revoke", "--dry-run"]),
        ({"command": "resolve --session 'a; b' --sent"}, ["resolve", "--session", "a; b", "--sent"]),
        ({"command": "run --config b.yml", "config": "a.yml"}, ["run", "--config", "a.yml", "--config", "b.yml"]),
        ({"command": "preview"}, ["preview", "--out", str(PREVIEW)]),
    ],
)
def test_inputs_become_a_command_line(inputs: dict[str, str], made: list[str]) -> None:
    assert line(**inputs) == made


@pytest.mark.parametrize("command", ["rnu", "auth", "auth logout", "--dry-run", "run now", "''", "doctor\nrun"])
def test_what_is_no_command_is_answered_with_all_there_are(command: str) -> None:
    text = fault(command=command)
    for name in ("auth login", "auth revoke", "doctor", "plan", "preview", "run", "validate"):
        assert name in text


def test_a_quotation_mark_that_is_not_closed_is_named() -> None:
    assert "quotation mark" in fault(command="resolve --session 'a")


@pytest.mark.parametrize("text", ["true", "True", "TRUE", " true\n", "\tTRUE "])
def test_what_githubs_own_tools_take_for_true_is_true(text: str) -> None:
    assert line(dry_run=text) == ["run", "--dry-run"]


@pytest.mark.parametrize("text", ["false", "False", "FALSE", " false\n", "", "  "])
def test_what_githubs_own_tools_take_for_false_is_false(text: str) -> None:
    assert line(dry_run=text, verbose=text, publish=text) == ["run"]


@pytest.mark.parametrize(
    "text", ["yes", "no", "1", "0", "tRUE", "fALSE", "on", "off", "y", "null", "true false", "'true'"]
)
def test_what_is_neither_true_nor_false_is_refused(text: str) -> None:
    assert fault(dry_run=text) == "The input 'dry-run' must be true or false."


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [("resolve --sent", "dry_run", "true"), ("run", "root", "x"), ("run", "publish", "true")],
)
def test_an_input_that_the_command_has_no_use_for_is_refused(command: str, name: str, text: str) -> None:
    """A dry run that changes something would be worse than an error."""
    assert f"The input '{name.replace('_', '-')}' is not for" in fault(command=command, **{name: text})


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = fault(command="rnu", dry_run="yes", verbose="no")
    assert "names no command" in text
    assert "'dry-run'" in text
    assert "'verbose'" in text


@pytest.mark.parametrize("name", ["command", "config", "now", "root", "dry_run"])
@pytest.mark.parametrize(
    ("character", "unicode"), [("\u200b", "U+200B ZERO WIDTH SPACE"), ("\u00a0", "U+00A0 NO-BREAK SPACE")]
)
def test_what_nobody_sees_in_an_input_is_named(name: str, character: str, unicode: str) -> None:
    inputs = {"command": "plan", name: f"a{character}b"}
    assert f"In the input '{name.replace('_', '-')}' " in fault(**inputs)
    assert unicode in fault(**inputs)

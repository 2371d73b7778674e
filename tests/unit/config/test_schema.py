"""The JSON Schema of sessions.yml, which editors use too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sessionsmgmt.config import schema as module
from sessionsmgmt.config.document import parse
from sessionsmgmt.config.model import Confirm, Scope
from sessionsmgmt.domain.model.notice import Kind
from sessionsmgmt.domain.model.people import Disclose
from sessionsmgmt.domain.model.rule import PresenceMode
from tests.unit.config.club import BASE, WHOLE, Club

SCHEMA: dict[str, Any] = json.loads(module.FILE.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def parts(part: Any, way: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part of the schema that describes a value, with its key path. Conditions do not describe values."""
    if isinstance(part, dict) and part != {"$ref": "#/$defs/misplaced"}:
        yield way, part
        for key, inner in part.get("properties", {}).items():
            yield from parts(inner, f"{way}.{key}")
        for key in ("items", "additionalProperties"):
            yield from parts(part.get(key), f"{way}.{key}")
        for key, inner in part.get("$defs", {}).items():
            yield from parts(inner, f"${key}")


PARTS = dict(parts(SCHEMA))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("way", [way for way in PARTS if not way.endswith(".items")])
def test_every_key_is_titled_described_and_shown_by_example(way: str) -> None:
    part = PARTS[way]
    target = part.get("$ref")
    if target and way.rpartition(".")[2] in {"items", "store", "branch", "path"}:
        part = {**SCHEMA["$defs"][target.removeprefix("#/$defs/")], **part}
    assert part["title"]
    assert part["description"].endswith(".")
    assert part.get("examples") or "not" in part


@pytest.mark.parametrize("way", PARTS)
def test_every_example_and_every_default_is_valid(way: str) -> None:
    part = PARTS[way]
    for value in [*part.get("examples", ()), *([part["default"]] if "default" in part else [])]:
        assert list(VALIDATOR.evolve(schema=part).iter_errors(value)) == []


@pytest.mark.parametrize("way", [way for way, part in PARTS.items() if "object" in part.get("type", "")])
def test_every_group_of_keys_is_closed(way: str) -> None:
    part = PARTS[way]
    while "$ref" in part:
        part = SCHEMA["$defs"][part["$ref"].removeprefix("#/$defs/")]
    assert "additionalProperties" in part


@pytest.mark.parametrize("way", [way for way, part in PARTS.items() if "pattern" in part])
def test_every_pattern_has_a_message(way: str) -> None:
    assert PARTS[way]["patternErrorMessage"]


def test_there_are_words_for_every_rule() -> None:
    annotations = {"$schema", "$defs", "$ref", "title", "description", "examples", "default"}
    applied = {"properties", "items", "additionalProperties", "required", "oneOf", "dependentRequired", "allOf", "not"}
    worded = {"type", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength"}
    worded |= {"minItems", "maxItems", "minProperties", "maxProperties"}
    left_out = {"uniqueItems"}
    messages = {"patternErrorMessage", "errorMessage"}
    used = {key for part in PARTS.values() for key in part}
    assert used <= annotations | applied | worded | left_out | messages


@pytest.mark.parametrize(
    ("way", "choices"),
    [
        (".mail.confirm", Confirm),
        (".credentials.scope", Scope),
        (".roles.additionalProperties.disclose", Disclose),
        (".notices.items.presence", PresenceMode),
        (".notices.items.kinds.items", Kind),
    ],
)
def test_the_choices_are_those_of_the_model(
    way: str, choices: type[Confirm | Scope | Disclose | PresenceMode | Kind]
) -> None:
    assert PARTS[way]["enum"] == [choice.value for choice in choices]


def test_writing_the_defaults_out_changes_nothing(club: Club) -> None:
    defaults = {way: json.dumps(part["default"]) for way, part in PARTS.items() if "default" in part}
    notice = ["within", "presence", "cc", "attach_calendar", "kinds"]
    text = BASE.replace("mail: {provider: google}", f"mail: {{provider: google, confirm: {defaults['.mail.confirm']}}}")
    text = text.replace("[Adult]", f"{{labels: [Adult], disclose: {defaults['.roles.additionalProperties.disclose']}}}")
    text += "".join(f"    {key}: {defaults[f'.notices.items.{key}']}\n" for key in notice)
    text += f"locale: {defaults['.locale']}\nledger: {{keep: {defaults['.ledger.keep']}}}\n"
    assert club.load(text) == club.load(BASE)
    short = f"{BASE}credentials: {{secret: X}}\n"
    scope, after = defaults[".credentials.scope"], defaults[".credentials.rotate_after"]
    assert club.load(f"{BASE}credentials: {{secret: X, scope: {scope}, rotate_after: {after}}}\n") == club.load(short)
    for store, key, way in (("git", "branch", "$branch"), ("file", "path", "$ledger_path")):
        long = f"{BASE}ledger: {{store: {store}, {key}: {defaults[way]}}}\n"
        assert club.load(long) == club.load(f"{BASE}ledger: {{store: {store}}}\n")


def test_every_key_of_the_contract_is_known() -> None:
    assert list(VALIDATOR.iter_errors(parse(WHOLE).value)) == []
    assert set(parse(WHOLE).value) == set(SCHEMA["properties"])


def test_the_schema_tells_editors_about_repeated_entries() -> None:
    lists = {way for way, part in PARTS.items() if part.get("type") == "array"} - {".notices"}
    assert lists == {way for way, part in PARTS.items() if part.get("uniqueItems")} - {".roles.additionalProperties"}

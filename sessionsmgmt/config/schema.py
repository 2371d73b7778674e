"""What the JSON Schema of sessions.yml finds, in words for somebody who has never heard of one.

The schema is the same that editors use to complete and explain (``schema/sessions.schema.json``). It is written so
that one mistake breaks one rule: a key that goes with one provider only is ``misplaced`` in the branches of the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionsmgmt.config.conformity import conforms
from sessionsmgmt.config.document import Document, Trail
from sessionsmgmt.config.findings import Findings, nearest, shown, suggestion

if TYPE_CHECKING:
    from jsonschema import ValidationError

FILE = Path(__file__).parent.parent / "schema" / "sessions.schema.json"

_MISPLACED = {"$ref": "#/$defs/misplaced"}

_KINDS = {
    "object": "a group of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The schema in the file, without ``uniqueItems``.

    That rule is left to those who know what makes two entries the same, and who can say which one came first.
    """
    content: dict[str, Any] = json.loads(
        FILE.read_text(encoding="utf-8"),
        object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key != "uniqueItems"},
    )
    return content


def check(document: Document, findings: Findings) -> None:
    """Add everything that the schema says is wrong with the document."""
    if conforms(document.value, schema(), schema()):
        return
    from jsonschema import Draft202012Validator

    errors = list(Draft202012Validator(schema()).iter_errors(document.value))
    unknown = {key for error in errors if error.validator == "additionalProperties" for key in _unknown(error)}
    meant = {(*trail[:-1], near) for trail, near in unknown if near}
    for trail, near in unknown:
        findings.add_key(trail, f'unknown key; did you mean "{near}"?' if near else "unknown key")
    for error in errors:
        if error.validator == "not":  # the schema uses it for nothing but keys that go with another choice
            findings.add_key(_trail(error), _misplaced(_trail(error)))
        elif error.validator in {"required", "dependentRequired", "oneOf"}:
            for keys, text in _missing(error):
                if meant.isdisjoint(keys):
                    findings.add(keys[0], text)
        elif error.validator != "additionalProperties":
            findings.add(_trail(error), _wrong(error, document.sources.get(_trail(error), "")))


def _trail(error: ValidationError) -> Trail:
    return tuple(error.absolute_path)


def _unknown(error: ValidationError) -> Iterator[tuple[Trail, str]]:
    """The keys that the schema does not know, each with the one that is likely to be meant."""
    schema: Any = error.schema
    value: Any = error.instance
    known = schema["properties"].keys()
    for key in value:
        if key not in known:
            yield (*_trail(error), key), nearest(key, known - value.keys())


def _missing(error: ValidationError) -> Iterator[tuple[list[Trail], str]]:
    """The keys one of which is missing, or of which there is one too many: the first is where that is said."""
    trail = _trail(error)
    rule: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            for key in rule:
                if key not in value:
                    yield [(*trail, key)], f"is missing; write {_described(_schema_at((*trail, key)))}"
        case "dependentRequired":
            for key, (need,) in rule.items():
                if key in value and need not in value:
                    described = _described(_schema_at((*trail, need)))
                    yield [(*trail, need)], f"is missing, and {key} needs it; write {described}"
        case _:
            names = [option["required"][0] for option in rule]
            there = [name for name in names if name in value]
            if there:
                yield [(*trail, there[-1])], f"{' and '.join(there)} can't both be here; keep one of them"
            else:
                yield [(*trail, name) for name in names], f"is missing; write {' or '.join(names)}"


def _wrong(error: ValidationError, source: str) -> str:
    """What is wrong with a value that is there. ``source`` is how an unquoted word was written that is no text."""
    schema: Any = error.schema
    rule: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "type":
            return _wrong_type(schema, value, source)
        case "enum":
            return _no_choice(value, rule, source)
        case "const":
            return f"must be {json.dumps(rule)}{', without quotes' if isinstance(value, str) else ''}"
        case "pattern":
            return str(schema["patternErrorMessage"])
        case "minimum" | "maximum":
            return f"must be from {schema['minimum']} to {schema['maximum']}"
        case "minLength" | "minItems" | "minProperties":
            return f"is empty; write {_described(schema)}"
        case "maxLength":
            return f"is too long: it may have {rule} characters at most"
        case "maxItems" | "maxProperties":
            return f"has too many entries: {rule} is the most"
        case name:
            raise LookupError(f"there are no words for the rule {name}")


def _wrong_type(schema: Mapping[str, Any], value: object, source: str) -> str:
    if value is None:
        return f"is empty; write {_described(schema)}"
    if schema["type"] != "string" or not source:
        return f"must be {_described(schema)}"
    if not re.search(schema.get("pattern", ""), source):
        return str(schema["patternErrorMessage"])
    if isinstance(value, bool):
        return f'must be text, and YAML takes {source} for a yes or no; put it in quotes: "{source}"'
    return "must be text, and YAML takes this for a number, a date or a time; put it in quotes"


def _no_choice(value: object, choices: Sequence[str], source: str) -> str:
    listed = ", ".join(choices)
    word = value if isinstance(value, str) else source
    if value is None or not word:
        return f"{'is empty; it ' if value is None else ''}must be one of {listed}"
    return f'"{shown(word)}" is not one of {listed}{suggestion(word, choices)}'


def _misplaced(trail: Trail) -> str:
    """Why a key is not taken here: which choice it goes with."""
    owner, key = _schema_at(trail[:-1]), trail[-1]
    for branch in owner["allOf"]:
        ((chooser, choice),) = branch["if"]["properties"].items()
        if branch["then"].get("properties", {}).get(key) != _MISPLACED:
            return f"goes with {chooser}: {' or '.join(choice['enum'])} only; remove it or change {chooser}"
    raise LookupError(f"{key} goes with nothing")


def _described(schema: Mapping[str, Any]) -> str:
    """What a value has to be, with an example as it may be written in the file."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kinds = " or ".join(_KINDS[name] for name in types)
    if types == ["object"] and "required" in schema:
        return f"{kinds}: {', '.join(schema['required'])}"
    return kinds if types == ["boolean"] else f"{kinds}, such as {_flow(schema['examples'][0])}"


def _flow(value: object) -> str:
    """A value in YAML, on one line; a group of keys by its first."""
    match value:
        case str():
            return value
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            key, first = next(iter(value.items()))
            return f"{key}: {_flow(first)}"
        case _:
            return json.dumps(value)


def _schema_at(trail: Trail) -> Mapping[str, Any]:
    """The part of the schema that describes a place of the document."""
    found: Mapping[str, Any] = schema()
    for step in trail:
        if isinstance(step, int):
            found = found["items"]
        else:
            found = found.get("properties", {}).get(step) or found["additionalProperties"]
        reference = found.get("$ref", "")
        if reference:
            found = {**schema()["$defs"][reference.removeprefix("#/$defs/")], **found}
    return found

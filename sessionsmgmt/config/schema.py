"""Checks sessions.yml against its JSON Schema, and words the errors for people who do not know JSON Schema.

Editors use the same schema for completion and help (``schema/sessions.schema.json``). In the schema, one mistake breaks
only one rule: a key that belongs to one provider is ``misplaced`` in the branches of all other providers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sessionsmgmt.config.conformity import conforms
from sessionsmgmt.config.document import Document, KeyPath
from sessionsmgmt.config.problems import ProblemList, nearest, shown_word, suggestion

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

    The code that reads a list checks for repeated entries itself: it knows when two entries are the same, and its
    message names the first of them.
    """
    content: dict[str, Any] = json.loads(
        FILE.read_text(encoding="utf-8"),
        object_pairs_hook=lambda pairs: {key: value for key, value in pairs if key != "uniqueItems"},
    )
    return content


def check_schema(document: Document, problems: ProblemList) -> None:
    """Add all problems that the schema finds in the document."""
    if conforms(document.value, schema(), schema()):
        return
    from jsonschema import Draft202012Validator

    errors = list(Draft202012Validator(schema()).iter_errors(document.value))
    unknown = {key for error in errors if error.validator == "additionalProperties" for key in _unknown(error)}
    meant = {(*key_path[:-1], near) for key_path, near in unknown if near}
    for key_path, near in unknown:
        problems.add_key(key_path, f'unknown key; did you mean "{near}"?' if near else "unknown key")
    for error in errors:
        if error.validator == "not":  # the schema uses this rule only for keys that belong to another choice
            problems.add_key(_key_path(error), _misplaced(_key_path(error)))
        elif error.validator in {"required", "dependentRequired", "oneOf"}:
            for keys, text in _missing(error):
                if meant.isdisjoint(keys):
                    problems.add(keys[0], text)
        elif error.validator != "additionalProperties":
            problems.add(_key_path(error), _wrong(error, document.raw_words.get(_key_path(error), "")))


def _key_path(error: ValidationError) -> KeyPath:
    return tuple(error.absolute_path)


def _unknown(error: ValidationError) -> Iterator[tuple[KeyPath, str]]:
    """The keys that the schema does not know, each with the known key that the author probably meant."""
    schema: Any = error.schema
    value: Any = error.instance
    known = schema["properties"].keys()
    for key in value:
        if key not in known:
            yield (*_key_path(error), key), nearest(key, known - value.keys())


def _missing(error: ValidationError) -> Iterator[tuple[list[KeyPath], str]]:
    """The groups of keys of which exactly one must be there, each with a sentence that is reported at the first key."""
    key_path = _key_path(error)
    rule: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            for key in rule:
                if key not in value:
                    yield [(*key_path, key)], f"is missing; write {_described(schema_at((*key_path, key)))}"
        case "dependentRequired":
            for key, (need,) in rule.items():
                if key in value and need not in value:
                    described = _described(schema_at((*key_path, need)))
                    yield [(*key_path, need)], f"is missing, and {key} needs it; write {described}"
        case _:
            names = [option["required"][0] for option in rule]
            there = [name for name in names if name in value]
            if there:
                yield [(*key_path, there[-1])], f"{' and '.join(there)} can't both be here; keep one of them"
            else:
                yield [(*key_path, name) for name in names], f"is missing; write {' or '.join(names)}"


def _wrong(error: ValidationError, source: str) -> str:
    """The problem of a value. ``source`` is the text of an unquoted word that YAML does not read as a string."""
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
    return f'"{shown_word(word)}" is not one of {listed}{suggestion(word, choices)}'


def _misplaced(key_path: KeyPath) -> str:
    """The sentence about a key that belongs to another choice."""
    owner, key = schema_at(key_path[:-1]), key_path[-1]
    for branch in owner["allOf"]:
        ((chooser, choice),) = branch["if"]["properties"].items()
        if branch["then"].get("properties", {}).get(key) != _MISPLACED:
            return f"goes with {chooser}: {' or '.join(choice['enum'])} only; remove it or change {chooser}"
    raise LookupError(f"{key} goes with nothing")


def _described(schema: Mapping[str, Any]) -> str:
    """What a value must be, with an example in YAML."""
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
    """A value in YAML on one line. A group of keys is shown by its first key."""
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


def schema_at(key_path: KeyPath) -> Mapping[str, Any]:
    """The part of the schema that describes the value at a key path. Raises KeyError where there is none."""
    part: Mapping[str, Any] = schema()
    for step in key_path:
        if isinstance(step, int):
            part = part["items"]
        else:
            part = part.get("properties", {}).get(step) or part["additionalProperties"]
        while reference := part.get("$ref", ""):
            own = {key: rule for key, rule in part.items() if key != "$ref"}
            part = {**schema()["$defs"][reference.removeprefix("#/$defs/")], **own}
    return part

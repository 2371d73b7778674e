"""The part of GitHub's own OpenAPI description that is emulated: ``openapi.json``, written by scripts/github-openapi.

What a request or an answer may look like is taken from there and nowhere else. The description says more in prose than
in its schemas; those rules are kept beside the calls they concern, in the modules that answer them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator, FormatChecker

Json = dict[str, Any]
FILE = Path(__file__).parent / "openapi.json"
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_instant(value: object) -> bool:
    """A date-time of RFC 3339: it has an offset."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. ``path`` matches the percent-encoded path below the root; ``answers`` has a schema per status."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Sequence[Json]
    body: Json | None
    body_required: bool
    answers: Mapping[int, Json | None]

    @property
    def known(self) -> frozenset[str]:
        """The fields that the body may have."""
        return frozenset(_fields(self.body or {}))


@cache
def document() -> Json:
    """The description, with OpenAPI 3.0's ``nullable`` said in the words of JSON Schema."""
    found: Json = _translated(json.loads(FILE.read_text(encoding="utf-8")))
    return found


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(one) for one in node]
    if not isinstance(node, dict):
        return node
    out = {name: _translated(value) for name, value in node.items() if name != "nullable"}
    if node.get("nullable") is not True:
        return out
    return {"anyOf": [out, {"type": "null"}]}


def resolved(schema: Json) -> Json:
    """The schema itself, where it is a reference."""
    while "$ref" in schema:
        found: Json = document()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


@cache
def operations() -> tuple[Operation, ...]:
    """Every call, those with fewer parameters in the path first: ``…/secrets/public-key`` is no secret's name."""
    found = [_operation(path, verb, one) for path, item in document()["paths"].items() for verb, one in item.items()]
    return tuple(sorted(found, key=lambda one: (one.path.groups, one.id)))


def _operation(path: str, verb: str, one: Json) -> Operation:
    parameters = [resolved(parameter) for parameter in one["parameters"]]
    body = one.get("requestBody", {})
    return Operation(
        one["operationId"],
        verb.upper(),
        _pattern(path, {parameter["name"] for parameter in parameters if parameter.get("x-multi-segment")}),
        parameters,
        body.get("content", {}).get("application/json", {}).get("schema"),
        body.get("required", False),
        {
            int(status): answer.get("content", {}).get("application/json", {}).get("schema")
            for status, answer in one["responses"].items()
        },
    )


def _pattern(template: str, long: set[str]) -> re.Pattern[str]:
    """The path template as a regular expression; only the parameters named by ``long`` reach over slashes."""
    parts = re.split(r"\{(\w+)\}", template)
    texts = [re.escape(part) for part in parts]
    texts[1::2] = [f"(?P<{name}>{'.+' if name in long else '[^/]+'})" for name in parts[1::2]]
    return re.compile("".join(texts))


def find(verb: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The call that a request line stands for, with the parameters in its path, decoded."""
    for operation in operations():
        if operation.verb == verb and (found := operation.path.fullmatch(path)):
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def path_problems(operation: Operation, given: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the parameters in the path."""
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            yield from _parameter_problems(parameter, given[parameter["name"]])


def query_problems(operation: Operation, given: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What is wrong with the parameters in the query."""
    known = {one["name"]: one for one in operation.parameters if one["in"] == "query"}
    names = [name for name, _ in given]
    for name, parameter in known.items():
        if parameter.get("required") and name not in names:
            yield f"the required parameter {name} is missing"
    for name, value in given:
        if name not in known:
            yield f"{name} is no parameter of the query"
        elif names.count(name) > 1:
            yield f"{name} is given more than once"
        else:
            yield from _parameter_problems(known[name], value)


def _parameter_problems(parameter: Json, value: str) -> Iterator[str]:
    """A parameter is text: it is taken as a number or a truth where the schema lets it be one."""
    readings: list[object] = [value]
    if re.fullmatch(r"-?\d+", value):
        readings.append(int(value))
    if value in {"true", "false"}:
        readings.append(value == "true")
    if not any(_validator(json.dumps(parameter["schema"])).is_valid(reading) for reading in readings):
        yield f"the parameter {parameter['name']} does not fit its description"


def body_problems(operation: Operation, body: object) -> list[str]:
    """Where the body does not fit its schema, a field that nobody knows included."""
    if operation.body is None:
        return ["a body is sent where none is described"]
    problems = schema_problems(operation.body, body)
    if isinstance(body, dict):
        problems += [f"the body has no field {name}" for name in sorted(body.keys() - operation.known)]
    return problems


def schema_problems(schema: Json, value: object) -> list[str]:
    """Where the value does not fit the schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in _validator(json.dumps(schema)).iter_errors(value)]


@cache
def _validator(schema: str) -> Draft4Validator:
    """OpenAPI 3.0 means the JSON Schema of its time: what stands beside a ``$ref`` does not count."""
    whole = {**json.loads(schema), "components": document()["components"]}
    return Draft4Validator(whole, format_checker=FORMATS)


def _fields(schema: Json) -> Iterator[str]:
    schema = resolved(schema)
    yield from schema.get("properties", {})
    for way in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(way, ()):
            yield from _fields(one)


MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills an answer up with the least that the schema demands: an emulator has no avatar and no star count.

    ``root`` stands for every URL that nobody gave, ``instant`` for every time.
    """

    root: str
    instant: str

    def fill(self, schema: Json, given: Any = MISSING) -> Any:
        """What is given, and what is missing."""
        schema = resolved(schema)
        if choices := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
            return self._choose(choices, given)
        for one in schema.get("allOf", ()):
            given = self.fill(one, given)
        if isinstance(given, dict) or (given is MISSING and schema.get("type") == "object"):
            return self._object(schema, {} if given is MISSING else given)
        if isinstance(given, list):
            return [self.fill(schema.get("items", {}), one) for one in given]
        return self._least(schema) if given is MISSING else given

    def _choose(self, choices: Sequence[Json], given: Any) -> Any:
        if given is MISSING:
            return None if {"type": "null"} in choices else self.fill(choices[0])
        for choice in choices:
            candidate = self.fill(choice, given)
            if not schema_problems(choice, candidate):
                return candidate
        return given

    def _object(self, schema: Json, given: Json) -> Json:
        out = dict(given)
        for name, known in schema.get("properties", {}).items():
            if name in out or name in schema.get("required", ()):
                out[name] = self.fill(known, out.get(name, MISSING))
        return out

    def _least(self, schema: Json) -> object:
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type", "string")
        if kind == "string":
            return {"date-time": self.instant, "uri": self.root}.get(schema.get("format", ""), "")
        return {"integer": 0, "number": 0, "boolean": False, "array": [], "null": None}[kind]

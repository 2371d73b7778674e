"""The APIs as Google itself describes them: the discovery documents that come with google-api-python-client.

What a request or an answer may look like is taken from there and nowhere else. The documents say more in prose than
in their schemas; those rules are kept beside the calls they concern, in the modules that answer them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from tests.emulators.google import mask

Json = dict[str, Any]
DOCUMENTS = {"calendar": "calendar.v3", "people": "people.v1", "gmail": "gmail.v1"}
BOUNDS = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Method:
    """One call of one API. ``path`` matches the percent-encoded path below the root."""

    service: str
    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Mapping[str, Json]
    request: str | None
    response: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Description:
    """One API: its calls, and the shapes they refer to."""

    methods: Sequence[Method]
    schemas: Mapping[str, Json]


@cache
def description(service: str) -> Description:
    """The description of ``calendar``, ``people`` or ``gmail``."""
    folder = files("googleapiclient.discovery_cache") / "documents"
    document = json.loads((folder / f"{DOCUMENTS[service]}.json").read_text(encoding="utf-8"))
    return Description(tuple(_methods(service, document, document)), document["schemas"])


def _methods(service: str, document: Json, resource: Json) -> Iterator[Method]:
    for method in resource.get("methods", {}).values():
        parameters = document["parameters"] | method.get("parameters", {})
        yield Method(
            service,
            method["id"],
            method["httpMethod"],
            re.compile(re.escape("/" + document["servicePath"]) + _pattern(method["path"], parameters)),
            parameters,
            method.get("request", {}).get("$ref"),
            method.get("response", {}).get("$ref"),
            frozenset(method.get("scopes", ())),
        )
    for below in resource.get("resources", {}).values():
        yield from _methods(service, document, below)


def _pattern(template: str, parameters: Mapping[str, Json]) -> str:
    """The path template (RFC 6570, levels 1 and 2) as a regular expression with a group per parameter."""

    def group(found: re.Match[str]) -> str:
        name = found[2]
        allowed = parameters[name].get("pattern", "^[^/]+$") if found[1] else "^[^/]+$"
        return f"(?P<{name}>{allowed[1:-1]})"

    parts = re.split(r"(\{\+?\w+\})", template)
    return "".join(re.sub(r"\{(\+?)(\w+)\}", group, part) if part[:1] == "{" else re.escape(part) for part in parts)


def find(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The call that a request line stands for, with the parameters in its path, decoded."""
    for service in DOCUMENTS:
        for method in description(service).methods:
            if method.verb == verb and (found := method.path.fullmatch(path)):
                return method, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def parameter_problems(method: Method, given: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What is wrong with the query parameters, as (name, sentence)."""
    names = [name for name, _ in given]
    for name, parameter in method.parameters.items():
        if parameter.get("required") and parameter["location"] == "query" and name not in names:
            yield name, f"the required parameter {name} is missing"
    for name, value in given:
        known = method.parameters.get(name)
        if known is None or known["location"] != "query":
            yield name, f"{name} is no parameter of the query"
            continue
        if names.count(name) > 1 and not known.get("repeated"):
            yield name, f"{name} is given more than once"
        if (problem := _parameter_problem(known, value)) is not None:
            yield name, f"{name}: {problem}"


def _parameter_problem(parameter: Json, value: str) -> str | None:
    kind = parameter.get("type")
    problem: str | None = None
    if kind == "boolean":
        problem = None if value in {"true", "false"} else f"{value!r} is neither true nor false"
    elif kind == "integer":
        low, high = BOUNDS.get(parameter.get("format", "int64"), BOUNDS["int64"])
        low, high = max(low, int(parameter.get("minimum", low))), min(high, int(parameter.get("maximum", high)))
        if not re.fullmatch(r"-?\d+", value):
            problem = f"{value!r} is no whole number"
        elif not low <= int(value) <= high:
            problem = f"{value} is not between {low} and {high}"
    elif parameter.get("format") == "date-time" and not INSTANT.fullmatch(value):
        problem = f"{value!r} is no RFC 3339 instant with an offset"
    elif "enum" in parameter and value not in parameter["enum"]:
        problem = f"{value!r} is none of {', '.join(parameter['enum'])}"
    return problem


def body_problems(service: str, schema: str, value: object, *, patch: bool = False) -> list[str]:
    """Where the value does not fit the schema. In a patch, null stands for "remove"."""
    out: list[str] = []
    schemas = description(service).schemas
    _check(value, schemas[schema], schema, _Checking(schemas, patch, out.append))
    return out


def mask_problems(method: Method, text: str) -> str | None:
    """What is wrong with a ``fields`` parameter."""
    if method.response is None:
        return "the call answers nothing to choose fields of"
    schemas = description(method.service).schemas
    try:
        unknown = mask.unknown(mask.parse(text), schemas[method.response], schemas)
    except mask.MaskError:
        return f"Invalid field selection {text}"
    return f"Invalid field selection {unknown[0]}" if unknown else None


@dataclass(frozen=True, slots=True)
class _Checking:
    schemas: Mapping[str, Json]
    patch: bool
    report: Callable[[str], None]


def _check(value: object, schema: Json, where: str, checking: _Checking) -> None:
    if "$ref" in schema:
        schema = checking.schemas[schema["$ref"]]
    kind = schema.get("type")
    if value is None:
        if not checking.patch:
            checking.report(f"{where} is null")
    elif kind == "object":
        _check_object(value, schema, where, checking)
    elif kind == "array":
        if not isinstance(value, list):
            checking.report(f"{where} is no array")
            return
        for number, item in enumerate(value):
            _check(item, schema["items"], f"{where}[{number}]", checking)
    elif kind == "string":
        _check_string(value, schema, where, checking)
    elif kind == "integer":
        low, high = BOUNDS[schema.get("format", "int32")]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            checking.report(f"{where} is no {schema.get('format', 'integer')}")
    elif kind == "boolean":
        if not isinstance(value, bool):
            checking.report(f"{where} is no boolean")
    elif kind == "number" and (not isinstance(value, int | float) or isinstance(value, bool)):
        checking.report(f"{where} is no number")


def _check_object(value: object, schema: Json, where: str, checking: _Checking) -> None:
    if not isinstance(value, dict):
        checking.report(f"{where} is no object")
        return
    properties, extra = schema.get("properties", {}), schema.get("additionalProperties")
    for name, item in value.items():
        known = properties.get(name, extra)
        if known is None:
            checking.report(f"{where} has no field {name}")
        else:
            _check(item, known, f"{where}.{name}", checking)


def _check_string(value: object, schema: Json, where: str, checking: _Checking) -> None:
    if not isinstance(value, str):
        checking.report(f"{where} is no string")
    elif "enum" in schema and value not in schema["enum"]:
        checking.report(f"{where} is none of {', '.join(schema['enum'])}")
    elif (form := schema.get("format")) and not _FORMS.get(form, bool)(value):
        checking.report(f"{where} is no {form}")


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == len("2026-11-07")


def _is_local(value: str) -> bool:
    """A date-time, its offset optional: an event may give a time zone beside it."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "T" in value


def _is_whole(value: str) -> bool:
    return re.fullmatch(r"-?\d+", value) is not None


def _is_bytes(value: str) -> bool:
    """Base64 in the alphabet for URLs, as the JSON of Google's APIs has bytes; the padding may be left out."""
    return re.fullmatch(r"[A-Za-z0-9_-]*={0,2}", value) is not None and len(value.rstrip("=")) % 4 != 1


def _is_instant(value: str) -> bool:
    return INSTANT.fullmatch(value) is not None


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_local,
    "google-datetime": _is_instant,
    "int64": _is_whole,
    "uint64": _is_whole,
    "byte": _is_bytes,
}

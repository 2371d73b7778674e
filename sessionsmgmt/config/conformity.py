"""Checks whether a value conforms to a JSON Schema, for the keywords in the schema of sessions.yml.

``jsonschema`` takes 40 ms to load. Most files conform, and for them only this module runs. If a file does not conform,
``jsonschema`` finds its problems. A test checks that both give the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]

ANNOTATIONS = frozenset(
    {"$schema", "$defs", "title", "description", "default", "examples", "errorMessage", "patternErrorMessage", "then"}
)
"""The keywords that check no value themselves. ``then`` is checked together with ``if``."""

_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}

_RULES: Mapping[str, tuple[type, Callable[[Any, Any], bool]]] = {
    "required": (dict, lambda value, keys: all(key in value for key in keys)),
    "dependentRequired": (
        dict,
        lambda value, needs: all(need in value for key in needs if key in value for need in needs[key]),
    ),
    "minProperties": (dict, lambda value, count: len(value) >= count),
    "maxProperties": (dict, lambda value, count: len(value) <= count),
    "minItems": (list, lambda value, count: len(value) >= count),
    "maxItems": (list, lambda value, count: len(value) <= count),
    "minLength": (str, lambda value, count: len(value) >= count),
    "maxLength": (str, lambda value, count: len(value) <= count),
    "pattern": (str, lambda value, pattern: re.search(pattern, value) is not None),
    "minimum": (int, lambda value, least: value >= least),
    "maximum": (int, lambda value, most: value <= most),
}
"""For each keyword, the type of the values that it checks, and the check. Values of other types always pass."""


def conforms(value: object, schema: Schema, root: Schema) -> bool:
    """Whether the value conforms to the schema. The value consists of the types in ``document.Document.value``.

    ``root`` is the whole schema with its ``$defs``. Raises LookupError for an unknown keyword, so none is ignored.
    """
    return all(_holds(name, rule, value, schema, root) for name, rule in schema.items() if name not in ANNOTATIONS)


def _holds(name: str, rule: Any, value: Any, schema: Schema, root: Schema) -> bool:
    """Whether the value passes a keyword of the schema. Unlike in Python, true and false are not numbers."""
    match name:
        case "$ref":
            return conforms(value, root["$defs"][rule.removeprefix("#/$defs/")], root)
        case "type":
            return type(value) in {_TYPES[kind] for kind in ([rule] if isinstance(rule, str) else rule)}
        case "enum":
            return any(type(value) is type(choice) and value == choice for choice in rule)
        case "const":
            return type(value) is type(rule) and bool(value == rule)
        case "not":
            return not conforms(value, rule, root)
        case "allOf":
            return all(conforms(value, part, root) for part in rule)
        case "oneOf":
            return [conforms(value, part, root) for part in rule].count(True) == 1
        case "if":
            return not conforms(value, rule, root) or conforms(value, schema["then"], root)
        case "items":
            return type(value) is not list or all(conforms(item, rule, root) for item in value)
        case "properties":
            return type(value) is not dict or all(conforms(value[key], rule[key], root) for key in rule if key in value)
        case "additionalProperties":
            further = value.keys() - schema.get("properties", {}).keys() if type(value) is dict else ()
            return all(rule is not False and conforms(value[key], rule, root) for key in further)
    kind, holds = _RULES[name]
    return type(value) is not kind or holds(value, rule)

"""Partial responses: the ``fields`` parameter that every Google API understands.

The grammar is that of developers.google.com/workspace/calendar/api/guides/performance: ``a,b/c,items(id,start/date)``,
with ``*`` for every field. Arrays are looked through: ``items/id`` is the id of each item.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Mask = dict[str, "Mask"]
"""The fields wanted; an empty mask below a field stands for all of it."""

TOKEN = re.compile(r"[A-Za-z0-9_.$-]+|[*,/()]")


class MaskError(ValueError):
    """The text is no field mask."""


def parse(text: str) -> Mask:
    """The mask that the text says. Raises MaskError."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != text or not tokens:
        raise MaskError(text)
    mask, rest = _fields(tokens, text)
    if rest:
        raise MaskError(text)
    return mask


def _fields(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        tokens = _field(tokens, mask, text)
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _field(tokens: list[str], mask: Mask, text: str) -> list[str]:
    if not tokens or tokens[0] in {",", "/", "(", ")"}:
        raise MaskError(text)
    name, rest = tokens[0], tokens[1:]
    whole = mask.get(name) == {}
    below = mask.setdefault(name, {})
    if rest[:1] == ["/"]:
        rest = _field(rest[1:], below, text)
    elif rest[:1] == ["("]:
        inner, rest = _fields(rest[1:], text)
        if rest[:1] != [")"]:
            raise MaskError(text)
        _merge(below, inner)
        rest = rest[1:]
    else:
        whole = True
    if whole:  # "a,a/b" is all of a
        below.clear()
    return rest


def _merge(mask: Mask, more: Mask) -> None:
    for name, below in more.items():
        if name in mask and (not mask[name] or not below):
            mask[name] = {}
        else:
            _merge(mask.setdefault(name, {}), below)


def apply(mask: Mask, value: Any) -> Any:
    """What of the value the mask lets through."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    every = mask.get("*")
    kept = {}
    for name, item in value.items():
        below = mask.get(name, every)
        if below is not None:
            kept[name] = apply(below, item)
    return kept


def paths(mask: Mask, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths the mask names, to be looked up in a description."""
    for name, below in mask.items():
        if below:
            yield from paths(below, (*before, name))
        else:
            yield (*before, name)


def unknown(mask: Mask, schema: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The paths of the mask that the schema has no field for."""
    return ["/".join(path) for path in paths(mask) if not _exists(path, schema, schemas)]


def _exists(path: tuple[str, ...], schema: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> bool:
    while "$ref" in schema or schema.get("type") == "array":
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema["items"]
    if not path:
        return True
    properties, extra = schema.get("properties", {}), schema.get("additionalProperties")
    if path[0] == "*":
        return any(_exists(path[1:], below, schemas) for below in properties.values()) or extra is not None
    below = properties.get(path[0], extra)
    return below is not None and _exists(path[1:], below, schemas)

"""The quick check of sessions.yml gives the answers that jsonschema gives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sessionsmgmt.config.conformity import conforms
from sessionsmgmt.config.document import UNSUPPORTED, parse
from sessionsmgmt.config.schema import schema
from tests.unit.config.club import BASE, WHOLE

VALIDATOR = Draft202012Validator(schema())


def parts(part: Any) -> list[dict[str, Any]]:
    """Every schema within the schema, conditions included."""
    inner: list[Any] = []
    if isinstance(part, dict):
        inner = [part[key] for key in ("items", "additionalProperties", "not", "if", "then") if key in part]
        inner += [one for key in ("properties", "$defs") for one in part.get(key, {}).values()]
        inner += [one for key in ("allOf", "oneOf") for one in part.get(key, ())]
    return [part, *(deeper for one in inner for deeper in parts(one))] if isinstance(part, dict) else []


PARTS = parts(schema())
KEYS = [*sorted({key for part in PARTS for key in part.get("properties", {})}), "unknown"]
WORDS = [*sorted({word for part in PARTS for word in part.get("enum", ())}), "", " ", "x" * 300, "1 day", "a@b.example"]
BOUNDS = sorted(
    {part[key] + more for part in PARTS for key in ("minimum", "maximum") if key in part for more in (-1, 0, 1)}
)
LENGTHS = sorted({part["maxLength"] + more for part in PARTS if "maxLength" in part for more in (0, 1)})
EXAMPLES = [example for part in PARTS for example in part.get("examples", ())]
EXAMPLES += [*BOUNDS, *("x" * length for length in LENGTHS)]
SINGLE = (
    st.none()
    | st.booleans()
    | st.just(UNSUPPORTED)
    | st.integers(-1, 400)
    | st.sampled_from(WORDS)
    | st.text(max_size=4)
)
VALUES = st.recursive(
    SINGLE | st.sampled_from(EXAMPLES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)


@st.composite
def edited(draw: st.DrawFn) -> Any:
    """A right document with a few values put somewhere, or taken away."""
    document = json.loads(json.dumps(parse(draw(st.sampled_from([BASE, WHOLE]))).value))
    for _ in range(draw(st.integers(0, 3))):
        place = document
        while True:
            ways = list(place) if isinstance(place, dict) else list(range(len(place)))
            key: Any = draw(st.sampled_from(ways + KEYS)) if isinstance(place, dict) else draw(st.sampled_from(ways))
            if key not in ways or not place[key] or not isinstance(place[key], dict | list) or draw(st.booleans()):
                break
            place = place[key]
        if key in ways and draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(VALUES)
        if not document:
            break
    return document


def agreed(value: Any, part: dict[str, Any]) -> None:
    assert conforms(value, part, schema()) == VALIDATOR.evolve(schema=part).is_valid(value)


@settings(max_examples=400, deadline=None)
@given(document=edited())
def test_both_judge_a_document_alike(document: Any) -> None:
    agreed(document, schema())


@settings(max_examples=600, deadline=None)
@given(value=VALUES, part=st.sampled_from(PARTS))
def test_both_judge_any_value_by_any_part_alike(value: Any, part: dict[str, Any]) -> None:
    agreed(value, part)


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_both_judge_the_examples_of_every_part_alike(number: int) -> None:
    for example in EXAMPLES:
        agreed(example, PARTS[number])


def test_a_keyword_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(LookupError):
        conforms("text", {"format": "email"}, {})

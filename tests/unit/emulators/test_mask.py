from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulators.google.mask import Mask, MaskError, apply, parse

NAMES = st.sampled_from(["a", "b", "c"])
JSON = st.recursive(
    st.integers(), lambda below: st.dictionaries(NAMES, below) | st.lists(below, max_size=3), max_leaves=12
)
MASKS: st.SearchStrategy[Mask] = st.recursive(
    st.just({}), lambda below: st.dictionaries(NAMES, below, min_size=1), max_leaves=8
)


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("a", {"a": {}}),
        ("a,b", {"a": {}, "b": {}}),
        ("a/b/c", {"a": {"b": {"c": {}}}}),
        ("a(b,c/d),e", {"a": {"b": {}, "c": {"d": {}}}, "e": {}}),
        ("a/b(c,d)", {"a": {"b": {"c": {}, "d": {}}}}),
        ("a(b),a/c", {"a": {"b": {}, "c": {}}}),
        ("a,a/b", {"a": {}}),
        ("a/b,a", {"a": {}}),
        ("a/*/b,*", {"a": {"*": {"b": {}}}, "*": {}}),
    ],
)
def test_the_grammar(text: str, mask: Mask) -> None:
    assert parse(text) == mask


@pytest.mark.parametrize("text", ["", ",", "a,", "a(", "a()", "a)", "a(b", "/a", "a/", "a b", "a b,c", "(a)", "a(b))"])
def test_what_is_no_mask_is_refused(text: str) -> None:
    with pytest.raises(MaskError):
        parse(text)


def test_arrays_are_looked_through() -> None:
    value = {"items": [{"id": 1, "start": {"date": "x", "zone": "y"}}, {"id": 2}], "etag": "z"}
    assert apply(parse("items(id,start/date)"), value) == {"items": [{"id": 1, "start": {"date": "x"}}, {"id": 2}]}


def test_a_star_is_every_field() -> None:
    assert apply(parse("*/b"), {"x": {"a": 1, "b": 2}, "y": {"b": 3}}) == {"x": {"b": 2}, "y": {"b": 3}}


def written(mask: Mask) -> str:
    return ",".join(f"{name}({written(below)})" if below else name for name, below in mask.items())


@given(MASKS.filter(bool))
def test_a_mask_that_is_written_down_is_read_back(mask: Mask) -> None:
    assert parse(written(mask)) == mask


@given(MASKS, JSON)
def test_what_is_let_through_was_there_and_is_let_through_again(mask: Mask, value: Any) -> None:
    once = apply(mask, value)
    assert apply(mask, once) == once
    assert within(once, value)


def within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return all(name in whole and within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list):
        return len(part) == len(whole) and all(within(one, other) for one, other in zip(part, whole, strict=True))
    return bool(part == whole)

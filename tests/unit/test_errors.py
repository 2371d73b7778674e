from __future__ import annotations

from itertools import permutations

import pytest

from sessionsmgmt.errors import (
    GRAVITY,
    ConsentError,
    InputError,
    LeftBehindError,
    Problem,
    RefusedError,
    SessionsError,
    StoppedError,
    UnreachableError,
    gravest,
)


def test_the_gravest_cause_is_the_first_of_the_named_order_whatever_order_they_come_in() -> None:
    for causes in permutations(GRAVITY):
        assert gravest(causes) is InputError
    assert gravest([UnreachableError, RefusedError]) is RefusedError
    assert gravest([StoppedError, UnreachableError]) is UnreachableError


def test_an_error_is_as_grave_as_its_class_and_the_first_of_equals_is_taken() -> None:
    left, refused = LeftBehindError("left"), RefusedError("refused")

    assert gravest([UnreachableError("away"), left, refused]) is left
    assert gravest([refused, left]) is refused


@pytest.mark.parametrize("kind", [InputError, ConsentError, RefusedError, UnreachableError, StoppedError])
def test_an_error_says_its_text_and_its_hint(kind: type[SessionsError]) -> None:
    error = kind("It is wrong.", "Mend it.")

    assert (str(error), error.text, error.hint) == ("It is wrong. Mend it.", "It is wrong.", "Mend it.")
    assert str(kind("It is wrong.")) == "It is wrong."


def test_problems_are_in_the_order_of_the_file() -> None:
    late, early = Problem("a.yml", 10, 1, "", "late"), Problem("a.yml", 9, 7, "", "early")

    assert InputError("Wrong.", problems=[late, early]).problems == (early, late)


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("a.yml", 3, 5, "notices[0].within", "what is wrong"), "a.yml:3:5: notices[0].within: what is wrong"),
        (Problem("a.yml", 3, 5, "", "what is wrong"), "a.yml:3:5: what is wrong"),
        (Problem("a.yml", 0, 0, "team", "is missing"), "a.yml: team: is missing"),
        (Problem("a.yml", 0, 0, "", "is missing"), "a.yml: is missing"),
    ],
)
def test_a_problem_is_one_line_that_editors_understand(problem: Problem, line: str) -> None:
    assert str(problem) == line

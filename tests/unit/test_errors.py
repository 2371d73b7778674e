from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.errors import (
    ConsentError,
    Exit,
    InputError,
    Problem,
    RefusedError,
    SessionsError,
    UnreachableError,
    worst,
)


@pytest.mark.parametrize(
    ("statuses", "one"),
    [
        ((), 0),
        ((0,), 0),
        ((0, 0), 0),
        ((1,), 1),
        ((0, 1), 1),
        ((1, 5), 5),
        ((0, 5), 5),
        ((5, 4), 4),
        ((5, 4, 3), 3),
        ((1, 3, 2, 4, 5, 0), 2),
        ((4, 1), 4),
        ((5, 0, 3), 3),
    ],
)
def test_the_status_of_several_is_the_lowest_grave_one(statuses: tuple[int, ...], one: int) -> None:
    assert worst(Exit(status) for status in statuses) == one


@given(st.lists(st.sampled_from(Exit)))
def test_the_worst_is_one_of_them_whatever_their_order_and_number(statuses: list[Exit]) -> None:
    found = worst(statuses)

    assert found in {*statuses, Exit.DONE}
    assert worst(reversed(statuses)) is worst([*statuses, *statuses]) is found
    if set(statuses) & {Exit.INPUT, Exit.CONSENT, Exit.REFUSED, Exit.UNREACHABLE}:
        assert found == min(status for status in statuses if status > 1)
    else:
        assert found == max([*statuses, Exit.DONE])


@given(st.lists(st.sampled_from(Exit)), st.lists(st.sampled_from(Exit)))
def test_the_worst_of_parts_is_the_worst_of_all(first: list[Exit], second: list[Exit]) -> None:
    assert worst([worst(first), worst(second)]) is worst([*first, *second])


@pytest.mark.parametrize(
    ("kind", "status"), [(InputError, 2), (ConsentError, 3), (RefusedError, 4), (UnreachableError, 5)]
)
def test_an_error_says_its_text_and_its_hint_and_has_its_status(kind: type[SessionsError], status: int) -> None:
    error = kind("It is wrong.", "Mend it.")

    assert (str(error), error.text, error.hint) == ("It is wrong. Mend it.", "It is wrong.", "Mend it.")
    assert error.exit == status
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

"""Our dataclasses beside those of the standard library, which they must not differ from."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.frozen import dataclass, frozen_dataclass


def _classes(decorate: Any) -> tuple[Any, Any, Any]:
    """The same three classes, made by the decorator."""

    @decorate(frozen=True, slots=True)
    class Session:
        """A few fields of every sort."""

        title: str
        seats: int = 0
        people: tuple[str, ...] = field(default_factory=tuple)
        note: str = field(default="", repr=False, compare=False)

    @decorate(frozen=True, slots=True, kw_only=True)
    class Named:
        """One field, by its name, and methods of its own."""

        name: str

        def __repr__(self) -> str:
            return "named"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

        def __hash__(self) -> int:
            return 7

    @decorate(frozen=True, slots=True)
    class Nothing:
        """No field."""

    return Session, Named, Nothing


OURS, STANDARD = _classes(frozen_dataclass), _classes(dataclasses.dataclass)

VALUES = st.tuples(
    st.text(max_size=1), st.integers(0, 1), st.lists(st.text(max_size=1), max_size=1).map(tuple), st.text(max_size=1)
)


@dataclass(frozen=True, slots=True)
class Club:
    """A class of a module, which pickle finds by its name."""

    name: str


@given(VALUES, VALUES)
def test_two_objects_are_equal_where_those_of_the_standard_library_are(one: Any, other: Any) -> None:
    ours, standard = OURS[0], STANDARD[0]

    assert (ours(*one) == ours(*other)) == (standard(*one) == standard(*other))
    assert hash(ours(*one)) == hash(standard(*one))
    assert repr(ours(*one)) == repr(standard(*one))
    assert dataclasses.asdict(ours(*one)) == dataclasses.asdict(standard(*one))


def test_methods_of_the_class_itself_stay() -> None:
    named = OURS[1](name="Ann")

    assert (repr(named), hash(named), named == OURS[1](name="Ben")) == ("named", 7, True)
    assert repr(OURS[2]()) == repr(STANDARD[2]())
    assert OURS[2]() == OURS[2]()
    assert hash(OURS[2]()) == hash(STANDARD[2]())


def test_objects_of_other_classes_are_not_equal() -> None:
    assert OURS[0]("a") != OURS[2]()
    assert OURS[0]("a") != ("a", 0, ())


def test_nothing_of_an_object_can_be_changed() -> None:
    session = OURS[0]("Team Session")

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'title'"):
        session.title = "Other"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'title'"):
        del session.title
    with pytest.raises(AttributeError):
        session.unknown = 1
    assert session == OURS[0]("Team Session")


def test_replace_copy_and_match_work() -> None:
    session = OURS[0]("Team Session", 3)

    assert dataclasses.replace(session, seats=4) == OURS[0]("Team Session", 4)
    assert copy.deepcopy(session) == session
    assert pickle.loads(pickle.dumps(Club("Otters"))) == Club("Otters")  # noqa: S301  our own bytes
    assert OURS[0].__match_args__ == STANDARD[0].__match_args__
    assert OURS[0].__slots__ == STANDARD[0].__slots__


def test_a_class_that_is_not_frozen_is_refused() -> None:
    with pytest.raises(TypeError, match="is frozen and has slots"):
        frozen_dataclass(frozen=False, slots=True)

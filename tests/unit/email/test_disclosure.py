"""What a notice discloses of a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.people import Disclose, Person
from sessionsmgmt.email.disclosure import disclosed_people, initials
from sessionsmgmt.email.language import language
from sessionsmgmt.email.safe_text import clean
from tests.builders import person

ENGLISH, FRENCH = language("en_US"), language("fr_FR")
ADA, BO, NOBODY = person("Ada Lovelace"), person("Bo", "b@example.org"), person("", "c@example.org")


def said(disclose: Disclose, *people: Person, role: str = "students", french: bool = False) -> list[str]:
    return [
        shown.name for shown in disclosed_people(people, role, disclose, frozenset(), FRENCH if french else ENGLISH)
    ]


def test_names_are_said_as_the_address_book_has_them() -> None:
    assert said(Disclose.NAMES, ADA, person("\u202eeve\r\n", "e@example.org")) == ["Ada Lovelace", "eve"]


def test_a_person_without_a_name_is_said_to_have_none() -> None:
    assert said(Disclose.NAMES, NOBODY) == ["(no name)"]
    assert said(Disclose.INITIALS, NOBODY) == ["(no name)"]
    assert said(Disclose.NAMES, NOBODY, french=True) == ["(sans nom)"]


def test_with_count_a_person_is_a_word_and_a_number() -> None:
    assert said(Disclose.COUNT, ADA, NOBODY) == ["Student 1", "Student 2"]
    assert said(Disclose.COUNT, ADA, french=True) == ["Élève 1"]
    assert said(Disclose.COUNT, ADA, role="adults") == ["Adult 1"]
    assert said(Disclose.COUNT, ADA, role="mentors") == ["Person 1"]


def test_with_initials_a_person_without_initials_is_a_number() -> None:
    assert said(Disclose.INITIALS, ADA, person("X", "x@example.org"), person("🦄", "u@example.org")) == [
        "A. L.",
        "Student 2",
        "Student 3",
    ]


def test_newcomers_are_told_apart() -> None:
    people = disclosed_people((ADA, BO), "students", Disclose.COUNT, frozenset({BO}), ENGLISH)
    assert [shown.new for shown in people] == [False, True]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ada Lovelace", "A. L."),
        ("ada lovelace", "A. L."),
        ("Jean-Luc Picard", "J. L. P."),
        ("Ada B. Lovelace", "A. L."),
        ("Émile Zola", "É. Z."),
        ("\u0130lker Ay", "\u0130. A."),
        ("“Ada” O'Neil", "A. O."),
        ("אבי גדול", "א. ג."),
        ("ნინო", "ნ."),
        ("क्षमा", "क्."),
        ("🦄 Ada", "A."),
        ("李 明", ""),
        ("X", ""),
        ("🦄", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_initials_are_the_first_letters_of_words(name: str, short: str) -> None:
    assert initials(name) == short


@given(st.text(min_size=1, max_size=30))
def test_no_initial_is_a_whole_word(name: str) -> None:
    words = {"".join(c for c in word if c.isalpha()).casefold() for word in clean(name).replace("-", " ").split()}
    letters = {initial.rstrip(".") for initial in initials(clean(name)).split(". ") if initial}
    assert not {letter.casefold() for letter in letters} & words


@given(st.lists(st.text(), max_size=5))
def test_with_count_nothing_depends_on_the_names(names: list[str]) -> None:
    people = [Person(name, ()) for name in names]
    assert said(Disclose.COUNT, *people) == [f"Student {number + 1}" for number in range(len(names))]

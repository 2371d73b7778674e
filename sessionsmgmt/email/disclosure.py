"""What a notice may say of a person."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from unicodedata import category

from sessionsmgmt.domain.model.people import Disclose, Person
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.safe_text import clean


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a template sees them. ``name`` is what may be said; ``new`` is true of those not named before.

    Nothing else of the person is in here, so a template can't disclose more than sessions.yml allows.
    """

    name: str
    new: bool

    def __str__(self) -> str:
        """The name, so that ``{{ students | join(", ") }}`` reads well."""
        return self.name


def named(
    people: tuple[Person, ...], role: str, disclose: Disclose, newcomers: frozenset[Person], language: Language
) -> tuple[Named, ...]:
    """The people of a role as they may be named, in the order given.

    With ``count`` everybody is a word and a number ("Student 3"). With ``initials`` those are who have none.
    """
    return tuple(
        Named(_said(person, disclose, language) or f"{language.one(role)} {number}", person in newcomers)
        for number, person in enumerate(people, 1)
    )


def _said(person: Person, disclose: Disclose, language: Language) -> str:
    if disclose is Disclose.COUNT:
        return ""
    name = clean(person.name)
    if not name:
        return language.nameless
    return initials(name) if disclose is Disclose.INITIALS else name


def initials(name: str) -> str:
    """The first letters of a clean name's words: ``Ada Lovelace`` → ``A. L.``.

    A letter keeps the marks that belong to it. Words of one letter are left out, since their initial would be the
    whole word; so are words that begin with no letter, such as emoji. Empty where nothing is left.
    """
    letters = (_initial(word) for word in name.replace("-", " ").split())
    return " ".join(f"{letter}." for letter in letters if letter)


def _initial(word: str) -> str:
    starts = [place for place, character in enumerate(word) if category(character)[0] == "L"]
    if len(starts) < 2:  # noqa: PLR2004 - one letter is all of the word, none gives no initial
        return ""
    first, rest = word[starts[0]], word[starts[0] + 1 :]
    capital = first.title()
    marks = "".join(takewhile(lambda character: category(character)[0] == "M", rest))
    return (capital if len(capital) == 1 else first) + marks

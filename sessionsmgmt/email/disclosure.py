"""What a notice discloses of a person."""

from __future__ import annotations

from itertools import takewhile
from unicodedata import category

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Disclose, Person
from sessionsmgmt.email.language import Language
from sessionsmgmt.email.safe_text import clean


@dataclass(frozen=True, slots=True)
class DisclosedPerson:
    """A person as a template sees them: the ``name`` that may be disclosed, and whether they are ``new``.

    The object holds nothing else of the person, so a template can't disclose more than sessions.yml allows.
    """

    name: str
    new: bool

    def __str__(self) -> str:
        """The name, so that ``{{ students | join(", ") }}`` reads well."""
        return self.name


def disclosed_people(
    people: tuple[Person, ...], role: str, disclose: Disclose, newcomers: frozenset[Person], language: Language
) -> tuple[DisclosedPerson, ...]:
    """The people of a role as they may be named, in the given order.

    With ``count``, everybody becomes a word and a number ("Student 3"). With ``initials``, only people without initials
    do.
    """
    return tuple(
        DisclosedPerson(
            _disclosed_name(person, disclose, language) or f"{language.singular(role)} {number}", person in newcomers
        )
        for number, person in enumerate(people, 1)
    )


def _disclosed_name(person: Person, disclose: Disclose, language: Language) -> str:
    if disclose is Disclose.COUNT:
        return ""
    name = clean(person.name)
    if not name:
        return language.no_name
    return initials(name) if disclose is Disclose.INITIALS else name


def initials(name: str) -> str:
    """The first letters of the words of a clean name: ``Ada Lovelace`` → ``A. L.``; empty if no word has an initial.

    A letter keeps its combining marks. Words of a single letter are left out, since the initial would be the whole
    word. Words without a letter, such as emoji, are left out too.
    """
    letters = (_initial(word) for word in name.replace("-", " ").split())
    return " ".join(f"{letter}." for letter in letters if letter)


def _initial(word: str) -> str:
    letters = [index for index, character in enumerate(word) if category(character)[0] == "L"]
    if len(letters) < 2:  # noqa: PLR2004 - a single letter would be the whole word, and no letter has no initial
        return ""
    first, after = word[letters[0]], word[letters[0] + 1 :]
    capital = first.title()
    combining = "".join(takewhile(lambda character: category(character)[0] == "M", after))
    return (capital if len(capital) == 1 else first) + combining

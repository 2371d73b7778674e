"""The words in an email that come from the program and not from a template, by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale

from sessionsmgmt.domain.model.notice import Kind

WORDED_LANGUAGES = ("en", "fr")
"""The languages with built-in wording, by their codes."""

_AMERICAN = frozenset({None, "US", "PR", "GU", "VI", "AS", "MP", "PH"})
"""The territories that spell "canceled" with a single l, and None for English without a territory."""


@dataclass(frozen=True, slots=True)
class Noun:
    """The words for the people of a role: the title of their list, the singular and the plural."""

    title: str
    singular: str
    plural: str


@dataclass(frozen=True, slots=True)
class Language:
    """The words for a notice in one language.

    ``nouns`` are for the roles that most clubs have, and ``other_role_noun`` is for all other roles. ``badges`` say the
    kind of a notice in a word or two. ``no_name`` stands for a person without a name in the address book. ``footer``
    has the field ``{team}``. ``colon`` is the colon of the language between a label and what follows.
    """

    locale: Locale
    nouns: Mapping[str, Noun]
    other_role_noun: Noun
    badges: Mapping[Kind, str]
    all_day: str
    no_name: str
    count_with_new: str
    footer: str
    colon: str = ": "

    @property
    def tag(self) -> str:
        """The language tag for HTML and mail headers (BCP 47): ``en-US``."""
        return str(self.locale).replace("_", "-")

    @property
    def words_tag(self) -> str:
        """The language tag of the program's own words: English where the locale has no words of its own."""
        return self.tag if self.locale.language in WORDED_LANGUAGES else "en"

    @property
    def cancelled_prefix(self) -> str:
        """What the title of a cancelled session begins with: ``Canceled: ``."""
        return f"{self.badges[Kind.CANCELLED]}{self.colon}"

    def role_title(self, role: str) -> str:
        """The title of the list of a role's people."""
        noun = self.nouns.get(role)
        return noun.title if noun else role.replace("_", " ").capitalize()

    def singular(self, role: str) -> str:
        """The capitalised word for an unnamed person of the role. A number follows it: ``Student 3``."""
        return self.nouns.get(role, self.other_role_noun).singular.capitalize()

    def count(self, role: str, number: int) -> str:
        """The number of a role's people in words, with the language's plural (CLDR): ``1 student``, ``2 students``."""
        noun = self.nouns.get(role, self.other_role_noun)
        return f"{number} {noun.singular if self.locale.plural_form(number) == 'one' else noun.plural}"


def language(name: str) -> Language:
    """The language of a CLDR locale name such as ``en_US``. A language without words of its own gets the English words.

    Dates always follow the locale. Raises ``babel.UnknownLocaleError`` for an unknown name; the configuration has
    refused such a name before.
    """
    locale = Locale.parse(name.replace("-", "_"))
    return _french(locale) if locale.language == "fr" else _english(locale)


def has_wording(name: str) -> bool:
    """Whether there is built-in wording in the language of the locale."""
    return Locale.parse(name.replace("-", "_")).language in WORDED_LANGUAGES


def _english(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={"adults": Noun("Adults", "adult", "adults"), "students": Noun("Students", "student", "students")},
        other_role_noun=Noun("People", "person", "people"),
        badges={
            Kind.NEW: "New",
            Kind.CHANGED: "Changed",
            Kind.ADDED: "New people",
            Kind.REMOVED: "Fewer people",
            Kind.CANCELLED: "Canceled" if locale.language != "en" or locale.territory in _AMERICAN else "Cancelled",
        },
        all_day="all day",
        no_name="(no name)",
        count_with_new="{count}, {new} of them new",
        footer="{team} sends this notice automatically to tell you who will be in your building, and when. "
        "Reply to it to reach the team.",
    )


def _french(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={"adults": Noun("Adultes", "adulte", "adultes"), "students": Noun("Élèves", "élève", "élèves")},
        other_role_noun=Noun("Personnes", "personne", "personnes"),
        badges={
            Kind.NEW: "Nouveau",
            Kind.CHANGED: "Modifié",
            Kind.ADDED: "Ajout",
            Kind.REMOVED: "Moins de personnes",
            Kind.CANCELLED: "Annulé",
        },
        all_day="toute la journée",
        no_name="(sans nom)",
        count_with_new="{count}, dont {new} en plus",
        footer="{team} envoie cet avis automatiquement pour vous dire qui sera dans vos locaux, et quand. "
        "Répondez-y pour joindre l\u2019équipe.",
        colon="\u00a0: ",
    )

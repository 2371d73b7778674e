"""The words the tool itself says in an email, by language; what a template says is the template's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale

from sessionsmgmt.domain.model.notice import Kind


@dataclass(frozen=True, slots=True)
class Noun:
    """A word for the people of a role: the title of their list, one of them, and several."""

    title: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Language:
    """What is needed to write a notice in one language.

    ``nouns`` are for the roles most clubs have; ``anyone`` is for all others. ``badges`` say in a word what a notice
    is. ``nameless`` stands for a name the address book does not have. ``footer`` has a place for the team's name.
    """

    locale: Locale
    nouns: Mapping[str, Noun]
    anyone: Noun
    badges: Mapping[Kind, str]
    all_day: str
    nameless: str
    of_them_new: str
    footer: str

    @property
    def tag(self) -> str:
        """The language as HTML and mail name it (BCP 47): ``en-US``."""
        return str(self.locale).replace("_", "-")

    def title(self, role: str) -> str:
        """What the list of a role's people is called."""
        noun = self.nouns.get(role)
        return noun.title if noun else role.replace("_", " ").capitalize()

    def one(self, role: str) -> str:
        """The word for somebody of the role who is not named, capitalised: it stands before a number."""
        return self.nouns.get(role, self.anyone).one.capitalize()

    def count(self, role: str, number: int) -> str:
        """How many there are of a role: ``1 student``, ``2 students``; the language's own plural (CLDR)."""
        noun = self.nouns.get(role, self.anyone)
        return f"{number} {noun.one if self.locale.plural_form(number) == 'one' else noun.many}"


def language(name: str) -> Language:
    """The language of a CLDR locale name such as ``en_US``; its own words where there are any, else English ones.

    Dates follow the locale in every case. Raises ``babel.UnknownLocaleError`` for a name that does not exist, which
    the configuration has ruled out.
    """
    locale = Locale.parse(name.replace("-", "_"))
    return _french(locale) if locale.language == "fr" else _english(locale)


def speaks(name: str) -> bool:
    """Whether there is built-in wording in the language of the locale."""
    return Locale.parse(name.replace("-", "_")).language in {"en", "fr"}


def _english(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={"adults": Noun("Adults", "adult", "adults"), "students": Noun("Students", "student", "students")},
        anyone=Noun("People", "person", "people"),
        badges={
            Kind.NEW: "New",
            Kind.CHANGED: "Changed",
            Kind.ADDED: "New people",
            Kind.REMOVED: "Fewer people",
            Kind.CANCELLED: "Cancelled",
        },
        all_day="all day",
        nameless="(no name)",
        of_them_new="{count}, {new} of them new",
        footer="{team} sends this notice automatically to tell you who will be in your building, and when. "
        "Reply to it to reach the team.",
    )


def _french(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={"adults": Noun("Adultes", "adulte", "adultes"), "students": Noun("Élèves", "élève", "élèves")},
        anyone=Noun("Personnes", "personne", "personnes"),
        badges={
            Kind.NEW: "Nouveau",
            Kind.CHANGED: "Modifié",
            Kind.ADDED: "Ajout",
            Kind.REMOVED: "Moins de personnes",
            Kind.CANCELLED: "Annulé",
        },
        all_day="toute la journée",
        nameless="(sans nom)",
        of_them_new="{count}, dont {new} en plus",
        footer="{team} envoie cet avis automatiquement pour vous dire qui sera dans vos locaux, et quand. "
        "Répondez-y pour joindre l\u2019équipe.",
    )

"""The words in an email that come from the program and not from a template, by language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from babel import Locale

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Kind, Notice

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
    kind of a notice in a word or two, ``several_badge`` says that an email is about sessions that differ in kind, and
    ``after_all`` says that a cancelled session takes place again. ``no_name``
    stands for a person without a name in the address book. ``footer`` has the field ``{team}``. ``days`` and ``hours``
    have the fields ``{start}`` and ``{end}``, and join two days or two times. ``instant`` joins a ``{day}`` and a
    ``{time}``; if it is empty, the locale's own form is used. ``colon`` is the colon of the language between a label
    and what follows.
    """

    locale: Locale
    nouns: Mapping[str, Noun]
    other_role_noun: Noun
    badges: Mapping[Kind, str]
    several_badge: str
    after_all: str
    all_day: str
    no_name: str
    count_with_new: str
    footer: str
    days: str = "{start} \u2013 {end}"
    hours: str = "{start}\u00a0\u2013\u00a0{end}"  # unbreakable spaces, so that both stay on one line
    instant: str = ""
    colon: str = ": "

    @property
    def tag(self) -> str:
        """The language tag for HTML and mail headers (BCP 47): ``en-US``."""
        return str(self.locale).replace("_", "-")

    @property
    def words_tag(self) -> str:
        """The language tag of the program's own words: English where the locale has no words of its own."""
        return self.tag if self.locale.language in _LANGUAGES else "en"

    def label(self, notice: Notice) -> str:
        """The kind of the notice in a word or two."""
        return self.after_all if notice.takes_place_after_all else self.badges[notice.kind]

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
    return _LANGUAGES.get(locale.language, _english)(locale)


def has_wording(name: str) -> bool:
    """Whether there is built-in wording in the language of the locale."""
    return Locale.parse(name.replace("-", "_")).language in _LANGUAGES


def _english(locale: Locale) -> Language:
    american = locale.language != "en" or locale.territory in _AMERICAN
    return Language(
        locale=locale,
        nouns={"adults": Noun("Adults", "adult", "adults"), "students": Noun("Students", "student", "students")},
        other_role_noun=Noun("People", "person", "people"),
        badges={
            Kind.NEW: "New",
            Kind.CHANGED: "Changed",
            Kind.ADDED: "New people",
            Kind.REMOVED: "Fewer people",
            Kind.CANCELLED: "Canceled" if american else "Cancelled",
        },
        several_badge="Update",
        after_all="On after all",
        all_day="all day",
        no_name="(no name)",
        count_with_new="{count}, {new} of them new",
        footer="{team} sends this email automatically, so that you know who will be in your building, and when. "
        "To reach the team, just reply.",
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
        several_badge="Mise à jour",
        after_all="Finalement maintenu",
        all_day="toute la journée",
        no_name="(sans nom)",
        count_with_new="{count}, dont {new} en plus",
        footer="{team} envoie ce message automatiquement, pour que vous sachiez qui sera dans vos locaux, et quand. "
        "Pour joindre l\u2019équipe, il suffit d\u2019y répondre.",
        days="du {start} au {end}",
        hours="de\u00a0{start} à\u00a0{end}",
        instant="{day} à\u00a0{time}",
        colon="\u00a0: ",
    )


def _spanish(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={
            "adults": Noun("Adultos", "adulto", "adultos"),
            "students": Noun("Estudiantes", "estudiante", "estudiantes"),
        },
        other_role_noun=Noun("Personas", "persona", "personas"),
        badges={
            Kind.NEW: "Nuevo",
            Kind.CHANGED: "Cambio",
            Kind.ADDED: "Más personas",
            Kind.REMOVED: "Menos personas",
            Kind.CANCELLED: "Cancelado",
        },
        several_badge="Novedades",
        after_all="Sí se celebra",
        all_day="todo el día",
        no_name="(sin nombre)",
        count_with_new="{count} ({new} de nueva incorporación)",
        footer="{team} envía este mensaje automáticamente, para que sepa quién estará en sus instalaciones y cuándo. "
        "Para comunicarse con el equipo, basta con responder.",
        days="del {start} al {end}",
        hours="de\u00a0{start} a\u00a0{end}",
        instant="{day} a las\u00a0{time}",
    )


def _german(locale: Locale) -> Language:
    return Language(
        locale=locale,
        nouns={
            "adults": Noun("Erwachsene", "Erwachsene/r", "Erwachsene"),
            "students": Noun("Schülerinnen und Schüler", "Schüler/in", "Schüler/innen"),
        },
        other_role_noun=Noun("Personen", "Person", "Personen"),
        badges={
            Kind.NEW: "Neu",
            Kind.CHANGED: "Geändert",
            Kind.ADDED: "Neue Personen",
            Kind.REMOVED: "Weniger Personen",
            Kind.CANCELLED: "Abgesagt",
        },
        several_badge="Neuigkeiten",
        after_all="Findet doch statt",
        all_day="ganztägig",
        no_name="(ohne Namen)",
        count_with_new="{count}, davon {new} neu",
        footer="{team} verschickt diese E-Mail automatisch, damit Sie wissen, wer wann bei Ihnen im Haus ist. "
        "Wenn Sie das Team erreichen möchten, antworten Sie einfach auf diese E-Mail.",
        days="{start} bis {end}",
        hours="{start}\u00a0\u2013\u00a0{end}\u00a0Uhr",
        instant="{day}, {time}\u00a0Uhr",
    )


_LANGUAGES: Mapping[str, Callable[[Locale], Language]] = {
    "en": _english,
    "fr": _french,
    "es": _spanish,
    "de": _german,
}

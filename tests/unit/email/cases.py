"""The notices whose emails are golden files: each kind in all languages, and cases that are hard to display.

``BUILT_IN`` are more cases without golden files: everything the built-in wording can say. Tests use them for rules that
must hold for every email.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from itertools import product

from sessionsmgmt.domain.model.notice import Kind, Notice, Occurrence, Session
from sessionsmgmt.domain.model.people import Disclose, ResponsiblePerson
from sessionsmgmt.email.compose import compose
from sessionsmgmt.email.model import Envelope, Wording
from tests.builders import NEW_YORK, announcement, local, notice, person, roster, window

NOW = local(2026, 11, 6, 18)
ENVELOPE = Envelope(("office@example.org",), ("guard@example.org",), "coaches@example.org", ("coach@example.org",))

ADULTS = (person("Grace Hopper"), person("Katherine Johnson"))
STUDENTS = (person("Ada Lovelace"), person("Émilie du Châtelet"), person("Mary Jackson"))
EVERYONE = roster(adults=ADULTS, students=STUDENTS)

SATURDAY = window(local(2026, 11, 7), local(2026, 11, 7, 23, 59))
EVENING = window(local(2026, 11, 7, 17), local(2026, 11, 7, 20))
EARLIER = window(local(2026, 11, 7, 15, 30), local(2026, 11, 7, 20))
NIGHT = window(local(2026, 11, 7, 21), local(2026, 11, 8, 1, 30))
COMPETITION = window(local(2026, 11, 13), local(2026, 11, 15, 23, 59))

CONTACT = ResponsiblePerson("Coach Lee", "+1 555 0100")
SIGNATURE = """\
**MantaBots**, the robotics team of Queens

Our season: <https://example.org/season>
"""

HOSTILE = "=?utf-8?q?=0ABcc:_evil=40example.net?=\r\nBcc: evil@example.net <b>x</b> **bold** | `code` [a](http://evil)"
MIRROR = "\u202egnp.exe\u202c אבי גדול 🤖"

TEMPLATE = """\
Subject: {{ team }} on {{ date }}{% if kind == "cancelled" %} is off{% endif %}

# Hello

{{ team }} is there on **{{ date }}**, from {{ start_time }} to {{ end_time }}.
See [the calendar](https://example.org/calendar?session={{ session.id }}).

## Who

{% for person in adults + students %}
- {{ person.name }}
{% endfor %}

1. Doors: `{{ session.location }}`
2. Until: {{ end }}

> {{ session.description }}

| Role | Number |
|---|---:|
| Adults | {{ adults | length }} |
| Students | {{ students | length }} |
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A notice and its wording."""

    notice: Notice
    locale: str = "en_US"
    students: Disclose = Disclose.NAMES
    template: str | None = None
    attach_calendar: bool = True
    disclose: Mapping[str, Disclose] = field(default_factory=dict)
    contact: ResponsiblePerson | None = None
    signature: str = ""

    @property
    def wording(self) -> Wording:
        """The wording of the invented club."""
        disclose = self.disclose or {"adults": Disclose.NAMES, "students": self.students}
        return Wording(
            *("MantaBots", self.locale, NEW_YORK, disclose, self.template, self.attach_calendar),
            *(self.contact, self.signature),
        )

    def email(self) -> EmailMessage:
        """The email, composed on the evening before."""
        return compose(self.notice, self.wording, ENVELOPE, NOW)


def _new() -> Notice:
    return notice(presence=SATURDAY, people=EVERYONE)


def _changed() -> Notice:
    return notice(
        kind=Kind.CHANGED,
        presence=EARLIER,
        people=EVERYONE,
        newcomers=STUDENTS[2:],
        before=announcement(presence=EVENING),
        sequence=1,
    )


def _after_all() -> Notice:
    """The session was cancelled, and takes place again."""
    return notice(presence=EVENING, people=EVERYONE, sequence=2)


def _moved() -> Notice:
    place, another = "0" * 32, "1" * 32
    at_another_place = notice(
        kind=Kind.CHANGED, presence=EVENING, people=EVERYONE, before=announcement(presence=EVENING)
    )
    return replace(
        at_another_place,
        before=replace(announcement(presence=EVENING), place=another),
        announcement=replace(at_another_place.announcement, place=place),
    )


def _added() -> Notice:
    return notice(
        kind=Kind.ADDED,
        presence=EVENING,
        people=EVERYONE,
        newcomers=STUDENTS[1:],
        before=announcement(presence=EVENING),
        sequence=1,
    )


def _removed() -> Notice:
    return notice(
        kind=Kind.REMOVED,
        presence=EVENING,
        people=roster(adults=ADULTS, students=STUDENTS[1:]),
        newcomers=(),
        before=announcement(presence=EVENING),
        sequence=1,
    )


def _cancelled() -> Notice:
    return notice(kind=Kind.CANCELLED, presence=EVENING, before=announcement(presence=EVENING), sequence=2)


def _cancelled_beside_another() -> Notice:
    morning = window(local(2026, 11, 7, 9), local(2026, 11, 7, 12))
    other = Session("morning", "Team Session for beginners", morning.start, morning.end, "Room 102")
    return replace(_cancelled(), others=(Occurrence(other, morning),))


def _hostile() -> Notice:
    session = Session("\r\nX-Evil: 1", HOSTILE, EVENING.start, EVENING.end, MIRROR, "<script>alert(1)</script>\n# No")
    people = roster(
        adults=(person("<img src=x onerror=alert(1)>", "a@example.org"),),
        students=(person("", "b@example.org"), person("\u202eada\u0007\n| x |", "c@example.org"), person("X" * 500)),
    )
    return notice(presence=EVENING, people=people, session=session)


def _competition() -> Notice:
    session = Session("cup", "Regional competition", date(2026, 11, 13), date(2026, 11, 16), "Sports hall, Queens")
    return notice(presence=COMPETITION, people=EVERYONE, session=session)


def _postponed() -> Notice:
    """The session is on another day."""
    return notice(
        kind=Kind.CHANGED, presence=NIGHT, people=EVERYONE, before=announcement(presence=COMPETITION), sequence=1
    )


def _weekend() -> Notice:
    session = Session("camp", "Camp", date(2026, 11, 7), date(2026, 11, 9), "Sports hall, Queens")
    presence = window(local(2026, 11, 7), local(2026, 11, 8, 23, 59))
    return notice(presence=presence, people=EVERYONE, session=session)


_LOCALES = {"en": "en_US", "fr": "fr_FR", "es": "es_ES", "de": "de_DE"}
_KINDS: Mapping[str, Callable[[], Notice]] = {
    "new": _new,
    "changed": _changed,
    "moved": _moved,
    "added": _added,
    "removed": _removed,
    "cancelled": _cancelled,
    "cancelled-beside-another": _cancelled_beside_another,
}

CASES: Mapping[str, Case] = {
    **{
        f"{name}-{suffix}": Case(make(), locale)
        for (name, make), (suffix, locale) in product(_KINDS.items(), _LOCALES.items())
    },
    **{
        f"late-{suffix}": Case(replace(_cancelled() if suffix in {"fr", "es"} else _new(), late=True), locale)
        for suffix, locale in _LOCALES.items()
    },
    "changed-fr-ca": Case(_changed(), "fr_CA"),
    "cancelled-en-gb": Case(_cancelled(), "en_GB"),
    **{f"postponed-{suffix}": Case(_postponed(), locale) for suffix, locale in _LOCALES.items()},
    **{f"after-all-{suffix}": Case(_after_all(), locale) for suffix, locale in _LOCALES.items()},
    **{
        f"signed-{suffix}": Case(_new(), locale, contact=CONTACT, signature=SIGNATURE)
        for suffix, locale in _LOCALES.items()
    },
    **{f"weekend-{suffix}": Case(_weekend(), locale) for suffix, locale in _LOCALES.items()},
    **{f"count-{suffix}": Case(_changed(), locale, students=Disclose.COUNT) for suffix, locale in _LOCALES.items()},
    "over-midnight-en-gb": Case(notice(presence=NIGHT, people=EVERYONE), "en_GB"),
    "several-days-en": Case(_competition()),
    "initials-en": Case(_new(), students=Disclose.INITIALS),
    "hostile-en": Case(_hostile()),
    "template-en": Case(_new(), template=TEMPLATE, attach_calendar=False),
    "template-hostile-en": Case(_hostile(), template=TEMPLATE, attach_calendar=False),
}


def _short(kind: Kind) -> Notice:
    """A notice with as little content as possible: one person, no title and no location."""
    session = Session("lab", "", EARLIER.start, EARLIER.end)
    nobody = kind is Kind.CANCELLED
    people = roster(adults=() if nobody else ADULTS[:1], students=())
    before = None if kind is Kind.NEW else announcement(presence=EVENING)
    return notice(kind=kind, presence=EARLIER, people=people, session=session, before=before)


def _long(kind: Kind) -> Notice:
    """A notice over several days with many people, a long name, a long title, and a location without a space."""
    title = "Regional qualification for the robotics championship, " * 6
    session = Session("cup", title, date(2026, 11, 13), date(2026, 11, 16), "https://maps.example.org/" + "q" * 300)
    students = tuple(person(f"Maximiliane Alexandra van der Berg-Grünwald {number}") for number in range(1, 31))
    people = roster(adults=(*ADULTS, person("X" * 120)), students=students)
    before = None if kind is Kind.NEW else announcement(presence=NIGHT)
    return notice(
        kind=kind,
        presence=COMPETITION,
        people=roster(adults=(), students=()) if kind is Kind.CANCELLED else people,
        newcomers={Kind.CHANGED: students[20:], Kind.REMOVED: ()}.get(kind),
        session=session,
        before=before,
    )


_LENGTHS = {"short": _short, "long": _long}

BUILT_IN: Mapping[str, Case] = {
    f"{kind}-{locale}-{disclose}-{length}": Case(
        _LENGTHS[length](kind), locale, disclose=dict.fromkeys(("adults", "students"), disclose)
    )
    for kind, locale, disclose, length in product(Kind, _LOCALES.values(), Disclose, _LENGTHS)
}
"""Every email of the built-in wording: all kinds, languages, levels of disclosure, and lengths."""

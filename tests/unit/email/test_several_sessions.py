"""One email about several sessions: its wording, its headers, its calendar entries and the names of a template."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Occurrence, Session
from sessionsmgmt.email.compose import compose, compose_email
from sessionsmgmt.email.ics_attachment import uid
from tests.builders import announcement, local, notice, roster, window
from tests.unit.email.cases import ADULTS, ENVELOPE, EVENING, EVERYONE, NOW, STUDENTS, Case
from tests.unit.email.golden import part

MORNING = window(local(2026, 11, 14, 9), local(2026, 11, 14, 12))
SUNDAY = window(local(2026, 11, 15, 14), local(2026, 11, 15, 16))


def _notice(kind: Kind, name: str, sequence: int = 0) -> Notice:
    presence = {"lab": EVENING, "shop": MORNING, "hall": SUNDAY}[name]
    people = {Kind.CANCELLED: None, Kind.ADDED: EVERYONE}.get(kind, roster(adults=ADULTS, students=STUDENTS[:2]))
    return notice(
        kind=kind,
        key=Key("campus", name),
        session=Session(name, f"Session in the {name}", presence.start, presence.end, "Room 101"),
        presence=presence,
        people=people,
        newcomers=STUDENTS[2:] if kind is Kind.ADDED else None,
        before=None if kind is Kind.NEW else announcement(presence=EVENING),
        sequence=sequence,
    )


NEW = (_notice(Kind.NEW, "lab"), _notice(Kind.NEW, "shop"))
MIXED = (_notice(Kind.NEW, "lab"), _notice(Kind.CHANGED, "shop", sequence=3), _notice(Kind.ADDED, "hall", sequence=1))
CALLED_OFF = (_notice(Kind.CANCELLED, "lab", sequence=1), _notice(Kind.CANCELLED, "hall", sequence=4))


def email(notices: tuple[Notice, ...], locale: str = "en_US", template: str | None = None) -> EmailMessage:
    return compose_email(notices, Case(notices[0], locale, template=template).wording, ENVELOPE, NOW)


def entries(message: EmailMessage) -> list[tuple[str, int, str]]:
    calendar = next(message.iter_attachments()).get_content().replace("\r\n", "\n")
    assert "METHOD:PUBLISH" in calendar
    found = []
    for block in calendar.split("BEGIN:VEVENT\n")[1:]:
        values = dict(line.partition(":")[::2] for line in block.splitlines())
        found.append((values["UID"], int(values["SEQUENCE"]), values["STATUS"]))
    return found


def test_an_email_of_one_notice_is_the_ordinary_one() -> None:
    wording = Case(NEW[0]).wording
    assert (
        compose_email(NEW[:1], wording, ENVELOPE, NOW).as_bytes() == compose(NEW[0], wording, ENVELOPE, NOW).as_bytes()
    )


def test_an_email_has_the_thread_of_each_session_and_one_id() -> None:
    message = email(MIXED)

    assert str(message["References"]).split() == [f"<{uid(one.key)}>" for one in MIXED]
    assert str(message["X-Sessionsmgmt-Session"]) == "lab, shop, hall"
    assert str(message["X-Sessionsmgmt-Kind"]) == "several"
    assert message["Message-ID"] != email(NEW)["Message-ID"]
    assert message.as_bytes() == email(MIXED).as_bytes()


def test_no_line_of_a_header_is_long_however_many_sessions_there_are() -> None:
    many = tuple(
        replace(NEW[0], key=Key("campus", f"session-number-{number}-of-a-long-season")) for number in range(40)
    )
    head, _, _ = email(many).as_bytes().partition(b"\r\n\r\n")

    assert max(map(len, head.split(b"\r\n"))) <= 100


@pytest.mark.parametrize(
    ("notices", "kinds"), [(NEW, ["CONFIRMED"] * 2), (MIXED, ["CONFIRMED"] * 3), (CALLED_OFF, ["CANCELLED"] * 2)]
)
def test_the_calendar_file_has_an_entry_of_its_own_for_each_session(
    notices: tuple[Notice, ...], kinds: list[str]
) -> None:
    assert entries(email(notices)) == [
        (uid(one.key), one.announcement.sequence, status) for one, status in zip(notices, kinds, strict=True)
    ]


@pytest.mark.parametrize(
    ("locale", "subject", "sentence"),
    [
        ("en_US", "MantaBots in the building, 2 sessions, ", "Here is when, and who is coming."),
        ("fr", "MantaBots dans vos locaux, 2 séances, du ", "Voici quand, et qui viendra."),
        ("es", "MantaBots en sus instalaciones, 2 sesiones, del ", "Le indicamos cuándo y quiénes vendrán."),
        ("de", "MantaBots bei Ihnen im Haus, 2 Treffen, ", "Hier steht, wann und wer dabei ist."),
    ],
)
def test_new_sessions_are_told_in_every_language(locale: str, subject: str, sentence: str) -> None:
    message = email(NEW, locale)
    text = part(message, "plain")

    assert str(message["Subject"]).startswith(subject)
    assert sentence in text.replace("\n", " ")
    assert text.count("Ada Lovelace") == len(NEW)
    assert all(f"Session in the {name}" in text for name in ("lab", "shop"))


@pytest.mark.parametrize(
    ("locale", "label", "sentence"),
    [
        ("en_US", "Update: ", "There is news about 3 sessions."),
        ("fr", "Mise à jour\u00a0: ", "Il y a du nouveau pour 3 séances."),
        ("es", "Novedades: ", "Hay novedades sobre 3 sesiones."),
        ("de", "Neuigkeiten: ", "zu 3 Treffen gibt es Neuigkeiten."),
    ],
)
def test_sessions_of_different_kinds_say_each_its_own_kind(locale: str, label: str, sentence: str) -> None:
    message = email(MIXED, locale)
    text = part(message, "plain")

    assert str(message["Subject"]).startswith(label)
    assert sentence in text.replace("\n", " ")
    assert text.count("Mary Jackson") == 1


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en_US", "These 2 sessions are canceled. No one from MantaBots will come for them."),
        ("en_GB", "These 2 sessions are cancelled. No one from MantaBots will come for them."),
        ("fr", "Ces 2 séances sont annulées. Personne de l\u2019équipe MantaBots n\u2019y viendra."),
        ("es", "Estas 2 sesiones se han cancelado. Nadie de MantaBots acudirá a ellas."),
        ("de", "diese 2 Treffen sind abgesagt. Dazu kommt niemand von MantaBots."),
    ],
)
def test_called_off_sessions_name_nobody_and_what_still_takes_place(locale: str, sentence: str) -> None:
    other = Occurrence(Session("bus", "Bus tour", MORNING.start, MORNING.end), MORNING)
    text = part(email((replace(CALLED_OFF[0], others=(other,)), *CALLED_OFF[1:]), locale), "plain")

    assert sentence in text.replace("\n", " ")
    assert "Bus tour" in text
    assert "Ada" not in text


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.ADDED, Kind.REMOVED])
@pytest.mark.parametrize("locale", ["en_US", "fr", "es", "de"])
def test_sessions_of_one_kind_are_told_under_that_kind(kind: Kind, locale: str) -> None:
    message = email((_notice(kind, "lab", sequence=1), _notice(kind, "shop", sequence=1)), locale)

    assert str(message["X-Sessionsmgmt-Kind"]) == kind
    assert "{{" not in part(message, "plain")


def test_a_template_has_all_sessions_and_of_other_names_those_of_the_first() -> None:
    template = (
        "Subject: {{ kind }} {{ date }}\n\n"
        "{{ everyone.total }} {{ adults | length }}\n\n"
        "{% for session in sessions %}\n"
        "- {{ session.kind }} {{ session.session.title }} {{ session.date }} {{ session.start_time }} "
        "{{ session.end_time }} {{ session.everyone.total }} {{ session.students | join(', ') }}"
        "{% if session.before %} was {{ session.before.date }}{% endif %}\n"
        "{% endfor %}\n"
    )
    message = email(MIXED, template=template)
    text = part(message, "plain").replace("\u202f", " ")

    assert str(message["Subject"]) == "several Saturday, November 7, 2026"
    assert "5 2" in text
    lines = " ".join(text.split())
    assert (
        "- new Session in the lab Saturday, November 7, 2026 5:00 PM 8:00 PM 4 Ada Lovelace, Émilie du Châtelet"
        in lines
    )
    assert "- changed Session in the shop" in lines
    assert "was Saturday, November 7, 2026" in lines
    assert "- added Session in the hall Sunday, November 15, 2026 2:00 PM 4:00 PM 5 Mary Jackson" in lines

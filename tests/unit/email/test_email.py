"""The whole email: its headers, its parts, what it contains, and what it never contains."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from sessionsmgmt.domain.delivery.reconciliation import MARK, mark
from sessionsmgmt.domain.model.notice import Key, Kind, Notice, Presence, Session
from sessionsmgmt.domain.model.people import Disclose, Person
from sessionsmgmt.email.compose import MAX_SUBJECT_LENGTH, checked_message, compose, header_id
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.email.safe_text import clean
from sessionsmgmt.errors import InputError
from tests.builders import NEW_YORK, announcement, local, notice, person, roster
from tests.unit.email.cases import CASES, ENVELOPE, EVENING, HOSTILE, NOW, SATURDAY, STUDENTS
from tests.unit.email.golden import part

HEADERS = [
    *("Subject", "From", "To", "Cc", "Reply-To", "Date", "Message-ID", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Sessionsmgmt-Mark", "X-Sessionsmgmt-Notice"),
    *("X-Sessionsmgmt-Kind", "X-Sessionsmgmt-Session"),
    *("Content-Language", "Content-Type", "MIME-Version"),
]


def email(
    of: Notice | None = None,
    *,
    template: str | None = None,
    locale: str = "en_US",
    disclose: Disclose = Disclose.NAMES,
    envelope: Envelope = ENVELOPE,
    attach_calendar: bool = True,
    now: datetime = NOW,
    team: str = "MantaBots",
) -> EmailMessage:
    roles = {"adults": disclose, "students": disclose}
    wording = Wording(team, locale, NEW_YORK, roles, template, attach_calendar)
    return compose(of or notice(presence=EVENING), wording, envelope, now)


def again(message: EmailMessage) -> EmailMessage:
    """The message as the recipient's mail program parses it."""
    return message_from_bytes(message.as_bytes(), policy=SMTP)


def calendar(message: EmailMessage) -> bytes:
    return "".join(leaf.get_content() for leaf in message.walk() if leaf.get_content_type() == "text/calendar").encode()


class Shape(HTMLParser):
    """The elements and attributes of a page, without its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "br":  # the line breaks of a description
            self.parts.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(tag)

    def handle_comment(self, data: str) -> None:
        self.parts.append(data)


def test_the_headers_are_exactly_the_expected_ones() -> None:
    message = again(email())
    assert list(message.keys()) == HEADERS
    assert (
        message["Subject"]
        == "MantaBots in the building, Saturday, November 7, 2026, 5:00\u202fPM\u00a0\u2013\u00a08:00\u202fPM"
    )
    assert (message["From"], message["To"]) == ("coaches@example.org", "office@example.org")
    assert (message["Cc"], message["Reply-To"]) == ("guard@example.org", "coach@example.org")
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["X-Sessionsmgmt-Notice"], message["X-Sessionsmgmt-Session"]) == ("campus", "lab")
    assert (message["X-Sessionsmgmt-Kind"], message["Content-Language"]) == ("new", "en-US")


def test_an_address_that_is_not_set_has_no_header() -> None:
    message = email(envelope=Envelope(("office@example.org",)))
    assert not {"From", "Cc", "Reply-To"} & set(message.keys())
    assert message["Message-ID"].endswith("@sessionsmgmt.invalid>")
    assert b"ORGANIZER" not in calendar(message)


def test_many_recipients_are_all_there() -> None:
    to = tuple(f"office.number.{number}@example.org" for number in range(30))
    message = again(email(envelope=Envelope(to)))
    assert tuple(address.addr_spec for address in message["To"].addresses) == to


def test_the_parts_are_text_page_and_calendar() -> None:
    message = again(email())
    assert [leaf.get_content_type() for leaf in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"),
    ]
    entry = next(iter(message.iter_attachments()))
    assert (entry.get_filename(), entry.get_content_disposition()) == ("session.ics", "attachment")
    assert entry["Content-Type"].params == {"charset": "utf-8", "method": "PUBLISH"}


def test_without_the_calendar_there_are_only_text_and_page() -> None:
    message = email(attach_calendar=False)
    assert [leaf.get_content_type() for leaf in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_organizer_of_the_calendar_entry_is_an_address_of_the_club() -> None:
    assert b"ORGANIZER:mailto:coaches@example.org" in calendar(email())
    only_reply = Envelope(("office@example.org",), reply_to=("coach@example.org",))
    assert b"ORGANIZER:mailto:coach@example.org" in calendar(email(envelope=only_reply))


def test_no_line_is_longer_than_mail_allows_and_all_is_ascii() -> None:
    for case in CASES.values():
        raw = case.email().as_bytes()
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 78
        assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_message_stays_the_same_when_it_is_parsed_and_written_again() -> None:
    for case in CASES.values():
        message = case.email()
        for policy in (SMTP, default):
            assert again(message_from_bytes(message.as_bytes(policy=policy), policy=policy)).items() == message.items()


def test_the_same_notice_is_the_same_email_and_another_is_another() -> None:
    base = notice(presence=EVENING)
    assert email(base).as_bytes() == email(base).as_bytes()
    others = [
        base,
        notice(presence=SATURDAY),
        notice(presence=EVENING, sequence=1),
        notice(presence=EVENING, kind=Kind.CHANGED, before=announcement()),
        notice(presence=EVENING, key=Key("campus", "lab2")),
        notice(presence=EVENING, key=Key("hall", "lab")),
    ]
    for header in ("Message-ID", MARK):
        assert len({str(email(other)[header]) for other in others} | {str(email(team="Other")[header])}) == 7


def test_the_mark_depends_on_what_the_ledger_stores_and_not_on_the_windows_zone() -> None:
    home, away = (
        notice(presence=EVENING),
        notice(presence=Presence(EVENING.start.astimezone(NEW_YORK), EVENING.end.astimezone(NEW_YORK))),
    )
    assert email(home)[MARK] == email(away)[MARK] == mark("MantaBots", home.key, away.announcement)
    assert str(email(home)["Message-ID"]).startswith(f"<{email(home)[MARK]}@")


def test_the_mark_does_not_depend_on_when_or_how_the_email_was_composed() -> None:
    later = email(now=local(2026, 11, 7, 9), template="Subject: x\ny", locale="fr_FR")
    assert later[MARK] == email()[MARK]


@pytest.mark.parametrize(
    "envelope",
    [
        Envelope(("office@example.org\r\nBcc: evil@example.net",)),
        Envelope(("office@example.org, evil@example.net\n",)),
        Envelope(("office@example.org",), sender="=?utf-8?q?=0ABcc:_evil=40example.net?= <a@example.org>"),
        Envelope(("büro@example.org",)),
        Envelope(("office@example.org",), reply_to=("a@example.org\r\n\r\nbody",)),
    ],
)
def test_an_address_that_would_change_the_headers_is_refused(envelope: Envelope) -> None:
    with pytest.raises(InputError, match="each must be plain"):
        email(envelope=envelope)


@pytest.mark.parametrize(
    "written",
    [
        b"Subject: x\r\nTo: a@example.org\r\nBcc: evil@example.net",
        b"Subject: x\r\nTo: a@example.org\r\nTo: a@example.org",
        b"Subject: y\r\nTo: a@example.org",
        b"To: a@example.org",
        "Subject: x\r\nTo: a@example.org\r\n\r\né".encode(),
    ],
)
def test_a_message_with_unexpected_headers_is_never_sent(written: bytes) -> None:
    expected = {"Subject": "x", "To": "a@example.org"}
    rest = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    assert checked_message(rest + b"Subject: x\r\nTo: a@example.org\r\n\r\nHi", expected).get_content() == "Hi"
    with pytest.raises(InputError, match="so it is not sent"):
        checked_message(rest + written, expected)


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("abc_20261107T220000Z", "abc_20261107T220000Z"),
        ("a b", "sha256:c8687a08aa5d6ed2044328fa6a697ab8"),
        ("", "sha256:e3b0c44298fc1c149afbf4c8996fb924"),
        ("x" * 71, "sha256:"),
        ("a\r\nBcc: b", "sha256:"),
        ("=?utf-8?q?x?=", "sha256:"),
        ("é", "sha256:"),
    ],
)
def test_a_header_contains_an_id_as_it_is_or_its_digest(identity: str, shown: str) -> None:
    assert header_id(identity).startswith(shown)
    assert len(header_id(identity)) <= 70


def test_a_long_subject_is_shortened_and_an_empty_one_is_the_teams_name() -> None:
    long = email(
        notice(session=Session("a", "word " * 100, EVENING.start, EVENING.end)), template="Subject: {{ session }}"
    )
    assert len(long["Subject"]) <= MAX_SUBJECT_LENGTH
    assert long["Subject"].endswith("word…")
    blank = email(notice(session=Session("a", "", EVENING.start, EVENING.end)), template="Subject: {{ session }}")
    assert blank["Subject"] == "MantaBots"


def test_an_encoded_word_in_a_title_is_no_header() -> None:
    session = Session("a", "=?utf-8?q?=0ABcc:_evil=40example.net?=", EVENING.start, EVENING.end)
    message = again(email(notice(session=session), template="Subject: {{ session.title }}"))
    assert message["Subject"] == "= ?utf-8?q?=0ABcc:_evil=40example.net?="
    rebuilt = EmailMessage()
    rebuilt["Subject"] = str(message["Subject"])
    assert list(message_from_bytes(rebuilt.as_bytes(), policy=SMTP).keys()) == ["Subject"]


def test_a_language_without_wording_is_english_all_through_unless_there_is_a_template() -> None:
    assert email(locale="it_IT")["Content-Language"] == "en"
    assert "Saturday" in part(email(locale="it_IT"), "plain")
    italian = email(locale="it_IT", template="Subject: {{ date }}\n{{ start_time }}")
    assert (italian["Subject"], italian["Content-Language"]) == ("sabato 7 novembre 2026", "it-IT")
    assert '<html lang="it-IT" dir="ltr">' in part(italian, "html")
    assert 'dir="rtl"' in part(email(locale="ar", template="Subject: x\n{{ date }}"), "html")


def test_a_changed_notice_says_what_it_was_what_it_is_and_who_is_new() -> None:
    for words in (part(CASES["changed-en"].email(), "plain"), part(CASES["changed-en"].email(), "html")):
        text = re.sub(r"<[^>]*>", "", words).replace("\u202f", " ").replace("\u00a0", " ").replace("\u2013", "-")
        assert "The time has changed. These details replace our earlier email." in text
        assert "It was 5:00 PM - 8:00 PM, now it is 3:30 PM - 8:00 PM." in text
        assert re.search(r"When\s+Saturday, November 7, 2026, 3:30 PM - 8:00 PM", text)
        assert "Mary Jackson (new)" in text
        assert "Ada Lovelace (new)" not in text


def test_a_session_on_another_day_says_both_days() -> None:
    text = part(CASES["postponed-fr"].email(), "plain").replace("\u00a0", " ")
    assert "Avant : du vendredi 13 au dimanche 15 novembre 2026, toute la journée.\n" in text
    assert "Maintenant : du samedi 7 novembre à 21:00 au dimanche 8 novembre 2026 à 01:30.\n" in text


@pytest.mark.parametrize(
    ("locale", "greeting", "reason"),
    [
        ("en_US", "Hello,", "This session is canceled. No one from MantaBots will come for it."),
        ("en_GB", "Hello,", "This session is cancelled. No one from MantaBots will come for it."),
        ("fr_CA", "Bonjour,", "Cette séance est annulée. Personne de l\u2019équipe MantaBots n\u2019y viendra."),
        ("es_MX", "Hola:", "Esta sesión se ha cancelado. Nadie de MantaBots acudirá a ella."),
        ("de_AT", "Guten Tag,", "dieses Treffen ist abgesagt. Zu diesem Termin kommt niemand von MantaBots."),
    ],
)
def test_an_email_greets_and_speaks_the_language_of_its_reader(locale: str, greeting: str, reason: str) -> None:
    greeted, said, *_ = part(email(CASES["cancelled-en"].notice, locale=locale), "plain").split("\n\n")
    assert (greeted, said.replace("\n", " ")) == (greeting, reason)


def test_the_number_of_new_people_is_said() -> None:
    only = replace(CASES["added-en"].notice, newcomers=frozenset(STUDENTS[2:]))
    assert "Someone new is coming. Here" in part(email(only), "plain")
    assert "2 new people are coming. Here" in part(CASES["added-en"].email(), "plain")


def test_a_cancelled_notice_says_which_window_is_cancelled_and_names_nobody() -> None:
    text = part(CASES["cancelled-en"].email(), "plain")
    assert "No one from MantaBots will come" in text
    assert "Saturday, November 7, 2026" in text
    assert "Name" not in text


def test_every_kind_is_told_apart_in_the_subject_and_on_the_page() -> None:
    for language, kinds in (
        ("en", ("New", "Changed", "New people", "Fewer people", "Canceled")),
        ("fr", ("Nouveau", "Modifié", "Ajout", "Moins de personnes", "Annulé")),
        ("es", ("Nuevo", "Cambio", "Más personas", "Menos personas", "Cancelado")),
        ("de", ("Neu", "Geändert", "Neue Personen", "Weniger Personen", "Abgesagt")),
    ):
        emails = [CASES[f"{kind}-{language}"].email() for kind in Kind]
        assert len({message["Subject"].partition(":")[0] for message in emails}) == 5
        assert [re.findall(r'class="badge \w+"[^>]*>([^<]+)', part(message, "html")) for message in emails] == [
            [kind] for kind in kinds
        ]


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    for case in CASES.values():
        tags = [tag for tag in Shape(part(case.email(), "html")).parts if isinstance(tag, tuple)]
        assert not {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "object", "form", "base", "svg"}
        assert not [
            name for _, attrs in tags for name, _ in attrs if name.startswith("on") or name in {"src", "srcset"}
        ]
        assert "url(" not in part(case.email(), "html")


# Text that breaks visibly when an escape is missing, and text that looks like markup or instructions.
WORDS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="<>&\"'=?*_`[]()|#\\-+!~ \r\n\u202eא1aé👩\u200d", max_size=120),
    st.sampled_from([HOSTILE, "", "x" * 500, "{{ team }}", "{% raw %}", "&lt;b&gt;", "| a | b |", "</table>", "-- "]),
)


def hostile(title: str, location: str, description: str, adult: str, student: str, team: str = "T") -> Notice:
    people = roster(adults=[Person(adult, ("a@example.org",))], students=[Person(student, ("b@example.org",))])
    session = Session(title + team, title, EVENING.start, EVENING.end, location, description)
    return notice(presence=EVENING, session=session, people=people, key=Key("campus", title))


PLAIN = hostile("title", "location", "description", "adult", "student")
TEMPLATE = """Subject: {{ session.title }} {{ team }}
# {{ session.title }}
{{ session.description }} **{{ session.location }}** `{{ team }}` [x](https://example.org/{{ session.id }})

| a | {{ session.title }} |
|---|---|
{% for p in adults + students %}
| {{ p.name }} | {{ session.location }} |
{% endfor %}
"""


@given(title=WORDS, location=WORDS, description=WORDS, adult=WORDS, student=WORDS, team=WORDS)
@example(title=HOSTILE, location=HOSTILE, description=HOSTILE, adult=HOSTILE, student=HOSTILE, team=HOSTILE)
@pytest.mark.parametrize("template", [None, TEMPLATE])
def test_whatever_people_type_stays_text(
    title: str, location: str, description: str, adult: str, student: str, team: str, template: str | None
) -> None:
    message = again(email(hostile(title, location, description, adult, student), template=template, team=team))

    assert list(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["office@example.org"]
    assert [address.addr_spec for address in message["Cc"].addresses] == ["guard@example.org"]
    assert len(message["Subject"]) <= MAX_SUBJECT_LENGTH

    words = part(message, "plain").replace("\u2068", "").replace("\u2069", "")
    for value in (title if clean(title) or template else "", location, adult, student):
        assert clean(value) in words

    page, tame = part(message, "html"), part(email(PLAIN, template=template, team="team"), "html")
    if template or (clean(title) and clean(location)):
        links = re.compile(r'href="https://example\.org/[^"]*"')
        assert Shape(links.sub("", page)).parts == Shape(links.sub("", tame)).parts

    events = Calendar.from_ical(calendar(message)).walk("VEVENT")
    assert [set(event) & {"ATTENDEE", "DESCRIPTION", "ATTACH", "URL"} for event in events] == [set()]


LETTERS = "αβγδжзийאבגד漢字仮名"  # these letters come into an email only with a name
NAMES = st.lists(st.text(alphabet=f"{LETTERS} -", min_size=2, max_size=20), min_size=1, max_size=4)


@given(names=NAMES)
@pytest.mark.parametrize("disclose", [Disclose.COUNT, Disclose.INITIALS])
@pytest.mark.parametrize("template", [None, TEMPLATE, "Subject: {{ students | join('+') }}\n{{ students[0] }}"])
def test_a_name_that_may_not_be_disclosed_is_nowhere_in_the_email(
    names: list[str], disclose: Disclose, template: str | None
) -> None:
    students = tuple(Person(name, (f"{n}@example.net",)) for n, name in enumerate(names))
    of = notice(kind=Kind.CHANGED, presence=EVENING, people=roster(adults=[], students=students), before=announcement())
    message = email(of, disclose=disclose, template=template)
    parts = [*map(str, message.values()), part(message, "plain"), part(message, "html"), calendar(message).decode()]
    everything = "\n".join(parts).casefold()
    assert "@example.net" not in everything
    if disclose is Disclose.COUNT:
        assert not set(LETTERS) & set(everything)
    else:
        assert not [pair for pair in itertools.product(LETTERS, repeat=2) if "".join(pair) in everything]


def test_initials_and_counts_are_said_instead_of_names() -> None:
    assert "A. L." in part(CASES["initials-en"].email(), "plain")
    assert "3 students, 1 of them new" in part(CASES["count-en"].email(), "plain")
    new = part(email(notice(people=roster(adults=[], students=STUDENTS)), disclose=Disclose.COUNT), "plain")
    assert "Students  3 students\n" in new
    template = "Subject: x\n{% for p in students %}{{ p.name }};{% endfor %}"
    counted = email(notice(people=roster(adults=[], students=STUDENTS)), template=template, disclose=Disclose.COUNT)
    assert "Student 1;Student 2;Student 3;" in part(counted, "plain")


def test_a_role_that_only_this_club_has_is_listed_too() -> None:
    wording = Wording("MantaBots", "en_US", NEW_YORK, {"mentors": Disclose.NAMES})
    of = notice(people=roster(mentors=[person("Mae Jemison")]))
    assert "Mentors (1)" in part(compose(of, wording, ENVELOPE, NOW), "plain")


def test_a_role_that_nobody_has_is_an_empty_list_for_a_template() -> None:
    template = "Subject: x\n{{ students | length }} {{ adults | length }}"
    assert "0 0" in part(email(CASES["cancelled-en"].notice, template=template), "plain")


def test_a_template_that_fails_is_an_error_with_its_line() -> None:
    with pytest.raises(InputError, match='line 3: a person has no "age"'):
        email(template="Subject: x\n\n{{ adults[0].age }}")


@pytest.mark.parametrize("now", [local(2026, 7, 1, 12), local(2026, 12, 1, 12)])
def test_the_date_header_is_now_in_the_clubs_time_zone(now: datetime) -> None:
    assert email(now=now)["Date"].datetime == now
    assert email(now=now)["Date"].datetime.hour == 12

"""docs/limits.md says what the code has, and what is beyond a limit ends soon, with an error or without the excess."""

from __future__ import annotations

import re
import unicodedata

import pytest

from sessionsmgmt.adapters import http_session
from sessionsmgmt.adapters.feeds import download
from sessionsmgmt.adapters.files import (
    calendar,
    contacts,
    csv_people,
    csv_table,
    ics_event,
    ics_rules,
    ics_series,
    ics_zones,
    vcard_cards,
)
from sessionsmgmt.adapters.github import client
from sessionsmgmt.application.notices.pipeline import MOST_DUE
from sessionsmgmt.config import clubs, document, sources
from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.text import MAX_MARKS, caseless, composed
from sessionsmgmt.email import compose, safe_text, sandbox, template_syntax
from tests.end_to_end.harness import CONTACTS, ClubFolder, vcalendar, vevent
from tests.end_to_end.pages import PAGES
from tests.unit.adapters.files.files import read_vcf

[PAGE] = [page for page in PAGES if page.path == "docs/limits.md"]
UNITS = {"KB": 1024, "MB": 2**20, "GB": 2**30}
LIMITS = {
    "sessions.yml": [clubs.MAX_BYTES, document.MAX_VALUES, document.MAX_DEPTH],
    "a calendar file": [calendar.MAX_BYTES],
    "a calendar feed": [download.MAX_BYTES, download.MAX_SECONDS, download.MAX_REDIRECTS],
    "changes of a time zone in the file": [ics_zones.MAX_CHANGES],
    "the name of a time zone": [ics_zones.MAX_NAME_LENGTH],
    "days that one event of a calendar file lasts": [ics_event.MAX_DAYS],
    "dates that a series names one by one": [ics_series.MAX_DATES],
    "dates of a series in one reading": [ics_rules.MAX_INSTANCES],
    "an address book file": [contacts.MAX_BYTES],
    "one property of a contact": [vcard_cards.MAX_PROPERTY_BYTES],
    "names, addresses and labels of all contacts": [vcard_cards.MAX_KEPT_BYTES],
    "a CSV file of people": [csv_people.MAX_BYTES, csv_table.MAX_ROWS, csv_table.MAX_COLUMNS],
    "a cell of a CSV file": [csv_table.MAX_CELL],
    "combining marks in a row": [MAX_MARKS],
    "a title, a name or a place in an email": [safe_text.MAX_LENGTH],
    "a description in an email": [safe_text.MAX_DESCRIPTION_LENGTH],
    "a template": [template_syntax.MAX_TEMPLATE_LENGTH],
    "the text that a template makes": [sandbox.MAX_TEXT_LENGTH],
    "rounds of all loops of a template": [sandbox.MAX_LOOP_TURNS],
    "characters and items that a template works through": [sandbox.MAX_WORK],
    "a signature": [sources.MAX_SIGNATURE_BYTES],
    "emails in one run": [MOST_DUE],
    "a reply of Google or GitHub": [http_session.LARGEST, client.TIMEOUT],
}


def numbers(text: str) -> list[float]:
    """The numbers of a cell, in bytes where they have a unit of size."""
    found = re.findall(r"([0-9][0-9.,]*)(?: (KB|MB|GB)\b)?", text)
    return [float(number.rstrip(",.").replace(",", "")) * UNITS.get(unit, 1) for number, unit in found]


def rows() -> dict[str, tuple[str, str]]:
    cells = [line.strip("|").split("|") for line in PAGE.text.splitlines() if line.startswith("| ")][2:]
    return {what.strip(): (most.strip(), usual.strip()) for what, most, usual in cells}


def test_the_page_has_every_limit_as_the_code_has_it() -> None:
    assert {what: numbers(most) for what, (most, _) in rows().items()} == LIMITS
    assert f"{compose.MAX_HTML_BYTES // 1024} KB" in PAGE.text


def test_a_real_club_stays_far_below_every_limit() -> None:
    for most, usual in rows().values():
        assert all(typical * 3 <= limit for typical, limit in zip(numbers(usual), numbers(most), strict=False))


def test_marks_in_a_row_are_cut_before_the_text_is_composed() -> None:
    hostile = "a" + "\u0323\u0301" * 100_000 + "b" + "\u0301" * MAX_MARKS
    kept = composed(hostile)

    assert sum(bool(unicodedata.combining(character)) for character in unicodedata.normalize("NFD", kept)) == 60
    assert caseless(hostile) == kept.casefold()
    assert composed("Ze\u0301lie" * 50) == "Z\u00e9lie" * 50


def test_a_label_of_a_domain_that_is_too_long_is_not_converted() -> None:
    assert fold("a@" + "\u00e9" * 60_000) == "a@" + "\u00e9" * 60_000
    assert fold("a@b\u00fccher.example") == "a@xn--bcher-kva.example"


def test_a_group_that_names_a_member_again_and_again_labels_it_once() -> None:
    group = ["BEGIN:VCARD", "FN:Adult", "KIND:group", *["MEMBER:urn:uuid:a"] * 3000, "END:VCARD"]
    person = ["BEGIN:VCARD", "FN:Ann", *["UID:a"] * 3000, "EMAIL:ann@example.org", "END:VCARD", ""]
    reading = read_vcf("\r\n".join([*group, *person]).encode())

    assert [contact.labels for contact in reading.contacts] == [("Adult",)]


def test_more_emails_than_any_club_sends_are_taken_for_a_mistake(club: ClubFolder) -> None:
    club.calendar(*(vevent(f"uid {number}") for number in range(MOST_DUE + 1)))
    ran = club.call("run")

    assert (ran.exit, club.emails()) == (2, [])
    assert f"{MOST_DUE + 1} emails are due at once" in ran.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calendar.ics", vcalendar(vevent(title="Team Session " + "a" + "\u0323\u0301" * 100_000))),
        ("calendar.ics", vcalendar(vevent(more=("DESCRIPTION:" + "<a " * 100_000,)))),
        ("calendar.ics", vcalendar(vevent(more=("ATTENDEE" + ";X=1" * 200_000 + ":mailto:nia@example.org",)))),
        ("calendar.ics", vcalendar(vevent().replace("America/New_York", "x" * 200_000, 1))),
        ("calendar.ics", vcalendar(vevent().replace("America/New_York", "/a" * 100_000, 1))),
        ("contacts.vcf", CONTACTS + "BEGIN:VCARD\nFN:X\n" + "EMAIL:x@example.org\n" * 60_000 + "END:VCARD\n"),
    ],
    ids=["marks", "HTML", "parameters", "zone", "zone with slashes", "addresses"],
)
def test_hostile_text_ends_as_an_event_or_a_warning(club: ClubFolder, name: str, text: str) -> None:
    (club.folder / name).write_text(text, encoding="utf-8")
    ran = club.call("run")

    assert ran.exit == 0
    assert ran.states == [("new", "sent")] or ran.report["warnings"]
    assert max(map(len, ran.out.splitlines())) < 600

"""Calendars and address books as Google, Outlook and Apple export them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.domain.model.event import Event
from tests.builders import NEW_YORK, local
from tests.unit.adapters.files.files import FIXTURES, read_ics, read_vcf

PARIS = ZoneInfo("Europe/Paris")


def exported(name: str, zone: ZoneInfo) -> list[Event]:
    reading = read_ics((FIXTURES / "ics" / name).read_bytes(), zone=zone)
    assert not reading.unreadable
    assert not reading.blind
    return sorted(reading.events, key=lambda event: str(event.start))


def test_google_exports_a_series_over_the_autumn_change_with_a_moved_and_a_deleted_week() -> None:
    sessions = [event for event in exported("google.ics", NEW_YORK) if "Team Session" in event.title]
    assert [event.start for event in sessions] == [
        local(2026, 10, 21, 18),
        local(2026, 10, 28, 18),
        local(2026, 11, 4, 18),
        local(2026, 11, 12, 18, 30),
        local(2026, 11, 18, 18),
        local(2026, 12, 2, 18),
    ]
    assert [event.where for event in sessions[:1] + sessions[3:4]] == ["calendar.ics:26", "calendar.ics:58"]
    assert sessions[0].location == "Riverside Campus, Workshop 2"
    assert sessions[0].description == "Bring safety glasses, please.\nDoors close at 18:15."


def test_google_exports_rooms_reminders_and_refusals_that_are_no_attendees_or_declined() -> None:
    first = exported("google.ics", NEW_YORK)[0]
    assert [(attendee.address, attendee.declined, attendee.where) for attendee in first.attendees] == [
        ("ada@example.org", False, "calendar.ics:34"),
        ("noa@example.org", False, "calendar.ics:36"),
        ("ravi@example.org", True, "calendar.ics:38"),
    ]


def test_google_exports_days_and_tentative_events() -> None:
    days = [event for event in exported("google.ics", NEW_YORK) if event.all_day or not event.confirmed]
    assert [(event.title, str(event.end), event.confirmed) for event in days] == [
        ("Regional competition", "2026-11-09", True),
        ("Parents' evening", "2026-11-11 01:00:00+00:00", False),
    ]


def test_outlook_exports_zones_of_its_own_names_and_counts_deleted_instances() -> None:
    found = exported("outlook.ics", NEW_YORK)
    assert [event.start for event in found if event.title == "Team Session"] == [
        local(2026, 10, 28, 18),
        local(2026, 11, 4, 18),
        local(2026, 11, 11, 18),
        local(2026, 11, 25, 18),
    ]
    (call,) = (event for event in found if event.title.startswith("Call"))
    assert call.start == local(2026, 11, 10, 18, zone=ZoneInfo("Asia/Kolkata"))


def test_outlook_exports_attendees_without_an_address_that_are_counted() -> None:
    reading = read_ics((FIXTURES / "ics" / "outlook.ics").read_bytes())
    session = next(event for event in reading.events if event.title == "Team Session")
    assert [attendee.address for attendee in session.attendees] == ["ada@example.org", "noa@example.org"]
    assert [(warning.code, warning.where) for warning in reading.warnings] == [
        ("attendee-without-address", "calendar.ics:34")
    ]


def test_apple_exports_addresses_as_parameters_and_cancelled_instances() -> None:
    found = exported("apple.ics", PARIS)
    assert [(event.start, event.confirmed) for event in found] == [
        (local(2026, 10, 24, 14, zone=PARIS), True),
        (local(2026, 11, 7, 14, zone=PARIS), True),
        (local(2026, 11, 22, 14, zone=PARIS), True),
        (local(2026, 12, 5, 14, zone=PARIS), False),
        (local(2026, 12, 19, 14, zone=PARIS), True),
    ]
    assert [item.address for item in found[0].attendees] == ["ada@example.org", "noa@example.org"]
    assert found[0].title == "Séance d’équipe 🤖"  # noqa: RUF001 - as Apple writes an apostrophe


@pytest.mark.parametrize(
    ("name", "people"),
    [
        (
            "google.vcf",
            [
                (
                    "Ada Moreau",
                    ("ada@example.org", "ada.moreau@example.net"),
                    {"Adult", "Mentors, senior", "myContacts"},
                ),
                ("Noa Brook", ("noa@example.org",), {"Student", "myContacts"}),
            ],
        ),
        (
            "apple.vcf",
            [
                ("Ada Moreau", ("ada@example.org",), {"Adult"}),
                ("Zoë Okafor", ("zoe@example.org",), {"Student", "Adult"}),
            ],
        ),
        (
            "outlook-2.1.vcf",
            [
                ("Jürgen Müller", ("juergen@example.org",), {"Adult"}),
                ("小明 Li of Class 7", ("xiaoming@example.org",), {"Student", "Équipe"}),
            ],
        ),
    ],
)
def test_address_books_are_read_with_labels_and_groups(
    name: str, people: list[tuple[str, tuple[str, ...], set[str]]]
) -> None:
    reading = read_vcf((FIXTURES / "vcf" / name).read_bytes())
    assert [(contact.name, contact.addresses, set(contact.labels)) for contact in reading.contacts] == people
    assert reading.warnings == ()

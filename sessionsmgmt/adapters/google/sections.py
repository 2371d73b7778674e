"""The sections of sessions.yml that name Google."""

from __future__ import annotations

from typing import ClassVar

from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class GoogleCalendar:
    """A Google calendar, by its name or by its id. The other one is empty."""

    provider: ClassVar[str] = "google"
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class GoogleContacts:
    """The account's Google contacts."""

    provider: ClassVar[str] = "google"


@dataclass(frozen=True, slots=True)
class GoogleMail:
    """Gmail, as the account itself."""

    provider: ClassVar[str] = "google"


def read_calendar(section: Section, _: ClubFolder) -> GoogleCalendar:
    """``calendar: {provider: google}``."""
    return GoogleCalendar(section.text("name").value, section.text("id").value)


def read_contacts(_: Section, __: ClubFolder) -> GoogleContacts:
    """``contacts: {provider: google}``."""
    return GoogleContacts()


def read_mail(_: Section, __: ClubFolder) -> GoogleMail:
    """``mail: {provider: google}``."""
    return GoogleMail()

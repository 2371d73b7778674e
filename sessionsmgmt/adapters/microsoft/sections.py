"""The sections of sessions.yml that name Microsoft."""

from __future__ import annotations

from typing import ClassVar

from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class MicrosoftCalendar:
    """A Microsoft 365 calendar, by its name or by its id. The other one is empty."""

    provider: ClassVar[str] = "microsoft"
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class MicrosoftContacts:
    """The account's Outlook contacts."""

    provider: ClassVar[str] = "microsoft"


@dataclass(frozen=True, slots=True)
class MicrosoftMail:
    """Outlook, as the account itself."""

    provider: ClassVar[str] = "microsoft"


def read_calendar(section: Section, _: ClubFolder) -> MicrosoftCalendar:
    """``calendar: {provider: microsoft}``."""
    return MicrosoftCalendar(section.text("name").value, section.text("id").value)


def read_contacts(_: Section, __: ClubFolder) -> MicrosoftContacts:
    """``contacts: {provider: microsoft}``."""
    return MicrosoftContacts()


def read_mail(_: Section, __: ClubFolder) -> MicrosoftMail:
    """``mail: {provider: microsoft}``."""
    return MicrosoftMail()

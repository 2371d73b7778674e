"""What sessions.yml may name at Microsoft. This version can't use it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared

if TYPE_CHECKING:
    from sessionsmgmt.adapters.microsoft.sections import MicrosoftCalendar, MicrosoftContacts, MicrosoftMail
    from sessionsmgmt.config.paths import ClubFolder
    from sessionsmgmt.config.sections import Section


def _read_calendar(section: Section, folder: ClubFolder) -> MicrosoftCalendar:
    from sessionsmgmt.adapters.microsoft.sections import read_calendar

    return read_calendar(section, folder)


def _read_contacts(section: Section, folder: ClubFolder) -> MicrosoftContacts:
    from sessionsmgmt.adapters.microsoft.sections import read_contacts

    return read_contacts(section, folder)


def _read_mail(section: Section, folder: ClubFolder) -> MicrosoftMail:
    from sessionsmgmt.adapters.microsoft.sections import read_mail

    return read_mail(section, folder)


MICROSOFT = ProviderSpec(
    name="microsoft",
    read_calendar=_read_calendar,
    read_contacts=_read_contacts,
    read_mail=_read_mail,
    credential="MICROSOFT_CREDENTIALS",
    connect=nothing_shared,
)

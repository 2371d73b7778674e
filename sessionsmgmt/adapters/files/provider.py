"""The providers that are files on this machine: calendars (.ics), people (.vcf, .csv), and a folder for the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.adapters.files.sections import (
    CsvContacts,
    IcsCalendar,
    OutboxMail,
    VcardContacts,
    read_csv,
    read_ics,
    read_outbox,
    read_vcard,
)
from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared
from sessionsmgmt.config.model import Config
from sessionsmgmt.config.paths import path_for_messages

if TYPE_CHECKING:
    from sessionsmgmt.ports.calendar import Calendar
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.mail import Mailer, SentFolder


def _calendar(_: None, section: IcsCalendar, organizers: frozenset[str] | None, config: Config) -> Calendar:
    from sessionsmgmt.adapters.files.calendar import IcsFile

    return IcsFile(section.path, path_for_messages(section.path), config.zone, organizers)


def _contacts(_: None, section: VcardContacts, __: Config) -> Contacts:
    from sessionsmgmt.adapters.files.contacts import VcardFile

    return VcardFile(section.path, path_for_messages(section.path))


def _csv_contacts(_: None, section: CsvContacts, __: Config) -> Contacts:
    from sessionsmgmt.adapters.files.csv_people import CsvPeople

    return CsvPeople(section.path, path_for_messages(section.path))


def _mailer(_: None, section: OutboxMail, __: Config) -> Mailer:
    from sessionsmgmt.adapters.files.outbox import Outbox

    return Outbox(section.path)


def _sent_folder(_: None, section: OutboxMail, __: Config) -> SentFolder:
    from sessionsmgmt.adapters.files.sent import OutboxSent

    return OutboxSent(section.path)


ICS = ProviderSpec(name="ics", read_calendar=read_ics, connect=nothing_shared, calendar=_calendar)
VCARD = ProviderSpec(name="vcard", read_contacts=read_vcard, connect=nothing_shared, contacts=_contacts)
CSV = ProviderSpec(name="csv", read_contacts=read_csv, connect=nothing_shared, contacts=_csv_contacts)
OUTBOX = ProviderSpec(
    name="outbox", read_mail=read_outbox, connect=nothing_shared, mailer=_mailer, sent_folder=_sent_folder
)

"""The sections of sessions.yml that name a file or a folder on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.sections import Section, existing_file, path_of
from sessionsmgmt.domain.frozen import dataclass


@dataclass(frozen=True, slots=True)
class IcsCalendar:
    """An .ics file (RFC 5545)."""

    provider: ClassVar[str] = "ics"
    path: Path


@dataclass(frozen=True, slots=True)
class VcardContacts:
    """A .vcf file (RFC 6350 and earlier versions)."""

    provider: ClassVar[str] = "vcard"
    path: Path


@dataclass(frozen=True, slots=True)
class CsvContacts:
    """A .csv file with a header row."""

    provider: ClassVar[str] = "csv"
    path: Path


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A folder that gets one .eml file per message."""

    provider: ClassVar[str] = "outbox"
    path: Path


def read_ics(section: Section, folder: ClubFolder) -> IcsCalendar:
    """``calendar: {provider: ics}``."""
    return IcsCalendar(existing_file(section, "path", folder))


def read_vcard(section: Section, folder: ClubFolder) -> VcardContacts:
    """``contacts: {provider: vcard}``."""
    return VcardContacts(existing_file(section, "path", folder))


def read_csv(section: Section, folder: ClubFolder) -> CsvContacts:
    """``contacts: {provider: csv}``."""
    return CsvContacts(existing_file(section, "path", folder))


def read_outbox(section: Section, folder: ClubFolder) -> OutboxMail:
    """``mail: {provider: outbox}``."""
    return OutboxMail(path_of(section, "path", section.text("path").value, folder, folder.new_folder_problem))

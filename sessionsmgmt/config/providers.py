"""What the configuration takes from the providers that are registered: how to read their sections of sessions.yml."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sessionsmgmt.config.model import ProviderSection
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.sections import Section
from sessionsmgmt.domain.frozen import dataclass

SectionReader = Callable[[Section, ClubFolder], ProviderSection]
"""Reads a section of sessions.yml leniently, and reports the problems that the schema can't see."""


@dataclass(frozen=True, slots=True)
class ProviderSections:
    """How to read the sections ``calendar``, ``contacts`` and ``mail``, by the name of the provider.

    ``credentials`` has the secret with an account's credential, by the name of the provider that has accounts.
    """

    calendar: Mapping[str, SectionReader]
    contacts: Mapping[str, SectionReader]
    mail: Mapping[str, SectionReader]
    credentials: Mapping[str, str]


def read_section(section: Section, folder: ClubFolder, readers: Mapping[str, SectionReader]) -> ProviderSection:
    """The section as its provider reads it. If the schema reports an unknown name, the first provider reads it."""
    stand_in = next(iter(readers.values()))
    return readers.get(section.text("provider").value, stand_in)(section, folder)

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
    ``absent`` has, by the section, the providers that can be read but that this version can't use.
    """

    calendar: Mapping[str, SectionReader]
    contacts: Mapping[str, SectionReader]
    mail: Mapping[str, SectionReader]
    credentials: Mapping[str, str]
    absent: Mapping[str, frozenset[str]]


def check_present(section: Section, readers: Mapping[str, SectionReader], absent: frozenset[str]) -> None:
    """Report a provider that this version can't use, so that ``validate`` refuses what ``run`` would refuse."""
    name = section.text("provider").value
    if name in absent:
        present = ", ".join(reader for reader in readers if reader not in absent)
        section.add_problem("provider", f"{name} is not in this version yet; choose one of {present}")


def read_section(section: Section, folder: ClubFolder, readers: Mapping[str, SectionReader]) -> ProviderSection:
    """The section as its provider reads it. If the schema reports an unknown name, the first provider reads it."""
    stand_in = next(iter(readers.values()))
    return readers.get(section.text("provider").value, stand_in)(section, folder)

"""The people of a club: contacts, roles, and who is in the building."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning


class Disclose(StrEnum):
    """How much of a person a notice says."""

    NAMES = "names"
    INITIALS = "initials"
    COUNT = "count"


class Attending(StrEnum):
    """Which answer to the invitation makes an attendee count."""

    INVITED = "invited"  # everyone who did not decline
    ACCEPTED = "accepted"  # only who said yes


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in the address book. Every text is as the address book has it.

    ``guardians`` are addresses of parents and others whose answer to an invitation is that of the person.
    """

    name: str
    addresses: tuple[str, ...]
    labels: tuple[str, ...] = ()
    where: str = ""
    guardians: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role has the people whose contacts have one of ``labels``. ``disclose`` is how much a notice says of them."""

    name: str
    labels: tuple[str, ...]
    disclose: Disclose = Disclose.NAMES


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Person:
    """A person of the address book. ``addresses`` and ``guardians`` are folded (see ``addresses.fold``) and sorted."""

    name: str
    addresses: tuple[str, ...]
    guardians: tuple[str, ...] = ()

    @property
    def reached_by(self) -> frozenset[str]:
        """The addresses whose owners answer an invitation for the person: their own and those of their guardians."""
        return frozenset(self.addresses + self.guardians)


@dataclass(frozen=True, slots=True)
class ResponsiblePerson:
    """Who is responsible on site, for the premises owner to call. Both texts are as sessions.yml has them."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a session by role, each list in a fixed order. A person with two roles is in both lists."""

    roles: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)

    @property
    def people(self) -> frozenset[Person]:
        """Everyone, once."""
        return frozenset(person for people in self.roles.values() for person in people)

    def only(self, chosen: frozenset[Person]) -> Roster:
        """The same lists with nobody but the chosen."""
        return Roster({role: tuple(p for p in people if p in chosen) for role, people in self.roles.items()})


@dataclass(frozen=True, slots=True)
class ContactsReading:
    """What was read from an address book."""

    contacts: tuple[Contact, ...]
    warnings: tuple[ReportWarning, ...] = ()

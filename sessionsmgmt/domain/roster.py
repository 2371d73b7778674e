"""Who is there, in which role: the attendees of an event, looked up in the address book."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessionsmgmt.domain.model import Attendee, Contact, Person, Role, Roster


def fold(address: str) -> str:
    """An address as it is compared: without case and surrounding space."""
    return unicodedata.normalize("NFC", address.strip()).casefold()


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the address book and the roles their labels give them, possibly none."""

    person: Person
    roles: frozenset[str]


Directory = Mapping[str, tuple[Listed, ...]]
"""Whom a folded address stands for; more than one where people share it."""


def directory(contacts: Iterable[Contact], roles: Sequence[Role]) -> Directory:
    """The address book by address, once per run: looking up an attendee then costs the same however long it is."""
    wanted = {role.name: {label.strip().casefold() for label in role.labels} for role in roles}
    found: defaultdict[str, set[Listed]] = defaultdict(set)
    for contact in contacts:
        labels = {label.strip().casefold() for label in contact.labels}
        addresses = tuple(sorted({fold(address) for address in contact.addresses if address.strip()}))
        listed = Listed(
            Person(" ".join(contact.name.split()), addresses),
            frozenset(role for role, names in wanted.items() if names & labels),
        )
        for address in addresses:
            found[address].add(listed)
    return {
        address: tuple(sorted(people, key=lambda one: (one.person, sorted(one.roles))))
        for address, people in found.items()
    }


@dataclass(frozen=True, slots=True)
class Attendance:
    """The roster of an event, and whom it had to leave out.

    ``strangers`` are attendees no contact has the address of, ``roleless`` those whose contact bears no label of a
    role, ``shared`` those whose address several people with a role have: all of these are in the roster.
    """

    roster: Roster
    strangers: tuple[Attendee, ...] = ()
    roleless: tuple[Attendee, ...] = ()
    shared: tuple[Attendee, ...] = ()


def attendance(attendees: Iterable[Attendee], known: Directory, roles: Sequence[Role]) -> Attendance:
    """Who of the attendees will be there. Those who declined are nobody; the order given does not matter."""
    present: dict[str, set[Person]] = {role.name: set() for role in roles}
    strangers, roleless, shared = [], [], []
    for attendee in attendees:
        if attendee.declined:
            continue
        listed = known.get(fold(attendee.address), ())
        with_role = [one for one in listed if one.roles]
        if not listed:
            strangers.append(attendee)
        elif not with_role:
            roleless.append(attendee)
        elif len(with_role) > 1:
            shared.append(attendee)
        for one in with_role:
            for role in one.roles:
                present[role].add(one.person)
    roster = Roster({role: tuple(sorted(people, key=_by_name)) for role, people in present.items()})
    return Attendance(roster, tuple(strangers), tuple(roleless), tuple(shared))


def _by_name(person: Person) -> tuple[str, Person]:
    return person.name.casefold(), person

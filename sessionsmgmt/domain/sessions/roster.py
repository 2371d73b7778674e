"""Who is there, in which role: the attendees of an event, looked up in the address book."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import Attendee
from sessionsmgmt.domain.model.people import Contact, Person, Role, Roster
from sessionsmgmt.domain.text import caseless


def fold_label(label: str) -> str:
    """A label as it is compared: without case and surrounding space."""
    return caseless(label.strip())


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the address book and the roles their labels give them, possibly none."""

    person: Person
    roles: frozenset[str]


Directory = Mapping[str, tuple[Listed, ...]]
"""Whom a folded address stands for; more than one where people share it."""


def directory(contacts: Iterable[Contact], roles: Sequence[Role]) -> Directory:
    """The address book by address, once per run: looking up an attendee then costs the same however long it is.

    Contacts of one name that have an address in common are one person, who would be counted twice otherwise.
    """
    wanted = {role.name: {fold_label(label) for label in role.labels} for role in roles}
    found: defaultdict[str, set[Listed]] = defaultdict(set)
    for cards in _people(contacts):
        labels = {fold_label(label) for card in cards for label in card.labels}
        listed = Listed(
            Person(min(_name(card) for card in cards), tuple(sorted(_addresses(cards)))),
            frozenset(role for role, names in wanted.items() if names & labels),
        )
        for address in listed.person.addresses:
            found[address].add(listed)
    return {
        address: tuple(sorted(people, key=lambda one: (one.person, sorted(one.roles))))
        for address, people in found.items()
    }


def _people(contacts: Iterable[Contact]) -> Iterable[Sequence[Contact]]:
    """The contacts, those of one person together: a union-find, whose time grows with their number alone."""
    cards = list(contacts)
    leader = list(range(len(cards)))

    def lead(card: int) -> int:
        while leader[card] != card:
            leader[card] = card = leader[leader[card]]
        return card

    first: dict[tuple[str, str], int] = {}
    for number, card in enumerate(cards):
        name = caseless(_name(card))
        for address in _addresses([card]) if name else ():
            leader[lead(number)] = lead(first.setdefault((name, address), number))
    people: defaultdict[int, list[Contact]] = defaultdict(list)
    for number, card in enumerate(cards):
        people[lead(number)].append(card)
    return people.values()


def _name(contact: Contact) -> str:
    return " ".join(contact.name.split())


def _addresses(contacts: Iterable[Contact]) -> set[str]:
    return {fold(address) for contact in contacts for address in contact.addresses if address.strip()}


def identifiers(person: Person, known: Directory) -> tuple[str, ...]:
    """What a person is recognised by on a later day, if any of it was remembered.

    That is each address that is theirs alone, whatever they are called by then; and each address together with the
    name, which tells a child from the others who have the family's address, before and after there are others.
    """
    own = tuple(address for address in person.addresses if len(known[address]) == 1)
    return own + tuple(address_and_name(address, person.name) for address in person.addresses)


def address_and_name(address: str, name: str) -> str:
    """What tells somebody from the others who have the address: it and the name together."""
    return f"{address}\n{caseless(name)}"


def identifiers_of(address: str, known: Directory) -> frozenset[str]:
    """All that whoever has the address may be recognised by, as ``marks`` has it.

    Where several people share it, that is the address, alone and with each of their names: what else each of them has
    is nobody's who asks about this address.
    """
    listed = known.get(fold(address), ())
    if len(listed) == 1:
        return frozenset({fold(address), *identifiers(listed[0].person, known)})
    return frozenset({fold(address), *(address_and_name(fold(address), one.person.name) for one in listed)})


@dataclass(frozen=True, slots=True)
class Attendance:
    """The roster of an event, and whom it had to leave out.

    ``strangers`` are attendees no contact has the address of, ``roleless`` those whose contact bears no label of a
    role, ``shared`` those whose address several people with a role have: all of these are in the roster. ``coming`` are
    the folded addresses of all who did not decline.
    """

    roster: Roster
    strangers: tuple[Attendee, ...] = ()
    roleless: tuple[Attendee, ...] = ()
    shared: tuple[Attendee, ...] = ()
    coming: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[Attendee, ...]:
        """Those who come, and whom no contact with a role names."""
        return self.strangers + self.roleless


def attendance(attendees: Iterable[Attendee], known: Directory, roles: Sequence[Role]) -> Attendance:
    """Who of the attendees will be there. Those who declined are nobody; the order given does not matter."""
    present: dict[str, set[Person]] = {role.name: set() for role in roles}
    strangers, roleless, shared = [], [], []
    coming = sorted((one for one in attendees if not one.declined), key=lambda one: (one.address, one.where))
    for attendee in coming:
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
    addresses = frozenset(fold(attendee.address) for attendee in coming)
    return Attendance(roster, tuple(strangers), tuple(roleless), tuple(shared), addresses)


def roles_without_contact(contacts: Iterable[Contact], roles: Sequence[Role]) -> tuple[Role, ...]:
    """The roles that no contact has a label of: nobody can be named by them."""
    labels = {fold_label(label) for contact in contacts for label in contact.labels}
    return tuple(role for role in roles if not labels & {fold_label(label) for label in role.labels})


def _by_name(person: Person) -> tuple[str, Person]:
    """The alphabet's order: decomposed, an É comes after E and before F instead of after Z."""
    return unicodedata.normalize("NFD", caseless(person.name)), person

"""Who attends an event, and in which role: the attendees are looked up in the address book."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import Attendee
from sessionsmgmt.domain.model.people import Contact, Person, Role, Roster
from sessionsmgmt.domain.text import caseless, fold_label


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the address book and the roles their labels give them, possibly none."""

    person: Person
    roles: frozenset[str]


Directory = Mapping[str, tuple[Listed, ...]]
"""The people of each folded address; more than one where people share an address."""


def directory(contacts: Iterable[Contact], roles: Sequence[Role]) -> Directory:
    """The address book by address, made once per run, so that a lookup takes the same time in a long address book.

    Contacts with the same name and an address in common are one person, who would be counted twice otherwise.
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
    """The contacts, grouped by person. It is a union-find, so its time grows in proportion to their number."""
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
    """What a person is recognised by in a later run, if the ledger has a digest of any of it.

    That is each address that nobody else has, whatever the person is called then; and each address together with the
    name. The latter tells a child from other people with the family's address, whether or not there are others yet.
    """
    own = tuple(address for address in person.addresses if len(known[address]) == 1)
    return own + tuple(address_and_name(address, person.name) for address in person.addresses)


def address_and_name(address: str, name: str) -> str:
    """The identifier that tells a person from others with the same address: the address and the name together."""
    return f"{address}\n{caseless(name)}"


def identifiers_of(address: str, known: Directory) -> frozenset[str]:
    """All ``identifiers`` that the people with this address may have in the ledger.

    Where several people share the address, these are the address alone and with each of their names. Their other
    addresses are left out: who asks about this address must not learn of them.
    """
    listed = known.get(fold(address), ())
    if len(listed) == 1:
        return frozenset({fold(address), *identifiers(listed[0].person, known)})
    return frozenset({fold(address), *(address_and_name(fold(address), one.person.name) for one in listed)})


@dataclass(frozen=True, slots=True)
class Attendance:
    """The roster of an event, and the attendees whom it leaves out.

    ``strangers`` are attendees whose address no contact has, ``roleless`` those whose contact has no label of a role.
    ``shared`` are those whose address several people with a role have; all these people are in the roster. ``coming``
    are the folded addresses of all who did not decline.
    """

    roster: Roster
    strangers: tuple[Attendee, ...] = ()
    roleless: tuple[Attendee, ...] = ()
    shared: tuple[Attendee, ...] = ()
    coming: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[Attendee, ...]:
        """The attendees who come and have no contact with a role."""
        return self.strangers + self.roleless


def attendance(attendees: Iterable[Attendee], known: Directory, roles: Sequence[Role]) -> Attendance:
    """The attendees who will be there. Those who declined are left out; the order of ``attendees`` does not matter."""
    present: dict[str, set[Person]] = {role.name: set() for role in roles}
    strangers, roleless, shared = [], [], []
    coming = sorted((who for who in attendees if not who.declined), key=lambda who: (who.address, who.where))
    for attendee in coming:
        listed = known.get(fold(attendee.address), ())
        with_role = [person for person in listed if person.roles]
        if not listed:
            strangers.append(attendee)
        elif not with_role:
            roleless.append(attendee)
        elif len(with_role) > 1:
            shared.append(attendee)
        for person in with_role:
            for role in person.roles:
                present[role].add(person.person)
    roster = Roster({role: tuple(sorted(people, key=_by_name)) for role, people in present.items()})
    addresses = frozenset(fold(attendee.address) for attendee in coming)
    return Attendance(roster, tuple(strangers), tuple(roleless), tuple(shared), addresses)


def roles_without_contact(contacts: Iterable[Contact], roles: Sequence[Role]) -> tuple[Role, ...]:
    """The roles that have no person, since no contact has one of their labels."""
    labels = {fold_label(label) for contact in contacts for label in contact.labels}
    return tuple(role for role in roles if not labels & {fold_label(label) for label in role.labels})


def _by_name(person: Person) -> tuple[str, Person]:
    """The order of the alphabet. In the decomposed form an É comes after E and before F instead of after Z."""
    return unicodedata.normalize("NFD", caseless(person.name)), person

"""Who attends an event, and in which role: the attendees are looked up in the address book."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.event import Attendee
from sessionsmgmt.domain.model.people import Attending, Contact, Person, Role, Roster
from sessionsmgmt.domain.text import caseless, fold_label


@dataclass(frozen=True, slots=True)
class Listed:
    """A person of the address book, the roles that their labels give them, possibly none, and the folded labels."""

    person: Person
    roles: frozenset[str]
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Directory:
    """The address book, so that a lookup takes the same time in a long address book.

    ``by_address`` has the people of each folded address, more than one where people share an address. ``by_guardian``
    has the people whose guardian has the folded address. ``people`` are all, those without an address too.
    """

    people: tuple[Listed, ...] = ()
    by_address: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)
    by_guardian: Mapping[str, tuple[Listed, ...]] = field(default_factory=dict)

    def labelled(self, labels: Iterable[str]) -> tuple[Listed, ...]:
        """The people with one of the labels."""
        folded = {fold_label(label) for label in labels}
        return tuple(listed for listed in self.people if folded & listed.labels) if folded else ()


def directory(contacts: Iterable[Contact], roles: Sequence[Role]) -> Directory:
    """The directory of the contacts, which is made once per run.

    Contacts with the same name and an address in common are one person, who would be counted twice otherwise. So are
    contacts with the same name of which none has an address, not even a guardian's.
    """
    labels_of_roles = {role.name: {fold_label(label) for label in role.labels} for role in roles}
    people = [
        _listed(cards, labels_of_roles) for cards in _people(contacts) if any(_is_recognisable(card) for card in cards)
    ]
    people.sort(key=lambda listed: (listed.person, sorted(listed.roles)))
    by_address: defaultdict[str, list[Listed]] = defaultdict(list)
    by_guardian: defaultdict[str, list[Listed]] = defaultdict(list)
    for listed in people:
        for address in listed.person.addresses:
            by_address[address].append(listed)
        for address in listed.person.guardians:
            by_guardian[address].append(listed)
    return Directory(
        tuple(people),
        {address: tuple(theirs) for address, theirs in by_address.items()},
        {address: tuple(theirs) for address, theirs in by_guardian.items()},
    )


def _listed(cards: Sequence[Contact], labels_of_roles: Mapping[str, set[str]]) -> Listed:
    labels = frozenset(fold_label(label) for card in cards for label in card.labels)
    addresses = _folded(address for card in cards for address in card.addresses)
    guardians = _folded(address for card in cards for address in card.guardians)
    return Listed(
        Person(min(_name(card) for card in cards), tuple(sorted(addresses)), tuple(sorted(guardians - addresses))),
        frozenset(role for role, names in labels_of_roles.items() if names & labels),
        labels,
    )


def _is_recognisable(contact: Contact) -> bool:
    """Whether a later run can recognise the person: by an address, a guardian's address or the name."""
    return bool(_name(contact) or _folded((*contact.addresses, *contact.guardians)))


def _people(contacts: Iterable[Contact]) -> Iterable[Sequence[Contact]]:
    """The contacts, grouped by person. It is a union-find, so its time grows in proportion to their number."""
    cards = list(contacts)
    leader = list(range(len(cards)))

    def lead(card: int) -> int:
        while leader[card] != card:
            leader[card] = card = leader[leader[card]]
        return card

    first: dict[str, int] = {}
    for number, card in enumerate(cards):
        name, addresses, guardians = _name(card), _folded(card.addresses), _folded(card.guardians)
        for identifier in _identifiers_with_name(name, addresses, guardians) if name else ():
            leader[lead(number)] = lead(first.setdefault(identifier, number))
    people: defaultdict[int, list[Contact]] = defaultdict(list)
    for number, card in enumerate(cards):
        people[lead(number)].append(card)
    return people.values()


def _name(contact: Contact) -> str:
    return " ".join(contact.name.split())


def _folded(addresses: Iterable[str]) -> set[str]:
    return {fold(address) for address in addresses if address.strip()}


def identifiers(person: Person, known: Directory) -> tuple[str, ...]:
    """What a person is recognised by in a later run, if the ledger has a digest of any of it.

    That is each address that nobody else has, whatever the person is called then; and each address together with the
    name. The latter tells a child from other people with the family's address, whether or not there are others yet. An
    address of a guardian is the person's only together with the name. Who has no address at all has only the name.
    """
    own = tuple(address for address in person.addresses if len(known.by_address[address]) == 1)
    return own + _identifiers_with_name(person.name, person.addresses, person.guardians)


def _identifiers_with_name(name: str, addresses: Iterable[str], guardians: Iterable[str]) -> tuple[str, ...]:
    """The identifiers that have the name in them. A contact without a name shares no identifier with another one."""
    by_addresses = tuple(address_and_name(address, name) for address in addresses)
    by_guardians = tuple(guardian_and_name(address, name) for address in guardians)
    return by_addresses + by_guardians or (address_and_name("", name),)


def address_and_name(address: str, name: str) -> str:
    """The identifier that tells a person from others with the same address: the address and the name together."""
    return f"{address}\n{caseless(name)}"


def guardian_and_name(address: str, name: str) -> str:
    """The identifier of a person with a guardian: a parent and a child may have the same name."""
    return f"guardian {address}\n{caseless(name)}"


def identifiers_of(address: str, known: Directory) -> frozenset[str]:
    """All ``identifiers`` that the people with this address, or with this guardian, may have in the ledger.

    Where several people share the address, these are the address alone and with each of their names. Their other
    addresses are left out: who asks about this address must not learn of them.
    """
    folded = fold(address)
    sharing = known.by_address.get(folded, ())
    wards = {guardian_and_name(folded, listed.person.name) for listed in known.by_guardian.get(folded, ())}
    if len(sharing) == 1:
        return frozenset({folded, *wards, *identifiers(sharing[0].person, known)})
    return frozenset({folded, *wards, *(address_and_name(folded, listed.person.name) for listed in sharing)})


@dataclass(frozen=True, slots=True)
class Attendance:
    """The roster of an event, and the attendees whom it leaves out.

    ``strangers`` are attendees whose address no contact has, ``roleless`` those whose contact has no label of a role.
    ``shared`` are those whose address several people with a role have; all these people are in the roster. ``coming``
    are the folded addresses of all whose answer makes them count. ``undecided`` is true if somebody who does not count
    has not declined either.
    """

    roster: Roster
    strangers: tuple[Attendee, ...] = ()
    roleless: tuple[Attendee, ...] = ()
    shared: tuple[Attendee, ...] = ()
    coming: frozenset[str] = frozenset()
    undecided: bool = False

    @property
    def left_out(self) -> tuple[Attendee, ...]:
        """The attendees who come and have no contact with a role."""
        return self.strangers + self.roleless


def attendance(
    attendees: Sequence[Attendee],
    known: Directory,
    roles: Sequence[Role],
    include: Iterable[str] = (),
    attending: Attending = Attending.INVITED,
) -> Attendance:
    """The people who will be there. The order of ``attendees`` does not matter.

    An attendee stands for the people with the address and for those whose guardian has it. People with a label of
    ``include`` come although nobody invited them, unless an attendee who stands for them declined; where ``attending``
    asks for a yes, only those without an address of their own do. People without a role are left out.
    """
    present: dict[str, set[Person]] = {role.name: set() for role in roles}
    strangers, roleless, shared = [], [], []
    coming = sorted((who for who in attendees if who.counts(attending)), key=lambda who: (who.address, who.where))
    expected: list[Listed] = []
    for attendee in coming:
        address = fold(attendee.address)
        listed, wards = known.by_address.get(address, ()), known.by_guardian.get(address, ())
        named = [person for person in (*listed, *wards) if person.roles]
        if not (listed or wards):
            strangers.append(attendee)
        elif not named:
            roleless.append(attendee)
        elif sum(bool(person.roles) for person in listed) > 1:
            shared.append(attendee)
        expected += named
    addresses = frozenset(fold(attendee.address) for attendee in coming)
    declined = {fold(attendee.address) for attendee in attendees if attendee.declined} - addresses
    expected += [
        included
        for included in known.labelled(include)
        if attending is Attending.INVITED or not included.person.addresses
        if declined.isdisjoint(included.person.reached_by)
    ]
    for person in expected:
        for role in person.roles:
            present[role].add(person.person)
    roster = Roster({role: tuple(sorted(people, key=_by_name)) for role, people in present.items()})
    undecided = any(not who.declined and not who.counts(attending) for who in attendees)
    return Attendance(roster, tuple(strangers), tuple(roleless), tuple(shared), addresses, undecided)


def roles_without_contact(contacts: Iterable[Contact], roles: Sequence[Role]) -> tuple[Role, ...]:
    """The roles that have no person, since no contact has one of their labels."""
    labels = {fold_label(label) for contact in contacts for label in contact.labels}
    return tuple(role for role in roles if not labels & {fold_label(label) for label in role.labels})


def _by_name(person: Person) -> tuple[str, Person]:
    """The order of the alphabet. In the decomposed form an É comes after E and before F instead of after Z."""
    return unicodedata.normalize("NFD", caseless(person.name)), person

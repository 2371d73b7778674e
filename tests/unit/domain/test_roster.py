"""Who is there, in which role."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.model.event import Attendee
from sessionsmgmt.domain.model.people import Contact, Person, Role
from sessionsmgmt.domain.sessions.roster import Directory, attendance, directory, identifiers, identifiers_of
from tests.builders import ADULTS, ANN, CONTACTS, ROLES, SAM, STUDENTS, attendees, contact, person


def names(
    contacts: tuple[Contact, ...], *addresses: str | Attendee, roles: tuple[Role, ...] = ROLES
) -> dict[str, list[str]]:
    """Whom the roster has, by role, for these attendees and this address book."""
    invited = [address if isinstance(address, Attendee) else Attendee(address) for address in addresses]
    found = attendance(invited, directory(contacts, roles), roles).roster
    return {role: [one.name for one in people] for role, people in found.roles.items()}


def test_an_attendee_is_listed_in_the_role_their_contacts_label_gives() -> None:
    assert names(CONTACTS, "ann@example.org", "sam@example.org") == {
        "adults": ["Ann Adult"],
        "students": ["Sam Student"],
    }


def test_a_role_without_anybody_is_an_empty_list() -> None:
    assert names(CONTACTS, "ann@example.org") == {"adults": ["Ann Adult"], "students": []}


def test_who_declined_is_not_there() -> None:
    assert names(CONTACTS, *attendees("ann@example.org", "sam@example.org", declined=["sam@example.org"])) == {
        "adults": ["Ann Adult"],
        "students": [],
    }


def test_who_declined_by_one_address_and_not_by_another_is_there() -> None:
    two = contact("Ann Adult", "ann@example.org", "ann@work.example.org")
    invited = attendees("ann@example.org", "ann@work.example.org", declined=["ann@work.example.org"])
    assert names((two,), *invited)["adults"] == ["Ann Adult"]


def test_who_is_only_in_the_address_book_is_not_there() -> None:
    assert names(CONTACTS) == {"adults": [], "students": []}


@pytest.mark.parametrize("written", ["ANN@Example.ORG", " ann@example.org ", "Ann@example.org"])
def test_addresses_compare_without_case_and_surrounding_space(written: str) -> None:
    assert names(CONTACTS, written)["adults"] == ["Ann Adult"]
    assert names((contact("Ann Adult", written),), "ann@example.org")["adults"] == ["Ann Adult"]


def test_labels_compare_however_their_accents_are_written() -> None:
    pupils = Role("students", ("Élève",))
    decomposed = contact("Zoé", "zoe@example.org", labels=("E\u0301le\u0300ve",))
    assert names((decomposed,), "zoe@example.org", roles=(pupils,)) == {"students": ["Zoé"]}


@pytest.mark.parametrize("label", ["adult", "ADULT", " Adult "])
def test_labels_compare_without_case_and_surrounding_space(label: str) -> None:
    assert names((contact("Ann Adult", labels=(label,)),), "ann@example.org")["adults"] == ["Ann Adult"]
    role = Role("adults", (label,))
    assert names((ANN,), "ann@example.org", roles=(role,)) == {"adults": ["Ann Adult"]}


def test_any_of_a_roles_labels_will_do() -> None:
    grown = Role("adults", ("Coach", "Parent"))
    people = (contact("Cy Coach", labels=("coach",)), contact("Pat Parent", labels=("Parent", "Coach")))
    assert names(people, "cy@example.org", "pat@example.org", roles=(grown,)) == {"adults": ["Cy Coach", "Pat Parent"]}


def test_a_label_is_compared_whole() -> None:
    assert names((contact("Al Alumnus", labels=("Adult (former)",)),), "al@example.org")["adults"] == []


def test_a_contact_with_labels_of_two_roles_is_in_both_lists() -> None:
    mentor = contact("Mia Mentor", labels=("Student", "Adult"))
    assert names((mentor,), "mia@example.org") == {"adults": ["Mia Mentor"], "students": ["Mia Mentor"]}


def test_a_person_invited_by_two_of_their_addresses_is_there_once() -> None:
    two = contact("Ann Adult", "ann@example.org", "ann@work.example.org")
    assert names((two,), "ann@example.org", "ANN@work.example.org", "ann@example.org")["adults"] == ["Ann Adult"]


def test_people_who_share_an_address_are_all_there_and_the_attendee_is_told_apart() -> None:
    parent = contact("Pat Parent", "home@example.org")
    child = contact("Kim Parent", "home@example.org", labels=("Student",))
    found = attendance(attendees("home@example.org"), directory((parent, child), ROLES), ROLES)
    assert [one.name for one in found.roster.roles["adults"]] == ["Pat Parent"]
    assert [one.name for one in found.roster.roles["students"]] == ["Kim Parent"]
    assert found.shared == attendees("home@example.org")


def test_who_shares_an_address_but_has_no_role_does_not_count() -> None:
    grandparent = contact("Gil Grand", "home@example.org", labels=())
    child = contact("Kim Parent", "home@example.org", labels=("Student",))
    found = attendance(attendees("home@example.org"), directory((grandparent, child), ROLES), ROLES)
    assert [one.name for one in found.roster.people] == ["Kim Parent"]
    assert not found.shared


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_person_who_is_in_the_address_book_several_times_is_there_once(order: tuple[int, ...]) -> None:
    cards = (
        contact("Ann Adult", "ann@example.org"),
        contact("ann  adult", "ann@example.org", "ann@work.example.org"),  # makes one of the three
        contact("Ann Adult", "ann@work.example.org", labels=("Student",)),
    )
    known = directory([cards[number] for number in order], ROLES)
    found = attendance(attendees("ann@example.org", "ann@work.example.org"), known, ROLES)
    ann = Person("Ann Adult", ("ann@example.org", "ann@work.example.org"))
    assert found.roster.roles == {"adults": (ann,), "students": (ann,)}
    assert not found.shared


def test_two_people_of_one_name_with_addresses_of_their_own_are_two() -> None:
    namesakes = (contact("Jo Park", "jo1@example.org"), contact("Jo Park", "jo2@example.org"))
    assert names(namesakes, "jo1@example.org", "jo2@example.org")["adults"] == ["Jo Park", "Jo Park"]


def test_contacts_without_a_name_are_not_taken_for_one_person() -> None:
    nameless = (contact("", "home@example.org"), contact(" ", "home@example.org", "other@example.org"))
    assert names(nameless, "home@example.org")["adults"] == ["", ""]


def test_whom_no_contact_has_and_who_has_no_role_are_left_out_and_told_apart() -> None:
    helper = contact("Hal Helper", labels=("Friends",))
    found = attendance(
        attendees(
            "ann@example.org", "who@example.org", "hal@example.org", "no@example.org", declined=["no@example.org"]
        ),
        directory((ANN, helper), ROLES),
        ROLES,
    )
    assert [one.name for one in found.roster.people] == ["Ann Adult"]
    assert found.strangers == attendees("who@example.org")
    assert found.roleless == attendees("hal@example.org")


def test_names_are_listed_in_the_order_of_the_alphabet_whatever_their_case() -> None:
    people = tuple(contact(name, labels=("Student",)) for name in ("zed", "Bo", "amy", "Élodie", "Eve", "Fay"))
    assert names(people, *(one.addresses[0] for one in people))["students"] == [
        "amy",
        "Bo",
        "Eve",
        "Élodie",
        "Fay",
        "zed",
    ]


def test_white_space_in_a_name_is_evened_out() -> None:
    assert names((contact(" Ann\r\n  Adult\t", "ann@example.org"),), "ann@example.org")["adults"] == ["Ann Adult"]


def test_a_contact_without_an_address_is_nobody() -> None:
    known = directory((Contact("Ann Adult", (), ("Adult",)), Contact("Alf Adult", ("", " "), ("Adult",))), ROLES)
    assert known.by_address == {}
    assert attendance(attendees("", " "), known, ROLES).roster.people == frozenset()


def test_a_person_is_known_by_each_address_that_is_theirs_alone() -> None:
    two = contact("Ann Adult", "ann@example.org", "ann@work.example.org")
    assert {"ann@example.org", "ann@work.example.org"} <= set(
        identifiers(person("Ann Adult", *two.addresses), directory((two, SAM), ROLES))
    )


def test_a_person_is_not_known_by_an_address_that_others_have_too() -> None:
    kim = contact("Kim Park", "home@example.org", "kim@example.org")
    lee = contact("Lee Park", "home@example.org", "lee@example.org")
    known = directory((kim, lee), ROLES)
    one, other = (
        set(identifiers(person(name, *who.addresses), known)) for name, who in (("Kim Park", kim), ("Lee Park", lee))
    )
    assert "kim@example.org" in one
    assert "lee@example.org" in other
    assert "home@example.org" not in one | other
    assert not one & other


def test_people_with_nothing_but_shared_addresses_are_known_by_their_names_too() -> None:
    kim, lee = contact("Kim Park", "home@example.org"), contact("Lee Park", "home@example.org")
    known = directory((kim, lee), ROLES)
    one, other = (set(identifiers(person(name, "home@example.org"), known)) for name in ("Kim Park", "Lee Park"))
    assert one
    assert other
    assert not one & other
    assert "home@example.org" not in one | other


addresses = st.sampled_from(["a@x.org", "A@X.org", "b@x.org", "c@x.org", "d@x.org", " d@x.org", ""])
contacts = st.builds(
    Contact,
    st.sampled_from(["Ann", "ann", "Sam", "Sue", ""]),
    st.lists(addresses, max_size=3).map(tuple),
    st.lists(st.sampled_from(["Adult", "student", "Friend"]), max_size=2).map(tuple),
)
invited = st.builds(Attendee, addresses, st.booleans())


@given(st.lists(contacts, max_size=8), st.lists(invited, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_contacts_and_attendees_never_matters(
    snapshot: list[Contact], guests: list[Attendee], chance: random.Random
) -> None:
    before = attendance(guests, directory(snapshot, ROLES), ROLES)
    chance.shuffle(snapshot)
    chance.shuffle(guests)
    after = attendance(guests, directory(snapshot, (STUDENTS, ADULTS)), ROLES)
    assert before == after


@given(st.lists(contacts, max_size=8), st.lists(invited, max_size=8))
def test_everyone_listed_was_invited_did_not_decline_and_has_a_label_of_the_role(
    snapshot: list[Contact], guests: list[Attendee]
) -> None:
    coming = {fold(guest.address) for guest in guests if not guest.declined}
    roster = attendance(guests, directory(snapshot, ROLES), ROLES).roster
    for label, people in (("adult", roster.roles["adults"]), ("student", roster.roles["students"])):
        for one in people:
            assert coming & set(one.addresses)
            theirs = [card for card in snapshot if card.name.casefold() == one.name.casefold()]
            assert any(
                label in (text.casefold() for text in card.labels)
                and {fold(address) for address in card.addresses} & set(one.addresses)
                for card in theirs
            )


@given(st.lists(contacts, max_size=8), st.lists(invited, max_size=8))
def test_every_attendee_who_comes_is_in_the_roster_or_accounted_for(
    snapshot: list[Contact], guests: list[Attendee]
) -> None:
    found = attendance(guests, directory(snapshot, ROLES), ROLES)
    reached = {address for one in found.roster.people for address in one.addresses}
    for guest in guests:
        left_out = guest in found.strangers or guest in found.roleless
        assert left_out == (not guest.declined and fold(guest.address) not in reached)


def test_whoever_has_an_address_alone_is_known_by_all_that_is_theirs() -> None:
    known = directory([contact("Ann", "ann@example.org", "Ann@Home.example")], ROLES)

    assert identifiers_of(" ANN@example.org", known) == {
        "ann@example.org",
        "ann@home.example",
        "ann@example.org\nann",
        "ann@home.example\nann",
    }


def test_those_who_share_an_address_are_known_by_it_with_their_names_and_nothing_else_of_theirs() -> None:
    family = [contact("Ann", "family@example.org", "ann@example.org"), contact("Bob", "family@example.org")]

    assert identifiers_of("family@example.org", directory(family, ROLES)) == {
        "family@example.org",
        "family@example.org\nann",
        "family@example.org\nbob",
    }


def test_an_address_of_nobody_is_known_by_itself() -> None:
    assert identifiers_of("Nobody@example.org", Directory()) == {"nobody@example.org"}

"""What every address book promises, whatever it is kept in (see ``ports.Contacts``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.errors import InputError, UnreachableError
from tests.contract.address_books import ContactsWorld, CsvWorld, Friend, VcardWorld
from tests.contract.google_worlds import GoogleContactsWorld, at_google

WORLDS: Mapping[str, Callable[[Path, ExitStack], ContactsWorld]] = {
    "vcard": lambda folder, _: VcardWorld(folder),
    "csv": lambda folder, _: CsvWorld(folder),
    "google": lambda _, stack: GoogleContactsWorld(at_google(stack)),
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ContactsWorld]:
    with ExitStack() as stack:
        yield WORLDS[request.param](tmp_path, stack)


def contacts(world: ContactsWorld) -> dict[str, Contact]:
    reading = world.open().read()
    assert reading.warnings == ()
    found = {contact.name: contact for contact in reading.contacts}
    assert len(found) == len(reading.contacts)
    return found


def test_everybody_is_read_with_all_addresses_and_labels(world: ContactsWorld) -> None:
    ann = Friend("Ann Moreau", ["ann@example.org", "ann@example.net"], ["Adult", "Mentors"])
    sam = Friend("Sam Brook", ["sam@example.org"], ["Student"])
    world.put(ann, sam)
    found = contacts(world)
    assert found.keys() == {"Ann Moreau", "Sam Brook"}
    assert set(found["Ann Moreau"].addresses) == {"ann@example.org", "ann@example.net"}
    assert set(found["Ann Moreau"].labels) >= {"Adult", "Mentors"}
    assert "Student" in found["Sam Brook"].labels
    assert "Student" not in found["Ann Moreau"].labels


def test_a_contact_without_a_label_or_an_address_is_read(world: ContactsWorld) -> None:
    world.put(Friend("No Label", labels=()), Friend("No Address", addresses=()))
    found = contacts(world)
    assert found["No Address"].addresses == ()
    assert "Adult" not in found["No Label"].labels


@pytest.mark.parametrize("text", ["Zoë Ó Briain", "小明", "O'Neil, Jr; the \\ third", "🤖 Ann", "x" * 500])
def test_names_and_labels_are_read_as_they_are(world: ContactsWorld, text: str) -> None:
    label = text.replace(";", ",")
    world.put(Friend(text, labels=[label]))
    found = contacts(world)
    assert found.keys() == {text}
    assert label in found[text].labels


@pytest.mark.parametrize("world", ["vcard", "google"], indirect=True)
def test_a_semicolon_in_a_label_is_read_as_it_is(world: ContactsWorld) -> None:
    world.put(Friend(labels=["Adult; on site"]))
    assert "Adult; on site" in contacts(world)["Ann Moreau"].labels


def test_the_addresses_of_guardians_are_read_apart_from_the_persons_own(world: ContactsWorld) -> None:
    world.put(
        Friend("Kim", (), ["Student"], ["pat@example.org", "lee@example.org"]),
        Friend("Lou", ["lou@example.org"], ["Student"], ["pat@example.org"]),
        Friend("Pat", ["pat@example.org"]),
    )
    found = contacts(world)
    assert (found["Kim"].addresses, set(found["Kim"].guardians)) == ((), {"pat@example.org", "lee@example.org"})
    assert (found["Lou"].addresses, found["Lou"].guardians) == (("lou@example.org",), ("pat@example.org",))
    assert found["Pat"].guardians == ()


def test_a_guardian_that_is_no_address_is_left_out_with_a_warning(world: ContactsWorld) -> None:
    world.put(Friend("Kim", (), ["Student"], ["grandmother Pat"]))
    reading = world.open().read()
    assert [contact.guardians for contact in reading.contacts] == [()]
    assert [warning.code for warning in reading.warnings] == ["contact-guardian-invalid"]
    assert "Pat" not in reading.warnings[0].text


@pytest.mark.parametrize("world", ["vcard", "google"], indirect=True)
def test_two_people_may_share_an_address(world: ContactsWorld) -> None:
    world.put(Friend("Ann"), Friend("Ben"))
    assert {contact.addresses for contact in contacts(world).values()} == {("ann@example.org",)}


def test_the_order_of_the_contacts_does_not_matter(world: ContactsWorld) -> None:
    people = [Friend("Ann"), Friend("Ben", ["ben@example.org"]), Friend("Cy", ["cy@example.org"], ["Student"])]
    world.put(*people)
    before = {(name, one.addresses, one.labels) for name, one in contacts(world).items()}
    world.put(*reversed(people))
    assert {(name, one.addresses, one.labels) for name, one in contacts(world).items()} == before


def test_many_contacts_are_all_read(world: ContactsWorld) -> None:
    world.put(*(Friend(f"Person {number}", [f"p{number}@example.org"]) for number in range(1_234)))
    assert len(contacts(world)) == 1_234


def test_an_address_book_that_cannot_be_read_is_an_error_and_never_empty(world: ContactsWorld) -> None:
    world.put(Friend())
    world.spoil()
    with pytest.raises((InputError, UnreachableError)):
        world.open().read()

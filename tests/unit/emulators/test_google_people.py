from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.emulators.google import AddressBook, GoogleEmulator, World
from tests.unit.emulators.client import Client

CONNECTIONS = "/v1/people/me/connections"
GROUPS = "/v1/contactGroups"
FIELDS = {"personFields": "names,emailAddresses,memberships", "sources": "READ_SOURCE_TYPE_CONTACT"}


def book_of(*names: str, **more: Any) -> World:
    address_book = AddressBook(**more)
    for name in names:
        address_book.add(name, f"{name.lower()}@example.org", labels=["Adult"])
    return World(contacts=address_book)


def connections(world: World, **parameters: Any) -> list[dict[str, Any]]:
    """What connections.list gives, by way of google-api-python-client."""
    with GoogleEmulator(world) as google, Client(google) as client:
        people = client.service("people").people().connections()
        answer = people.list(resourceName="people/me", **(FIELDS | parameters)).execute()
        assert not google.violations
    found: list[dict[str, Any]] = answer.get("connections", [])
    return found


def groups(world: World, **parameters: Any) -> list[dict[str, Any]]:
    with GoogleEmulator(world) as google, Client(google) as client:
        answer = client.service("people").contactGroups().list(**parameters).execute()
        assert not google.violations
    found: list[dict[str, Any]] = answer["contactGroups"]
    return found


def test_a_contact_has_names_addresses_and_labels_by_id() -> None:
    world = World()
    world.contacts.add("Ann Adult", "ann@example.org", "ann@work.example", labels=["Adult", "Driver"])
    (person,) = connections(world)
    assert person.keys() == {"resourceName", "etag", "names", "emailAddresses", "memberships"}
    assert [one["value"] for one in person["emailAddresses"]] == ["ann@example.org", "ann@work.example"]
    assert [one["metadata"].get("primary", False) for one in person["emailAddresses"]] == [True, False]
    named = {group["resourceName"]: group["name"] for group in groups(world)}
    held = [one["contactGroupMembership"]["contactGroupResourceName"] for one in person["memberships"]]
    assert [named[one] for one in held] == ["Adult", "Driver", "myContacts"]


def test_a_contact_may_lack_a_name_or_an_address() -> None:
    world = World()
    world.contacts.add("", "nameless@example.org")
    world.contacts.add("Homer Homeless")
    first, second = connections(world)
    assert "names" not in first
    assert "emailAddresses" not in second


def test_only_the_fields_asked_for_are_there() -> None:
    (person,) = connections(book_of("Ann"), personFields="names")
    assert person.keys() == {"resourceName", "etag", "names"}


def test_a_profile_is_merged_in_unless_only_contacts_are_asked_for() -> None:
    world = book_of("Ann")
    (person,) = world.contacts.people
    profile = {"type": "PROFILE", "id": "1"}
    person["metadata"]["sources"].append(profile)
    person["emailAddresses"].append({"metadata": {"source": profile}, "value": "profile@example.org"})
    assert len(connections(world)[0]["emailAddresses"]) == 1
    both = ["READ_SOURCE_TYPE_CONTACT", "READ_SOURCE_TYPE_PROFILE"]
    assert len(connections(world, sources=both)[0]["emailAddresses"]) == 2
    assert len(connections(world, sources=[])[0]["emailAddresses"]) == 2


def test_who_is_no_contact_is_not_among_the_contacts() -> None:
    world = book_of("Ann")
    world.contacts.people[0]["metadata"]["sources"] = [{"type": "OTHER_CONTACT", "id": "1"}]
    assert connections(world) == []


@pytest.mark.parametrize(
    ("path", "parameters", "message"),
    [
        (CONNECTIONS, {}, "personFields mask is required"),
        (CONNECTIONS, {"personFields": "names,titles"}, 'Invalid personFields mask path: "titles"'),
        (CONNECTIONS, {"personFields": "names", "pageSize": "1001"}, "Page size"),
        (CONNECTIONS, {"personFields": "names", "pageSize": "-1"}, "Page size"),
        (CONNECTIONS, {"personFields": "names", "sources": "CONTACT"}, "none of"),
        (CONNECTIONS, {"personFields": "names", "fields": "connections/name"}, "Invalid field selection"),
        ("/v1/people/c1/connections", {"personFields": "names"}, "must be people/me"),
        (GROUPS, {"groupFields": "members"}, "Invalid groupFields mask path"),
        (GROUPS, {"pageSize": "1001"}, "Page size"),
        (GROUPS, {"maxResults": "10"}, "no parameter"),
    ],
)
def test_a_request_that_breaks_the_rules_is_refused_and_noted(
    path: str, parameters: dict[str, str], message: str
) -> None:
    with GoogleEmulator() as google, Client(google) as client:
        answer = client.get(path, **parameters)
    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    (violation,) = google.violations
    assert message in violation


def test_an_old_sync_token_has_expired() -> None:
    with (
        GoogleEmulator() as google,
        Client(google) as client,
        pytest.raises(HttpError) as caught,
    ):
        client.service("people").people().connections().list(
            resourceName="people/me", syncToken="sync-0", **FIELDS
        ).execute()
    assert "EXPIRED_SYNC_TOKEN" in str(caught.value.error_details)


def test_pages_go_on_until_there_is_no_token_and_may_be_empty() -> None:
    world = book_of(*(f"N{number}" for number in range(5)))
    with GoogleEmulator(world) as google, Client(google) as client:
        google.pages("people.people.connections.list", 0, 2)
        people = client.service("people").people().connections()
        request = people.list(resourceName="people/me", pageSize=4, **FIELDS)
        sizes = []
        while request is not None:
            answer = request.execute()
            assert answer["totalItems"] == 5
            sizes.append(len(answer.get("connections", [])))
            request = people.list_next(request, answer)
    assert sizes == [0, 2, 3]
    assert not google.violations


@pytest.mark.parametrize(("size", "expected"), [({}, 100), ({"pageSize": 0}, 100), ({"pageSize": 1000}, 1000)])
def test_the_size_of_a_page_of_contacts(size: dict[str, int], expected: int) -> None:
    world = book_of(*(f"N{number}" for number in range(1001)))
    assert len(connections(world, personFields="names", **size)) == expected


def test_the_size_of_a_page_of_labels() -> None:
    world = World()
    for number in range(40):
        world.contacts.label(f"Label {number}")
    assert len(groups(world)) == 30
    assert len(groups(world, pageSize=1000)) == 48


def test_googles_own_groups_have_a_type_and_a_name_in_the_accounts_language() -> None:
    found = {group["name"]: group for group in groups(book_of("Ann", language="fr"))}
    assert found["myContacts"]["formattedName"] == "Mes contacts"
    assert found["myContacts"]["groupType"] == "SYSTEM_CONTACT_GROUP"
    assert (found["Adult"]["groupType"], found["Adult"]["formattedName"]) == ("USER_CONTACT_GROUP", "Adult")
    assert found["Adult"]["memberCount"] == 1
    assert "memberCount" not in found["starred"]
    assert not any("memberResourceNames" in one for one in found.values())


def test_the_fields_of_a_group_can_be_chosen() -> None:
    found = groups(book_of("Ann"), groupFields="name", fields="contactGroups(resourceName,name,groupType)")
    assert {frozenset(one) for one in found} == {frozenset({"resourceName", "name"})}

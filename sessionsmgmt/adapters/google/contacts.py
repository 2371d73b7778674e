"""Google Contacts as the address book (People API v1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.errors import understood
from sessionsmgmt.adapters.google.paging import rows
from sessionsmgmt.adapters.written_address import written_addresses
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.people import Contact, ContactsReading
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.text import fold_label

LARGEST_PAGE = 1000

GUARDIAN = "guardian"
"""The label of the custom field with the address of a parent or another guardian."""

_GUARDIAN_INVALID = (
    "custom field(s) 'guardian' of contacts are not an email address, so are ignored. Write an address there"
)

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoogleAddressBook:
    """The contacts the account's owner made, with their labels. ``scopes`` are those of the reading stage."""

    account: Account
    scopes: frozenset[str]

    def read(self) -> ContactsReading:
        """See ``ports.Contacts``. Contacts and labels are read side by side, one request a page each."""
        api = self.account.reading("people", self.scopes)
        with understood("reading the contacts"), ThreadPoolExecutor(2) as threads:
            people = threads.submit(lambda: list(_people(api)))
            labels = threads.submit(lambda: dict(_labels(api))).result()  # they fail also where there are no people
            contacts = tuple(_contact(person, labels) for person in people.result())
            warnings = []
            nameless = sum(bool(contact.addresses) and not contact.name for contact in contacts)
            text = (
                f"{nameless} contact(s) have no name, nickname or company, so a notice can't name them. Give them one"
            )
            if nameless:
                warnings.append(ReportWarning("contact-without-name", text))
            if invalid := sum(not _guardian(entry) for person in people.result() for entry in _guardian_fields(person)):
                warnings.append(ReportWarning("contact-guardian-invalid", f"{invalid} {_GUARDIAN_INVALID}"))
            return ContactsReading(contacts, tuple(warnings))


def _people(api: Any) -> Iterator[Item]:
    """Every contact. The account's own profile and those of its organisation are left out, so that nobody is merged."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.people()
            .connections()
            .list(
                resourceName="people/me",
                pageSize=LARGEST_PAGE,
                pageToken=token,
                personFields="names,nicknames,organizations,emailAddresses,memberships,userDefined",
                sources=["READ_SOURCE_TYPE_CONTACT"],
                fields="nextPageToken,connections(names(displayName,metadata/primary),"
                "nicknames(value,metadata/primary),organizations(name,metadata/primary),emailAddresses(value),"
                "memberships(contactGroupMembership(contactGroupResourceName)),userDefined(key,value))",
            )
            .execute()
        )
        return reply

    return rows(page, "connections")


def _labels(api: Any) -> Iterator[tuple[str, str]]:
    """The labels people made, by resource name. Google's own groups have names in the account's language: left out."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.contactGroups()
            .list(
                pageSize=LARGEST_PAGE,
                pageToken=token,
                groupFields="name,groupType",
                fields="nextPageToken,contactGroups(resourceName,name,groupType)",
            )
            .execute()
        )
        return reply

    for group in rows(page, "contactGroups"):
        if group.get("groupType") == "USER_CONTACT_GROUP":
            yield group["resourceName"], group.get("name", "")


def _name(person: Item) -> str:
    """The person's name, else the nickname, else the company, the primary one of each first; empty if there is none."""
    for field, key in (("names", "displayName"), ("nicknames", "value"), ("organizations", "name")):
        entries = sorted(person.get(field, ()), key=lambda entry: not entry.get("metadata", {}).get("primary", False))
        for entry in entries:
            if name := " ".join(entry.get(key, "").split()):
                return name
    return ""


def _guardian_fields(person: Item) -> list[Item]:
    """The custom fields with the guardians' addresses. Their label is compared as labels are."""
    return [entry for entry in person.get("userDefined", ()) if fold_label(entry.get("key", "")) == GUARDIAN]


def _guardian(entry: Item) -> tuple[str, ...]:
    return written_addresses(entry.get("value", ""))


def _contact(person: Item, labels: Mapping[str, str]) -> Contact:
    groups = [membership.get("contactGroupMembership", {}) for membership in person.get("memberships", ())]
    return Contact(
        name=_name(person),
        addresses=tuple(address["value"] for address in person.get("emailAddresses", ()) if address.get("value")),
        labels=tuple(
            labels[group["contactGroupResourceName"]]
            for group in groups
            if group.get("contactGroupResourceName") in labels
        ),
        guardians=tuple(address for entry in _guardian_fields(person) for address in _guardian(entry)),
    )

"""The People API: contacts and their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.emulators.google.calls import Call, Handler
from tests.emulators.google.description import Json
from tests.emulators.google.refusals import Refusal, Refused
from tests.emulators.google.world import SYSTEM_GROUPS, AddressBook

SOURCES = {
    "READ_SOURCE_TYPE_CONTACT": {"CONTACT"},
    "READ_SOURCE_TYPE_PROFILE": {"ACCOUNT", "DOMAIN_PROFILE", "PROFILE"},
    "READ_SOURCE_TYPE_DOMAIN_CONTACT": {"DOMAIN_CONTACT"},
    "READ_SOURCE_TYPE_OTHER_CONTACT": {"OTHER_CONTACT"},
}
DEFAULT_SOURCES = ("READ_SOURCE_TYPE_CONTACT", "READ_SOURCE_TYPE_PROFILE")
GROUP_FIELDS = frozenset({"clientData", "groupType", "memberCount", "metadata", "name"})


def _mask(call: Call, name: str) -> set[str]:
    """The fields a mask names. The valid ones stand in the parameter's description, and only there."""
    given = {one.strip() for one in call.one(name).split(",") if one.strip()}
    valid = set(re.findall(r"\* (\w+)", call.method.parameters[name]["description"]))
    if wrong := sorted(given - valid):
        raise call.breaks(f'Invalid {name} mask path: "{wrong[0]}".', name)
    return given


def _size(call: Call) -> None:
    if not 0 <= int(call.one("pageSize", "0")) <= 1000:
        raise call.breaks("Page size must be between 1 and 1000.", "pageSize")


def list_connections(call: Call) -> Json:
    """``people.connections.list``: who is in the address book, with the fields and from the sources asked for."""
    if call.path["resourceName"] != "people/me":
        raise call.breaks("Resource name must be people/me.", "resourceName")
    if call.one("syncToken"):
        raise Refused(Refusal(400, "EXPIRED_SYNC_TOKEN", "Sync token is expired. Clear local cache and retry."))
    fields = _mask(call, "personFields")
    if not fields:
        raise call.breaks("personFields mask is required. Please specify one or more valid paths.", "personFields")
    _size(call)
    wanted = {kind for source in call.every("sources") or DEFAULT_SOURCES for kind in SOURCES.get(source, ())}
    people = [person for person in call.world.contacts.people if _kinds(person) & wanted]
    page, token = call.page(people, "pageSize", 100, 1000)
    answer: Json = {"totalPeople": len(people), "totalItems": len(people), **token}
    if page:
        answer["connections"] = [_seen(one, fields, wanted) for one in page]
    if call.flag("requestSyncToken") and not token:
        answer["nextSyncToken"] = "sync-1"
    return answer


def _kinds(person: Json) -> set[str]:
    return {source["type"] for source in person["metadata"]["sources"]}


def _seen(person: Json, fields: set[str], wanted: set[str]) -> Json:
    """What of a person shows: the fields asked for, and of those the entries from the sources asked for."""
    seen = {"resourceName": person["resourceName"], "etag": person["etag"]}
    for name in sorted(fields & person.keys()):
        value = person[name]
        if name == "metadata":
            seen[name] = value | {"sources": [source for source in value["sources"] if source["type"] in wanted]}
        elif kept := [entry for entry in value if entry["metadata"]["source"]["type"] in wanted]:
            seen[name] = kept
    return seen


def list_groups(call: Call) -> Json:
    """``contactGroups.list``: Google's own groups, under localised names, and the account's labels."""
    if call.one("syncToken"):
        raise Refused(Refusal(400, "EXPIRED_SYNC_TOKEN", "Sync token is expired. Clear local cache and retry."))
    fields = _mask(call, "groupFields") or GROUP_FIELDS
    _size(call)
    groups = _groups(call.world.contacts)
    page, token = call.page(groups, "pageSize", 30, 1000)
    always = {"resourceName", "etag"} | ({"formattedName"} if "name" in fields else set())
    answer: Json = {"totalItems": len(groups), **token, **({} if token else {"nextSyncToken": "sync-1"})}
    if page:
        answer["contactGroups"] = [
            {name: value for name, value in group.items() if name in fields | always} for group in page
        ]
    return answer


def _groups(book: AddressBook) -> list[Json]:
    members: dict[str, int] = {}
    for person in book.people:
        for membership in person.get("memberships", ()):
            group = membership["contactGroupMembership"]["contactGroupResourceName"]
            members[group] = members.get(group, 0) + 1
    french = book.language.startswith("fr")
    named = [(f"contactGroups/{name}", name, texts[french], "SYSTEM") for name, texts in SYSTEM_GROUPS.items()]
    named += [(resource, name, name, "USER") for name, resource in book.labels.items()]
    return [
        {
            "resourceName": resource,
            "etag": f"%{number}",
            "groupType": f"{kind}_CONTACT_GROUP",
            "name": name,
            "formattedName": formatted,
            "metadata": {"updateTime": "2026-09-01T00:00:00.000Z"},
            **({"memberCount": members[resource]} if resource in members else {}),
        }
        for number, (resource, name, formatted, kind) in enumerate(named)
    ]


HANDLERS: Mapping[str, Handler] = {
    "people.people.connections.list": list_connections,
    "people.contactGroups.list": list_groups,
}

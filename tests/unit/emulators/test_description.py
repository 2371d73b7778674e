from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.google.description import DOCUMENTS, body_problems, description, find, mask_problems


@pytest.mark.parametrize(
    ("verb", "path", "call", "parameters"),
    [
        ("GET", "/calendar/v3/calendars/a%40b%2Fc/events", "calendar.events.list", {"calendarId": "a@b/c"}),
        ("PATCH", "/calendar/v3/calendars/x/events/y", "calendar.events.patch", {"calendarId": "x", "eventId": "y"}),
        ("GET", "/calendar/v3/users/me/calendarList", "calendar.calendarList.list", {}),
        ("GET", "/v1/people/me/connections", "people.people.connections.list", {"resourceName": "people/me"}),
        ("GET", "/v1/people/me", "people.people.get", {"resourceName": "people/me"}),
        ("GET", "/v1/contactGroups/1a", "people.contactGroups.get", {"resourceName": "contactGroups/1a"}),
        ("GET", "/v1/people:batchGet", "people.people.getBatchGet", {}),
        ("POST", "/gmail/v1/users/me/messages/send", "gmail.users.messages.send", {"userId": "me"}),
        ("GET", "/gmail/v1/users/me/messages/send", "gmail.users.messages.get", {"userId": "me", "id": "send"}),
    ],
)
def test_a_request_line_is_one_call(verb: str, path: str, call: str, parameters: dict[str, str]) -> None:
    found = find(verb, path)
    assert found is not None
    assert (found[0].id, found[1]) == (call, parameters)


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/calendar/v3/users/me/calendarList/x"),
        ("GET", "/calendars/x/events"),
        ("GET", "/calendar/v3/calendars/x/events/"),
        ("GET", "/v1/people/me/friends"),
        ("POST", "/upload/gmail/v1/users/me/messages/send"),
        ("POST", "/batch"),
        ("GET", "/"),
    ],
)
def test_anything_else_is_none(verb: str, path: str) -> None:
    assert find(verb, path) is None


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_shape_that_is_referred_to_is_described(service: str) -> None:
    known = description(service)
    for method in known.methods:
        assert {one for one in (method.request, method.response) if one} <= known.schemas.keys()
        assert method.scopes or "watch" in method.id or "stop" in method.id


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        ("Event", {"start": {"date": "2026-11-07"}, "sequence": 1, "locked": True}, None),
        ("Event", {"start": {"dateTime": "2026-11-07T17:00:00"}}, None),
        ("Event", {"start": {"dateTime": "2026-11-07"}}, "Event.start.dateTime is no date-time"),
        ("Event", {"start": {"dateTime": "five"}}, "Event.start.dateTime is no date-time"),
        ("Event", {"start": {"date": "20261107"}}, "Event.start.date is no date"),
        ("Event", {"start": {"day": "2026-11-07"}}, "Event.start has no field day"),
        ("Event", {"attendees": [{"email": 1}]}, "Event.attendees[0].email is no string"),
        ("Event", {"attendees": "ann"}, "Event.attendees is no array"),
        ("Event", {"sequence": True}, "Event.sequence is no int32"),
        ("Event", {"sequence": 2**31}, "Event.sequence is no int32"),
        ("Event", {"locked": "true"}, "Event.locked is no boolean"),
        ("Event", {"summary": None}, "Event.summary is null"),
        ("Event", {"extendedProperties": {"private": {"any": "text"}}}, None),
        ("Event", {"extendedProperties": {"secret": {}}}, "Event.extendedProperties has no field secret"),
        ("Event", "text", "Event is no object"),
    ],
)
def test_what_does_not_fit_is_named(schema: str, value: Any, problem: str | None) -> None:
    assert body_problems("calendar", schema, value) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("service", "schema", "value", "fits"),
    [
        ("gmail", "Message", {"internalDate": "1794006120000", "historyId": "1"}, True),
        ("gmail", "Message", {"internalDate": 1794006120000}, False),
        ("gmail", "Message", {"internalDate": "today"}, False),
        ("gmail", "Message", {"raw": "aA-_"}, True),
        ("gmail", "Message", {"raw": "aA+/"}, False),
        ("people", "ContactGroup", {"groupType": "USER_CONTACT_GROUP"}, True),
        ("people", "ContactGroup", {"groupType": "USER"}, False),
        ("people", "ContactGroupMetadata", {"updateTime": "2026-11-07T17:00:00.123Z"}, True),
        ("people", "ContactGroupMetadata", {"updateTime": "2026-11-07T17:00:00"}, False),
    ],
)
def test_the_forms_of_strings(service: str, schema: str, value: Any, fits: bool) -> None:
    assert (body_problems(service, schema, value) == []) is fits


def test_null_removes_in_a_patch_only() -> None:
    assert body_problems("calendar", "Event", {"summary": None}, patch=True) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("items(id,attendees(email,self),extendedProperties/private/any),nextPageToken", None),
        ("items/*", None),
        ("*/id", None),
        ("items/start/clock", "Invalid field selection items/start/clock"),
        ("item", "Invalid field selection item"),
        ("items/id/more", "Invalid field selection items/id/more"),
        ("items(id", "Invalid field selection items(id"),
    ],
)
def test_a_field_mask_names_fields_that_there_are(fields: str, problem: str | None) -> None:
    method = next(one for one in description("calendar").methods if one.id == "calendar.events.list")
    assert mask_problems(method, fields) == problem

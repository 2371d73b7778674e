from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.emulators.google import Calendar, GoogleEmulator, World, attendee, event
from tests.emulators.google.world import ALL_SCOPES, TEAM_CALENDAR
from tests.unit.emulators.calendars import EVENTS, SATURDAY, ids, series, world_of
from tests.unit.emulators.client import Client, reason

OWNED = "https://www.googleapis.com/auth/calendar.events.owned.readonly"


def listed(world: World, **parameters: Any) -> list[dict[str, Any]]:
    """What events.list gives, by way of google-api-python-client."""
    with GoogleEmulator(world) as google, Client(google) as client:
        answer = client.service("calendar").events().list(calendarId=TEAM_CALENDAR, **parameters).execute()
        assert not google.violations
    found: list[dict[str, Any]] = answer["items"]
    return found


def test_a_bound_of_time_is_exclusive_and_a_running_event_is_inside() -> None:
    events = [event(f"at{hour}", datetime(2026, 11, 7, hour, tzinfo=UTC)) for hour in (9, 10, 12, 14, 15)]
    found = listed(world_of(*events), timeMin="2026-11-07T12:00:00Z", timeMax="2026-11-07T15:00:00Z")
    assert ids(found) == ["at10", "at12", "at14"]


def test_a_day_is_one_of_the_calendars_zone() -> None:
    world = world_of(event("comp", date(2026, 11, 7)))
    assert ids(listed(world, timeMax="2026-11-07T05:00:00Z")) == []
    assert ids(listed(world, timeMax="2026-11-07T05:00:01Z")) == ["comp"]
    assert ids(listed(world, timeMin="2026-11-08T04:59:59Z")) == ["comp"]
    (found,) = listed(world)
    assert (found["start"], found["end"]) == ({"date": "2026-11-07"}, {"date": "2026-11-08"})


def test_times_come_in_the_zone_asked_for_or_the_calendars() -> None:
    world = world_of(event("a", SATURDAY))
    assert listed(world)[0]["start"]["dateTime"] == "2026-11-07T17:00:00-05:00"
    assert listed(world, timeZone="UTC")[0]["start"]["dateTime"] == "2026-11-07T22:00:00Z"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"timeMin": "2026-11-07T12:00:00"}, "offset"),
        ({"timeMin": "tomorrow"}, "offset"),
        ({"orderBy": "startTime"}, "ordering"),
        ({"orderBy": "title"}, "none of"),
        ({"maxResults": "0"}, "between"),
        ({"maxResults": "many"}, "whole number"),
        ({"singleEvents": "yes"}, "true nor false"),
        ({"bogus": "1"}, "no parameter"),
        ({"eventTypes": "party"}, "none of"),
        ({"timeZone": "Mars/Olympus"}, "zone"),
        ({"maxResults": ["1", "2"]}, "more than once"),
        ({"timeMin": "2026-11-07T12:00:00Z", "timeMax": "2026-11-07T12:00:00Z"}, "empty"),
        ({"syncToken": "sync-1", "timeMin": "2026-11-07T12:00:00Z"}, "syncToken"),
        ({"syncToken": "sync-1", "showDeleted": "false"}, "syncToken"),
        ({"fields": "items(id,titel)"}, "Invalid field selection items/titel"),
        ({"fields": "items(id"}, "Invalid field selection"),
        ({"pageToken": "page-1-00000000"}, "page token"),
        ({"userId": "x"}, "no parameter"),
        ({"oauth_token": "x"}, "stands in the URL"),
    ],
)
def test_a_request_that_breaks_the_description_is_refused_and_noted(parameters: dict[str, Any], message: str) -> None:
    with GoogleEmulator() as google, Client(google) as client:
        answer = client.get(EVENTS, **parameters)
    assert answer.status_code == 400
    assert google.violations
    assert all(
        violation.startswith("calendar.events.list: ") and message in violation for violation in google.violations
    )


def test_what_no_api_has_is_refused_and_noted() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        assert client.get("/calendar/v4/everything").status_code == 404
        assert client.get(f"/calendar/v3/calendars/{TEAM_CALENDAR}/acl").status_code == 403
    assert google.violations == ("unknown: GET /calendar/v4/everything is no call of any of the APIs",)


def test_a_call_that_is_described_but_not_emulated_says_so() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        assert client.get(f"{EVENTS}/a/instances").status_code == 501
    assert google.violations == ("calendar.events.instances: the emulator does not know this call",)


def test_pages_go_on_until_there_is_no_token_and_may_be_short_or_empty() -> None:
    world = world_of(*(event(f"e{number}", SATURDAY) for number in range(7)))
    with GoogleEmulator(world) as google, Client(google) as client:
        google.pages("calendar.events.list", 2, 0, 1)
        events = client.service("calendar").events()
        request = events.list(calendarId=TEAM_CALENDAR, maxResults=3)
        sizes, found = [], []
        while request is not None:
            answer = request.execute()
            sizes.append(len(answer["items"]))
            found += ids(answer["items"])
            assert ("nextSyncToken" in answer) is ("nextPageToken" not in answer)
            request = events.list_next(request, answer)
    assert sizes == [2, 0, 1, 3, 1]
    assert found == [f"e{number}" for number in range(7)]
    assert not google.violations


def test_a_page_token_goes_with_the_parameters_it_was_made_with() -> None:
    with GoogleEmulator(world_of(event("a", SATURDAY), event("b", SATURDAY))) as google, Client(google) as client:
        token = client.get(EVENTS, maxResults=1).json()["nextPageToken"]
        assert ids(client.get(EVENTS, maxResults=1, pageToken=token).json()["items"]) == ["b"]
        assert client.get(EVENTS, maxResults=1, pageToken=token, singleEvents="true").status_code == 400
    assert len(google.violations) == 1


@pytest.mark.parametrize(("asked", "given"), [({}, 250), ({"maxResults": 9999}, 2500)])
def test_the_size_of_a_page_has_a_default_and_a_cap(asked: dict[str, int], given: int) -> None:
    world = world_of(*(event(f"e{number}", SATURDAY) for number in range(2501)))
    assert len(listed(world, fields="items/id", **asked)) == given


def test_a_partial_response_has_the_fields_asked_for_and_no_token_unless_asked() -> None:
    with GoogleEmulator(world_of(event("a", SATURDAY), event("b", SATURDAY))) as google, Client(google) as client:
        assert client.get(EVENTS, fields="items(id,start/dateTime)", maxResults=1).json() == {
            "items": [{"id": "a", "start": {"dateTime": "2026-11-07T17:00:00-05:00"}}]
        }
        assert client.get(EVENTS, fields="nextPageToken", maxResults=1).json().keys() == {"nextPageToken"}
    assert not google.violations


def test_a_series_is_taken_apart_on_the_wall_clock() -> None:
    found = listed(world_of(series()), singleEvents=True, orderBy="startTime")
    assert ids(found) == [
        f"team_{day}Z" for day in ("20261024T210000", "20261031T210000", "20261107T220000", "20261114T220000")
    ]
    assert {one["start"]["dateTime"][11:19] for one in found} == {"17:00:00"}
    assert {one["recurringEventId"] for one in found} == {"team"}
    assert [one["originalStartTime"] for one in found] == [one["start"] for one in found]
    assert {one["iCalUID"] for one in found} == {"team@google.com"}
    assert not any("recurrence" in one for one in found)


def test_a_series_is_one_master_unless_taken_apart() -> None:
    (found,) = listed(world_of(series()))
    assert found["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=4"]


@pytest.mark.parametrize(
    ("bounds", "there"),
    [
        ({"timeMin": "2026-11-14T00:00:00Z"}, True),
        ({"timeMin": "2026-11-15T01:00:00Z"}, False),
        ({"timeMax": "2026-10-24T21:00:00Z"}, False),
        ({"timeMin": "2026-11-01T00:00:00Z", "timeMax": "2026-11-02T00:00:00Z"}, False),
    ],
)
def test_a_series_is_listed_where_one_of_its_instances_is(bounds: dict[str, str], there: bool) -> None:
    assert bool(listed(world_of(series()), **bounds)) is there


def test_a_moved_instance_keeps_its_id_and_original_start() -> None:
    moved = event(
        "team_20261107T220000Z",
        SATURDAY + timedelta(days=1),
        recurringEventId="team",
        originalStartTime={"dateTime": "2026-11-07T17:00:00-05:00"},
    )
    found = listed(world_of(series(), moved), singleEvents=True, timeMin="2026-11-07T00:00:00Z", orderBy="startTime")
    assert ids(found) == ["team_20261107T220000Z", "team_20261114T220000Z"]
    assert found[0]["start"]["dateTime"] == "2026-11-08T17:00:00-05:00"
    assert found[0]["originalStartTime"]["dateTime"] == "2026-11-07T17:00:00-05:00"


def test_excluded_days_and_days_alone_follow_rfc_5545() -> None:
    rule = ["RRULE:FREQ=WEEKLY;UNTIL=20261128", "EXDATE;VALUE=DATE:20261114"]
    found = listed(world_of(event("comp", date(2026, 11, 7), recurrence=rule)), singleEvents=True)
    assert ids(found) == ["comp_20261107", "comp_20261121", "comp_20261128"]
    assert found[1]["end"] == {"date": "2026-11-22"}


def test_an_endless_series_ends_where_the_request_does() -> None:
    endless = event("team", SATURDAY, recurrence=["RRULE:FREQ=DAILY"])
    found = listed(world_of(endless), singleEvents=True, timeMax="2026-11-10T22:00:00Z")
    assert ids(found) == ["team_20261107T220000Z", "team_20261108T220000Z", "team_20261109T220000Z"]


def test_what_is_deleted_is_not_listed_but_got() -> None:
    world = world_of(event("a", SATURDAY), series())
    world.calendar().cancel("a")
    with GoogleEmulator(world) as google, Client(google) as client:
        assert ids(client.get(EVENTS).json()["items"]) == ["team"]
        assert ids(client.get(EVENTS, showDeleted="true").json()["items"]) == ["a", "team"]
        assert client.get(f"{EVENTS}/a").json()["status"] == "cancelled"
        world.calendar().purge("a")
        answer = client.get(f"{EVENTS}/a")
    assert (answer.status_code, reason(answer)) == (404, "notFound")
    assert not google.violations


def test_a_cancelled_instance_says_little_more_than_that() -> None:
    world = world_of(series(), event("team_20261107T220000Z", SATURDAY, recurringEventId="team", status="cancelled"))
    with GoogleEmulator(world) as google, Client(google) as client:
        apart = client.get(EVENTS, singleEvents="true").json()["items"]
        got = client.get(f"{EVENTS}/team_20261107T220000Z").json()
        together = client.get(EVENTS).json()["items"]
    assert "team_20261107T220000Z" not in ids(apart)
    assert len(apart) == 3
    assert (got["status"], "summary" in got, "start" in got) == ("cancelled", False, False)
    assert ids(together) == ["team", "team_20261107T220000Z"]


def test_an_instance_is_got_by_its_id_and_cancelled_with_its_series() -> None:
    world = world_of(series())
    with GoogleEmulator(world) as google, Client(google) as client:
        assert client.get(f"{EVENTS}/team_20261107T220000Z").json()["start"]["dateTime"] == "2026-11-07T17:00:00-05:00"
        assert client.get(f"{EVENTS}/team_20261108T220000Z").status_code == 404
        world.calendar().cancel("team")
        assert client.get(f"{EVENTS}/team_20261107T220000Z").json()["status"] == "cancelled"
        assert client.get(EVENTS, singleEvents="true").json()["items"] == []


def test_an_instance_that_was_moved_is_cancelled_with_its_series_too() -> None:
    moved = event("team_20261107T220000Z", SATURDAY + timedelta(days=1), recurringEventId="team")
    world = world_of(series(), moved)
    world.calendar().cancel("team")
    assert listed(world, singleEvents=True) == []
    with GoogleEmulator(world) as google, Client(google) as client:
        assert client.get(f"{EVENTS}/team_20261107T220000Z").json()["status"] == "cancelled"


def test_a_deleted_event_of_which_only_the_id_is_left_can_be_listed() -> None:
    world = world_of({"id": "a", "status": "cancelled"})
    assert ids(listed(world, showDeleted=True, timeMin="2026-11-07T00:00:00Z")) == ["a"]


@pytest.mark.parametrize(("most", "shown"), [(None, 3), (3, 3), (2, 1)])
def test_a_guest_list_that_is_too_long_is_cut_to_oneself(most: int | None, shown: int) -> None:
    guests = [attendee("coach@example.org", self=True), attendee("ann@example.org"), attendee("sam@example.org")]
    (found,) = listed(world_of(event("a", SATURDAY, attendees=guests)), maxAttendees=most)
    assert len(found["attendees"]) == shown
    assert found.get("attendeesOmitted", False) is (shown == 1)


def test_a_hidden_guest_list_shows_its_reader_alone() -> None:
    guests = [attendee("coach@example.org", self=True), attendee("ann@example.org")]
    hidden = event("a", SATURDAY, attendees=guests, guestsCanSeeOtherGuests=False, organizer={"email": "x@example.org"})
    (found,) = listed(world_of(hidden))
    assert [one["email"] for one in found["attendees"]] == ["coach@example.org"]
    assert found["guestsCanSeeOtherGuests"] is False


def test_everything_that_is_said_of_a_guest_comes_through() -> None:
    room = attendee("room@resource.calendar.google.com", "accepted", resource=True, displayName="Room 101")
    group = attendee("group@example.org", asyncOperation="inProgress", additionalGuests=2)
    (found,) = listed(world_of(event("a", SATURDAY, attendees=[room, group])))
    assert found["attendees"] == [room, group]


@pytest.mark.parametrize(
    ("role", "visibility", "seen"),
    [
        ("owner", "private", True),
        ("writer", "private", True),
        ("writerWithoutPrivateAccess", "private", False),
        ("reader", "private", False),
        ("reader", "default", True),
        ("freeBusyReader", "default", False),
    ],
)
def test_who_may_see_the_details(role: str, visibility: str, seen: bool) -> None:
    world = world_of(event("a", SATURDAY, attendees=["ann@example.org"], visibility=visibility), role=role)
    (found,) = listed(world)
    assert ("summary" in found, "attendees" in found) == (seen, seen)
    assert found["start"]["dateTime"] == "2026-11-07T17:00:00-05:00"


def test_only_the_event_types_asked_for_are_listed() -> None:
    world = world_of(event("a", SATURDAY), event("b", SATURDAY, eventType="workingLocation"))
    assert ids(listed(world, eventTypes="default")) == ["a"]
    assert ids(listed(world, eventTypes=["default", "workingLocation"])) == ["a", "b"]
    assert ids(listed(world)) == ["a", "b"]


def test_events_are_found_by_text_uid_property_and_time_of_change() -> None:
    marked = event("a", SATURDAY, extendedProperties={"private": {"sent": "true"}})
    world = world_of(marked, event("b", SATURDAY, summary="Picnic"))
    world.advance(timedelta(hours=1))
    world.calendar().edit("b", location="Park")
    assert ids(listed(world, q="picnic")) == ["b"]
    assert ids(listed(world, iCalUID="a@google.com")) == ["a"]
    assert ids(listed(world, privateExtendedProperty="sent=true")) == ["a"]
    assert ids(listed(world, sharedExtendedProperty="sent=true")) == []
    assert ids(listed(world, updatedMin="2026-11-06T23:30:00Z")) == ["b"]
    assert ids(listed(world, orderBy="updated")) == ["a", "b"]


def test_a_sync_token_brings_what_changed_and_grows_stale() -> None:
    world = world_of(event("a", SATURDAY), event("b", SATURDAY))
    with GoogleEmulator(world) as google, Client(google) as client:
        token = client.get(EVENTS).json()["nextSyncToken"]
        world.calendar().cancel("b")
        assert ids(client.get(EVENTS, syncToken=token).json()["items"]) == ["b"]
        answer = client.get(EVENTS, syncToken="of another time")
    assert (answer.status_code, reason(answer)) == (410, "fullSyncRequired")


def test_calendars_are_listed_in_pages_and_hidden_ones_only_if_asked_for() -> None:
    calendars = [Calendar(id=f"c{number}", summary="Robotics") for number in range(260)]
    world = World(
        calendars=[*calendars, Calendar(id="hidden", hidden=True), Calendar(id="me", primary=True, role="reader")]
    )
    with GoogleEmulator(world) as google, Client(google) as client:
        path = "/calendar/v3/users/me/calendarList"
        assert len(client.get(path).json()["items"]) == 100
        first = client.get(path, maxResults=400).json()
        assert len(first["items"]) == 250
        rest = client.get(path, maxResults=400, pageToken=first["nextPageToken"]).json()
        assert [one["id"] for one in rest["items"]][-1] == "me"
        assert len(rest["items"]) == 11
        assert client.get(path, showHidden="true", minAccessRole="owner", fields="items/id").json()["items"][-1] == {
            "id": "c99"
        }
        assert client.get("/calendar/v3/calendars/primary/events").json()["accessRole"] == "reader"
        assert client.get("/calendar/v3/users/me/calendarList/hidden").json()["hidden"] is True
        assert client.get("/calendar/v3/calendars/nowhere/events").status_code == 404
    assert not google.violations


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("writer", 403)])
def test_the_scope_for_own_calendars_is_for_own_calendars(role: str, status: int) -> None:
    world = world_of(role=role)
    world.consent.granted = ALL_SCOPES | {OWNED}
    with GoogleEmulator(world) as google, Client(google, [OWNED]) as client:
        assert client.get(EVENTS).status_code == status


def test_an_event_that_breaks_the_description_breaks_the_test() -> None:
    world = world_of(event("a", SATURDAY, sumary="a slip in the test"))
    with pytest.raises(AssertionError, match="has no field sumary"), GoogleEmulator(world) as google:  # noqa: SIM117
        with Client(google) as client:
            client.get(EVENTS)

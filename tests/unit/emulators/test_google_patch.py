from __future__ import annotations

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.emulators.google import GoogleEmulator, event
from tests.emulators.google.world import CALENDAR_EVENTS, CALENDAR_EVENTS_READONLY, TEAM_CALENDAR
from tests.unit.emulators.calendars import EVENTS, SATURDAY, series, world_of
from tests.unit.emulators.client import Client, reason


def patch(client: Client, id: str, body: dict[str, Any], etag: str = "") -> dict[str, Any]:  # noqa: A002
    request = (
        client.service("calendar").events().patch(calendarId=TEAM_CALENDAR, eventId=id, body=body, sendUpdates="none")
    )
    if etag:
        request.headers["If-Match"] = etag
    answer: dict[str, Any] = request.execute()
    return answer


def private(**values: str | None) -> dict[str, Any]:
    return {"extendedProperties": {"private": values}}


def test_a_patch_merges_and_null_removes() -> None:
    world = world_of(event("a", SATURDAY))
    with GoogleEmulator(world) as google, Client(google, [CALENDAR_EVENTS]) as client:
        patch(client, "a", private(ours="1", more="2"))
        answer = patch(client, "a", private(ours="3", more=None))
        assert not google.violations
    assert answer["extendedProperties"] == {"private": {"ours": "3"}}
    assert answer["summary"] == "Team Session"
    assert world.calendar().events["a"]["extendedProperties"] == {"private": {"ours": "3"}}


def test_a_patch_with_the_etag_of_before_is_refused() -> None:
    with GoogleEmulator(world_of(event("a", SATURDAY))) as google, Client(google, [CALENDAR_EVENTS]) as client:
        etag = client.get(f"{EVENTS}/a").json()["etag"]
        after = patch(client, "a", private(x="1"), etag)["etag"]
        with pytest.raises(HttpError) as caught:
            patch(client, "a", private(x="2"), etag)
        assert patch(client, "a", private(x="3"), after)["etag"] != after
    assert caught.value.status_code == 412
    assert "conditionNotMet" in str(caught.value.error_details)


def test_long_properties_are_cut_and_long_keys_dropped_without_a_word() -> None:
    with GoogleEmulator(world_of(event("a", SATURDAY))) as google, Client(google, [CALENDAR_EVENTS]) as client:
        answer = patch(client, "a", private(**{"long": "é" * 1025, "k" * 44: "kept", "k" * 45: "dropped"}))
    assert answer["extendedProperties"]["private"] == {"long": "é" * 1024, "k" * 44: "kept"}


def test_patching_an_instance_makes_it_an_exception() -> None:
    world = world_of(series())
    with GoogleEmulator(world) as google, Client(google, [CALENDAR_EVENTS]) as client:
        patch(client, "team_20261107T220000Z", private(x="1"))
        found = client.get(EVENTS, singleEvents="true").json()["items"]
    assert {one["id"] for one in found if "extendedProperties" in one} == {"team_20261107T220000Z"}
    assert len(found) == 4
    assert "recurrence" not in world.calendar().events["team_20261107T220000Z"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"bogus": 1}, "Event has no field bogus"),
        ({"extendedProperties": {"private": {"n": 1}}}, "is no string"),
        ({"start": {"date": "7 November"}}, "is no date"),
        ({"attendees": {}}, "is no array"),
        ([], "is no object"),
    ],
)
def test_a_body_that_breaks_the_description_is_refused_and_noted(body: Any, message: str) -> None:
    with GoogleEmulator(world_of(event("a", SATURDAY))) as google, Client(google) as client:
        answer = client.session.patch(f"{google.root}{EVENTS}/a", json=body, timeout=300)
    assert answer.status_code == 400
    (violation,) = google.violations
    assert message in violation


@pytest.mark.parametrize(
    ("role", "organizer", "body", "expected"),
    [
        ("reader", "coach@example.org", private(x="1"), "requiredAccessLevel"),
        ("owner", "other@example.org", private(x="1"), ""),
        ("owner", "other@example.org", {"extendedProperties": {"shared": {"x": "1"}}}, "forbiddenForNonOrganizer"),
        ("owner", "other@example.org", {"summary": "Mine now"}, "forbiddenForNonOrganizer"),
    ],
)
def test_who_may_patch_what(role: str, organizer: str, body: dict[str, Any], expected: str) -> None:
    own = {"email": organizer, "self": organizer == "coach@example.org"}
    with GoogleEmulator(world_of(event("a", SATURDAY, organizer=own), role=role)) as google, Client(google) as client:
        answer = client.session.patch(f"{google.root}{EVENTS}/a", json=body, timeout=300)
    assert (reason(answer) if expected else answer.status_code) == (expected or 200)


def test_reading_is_no_leave_to_write() -> None:
    with (
        GoogleEmulator(world_of(event("a", SATURDAY))) as google,
        Client(google, [CALENDAR_EVENTS_READONLY]) as client,
        pytest.raises(HttpError) as caught,
    ):
        patch(client, "a", private(x="1"))
    assert caught.value.status_code == 403
    assert not google.violations

"""What goes over the wire when calendar and contacts are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessionsmgmt.adapters.google.calendar import event_of
from sessionsmgmt.adapters.google.scopes import CALENDAR_LIST, CONTACTS, EVENTS
from sessionsmgmt.domain.model.rule import PresenceMode
from sessionsmgmt.domain.sessions.presence import presence
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from tests.emulators.google import (
    EXPIRED_TOKEN,
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_RAPT,
    RAPT_REQUIRED,
    Break,
    Calendar,
    GoogleEmulator,
    Instead,
    Refusal,
    TokenRefusal,
    World,
    attendee,
    event,
    json_response,
)
from tests.wire.google import BY_NAME, READING, Club, google

NOW = datetime(2026, 11, 6, 23, tzinfo=UTC)
UNTIL = NOW + timedelta(days=2)
START = datetime(2026, 11, 7, 14, tzinfo=UTC)
NAME = "2026-2027 Team Calendar"

Reader = Callable[[Club], object]


def read_events(club: Club) -> object:
    return club.calendar().read(NOW, UNTIL, ())


def look_up(club: Club) -> object:
    return club.calendar().read(NOW, UNTIL, {"elsewhere"})


def read_by_name(club: Club) -> object:
    return club.calendar_by_name(NAME).read(NOW, UNTIL, ())


def read_contacts(club: Club) -> object:
    return club.contacts().read()


READERS: dict[str, Reader] = {
    "oauth.token": read_events,
    "calendar.events.list": read_events,
    "calendar.events.get": look_up,
    "calendar.calendarList.list": read_by_name,
    "people.people.connections.list": read_contacts,
    "people.contactGroups.list": read_contacts,
}


def filled() -> World:
    world = World()
    far = START + timedelta(days=40)
    world.calendar().put(event("lab", START, attendees=["ann@example.org"]), event("elsewhere", far))
    world.contacts.add("Ann", "ann@example.org", labels=["Adult"])
    return world


@pytest.fixture
def filled_club() -> Iterator[Club]:
    with google(filled()) as club:
        yield club


PASSING = [
    *(one for one in Break if one is not Break.REFUSE_AFTERWARDS),
    Refusal(429, "rateLimitExceeded"),
    Refusal(429, "rateLimitExceeded", retry_after="7"),
    Refusal(500, "internalError"),
    Refusal(502, "backendError"),
    Refusal(503, "backendError"),
]
DETAIL = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}
NEWER = {"code": 403, "message": "Quota exceeded for quota metric.", "status": "PERMISSION_DENIED"}
RATES = [
    Refusal(403, "rateLimitExceeded"),
    Refusal(403, "userRateLimitExceeded"),
    Refusal(403, "dailyLimitExceeded"),
    Refusal(403, "quotaExceeded"),
    Instead(json_response(403, {"error": {**NEWER, "details": [DETAIL]}})),
    Instead(json_response(403, {"error": {**NEWER, "status": "RESOURCE_EXHAUSTED"}})),
    Instead(json_response(403, [{"error": {**NEWER, "status": "RESOURCE_EXHAUSTED"}}])),
]


def named(trouble: Break | Instead | Refusal | TokenRefusal | str) -> str:
    if isinstance(trouble, Refusal):
        return f"{trouble.status} {trouble.reason} {trouble.retry_after}".strip()
    return str(getattr(trouble, "value", trouble))


@pytest.mark.parametrize("call", READERS)
@pytest.mark.parametrize("trouble", PASSING, ids=named)
def test_trouble_that_passes_is_waited_out(filled_club: Club, call: str, trouble: Break | Refusal) -> None:
    calm = READERS[call](filled_club)
    filled_club.google.fail(call, trouble, times=2)

    assert READERS[call](filled_club.facing(trouble)) == calm
    assert filled_club.google.unmet == ()
    if isinstance(trouble, Refusal) and trouble.retry_after:
        assert filled_club.time.naps == [7, 7]


@pytest.mark.parametrize("call", READERS)
@pytest.mark.parametrize("trouble", RATES, ids=named)
def test_a_limit_that_is_told_as_forbidden_is_waited_out(
    filled_club: Club, call: str, trouble: Refusal | Instead
) -> None:
    filled_club.google.fail(call, trouble, times=2)

    READERS[call](filled_club)
    assert len(filled_club.time.naps) == 2


@pytest.mark.parametrize("call", READERS)
@pytest.mark.parametrize("trouble", RATES, ids=named)
def test_a_limit_that_is_told_as_forbidden_and_lasts_is_no_missing_right(
    filled_club: Club, call: str, trouble: Refusal | Instead
) -> None:
    filled_club.google.fail(call, trouble, times=100)

    with pytest.raises(UnreachableError, match="limits do not allow"):
        READERS[call](filled_club)
    assert filled_club.time.now <= 90


@pytest.mark.parametrize("call", READERS)
@pytest.mark.parametrize("trouble", [Break.CLOSE_BEFORE_ACCEPTING, Refusal(503, "backendError")], ids=named)
def test_trouble_that_lasts_ends_with_unreachable(filled_club: Club, call: str, trouble: Break | Refusal) -> None:
    filled_club.google.fail(call, trouble, times=100)

    with pytest.raises(UnreachableError) as caught:
        READERS[call](filled_club)
    assert isinstance(caught.value, UnreachableError)
    assert filled_club.time.now <= 90


@pytest.mark.parametrize("call", READERS)
def test_a_long_wait_is_left_to_the_next_run(filled_club: Club, call: str) -> None:
    filled_club.google.fail(call, Refusal(429, "rateLimitExceeded", retry_after="3600"))

    with pytest.raises(UnreachableError):
        READERS[call](filled_club)
    assert filled_club.time.naps == []
    assert len(filled_club.google.calls(call)) == 1


def test_nobody_listening_is_unreachable(filled_club: Club) -> None:
    filled_club.google.refuse()

    with pytest.raises(UnreachableError):
        read_events(filled_club)


@pytest.mark.parametrize("call", [call for call in READERS if call != "oauth.token"])
@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        (Refusal(400, "badRequest"), InputError, "report"),
        (Refusal(403, "insufficientPermissions"), ConsentError, "auth login"),
        (Refusal(403, "accessNotConfigured"), ConsentError, "not enabled"),
        (Refusal(403, "forbidden"), ConsentError, "right"),
    ],
    ids=named,
)
def test_a_refusal_that_does_not_pass_is_explained_at_once(
    filled_club: Club, call: str, refusal: Refusal, kind: type[SessionsError], says: str
) -> None:
    filled_club.google.fail(call, refusal, times=9)

    with pytest.raises(kind, match=says):
        READERS[call](filled_club)
    assert len(filled_club.google.calls(call)) == 1
    assert "@" not in says


@pytest.mark.parametrize(
    ("trouble", "kind", "says"),
    [
        (INVALID_GRANT, ConsentError, "Testing"),
        (INVALID_RAPT, ConsentError, "sign in again"),
        (RAPT_REQUIRED, ConsentError, "sign in again"),
        (INVALID_CLIENT, InputError, "client"),
    ],
    ids=["invalid_grant", "invalid_rapt", "rapt_required", "invalid_client"],
)
def test_a_refused_token_is_explained_at_once(
    filled_club: Club, trouble: TokenRefusal, kind: type[SessionsError], says: str
) -> None:
    filled_club.google.fail("oauth.token", trouble)

    with pytest.raises(kind, match=says):
        read_events(filled_club)
    assert len(filled_club.google.requests) == 1


def test_a_grant_that_ended_names_the_causes_in_the_order_of_likelihood(filled_club: Club) -> None:
    filled_club.google.end_grant()

    with pytest.raises(ConsentError) as caught:
        read_events(filled_club)
    text = str(caught.value)
    places = [text.index(one) for one in ("Testing", "password", "six months", "withdrew", "policy", "auth login")]
    assert places == sorted(places)


def test_a_token_that_ends_on_the_way_is_renewed_once(filled_club: Club) -> None:
    calendar = filled_club.calendar()
    calm = calendar.read(NOW, UNTIL, ())
    filled_club.google.expire_tokens()

    assert calendar.read(NOW, UNTIL, ()) == calm
    assert len(filled_club.google.calls("oauth.token")) == 2


def test_a_token_that_is_never_good_ends_with_consent(filled_club: Club) -> None:
    filled_club.google.fail("calendar.events.list", EXPIRED_TOKEN, times=9)

    with pytest.raises(ConsentError, match="auth login"):
        read_events(filled_club)


@pytest.mark.parametrize(
    ("unticked", "reader", "feature"),
    [
        (EVENTS, read_events, "sessions"),
        (CONTACTS, read_contacts, "names"),
        (CALENDAR_LIST, read_by_name, "by its name"),
    ],
)
def test_a_scope_that_was_not_ticked_is_named_with_what_needs_it(unticked: str, reader: Reader, feature: str) -> None:
    world = filled()
    world.consent.granted = BY_NAME - {unticked}
    with GoogleEmulator(world) as emulator, pytest.raises(ConsentError, match=feature):
        reader(Club(emulator))


def test_each_stage_has_the_access_it_needs_and_no_more(filled_club: Club) -> None:
    read_events(filled_club)
    read_contacts(filled_club)
    read_by_name(filled_club)

    used = filled_club.google.scopes_used
    assert used("people.people.connections.list") == used("people.contactGroups.list") == {READING}
    assert used("calendar.events.list") == {READING, BY_NAME}
    assert used("calendar.calendarList.list") == {BY_NAME}


def test_a_consent_that_ends_is_warned_about_with_the_day() -> None:
    world = filled()
    world.consent.refresh_lifetime = timedelta(days=7)
    with google(world) as club:
        warnings = club.calendar().read(NOW, UNTIL, ()).warnings

    [warning] = warnings
    assert warning.code == "consent-ends"
    assert f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-}" in warning.text


@pytest.mark.parametrize("pages", [(1, 1, 1), (0, 2, 0, 1), (0, 0, 3)])
def test_short_and_empty_pages_are_read_to_the_end(pages: tuple[int, ...]) -> None:
    world = World()
    world.calendar().put(*(event(f"e{number}", START) for number in range(3)))
    for number in range(3):
        world.contacts.add(f"Friend {number}", f"f{number}@example.org", labels=[f"Label {number}"])
    with google(world) as club:
        for call in ("calendar.events.list", "people.people.connections.list", "people.contactGroups.list"):
            club.google.pages(call, *pages)
        events, contacts = club.calendar().read(NOW, UNTIL, ()).events, club.contacts().read().contacts

    assert {one.id for one in events} == {"e0", "e1", "e2"}
    assert {contact.labels for contact in contacts} == {("Label 0",), ("Label 1",), ("Label 2",)}


def test_a_calendar_is_found_by_its_name_over_all_pages() -> None:
    world = filled()
    world.calendars += [Calendar(f"c{number}@example.org", f"Calendar {number}") for number in range(499)]
    world.calendars.append(Calendar("last@example.org", "The last one"))
    world.calendar("last@example.org").put(event("lab", START))
    with google(world) as club:
        events = club.calendar_by_name("The last one").read(NOW, UNTIL, ()).events

        assert [one.id for one in events] == ["lab"]
        assert len(club.google.calls("calendar.calendarList.list")) > 1


def test_no_calendar_of_a_name_and_two_of_it_are_explained() -> None:
    world = filled()
    world.calendars.append(Calendar("other@example.org", NAME))
    with google(world) as club:
        with pytest.raises(InputError, match="2 calendars"):
            club.calendar_by_name(NAME).read(NOW, UNTIL, ())
        with pytest.raises(InputError, match="no calendar"):
            club.calendar_by_name("Nowhere").read(NOW, UNTIL, ())


def test_a_calendar_that_is_not_there_is_explained(filled_club: Club) -> None:
    with pytest.raises(InputError, match="calendar's id"):
        filled_club.calendar("nowhere@example.org").read(NOW, UNTIL, ())


def test_a_calendar_that_only_shows_busy_times_is_explained() -> None:
    world = filled()
    world.calendar().role = "freeBusyReader"
    with google(world) as club, pytest.raises(ConsentError, match="See all event details"):
        club.calendar().read(NOW, UNTIL, ())


@pytest.mark.parametrize(
    ("more", "role", "complete"),
    [
        ({}, "owner", True),
        ({"attendeesOmitted": True}, "owner", False),
        ({"guestsCanSeeOtherGuests": False, "organizer": {"email": "boss@example.org"}}, "owner", False),
        ({"guestsCanSeeOtherGuests": False}, "owner", True),
        ({"attendees": [attendee("team@example.org", asyncOperation="inProgress")]}, "owner", False),
        ({"visibility": "private"}, "owner", True),
    ],
)
def test_an_event_that_hides_people_is_not_taken_for_whole(more: dict[str, object], role: str, complete: bool) -> None:
    world = World()
    world.calendar().put(event("lab", START, attendees=["ann@example.org"]) | more)
    world.calendar().role = role
    with google(world) as club:
        [found] = club.calendar().read(NOW, UNTIL, ()).events

    assert found.complete is complete


def test_rooms_are_no_people_and_guests_without_a_name_are_counted() -> None:
    world = World()
    world.calendar().put(
        event(
            "lab",
            START,
            attendees=[
                attendee("room@resource.calendar.google.com", "accepted", resource=True),
                attendee("ann@example.org", "accepted", additionalGuests=2),
                attendee("bob@example.org", "declined", additionalGuests=3),
            ],
        )
    )
    with google(world) as club:
        reading = club.calendar().read(NOW, UNTIL, ())

    [found] = reading.events
    assert [(one.address, one.declined) for one in found.attendees] == [
        ("ann@example.org", False),
        ("bob@example.org", True),
    ]
    assert [(warning.code, warning.text[:9]) for warning in reading.warnings] == [("guests-unnamed", "2 guest(s")]


def test_an_attendee_without_an_address_is_warned_about_unless_they_do_not_come() -> None:
    world = World()
    nameless = [{"displayName": "A", "responseStatus": answer} for answer in ("accepted", "needsAction", "declined")]
    room = {"displayName": "Room", "responseStatus": "accepted", "resource": True}
    world.calendar().put(event("lab", START, attendees=[attendee("ann@example.org"), *nameless, room]))
    with google(world) as club:
        reading = club.calendar().read(NOW, UNTIL, ())

    assert [one.address for one in reading.events[0].attendees] == ["ann@example.org"]
    assert [(warning.code, warning.text[:11]) for warning in reading.warnings] == [
        ("attendee-without-address", "2 attendee(")
    ]


def test_a_description_in_html_is_read_as_text() -> None:
    world = World()
    world.calendar().put(event("lab", START, description="Bring <b>gloves</b> &amp; a coat.<br>Door&nbsp;2"))
    with google(world) as club:
        reading = club.calendar().read(NOW, UNTIL, ())

    assert [one.description for one in reading.events] == ["Bring gloves & a coat.\nDoor\u00a02"]


def test_a_contact_without_a_name_has_its_nickname_or_company() -> None:
    world = World()

    def add(**fields: str) -> None:
        person = world.contacts.add("", f"{len(world.contacts.people)}@example.org")
        source = {"metadata": {"source": {"type": "CONTACT", "id": "1"}}}
        if "nickname" in fields:
            person["nicknames"] = [{**source, "value": fields["nickname"]}]
        if "company" in fields:
            person["organizations"] = [{**source, "name": fields["company"]}]

    add(nickname="Nilo", company="Holt")
    add(nickname=" ", company="Holt")
    add()
    with google(world) as club:
        reading = club.contacts().read()

    assert [contact.name for contact in reading.contacts] == ["Nilo", "Holt", ""]
    assert [(warning.code, warning.text[:12]) for warning in reading.warnings] == [
        ("contact-without-name", "1 contact(s)")
    ]


def test_only_events_of_the_ordinary_type_are_asked_for() -> None:
    world = World()
    world.calendar().put(event("lab", START), event("away", START, eventType="outOfOffice"))
    with google(world) as club:
        assert [one.id for one in club.calendar().read(NOW, UNTIL, ()).events] == ["lab"]


def test_an_announced_event_is_looked_up_wherever_it_is_now() -> None:
    world = World()
    far = START + timedelta(days=30)
    world.calendar().put(event("moved", far), event("cancelled", START), event("purged", START), event("here", START))
    world.calendar().cancel("cancelled")
    world.calendar().purge("purged")
    with google(world) as club:
        reading = club.calendar().read(NOW, UNTIL, {"moved", "cancelled", "purged", "here"})

        assert {one.id: one.confirmed for one in reading.events} == {"moved": True, "cancelled": False, "here": True}
        assert len(club.google.calls("calendar.events.get")) == 3


def test_a_session_that_has_just_ended_is_not_asked_for_by_itself() -> None:
    world = World()
    world.calendar().put(event("over", NOW - timedelta(hours=5), NOW - timedelta(hours=2)))
    with google(world) as club:
        assert [one.id for one in club.calendar().read(NOW, UNTIL, {"over"}).events] == ["over"]
        assert club.google.calls("calendar.events.get") == ()


def test_days_stay_days_and_times_become_utc() -> None:
    world = World()
    world.calendar().put(event("day", date(2026, 11, 7)), event("time", START))
    with google(world) as club:
        found = {one.id: one for one in club.calendar().read(NOW, UNTIL, ()).events}

    assert (found["day"].start, found["day"].end) == (date(2026, 11, 7), date(2026, 11, 8))
    assert (found["time"].start, found["time"].end) == (START, START + timedelta(hours=3))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Paris", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "times",
    [{}, {"start": {"date": "9999-12-30"}, "end": {"date": "9999-12-31"}}, {"start": {"date": "0001-01-01"}}],
    ids=["no times", "the end of time", "the beginning of time"],
)
def test_a_deleted_event_has_a_window_whatever_is_left_of_its_times(zone: str, times: dict[str, object]) -> None:
    """What is deleted may come back as little more than its id ("Events: get")."""
    found = event_of({"id": "lab", "status": "cancelled", **times}, "owner")

    assert not found.confirmed
    assert presence(found, PresenceMode.WHOLE_DAY, ZoneInfo(zone)).start.year > 1


def test_googles_own_groups_are_no_labels_in_any_language() -> None:
    world = World()
    world.contacts.language = "fr"
    world.contacts.add("Ann", "ann@example.org", "ann@example.com", labels=["Adult", "Mentor"])
    world.contacts.add("", "nameless@example.org")
    with google(world) as club:
        found = {contact.name: contact for contact in club.contacts().read().contacts}

    assert found["Ann"].addresses == ("ann@example.org", "ann@example.com")
    assert sorted(found["Ann"].labels) == ["Adult", "Mentor"]
    assert found[""].labels == ()


def test_a_large_club_is_read_with_few_requests() -> None:
    world = World()
    world.calendar().put(*(event(f"e{number:04}", START, attendees=["f1@example.org"]) for number in range(2500)))
    for number in range(10_000):
        world.contacts.add(f"Friend {number}", f"f{number}@example.org", labels=[f"Label {number % 30}"])
    with google(world) as club:
        events, contacts = club.calendar().read(NOW, UNTIL, ()).events, club.contacts().read().contacts

        assert len(contacts) == 10_000
        assert {len(contact.labels) for contact in contacts} == {1}
        assert len(events) == 2500
        assert len(club.google.calls("people.people.connections.list")) == 10
        assert len(club.google.calls("calendar.events.list")) == 1

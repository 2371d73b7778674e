"""What goes over the wire when the calendar itself remembers what was said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessionsmgmt.adapters.google.calendar import GoogleCalendarFeed
from sessionsmgmt.adapters.google.extended_properties import LIMIT, size
from sessionsmgmt.adapters.google.ledger import CalendarLedger
from sessionsmgmt.adapters.ledger.sealing import Keys
from sessionsmgmt.domain.delivery.claims import (
    Begin,
    Claim,
    Entry,
    Hold,
    LedgerSnapshot,
    NotSent,
    Refused,
    Resolve,
    Sent,
    Step,
    digest,
)
from sessionsmgmt.domain.delivery.claims import Refusal as LedgerRefusal
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, UnreachableError
from sessionsmgmt.ports.ledger import Unwritten
from tests.builders import KEEP, NEW_YORK, NOW, RETENTION, announcement, attendees, club, reading, rule, window
from tests.builders import event as seen
from tests.contract.calendar_world import BY_NAME, SCOPES, START, CalendarLedgerWorld, a_calendar
from tests.emulators.google import Break, GoogleEmulator, Refusal, World, event, longest_chain
from tests.ledger_run import LedgerRun
from tests.wire.google import Club

LAB, SHOP = Key("campus", "lab"), Key("campus", "shop")
FIRST = announcement()
LIST, GET, PATCH = "calendar.events.list", "calendar.events.get", "calendar.events.patch"
FOREIGN = {"petsAllowed": "yes", "sessionsmgmt-notes": "1", "sessionsmgmt.rsvp": "x", "sent": "no", "note": "é\n;"}
LASTING = Refusal(503, "backendError", retry_after="3600")


@pytest.fixture
def world() -> Iterator[CalendarLedgerWorld]:
    with ExitStack() as stack:
        yield a_calendar(stack, RETENTION)


def begin(key: Key = LAB, run: str = "we", basis: Announcement | None = None, what: Announcement = FIRST) -> Begin:
    return Begin(key, run, basis, what)


def opened(world: CalendarLedgerWorld) -> LedgerRun[CalendarLedger]:
    """A run that has opened and read the ledger."""
    ledger = LedgerRun(world.open())
    ledger.read(NOW)
    return ledger


def told(world: CalendarLedgerWorld, *steps: Step, now: datetime = NOW) -> None:
    assert opened(world).write(steps, now) == ()


def say(world: CalendarLedgerWorld, key: Key = LAB, what: Announcement = FIRST) -> None:
    told(world, begin(key, what=what), Sent(key, "we", "mail 1"))


def entry(world: CalendarLedgerWorld, key: Key = LAB) -> Entry:
    return world.open().read(NOW).entry(key)


def count(world: CalendarLedgerWorld, call: str) -> int:
    return len(world.club.google.calls(call))


def bodies(world: CalendarLedgerWorld) -> list[dict[str, Any]]:
    return [json.loads(call.request.body) for call in world.club.google.calls(PATCH)]


def causes(missed: tuple[Refused | Unwritten, ...]) -> dict[Key, type]:
    return {one.key: type(one.cause) for one in missed if isinstance(one, Unwritten)}


def bear(world: CalendarLedgerWorld, id_: str, **private: str) -> None:
    """Let an event have these private properties besides those it has."""
    world.calendar.edit(id_, extendedProperties={"private": {**world.private(id_), **private}})


def serial(world: CalendarLedgerWorld, id_: str = "lab") -> int:
    """How often the ledger was written on the event."""
    return int(world.private(id_)["sessionsmgmt.0"].split()[2])


# what is asked


def test_reading_is_one_request_and_writing_one_for_each_event(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    assert [request.call for request in world.club.google.requests] == ["oauth.token", LIST]

    assert ledger.write([begin(), begin(SHOP)], NOW) == ()
    assert ledger.write([Sent(LAB, "we", "1"), Sent(SHOP, "we", "2"), begin(Key("campus", "one"))], NOW) == ()

    assert sorted(request.call for request in world.club.google.requests[2:]) == [PATCH] * 5


def test_reading_asks_for_no_more_than_it_needs_all_pages_of_it(world: CalendarLedgerWorld) -> None:
    say(world, SHOP)
    world.club.google.pages(LIST, 1, 0, 1)

    assert entry(world, SHOP).announcement == FIRST
    queries = [dict(call.request.query) for call in world.club.google.calls(LIST)]
    assert len(queries) == 1 + 4
    for query in queries:
        assert query["timeMin"] == (NOW - KEEP - timedelta(days=1)).isoformat()
        assert (query["singleEvents"], query["showDeleted"], query["maxResults"]) == ("false", "true", "2500")
        assert not {"timeMax", "syncToken", "privateExtendedProperty"} & query.keys()
        assert not any(name in query["fields"] for name in ("description", "location", "displayName", "creator"))


def test_the_events_of_a_write_are_written_at_the_same_time() -> None:
    sessions = [f"session{number}" for number in range(8)]
    calendar = World()
    calendar.calendar().put(*(event(session, START) for session in sessions))
    with GoogleEmulator(calendar, latency=0.05) as google:
        ledger = opened(CalendarLedgerWorld(Club(google), RETENTION))
        assert ledger.write([begin(Key("campus", session)) for session in sessions], NOW) == ()

        assert len(google.calls(PATCH)) == 8
        assert longest_chain(google.calls(PATCH)) < 4
        assert google.violations == ()


def test_every_change_is_guarded_and_mails_nobody(world: CalendarLedgerWorld) -> None:
    etag = world.calendar.events["lab"]["etag"]
    say(world)
    ledger = opened(world)
    ledger.write([begin(basis=FIRST)], NOW)
    ledger.write([NotSent(LAB, "we")], NOW)

    changes = world.club.google.calls(PATCH)
    assert len(changes) == 3
    assert changes[0].request.headers["If-Match"] == etag
    assert len({change.request.headers["If-Match"] for change in changes}) == 3
    assert all(dict(change.request.query)["sendUpdates"] == "none" for change in changes)


def test_what_others_keep_on_the_event_stays_as_it_is(world: CalendarLedgerWorld) -> None:
    shared = {"private": FOREIGN, "shared": {"sessionsmgmt.0": "theirs"}}
    world.calendar.edit("lab", extendedProperties=shared, description="Bring a pen")
    before = world.calendar.events["lab"]

    say(world)
    told(world, now=FIRST.presence.end + KEEP)

    after = world.calendar.events["lab"]
    volatile = ("etag", "updated", "sequence")
    assert {name: after[name] for name in before if name not in volatile} == {
        name: before[name] for name in before if name not in volatile
    }
    for body in bodies(world):
        assert body.keys() == {"extendedProperties"}
        assert body["extendedProperties"].keys() == {"private"}
        assert not body["extendedProperties"]["private"].keys() & FOREIGN.keys()


def test_one_narrow_token_serves_the_reading_stage_and_the_ledger(world: CalendarLedgerWorld) -> None:
    account = world.club.account()
    ledger = LedgerRun(CalendarLedger(account, SCOPES, world.keys, RETENTION, (), id=world.id))
    ledger.read(NOW)
    GoogleCalendarFeed(account, SCOPES, NEW_YORK, id=world.id).read(NOW, NOW, ())
    ledger.write([begin()], NOW)

    assert count(world, "oauth.token") == 1
    assert world.club.google.scopes_used(PATCH) == {SCOPES}


def test_a_calendar_given_by_name_is_looked_up_once_a_run(world: CalendarLedgerWorld) -> None:
    name = world.calendar.summary
    say(world)
    account = world.club.account()
    ledger = LedgerRun(CalendarLedger(account, BY_NAME, world.keys, RETENTION, (), name=name))
    assert ledger.read(NOW).entry(LAB).announcement == FIRST
    GoogleCalendarFeed(account, BY_NAME, NEW_YORK, name=name).read(NOW, NOW, ())
    ledger.read(NOW)

    assert count(world, "calendar.calendarList.list") == 1


# races and trouble


def test_an_edit_between_reading_and_claiming_costs_two_requests_and_stays(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.calendar.edit("lab", summary="Moved to the gym")

    assert ledger.write([begin()], NOW) == ()

    assert [request.call for request in world.club.google.requests[2:]] == [PATCH, GET, PATCH]
    assert world.calendar.events["lab"]["summary"] == "Moved to the gym"
    assert entry(world).claim == Claim("we", NOW, FIRST)


def test_an_edit_between_claiming_and_settling_loses_nothing(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    ledger.write([begin()], NOW)
    world.calendar.edit("lab", summary="Moved to the gym")

    assert ledger.write([Sent(LAB, "we", "mail 1")], NOW) == ()
    assert entry(world) == Entry(FIRST, None, "mail 1", NOW)


def test_a_claim_of_somebody_else_in_between_is_respected(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    told(world, begin(run="they"))

    assert ledger.write([begin()], NOW) == (Refused(LAB, LedgerRefusal.ANOTHER_RUN_SENDING),)
    assert entry(world).claim == Claim("they", NOW, FIRST)


def test_an_event_that_changes_all_the_time_is_given_up(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, Refusal(412, "conditionNotMet"), times=99)

    missed = ledger.write([begin()], NOW)

    assert causes(missed) == {LAB: UnreachableError}
    assert "changed all the time" in str(missed[0])


LOST = [Break.CLOSE_AFTER_ACCEPTING, Break.RESET_AFTER_ACCEPTING, Break.TRUNCATE, Break.GARBLE]


@pytest.mark.parametrize("trouble", LOST)
@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        ([], begin(), Entry(claim=Claim("we", NOW, FIRST))),
        ([begin()], Sent(LAB, "we", "mail 1"), Entry(FIRST, None, "mail 1", NOW)),
        ([begin()], Hold(LAB, "we"), Entry(claim=Claim("we", NOW, FIRST, held=True))),
        ([begin()], NotSent(LAB, "we"), Entry()),
        ([begin(), Hold(LAB, "we")], Resolve(LAB, arrived=True), Entry(FIRST, None, "", NOW)),
        ([begin(), Hold(LAB, "we")], Resolve(LAB, arrived=False), Entry(at=NOW)),
    ],
)
def test_a_step_whose_reply_is_lost_is_taken_once(
    world: CalendarLedgerWorld, trouble: Break, before: list[Step], step: Step, after: Entry
) -> None:
    if before:
        told(world, *before)
    ledger = opened(world)
    world.club.google.fail(PATCH, trouble)

    assert ledger.write([step], NOW) == ()

    assert world.club.google.unmet == ()
    assert entry(world) == after
    assert not after.claim or serial(world) == len(before[:1]) + 1, "it was written twice"


@pytest.mark.parametrize("trouble", [Break.CLOSE_BEFORE_ACCEPTING, Refusal(503, "backendError"), Refusal(429, "x")])
def test_trouble_that_passes_is_waited_out(world: CalendarLedgerWorld, trouble: Break | Refusal) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, trouble, times=2)

    assert ledger.write([begin()], NOW) == ()
    assert world.club.google.unmet == ()


def test_one_event_that_fails_leaves_the_others_alone(world: CalendarLedgerWorld) -> None:
    keys = [Key("campus", one) for one in ("lab", "shop", "one", "other")]
    ledger = opened(world)
    world.club.google.fail(PATCH, LASTING)

    missed = ledger.write([begin(key) for key in keys], NOW)

    (failed,) = causes(missed).items()
    assert failed[1] is UnreachableError
    snapshot = world.open().read(NOW)
    assert {key for key in keys if snapshot.entry(key).claim} == set(keys) - {failed[0]}
    assert ledger.write([begin(failed[0])], NOW) == ()


def one_email() -> list[Begin]:
    """The claims for an email about two sessions, which are on two events."""
    return [replace(begin(key), email="ab" * 16) for key in (LAB, SHOP)]


def test_one_event_that_fails_gives_back_the_other_claim_of_its_email(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, LASTING)
    missed = ledger.write(one_email(), NOW)

    assert sorted(one.key for one in missed) == [LAB, SHOP]
    assert list(causes(missed).values()) == [UnreachableError]
    assert [one.refusal for one in missed if isinstance(one, Refused)] == [LedgerRefusal.EMAIL_NOT_CLAIMED]
    assert [entry(world, key).claim for key in (LAB, SHOP)] == [None, None]
    assert ledger.write(one_email(), NOW) == ()


def test_a_claim_that_can_not_be_given_back_is_missed_too_and_is_held_later(world: CalendarLedgerWorld) -> None:
    say(world, Key("campus", "one"))
    before = count(world, PATCH)
    ledger = opened(world)
    world.club.google.fail(PATCH, LASTING)
    world.club.google.fail(PATCH, LASTING, after=1)
    missed = ledger.write(one_email(), NOW)

    assert count(world, PATCH) - before == 3
    assert sorted(one.key for one in missed) == [LAB, SHOP]
    assert causes(missed) == {LAB: UnreachableError, SHOP: UnreachableError}
    [stuck] = [claim for key in (LAB, SHOP) if (claim := entry(world, key).claim)]
    assert not stuck.is_held(NOW)
    assert stuck.is_held(NOW + timedelta(hours=1))
    assert stuck.email == "ab" * 16


def test_a_calendar_that_may_not_be_written_says_so_for_each_event(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.calendar.role = "reader"

    missed = ledger.write([begin(), begin(SHOP)], NOW)

    assert causes(missed) == {LAB: ConsentError, SHOP: ConsentError}
    assert "Team Session" not in str(missed)


def test_an_event_of_somebody_else_that_may_not_be_written_leaves_the_others_alone(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, Refusal(403, "forbidden"))

    assert len(causes(ledger.write([begin(), begin(SHOP)], NOW))) == 1


def test_a_consent_that_is_too_small_ends_the_writing(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, Refusal(403, "insufficientPermissions"), times=2)

    with pytest.raises(ConsentError, match="consent"):
        ledger.write([begin(), begin(SHOP)], NOW)


def test_a_consent_that_ends_meanwhile_ends_the_writing(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.end_grant()

    with pytest.raises(ConsentError):
        ledger.write([begin(), begin(SHOP)], NOW)


def test_what_was_written_before_the_consent_ended_is_not_taken_back(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    world.club.google.fail(PATCH, Refusal(403, "insufficientPermissions"))

    missed = causes(ledger.write([begin(), begin(SHOP)], NOW))

    assert list(missed.values()) == [ConsentError]
    snapshot = world.open().read(NOW)
    assert {key for key in (LAB, SHOP) if snapshot.entry(key).claim} == {LAB, SHOP} - missed.keys()


def test_a_calendar_that_can_not_be_read_whole_is_no_ledger(world: CalendarLedgerWorld) -> None:
    say(world)
    world.club.google.pages(LIST, 1)
    world.club.google.fail(LIST, LASTING, after=1)

    with pytest.raises(UnreachableError):
        world.open().read(NOW)


# what becomes of events


def test_an_event_that_is_deleted_keeps_its_memory(world: CalendarLedgerWorld) -> None:
    say(world)
    world.calendar.cancel("lab")

    assert entry(world).announcement == FIRST
    told(world, begin(basis=FIRST, what=replace(FIRST, sequence=1)), Sent(LAB, "we", "mail 2"))
    assert entry(world).message_id == "mail 2"


def test_nothing_is_claimed_on_an_event_that_is_gone_for_good(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    ledger.write([begin(SHOP)], NOW)
    world.calendar.purge("lab")
    world.calendar.purge("shop")

    missed = ledger.write([begin(), Sent(SHOP, "we", "mail 1"), begin(Key("campus", "never"))], NOW)

    assert causes(missed) == dict.fromkeys((LAB, SHOP, Key("campus", "never")), RefusedError)


def test_an_event_that_is_not_listed_is_asked_for(world: CalendarLedgerWorld) -> None:
    world.calendar.put(event("old", START - timedelta(days=90)))
    old = Key("campus", "old")

    assert opened(world).write([begin(old)], NOW) == ()
    assert opened(world).write([begin(old, run="they")], NOW) == (Refused(old, LedgerRefusal.ANOTHER_RUN_SENDING),)


SERIES: dict[str, Any] = {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=8"]}
SECOND_ID = "team_20261114T220000Z"
SECOND_START = datetime(2026, 11, 14, 22, tzinfo=UTC)
SECOND = Key("campus", SECOND_ID)
WEEK = window(FIRST.presence.start + timedelta(days=7), FIRST.presence.end + timedelta(days=7))


def exception(id_: str = SECOND_ID, start: datetime = SECOND_START, **more: Any) -> dict[str, Any]:
    original = {"dateTime": "2026-11-14T22:00:00Z"}
    return event(id_, start, recurringEventId=id_.partition("_")[0], originalStartTime=original, **more)


@pytest.fixture
def weekly(world: CalendarLedgerWorld) -> CalendarLedgerWorld:
    world.calendar.put(event("team", START, **SERIES))
    return world


def test_what_is_said_of_instances_stands_on_the_series_in_one_request(weekly: CalendarLedgerWorld) -> None:
    first = Key("campus", "team_20261107T220000Z")
    assert opened(weekly).write([begin(first), begin(SECOND)], NOW) == ()

    assert count(weekly, PATCH) == 1
    assert [id_ for id_ in weekly.calendar.events if weekly.private(id_)] == ["team"]
    assert weekly.open().read(NOW).entries.keys() == {first, SECOND}


def test_days_of_a_series_stand_on_it_too(world: CalendarLedgerWorld) -> None:
    world.calendar.put(event("days", START.date(), **SERIES))
    day = Key("campus", "days_20261114")
    say(world, day)

    assert world.told("days")
    assert entry(world, day).announcement == FIRST


def test_an_instance_that_is_deleted_after_it_was_announced_is_remembered(weekly: CalendarLedgerWorld) -> None:
    say(weekly, SECOND, replace(FIRST, presence=WEEK))
    weekly.calendar.put(exception(status="cancelled"))

    assert entry(weekly, SECOND).announcement == replace(FIRST, presence=WEEK)
    told(weekly, begin(SECOND, basis=replace(FIRST, presence=WEEK)))


def test_the_old_copy_that_an_exception_has_of_its_series_counts_for_nothing(weekly: CalendarLedgerWorld) -> None:
    told(weekly, begin(SECOND))
    weekly.calendar.put(exception(extendedProperties=weekly.calendar.events["team"]["extendedProperties"]))
    stale = weekly.private(SECOND_ID)
    told(weekly, Sent(SECOND, "we", "mail 1"))

    assert entry(weekly, SECOND) == Entry(FIRST, None, "mail 1", NOW)
    assert weekly.private(SECOND_ID) == stale


def test_a_series_that_is_deleted_keeps_the_memory_of_its_instances(weekly: CalendarLedgerWorld) -> None:
    say(weekly, SECOND)
    weekly.calendar.cancel("team")

    assert entry(weekly, SECOND).announcement == FIRST
    told(weekly, begin(SECOND, basis=FIRST))


def test_a_series_that_has_ended_is_looked_at_for_the_instance_that_was_moved(world: CalendarLedgerWorld) -> None:
    world.calendar.put(
        event("team", START - timedelta(days=300), **SERIES), exception(start=START, id_="team_20260111T220000Z")
    )
    moved = Key("campus", "team_20260111T220000Z")
    say(world, moved)

    assert entry(world, moved).announcement == FIRST
    assert world.told("team")


def test_somebody_invited_to_one_instance_alone_has_its_memory_on_that(world: CalendarLedgerWorld) -> None:
    world.calendar.put(exception(id_="theirs_20261114T220000Z"))
    theirs = Key("campus", "theirs_20261114T220000Z")
    say(world, theirs)

    assert entry(world, theirs).announcement == FIRST


def test_a_duplicated_event_is_one_that_nothing_was_said_about(world: CalendarLedgerWorld) -> None:
    crowd = replace(FIRST, people=frozenset(digest(b"", str(number)) for number in range(200)))
    say(world, what=crowd)
    world.calendar.put(event("copy", START, extendedProperties=world.calendar.events["lab"]["extendedProperties"]))
    copy = Key("campus", "copy")
    assert len(world.private("copy")) > 4

    assert world.open().read(NOW).entries.keys() == {LAB}
    told(world, begin(copy))
    assert world.open().read(NOW).entries.keys() == {LAB, copy}
    assert world.private("copy").keys() == {"sessionsmgmt.of", "sessionsmgmt.count", "sessionsmgmt.0"}


def test_the_memory_of_another_calendar_does_not_come_along(world: CalendarLedgerWorld) -> None:
    say(world)
    other = replace(world, id="other@group.calendar.google.com")
    world.club.google.world.calendars.append(replace(world.calendar, id=other.id))

    assert other.open().read(NOW).entries == {}


# what may not be trusted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sessionsmgmt.0", None),
        ("sessionsmgmt.1", None),
        ("sessionsmgmt.count", None),
        ("sessionsmgmt.count", "1"),
        ("sessionsmgmt.count", "two"),
        ("sessionsmgmt.of", None),
        ("sessionsmgmt.9", "more"),
        ("sessionsmgmt.1", "AAAA"),
        ("sessionsmgmt.0", "no such head"),
    ],
)
def test_a_memory_that_is_cut_or_changed_ends_the_run(world: CalendarLedgerWorld, name: str, value: str | None) -> None:
    say(world, what=replace(FIRST, people=frozenset(digest(b"", str(number)) for number in range(40))))
    properties = {**world.private("lab"), name: value}
    assert len(world.private("lab")) == 4
    world.calendar.edit("lab", extendedProperties={"private": {one: v for one, v in properties.items() if v}})

    with pytest.raises(RefusedError) as caught:
        world.open().read(NOW)

    assert isinstance(caught.value, RefusedError)
    assert "the event lab" in str(caught.value)
    assert "Team Session" not in str(caught.value)


def test_a_memory_that_is_changed_while_it_is_written_fails_for_that_event(world: CalendarLedgerWorld) -> None:
    ledger = opened(world)
    bear(world, "lab", **{"sessionsmgmt.0": "x"})

    assert causes(ledger.write([begin(), begin(SHOP)], NOW)) == {LAB: RefusedError}


def test_another_key_is_told_from_damage(world: CalendarLedgerWorld) -> None:
    say(world)

    with pytest.raises(RefusedError, match="another key"):
        replace(world, keys=Keys(bytes(32))).open().read(NOW)


def test_after_a_change_of_keys_all_is_sealed_anew_with_the_next_write(world: CalendarLedgerWorld) -> None:
    say(world)
    say(world, SHOP)
    secret = world.open().read(NOW).secret
    changed = replace(world, keys=Keys(bytes(32), world.keys.current))

    told(changed)
    told(changed)

    assert count(world, PATCH) == 2 + 2
    alone = replace(world, keys=Keys(bytes(32)))
    assert alone.open().read(NOW).entries.keys() == {LAB, SHOP}
    assert alone.open().read(NOW).secret == secret


# room


def test_what_is_long_is_kept_in_pieces_that_google_does_not_cut(world: CalendarLedgerWorld) -> None:
    crowd = replace(FIRST, people=frozenset(digest(b"", str(number)) for number in range(800)))
    say(world, what=crowd)

    assert len(world.private("lab")) > 10
    assert all(len(name) <= 44 and len(value) <= 1000 for name, value in world.private("lab").items())
    assert entry(world).announcement == crowd


def test_what_google_would_not_keep_is_not_claimed_and_all_else_is(world: CalendarLedgerWorld) -> None:
    crowd = replace(FIRST, people=frozenset(digest(b"", str(number)) for number in range(2500)))
    ledger = opened(world)
    other = Key("village", "lab")

    missed = ledger.write([begin(what=crowd), begin(other), Sent(other, "we", "mail 1")], NOW)

    assert causes(missed) == {LAB: InputError}
    assert "store: git" in str(missed[0])
    assert world.open().read(NOW).entries.keys() == {other}


def test_what_has_happened_is_told_even_where_the_room_ends(world: CalendarLedgerWorld) -> None:
    crowd = replace(FIRST, people=frozenset(digest(b"", str(number)) for number in range(1050)))
    told(world, begin(what=crowd))
    assert 25_000 < size(world.private("lab")) < LIMIT
    long = "".join(digest(b"", str(number)) for number in range(1000))

    told(world, Sent(LAB, "we", long))

    assert size(world.private("lab")) > LIMIT
    assert entry(world).message_id == long


# forgetting


def test_what_is_forgotten_leaves_no_trace_on_any_event(world: CalendarLedgerWorld) -> None:
    for key in (LAB, SHOP):
        say(world, key)
    over = FIRST.presence.end + KEEP
    told(world, now=over - timedelta(seconds=1))
    assert count(world, PATCH) == 2

    told(world, now=over)

    assert count(world, PATCH) == 4
    assert not world.stored()


def test_what_can_not_be_forgotten_is_told(world: CalendarLedgerWorld) -> None:
    say(world)
    ledger = opened(world)
    world.calendar.role = "reader"

    assert causes(ledger.write([], FIRST.presence.end + KEEP)) == {LAB: ConsentError}


# beginning


def begun_with(world: CalendarLedgerWorld, secret: bytes) -> LedgerRun[CalendarLedger]:
    """A run that has read the ledger, and begins it with this secret if it is not begun."""
    ledger = LedgerRun(world.open(), LedgerSnapshot(secret))
    ledger.read(NOW)
    return ledger


def test_a_ledger_that_takes_over_begins_with_the_secret_of_the_other(world: CalendarLedgerWorld) -> None:
    ledger = begun_with(world, bytes(range(32)))
    assert ledger.read(NOW).secret == bytes(range(32))
    ledger.write([begin()], NOW)
    assert world.open().read(NOW).secret == bytes(range(32))

    assert begun_with(world, bytes(32)).read(NOW).secret == bytes(range(32))


def test_nothing_is_claimed_where_another_secret_began_in_between(world: CalendarLedgerWorld) -> None:
    slow, taking_over = opened(world), begun_with(world, bytes(range(32)))
    taking_over.write([begin(Key("village", "lab"))], NOW)

    assert slow.write([begin()], NOW) == (Refused(LAB, LedgerRefusal.ANOTHER_LEDGER_SECRET),)


def test_where_two_secrets_began_at_once_all_later_runs_take_the_same(world: CalendarLedgerWorld) -> None:
    runs = {LAB: bytes([7]) * 32, SHOP: bytes([3]) * 32, Key("campus", "one"): bytes([5]) * 32}
    ledgers = {key: begun_with(world, secret) for key, secret in runs.items()}
    for key, ledger in ledgers.items():
        ledger.write([begin(key)], NOW)

    assert world.open().read(NOW).secret == bytes([3]) * 32


# the earlier script

MARKS = {
    "sent": "true",
    "start": "2026-11-07T17:00:00.000000-0500",
    "end": "2026-11-07T20:00:00.000000-0500",
    "students": '{"mail": "sam@example.org", "name": "Sam Student"}',
    "adults": '{"mail": "ann@example.org", "name": "Ann Adult"}',
}
RULES = (rule("gym", match="Gym"), rule("campus"), rule("village"))


@pytest.fixture
def earlier_script(world: CalendarLedgerWorld) -> CalendarLedgerWorld:
    bear(world, "lab", **MARKS)
    return replace(world, rules=RULES)


def test_what_the_earlier_script_announced_is_not_announced_again(earlier_script: CalendarLedgerWorld) -> None:
    snapshot = earlier_script.open().read(NOW)
    decisions = decide([rule()], reading(seen()), club(memory=snapshot), NOW)

    assert snapshot.entries.keys() == {LAB}
    assert not decisions.due
    assert len(decisions.verdicts) == 1


def test_whom_the_earlier_script_did_not_name_is_added(earlier_script: CalendarLedgerWorld) -> None:
    who = attendees("ann@example.org", "sam@example.org", "sue@example.org")

    (due,) = decide([rule()], reading(seen(who=who)), club(memory=earlier_script.open().read(NOW)), NOW).due

    assert [newcomer.name for newcomer in due.newcomers] == ["Sue Student"]


def test_where_the_earlier_list_was_cut_everyone_invited_counts_as_named(earlier_script: CalendarLedgerWorld) -> None:
    bear(earlier_script, "lab", students='{"mail": "sam@example.org", "name": "Sam Student"};{"mail": "su')
    earlier_script.calendar.edit("lab", attendees=[{"email": "Sue@example.org"}])
    who = attendees("ann@example.org", "sam@example.org", "sue@example.org")

    assert not decide([rule()], reading(seen(who=who)), club(memory=earlier_script.open().read(NOW)), NOW).due


def test_reading_the_earlier_marks_writes_nothing(earlier_script: CalendarLedgerWorld) -> None:
    told(earlier_script)
    told(earlier_script, now=FIRST.presence.end + 2 * KEEP)

    assert count(earlier_script, PATCH) == 0


def test_what_we_say_supersedes_the_earlier_marks_which_stay(earlier_script: CalendarLedgerWorld) -> None:
    before = entry(earlier_script).announcement
    assert opened(earlier_script).write([begin()], NOW) == (Refused(LAB, LedgerRefusal.ANNOUNCED_MEANWHILE),)

    told(earlier_script, begin(basis=before), Sent(LAB, "we", "mail 1"))

    assert entry(earlier_script) == Entry(FIRST, None, "mail 1", NOW)
    assert {name: earlier_script.private("lab")[name] for name in MARKS} == MARKS


def test_an_edit_in_between_does_not_hide_the_earlier_marks(earlier_script: CalendarLedgerWorld) -> None:
    ledger = LedgerRun(earlier_script.open())
    before = ledger.read(NOW).entry(LAB).announcement
    earlier_script.calendar.edit("lab", location="Gym 2")

    assert ledger.write([begin(basis=before)], NOW) == ()


def test_an_instance_the_earlier_script_announced_is_remembered_on_its_series(weekly: CalendarLedgerWorld) -> None:
    earlier_script = replace(weekly, rules=RULES)
    weekly.calendar.put(exception(extendedProperties={"private": MARKS}))
    before = entry(earlier_script, SECOND).announcement
    assert before

    ledger = opened(earlier_script)
    weekly.calendar.edit("team", location="Gym 2")
    assert ledger.write([begin(SECOND, basis=before), Sent(SECOND, "we", "mail 1")], NOW) == ()

    assert entry(earlier_script, SECOND).message_id == "mail 1"
    assert weekly.private(SECOND_ID) == MARKS
    weekly.calendar.put(exception(status="cancelled"))
    assert entry(earlier_script, SECOND).message_id == "mail 1"


def test_marks_that_a_whole_series_bears_say_nothing_of_its_instances(weekly: CalendarLedgerWorld) -> None:
    bear(weekly, "team", **MARKS)

    assert replace(weekly, rules=RULES).open().read(NOW).entries == {}


def test_the_marks_of_a_duplicated_event_are_of_the_other(earlier_script: CalendarLedgerWorld) -> None:
    told(earlier_script, begin(basis=entry(earlier_script).announcement))
    earlier_script.calendar.put(
        event("copy", START, extendedProperties=earlier_script.calendar.events["lab"]["extendedProperties"])
    )

    assert earlier_script.open().read(NOW).entries.keys() == {LAB}


def test_marks_on_an_event_that_no_rule_matches_are_about_nothing(earlier_script: CalendarLedgerWorld) -> None:
    earlier_script.calendar.edit("lab", summary="Picnic")

    assert earlier_script.open().read(NOW).entries == {}


def test_what_we_said_is_not_forgotten_before_the_marks_it_supersedes(earlier_script: CalendarLedgerWorld) -> None:
    """A session of June that was moved to May is not called off in June."""
    sooner = replace(FIRST, presence=window(NOW - timedelta(days=40), NOW - timedelta(days=39)))
    told(earlier_script, begin(basis=entry(earlier_script).announcement, what=sooner), Sent(LAB, "we", "mail 1"))
    told(earlier_script)

    assert entry(earlier_script).announcement == sooner


def test_what_we_said_is_forgotten_with_the_marks_it_supersedes(earlier_script: CalendarLedgerWorld) -> None:
    told(earlier_script, begin(basis=entry(earlier_script).announcement), Sent(LAB, "we", "mail 1"))
    over = FIRST.presence.end + KEEP
    told(earlier_script, now=over)

    assert earlier_script.private("lab") == MARKS
    assert earlier_script.open().read(over).entries == {}

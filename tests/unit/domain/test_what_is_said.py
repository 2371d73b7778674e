"""The contract's "What is said when": what a session is, and its rows `new`, `changed`, `added` and none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from sessionsmgmt.domain.model.event import Event, Status
from sessionsmgmt.domain.model.looked_at import NextSession
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.rule import PresenceMode, Rule
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.emails import emails_of
from tests.builders import (
    CONTACTS,
    NOW,
    attendees,
    club,
    contact,
    days,
    event,
    hours,
    local,
    reading,
    rule,
    snapshot,
    utc,
    window,
)
from tests.unit.domain.announced_session import KEY, LAB, WHOLE_DAY, after, due, kinds, named, verdicts

MINUTE = timedelta(minutes=1)

# A session is an event that matches a notice, …


@pytest.mark.parametrize("title", ["Team Session", "TEAM SESSION", "The team session (lab)", "Re: team SessionS"])
def test_an_event_matches_by_a_part_of_its_title_without_regard_to_case(title: str) -> None:
    assert kinds(event(title=title)) == [Kind.NEW]


@pytest.mark.parametrize("title", ["", "Session", "Team-Session", "Dentist"])
def test_an_event_of_another_title_is_none(title: str) -> None:
    assert verdicts(event(title=title)) == ()


def test_a_title_matches_however_its_accents_are_written() -> None:
    composed, decomposed = "S\u00e9ance", "Se\u0301ance"
    assert kinds(event(title=decomposed), by=rule(match=composed)) == [Kind.NEW]
    assert kinds(event(title=composed), by=rule(match=decomposed)) == [Kind.NEW]


# … begins within `within` of now …


def test_a_session_is_said_from_the_very_moment_it_comes_within_reach() -> None:
    at_the_edge = NOW.replace(hour=22)  # LAB begins 24 hours later
    assert kinds(LAB, now=at_the_edge - MINUTE) == []
    assert kinds(LAB, now=at_the_edge) == [Kind.NEW]


def test_a_session_out_of_reach_is_skipped_with_the_reason() -> None:
    [verdict] = verdicts(LAB, by=rule(within=hours(2)))
    assert (verdict.state, verdict.kind, verdict.notice) == (State.SKIPPED, None, None)
    assert verdict.reason == "too early: will be announced on Nov 7"
    assert (verdict.title, verdict.begins) == (LAB.title, LAB.start)


def test_a_day_of_another_year_is_said_with_the_year() -> None:
    [verdict] = verdicts(event(start=local(2027, 2, 1, 17)))
    assert verdict.reason == "too early: will be announced on Jan 31, 2027"


def test_what_was_looked_at_has_the_events_the_matches_and_the_next_session_of_each_rule() -> None:
    over = event("over", start=local(2026, 11, 6, 9))
    other, later = event("other", title="Dentist"), event("later", start=local(2026, 11, 14, 17))
    nobody = event("nobody", start=local(2026, 11, 7, 9), who=())
    looked_at = decide([rule(), rule("pool", match="Pool")], reading(over, other, later, nobody, LAB), club(), NOW)
    campus, pool = looked_at.looked_at
    assert (campus.notice, campus.events, campus.matching) == ("campus", 4, 3)
    assert campus.next == NextSession(local(2026, 11, 7, 17), local(2026, 11, 6, 17), LAB.start, LAB.title)
    assert (pool.notice, pool.events, pool.matching, pool.next) == ("pool", 4, 0, None)


def test_a_day_ahead_is_the_same_time_tomorrow_also_when_the_clocks_change() -> None:
    spring = event(start=local(2026, 3, 8, 18))  # a day of 23 hours
    assert kinds(spring, now=local(2026, 3, 7, 18)) == [Kind.NEW]
    autumn = event(start=local(2026, 11, 1, 18))  # a day of 25 hours
    assert kinds(autumn, now=local(2026, 10, 31, 18)) == [Kind.NEW]
    assert kinds(autumn, now=local(2026, 10, 31, 18) - MINUTE) == []
    assert kinds(autumn, by=rule(within=hours(24)), now=local(2026, 10, 31, 18)) == []


def test_an_all_day_event_begins_with_its_day_in_the_configured_zone() -> None:
    competition = event(start=date(2026, 11, 7), end=date(2026, 11, 9))
    assert kinds(competition, by=rule(within=hours(6)), now=local(2026, 11, 6, 18)) == [Kind.NEW]
    assert kinds(competition, by=rule(within=hours(6)), now=local(2026, 11, 6, 17, 59)) == []


# … or is under way, …


@pytest.mark.parametrize("now", [local(2026, 11, 7, 17), local(2026, 11, 7, 18, 30), local(2026, 11, 7, 19, 59)])
def test_a_session_under_way_of_which_nothing_was_said_is_new(now: datetime) -> None:
    assert kinds(LAB, now=now) == [Kind.NEW]


@pytest.mark.parametrize("by", [rule(), WHOLE_DAY])
def test_a_session_that_has_ended_is_not_announced_any_more(by: Rule) -> None:
    assert verdicts(LAB, by=by, now=local(2026, 11, 7, 20)) == ()


def test_a_session_of_several_days_is_under_way_between_its_nights() -> None:
    camp = event(start=local(2026, 11, 2, 9), end=local(2026, 11, 9, 12))
    assert kinds(camp) == [Kind.NEW]


def test_an_all_day_session_is_under_way_until_its_last_day_is_over() -> None:
    competition = event(start=date(2026, 11, 7), end=date(2026, 11, 9))
    assert kinds(competition, now=local(2026, 11, 8, 23, 58)) == [Kind.NEW]
    assert kinds(competition, now=local(2026, 11, 9)) == []


def test_an_event_without_length_counts_until_its_moment_is_past() -> None:
    moment = event(end=LAB.start)
    assert isinstance(LAB.start, datetime)
    assert kinds(moment, now=LAB.start) == [Kind.NEW]
    assert kinds(moment, now=LAB.start + MINUTE) == []


# … is confirmed, and has at least one attendee who did not decline and whom a contact names with a role.


def test_an_event_that_is_not_confirmed_is_not_announced() -> None:
    assert verdicts(event(status=Status.CANCELLED)) == ()


@pytest.mark.parametrize(
    "who",
    [
        pytest.param((), id="nobody is invited"),
        pytest.param(attendees("ann@example.org", declined=["ann@example.org"]), id="all declined"),
        pytest.param(attendees("stranger@example.org"), id="no contact"),
        pytest.param(attendees("fay@example.org"), id="a contact without a role"),
    ],
)
def test_an_event_without_anybody_who_counts_is_skipped_with_the_reason(who: tuple[str, ...]) -> None:
    friend = contact("Fay Friend", labels=("Friends",))
    [verdict] = verdicts(event(who=who), contacts=(*CONTACTS, friend))
    assert (verdict.state, verdict.reason) == (State.SKIPPED, "nobody with a role attends")


# | nothing | `new`: everyone |


def test_a_session_of_which_nothing_was_said_is_new_and_names_everyone() -> None:
    [notice] = due(LAB)
    assert (notice.key, notice.kind, notice.before) == (KEY, Kind.NEW, None)
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sam Student"]}
    assert notice.newcomers == notice.people.people
    assert notice.presence == window(local(2026, 11, 7, 17), local(2026, 11, 7, 20))
    assert notice.announcement.sequence == 0
    assert notice.session.title == "Team Session"
    assert notice.session.location == "Room 101"


def test_one_notice_is_about_one_event_and_they_come_in_the_order_of_time() -> None:
    later, sooner = event("a", start=local(2026, 11, 7, 12)), event("b", start=local(2026, 11, 7, 9))
    assert [one.key.session for one in due(later, sooner)] == ["b", "a"]


def test_every_rule_that_matches_has_a_notice_of_its_own() -> None:
    rules = [rule("campus"), rule("hall", presence=PresenceMode.WHOLE_DAY), rule("pool", match="Swimming")]
    found = decide(rules, reading(LAB), club(), NOW)
    assert {(one.key.notice, one.presence.start) for one in found.due} == {
        ("campus", local(2026, 11, 7, 17)),
        ("hall", local(2026, 11, 7)),
    }


# | a presence window | it starts earlier or ends later, or takes place somewhere else | `changed`: everyone |


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(local(2026, 11, 7, 16, 59), local(2026, 11, 7, 20), id="starts earlier"),
        pytest.param(local(2026, 11, 7, 17), local(2026, 11, 7, 20, 1), id="ends later"),
        pytest.param(local(2026, 11, 7, 9), local(2026, 11, 7, 22), id="both"),
        pytest.param(local(2026, 11, 7, 9), local(2026, 11, 7, 10), id="another time of the day"),
        pytest.param(local(2026, 11, 6, 19), local(2026, 11, 6, 20), id="another day within reach"),
    ],
)
def test_a_session_that_starts_earlier_or_ends_later_has_changed(start: datetime, end: datetime) -> None:
    memory = after(LAB)
    [notice] = due(event(start=start, end=end, who=("ann@example.org", "sam@example.org")), memory=memory)
    assert (notice.kind, notice.presence) == (Kind.CHANGED, window(start, end))
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sam Student"]}
    assert notice.newcomers == frozenset()
    assert notice.before == memory.entry(KEY).announcement
    assert notice.announcement.sequence == 1


def test_who_is_new_to_a_changed_session_is_named_in_the_same_notice_and_marked() -> None:
    longer = event(end=local(2026, 11, 7, 21), who=("sue@example.org", "ann@example.org"))
    [notice] = due(longer, memory=after(LAB))
    assert notice.kind is Kind.CHANGED
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sue Student"]}
    assert {newcomer.name for newcomer in notice.newcomers} == {"Sue Student"}


def test_whole_days_change_only_with_the_day() -> None:
    memory = after(LAB, by=WHOLE_DAY)
    moved = event(start=local(2026, 11, 7, 9), end=local(2026, 11, 7, 23))
    assert kinds(moved, by=WHOLE_DAY, memory=memory) == []
    assert kinds(event(end=local(2026, 11, 8)), by=WHOLE_DAY, memory=memory) == []
    assert kinds(event(end=local(2026, 11, 8, 1)), by=WHOLE_DAY, memory=memory) == [Kind.CHANGED]


def test_a_session_is_extended_while_it_is_under_way() -> None:
    memory = after(LAB)
    assert kinds(event(end=local(2026, 11, 7, 22)), memory=memory, now=local(2026, 11, 7, 19)) == [Kind.CHANGED]
    assert kinds(event(end=local(2026, 11, 7, 22)), memory=memory, now=local(2026, 11, 7, 21)) == [Kind.CHANGED]


@pytest.mark.parametrize("place", ["Gym", "Room 102", "room 101 b"])
def test_a_session_at_another_place_has_changed(place: str) -> None:
    [notice] = due(event(location=place), memory=after(LAB))
    assert (notice.kind, notice.session.location) == (Kind.CHANGED, place)
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sam Student"]}
    assert kinds(event(location=place), memory=after(event(location=place), memory=after(LAB))) == []


@pytest.mark.parametrize("place", ["ROOM 101", " Room\u00a0101 ", "", "Room  101"])
def test_a_place_that_reads_the_same_or_is_not_told_any_more_is_no_change(place: str) -> None:
    assert kinds(event(location=place), memory=after(LAB)) == []


def test_where_no_place_is_remembered_the_place_alone_is_no_change() -> None:
    entry = after(LAB).entry(KEY)
    assert entry.announcement
    older = snapshot({KEY: replace(entry, announcement=replace(entry.announcement, place=""))})
    assert kinds(event(location="Gym"), memory=older) == []


# | the same or a wider window | someone new attends | `added`: everyone who is expected now, the new ones marked |


@pytest.mark.parametrize("end", [local(2026, 11, 7, 20), local(2026, 11, 7, 19)])
def test_someone_new_is_added_and_everyone_who_is_expected_named(end: datetime) -> None:
    more = event(end=end, who=("ann@example.org", "sue@example.org", "alf@example.org"))  # and Sam has left
    [notice] = due(more, memory=after(LAB))
    assert (notice.kind, notice.presence.end) == (Kind.ADDED, end)
    assert named(notice) == {"adults": ["Alf Adult", "Ann Adult"], "students": ["Sue Student"]}
    assert {newcomer.name for newcomer in notice.newcomers} == {"Alf Adult", "Sue Student"}


def test_who_left_and_returns_after_an_email_without_them_is_new() -> None:
    swapped = event(who=("ann@example.org", "sue@example.org"))
    memory = after(swapped, memory=after(LAB))
    [notice] = due(event(who=("ann@example.org", "sue@example.org", "sam@example.org")), memory=memory)
    assert (notice.kind, {newcomer.name for newcomer in notice.newcomers}) == (Kind.ADDED, {"Sam Student"})


def test_who_left_and_returns_without_an_email_in_between_is_not_new() -> None:
    memory = after(LAB)
    assert kinds(event(who=("ann@example.org",)), memory=memory) == []
    assert kinds(LAB, memory=memory) == []


def test_who_was_added_is_not_added_again_nor_are_those_named_before() -> None:
    more = event(who=("ann@example.org", "sam@example.org", "sue@example.org"))
    memory = after(more, memory=after(LAB))
    assert due(more, memory=memory) == ()
    assert due(event(who=("sam@example.org",)), memory=memory) == ()
    assert due(LAB, memory=memory) == ()


def test_an_added_notice_says_the_window_so_a_return_to_the_wider_one_is_a_change() -> None:
    shorter = event(end=local(2026, 11, 7, 19), who=("ann@example.org", "sam@example.org", "sue@example.org"))
    memory = after(shorter, memory=after(LAB))
    assert kinds(LAB, memory=memory) == [Kind.CHANGED]


def test_who_declined_and_then_accepts_is_added() -> None:
    half = event(who=attendees("ann@example.org", "sam@example.org", declined=["sam@example.org"]))
    [notice] = due(LAB, memory=after(half))
    assert (notice.kind, {newcomer.name for newcomer in notice.newcomers}) == (Kind.ADDED, {"Sam Student"})


# | the same or a wider window | nobody new | none |


@pytest.mark.parametrize(
    "now_true",
    [
        pytest.param(LAB, id="the same"),
        pytest.param(event(start=local(2026, 11, 7, 18), end=local(2026, 11, 7, 19)), id="shorter"),
        pytest.param(event(who=("ann@example.org",)), id="somebody left"),
        pytest.param(
            event(title="TEAM SESSION in the lab", location="room 101", description="Bring tape"), id="other words"
        ),
        pytest.param(event(who=("SAM@example.org", "Ann@Example.org", "x@example.org")), id="written differently"),
    ],
)
def test_what_the_owner_knows_already_is_not_said_again(now_true: Event) -> None:
    [verdict] = verdicts(now_true, memory=after(LAB))
    assert (verdict.state, verdict.reason) == (State.SKIPPED, "announced already")


# The presence of an all-day event ends at 23:59 of its last day, with `event` too; a session that ends at midnight …


@pytest.mark.parametrize("by", [rule(), WHOLE_DAY])
def test_an_all_day_session_is_announced_to_the_last_minute_of_its_last_day(by: Rule) -> None:
    [notice] = due(event(start=date(2026, 11, 7), end=date(2026, 11, 9)), by=by)
    assert notice.presence == window(local(2026, 11, 7), local(2026, 11, 8, 23, 59))


@pytest.mark.parametrize("by", [rule(), WHOLE_DAY])
def test_in_the_last_minute_before_midnight_a_session_is_neither_said_again_nor_called_off(by: Rule) -> None:
    late = event(start=local(2026, 11, 7, 21), end=local(2026, 11, 8))
    memory = after(late, by=by, now=local(2026, 11, 7, 9))
    for now in (utc(2026, 11, 8, 4, 59), utc(2026, 11, 8, 4, 59) + timedelta(seconds=59), utc(2026, 11, 8, 5)):
        assert due(late, by=by, memory=memory, now=now) == ()


def test_a_rule_that_looks_further_does_not_make_another_say_more() -> None:
    rules = [rule("near", within=hours(2)), rule("far", within=days(7))]
    assert [one.key.notice for one in decide(rules, reading(LAB), club(), NOW).due] == ["far"]


@pytest.mark.parametrize("mark", ["\u200e", "\u202a", "\u2069", "\u200b", "\ufeff"])
def test_marks_that_nobody_sees_make_no_difference_to_a_title(mark: str) -> None:
    assert rule().matches(f"{mark}Team{mark} Ses{mark}sion")
    assert rule().matches("Team\u2800\u3164Session")


def test_of_two_sessions_on_a_day_that_is_announced_whole_the_earlier_one_comes_first() -> None:
    early = event("z early", start=local(2026, 11, 7, 9))
    late = event("a late", start=local(2026, 11, 7, 15))
    all_day = event("m all day", start=date(2026, 11, 7))
    by = rule(presence=PresenceMode.WHOLE_DAY)
    decisions = decide([by], reading(late, early, all_day), club(), NOW)
    assert [verdict.key.session for verdict in decisions.verdicts] == ["m all day", "z early", "a late"]
    together = replace(by, combine=True)
    [email] = emails_of(decisions.due, [together])
    assert [notice.session.id for notice in email] == ["m all day", "z early", "a late"]
    [overview] = decide([by], reading(late, early), club(), NOW).looked_at
    assert overview.next
    assert overview.next.begins == early.start

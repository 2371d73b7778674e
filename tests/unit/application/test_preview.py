"""Previews of what is invented: the moment that shows most, and a club made up where none is given."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.invented import FixedLedger, GivenCalendar, GivenContacts, invent
from sessionsmgmt.application.job import Job, Mailing
from sessionsmgmt.application.notices.preview_job import fullest_moment, preview_sample
from sessionsmgmt.application.result import Data, PreviewResult
from sessionsmgmt.domain.model.event import Event
from sessionsmgmt.domain.model.notice import DEFAULT_KINDS, Kind, State
from sessionsmgmt.domain.model.people import Disclose, Role
from sessionsmgmt.domain.model.rule import PresenceMode, Require, Rule, Within
from sessionsmgmt.domain.sessions.presence import begin, horizon
from sessionsmgmt.entrypoints.exit_status import Exit, result_status
from sessionsmgmt.errors import InputError
from tests.builders import CONTACTS, NEW_YORK, NOW, ROLES, attendees, days, event, hours, local, rule, weeks
from tests.unit.application.mailings import mailing

TODAY = local(2030, 1, 1)


def invented(*rules: Rule, roles: tuple[Role, ...] = ROLES, chosen: datetime | None = None) -> PreviewResult:
    club = invent(rules, roles, NEW_YORK)
    return preview_sample(_job(rules, roles, club.calendar, club.contacts, club.ledger), Data.SAMPLE, chosen, TODAY)


def sample(*events: Event, rules: tuple[Rule, ...] = (rule(),), chosen: datetime | None = None) -> PreviewResult:
    calendar = GivenCalendar(tuple(events))
    return preview_sample(
        _job(rules, ROLES, calendar, GivenContacts(CONTACTS), FixedLedger()), Data.SAMPLE, chosen, TODAY
    )


def _job(
    rules: tuple[Rule, ...],
    roles: tuple[Role, ...],
    calendar: GivenCalendar,
    contacts: GivenContacts,
    ledger: FixedLedger,
) -> Job:
    mailings: tuple[Mailing, ...] = tuple(mailing(one, roles) for one in rules)
    return Job(NEW_YORK, roles, mailings, calendar, contacts, ledger)


def kinds(result: PreviewResult) -> list[tuple[str, Kind | None, State]]:
    return [
        (delivery.verdict.key.notice, delivery.verdict.kind, delivery.verdict.state) for delivery in result.deliveries
    ]


@pytest.mark.parametrize("within", [hours(1), days(1), weeks(3)])
@pytest.mark.parametrize("presence", PresenceMode)
def test_an_invented_club_shows_an_email_of_every_kind(within: Within, presence: PresenceMode) -> None:
    result = invented(rule(within=within, presence=presence, kinds=list(Kind)))

    assert kinds(result) == [("campus", kind, State.DUE) for kind in Kind]
    assert len(result.emails) == len(Kind)
    assert result.warnings == ()


def test_an_invented_club_shows_every_notice_however_far_it_looks() -> None:
    result = invented(rule("near", match="Near", within=hours(1)), rule("far", match="Far", within=weeks(4)))

    assert sorted(kinds(result)) == sorted((id_, kind, State.DUE) for id_ in ("near", "far") for kind in DEFAULT_KINDS)


def test_only_the_kinds_that_a_notice_wants_are_shown() -> None:
    assert kinds(invented(rule(kinds=[Kind.NEW, Kind.CANCELLED]))) == [
        ("campus", Kind.NEW, State.DUE),
        ("campus", Kind.CANCELLED, State.DUE),
    ]


def test_an_invented_club_has_the_adults_that_a_notice_asks_for() -> None:
    result = invented(rule(require=Require(adults=9, students_per_adult=1)))

    assert {state for _, _, state in kinds(result)} == {State.DUE}


def test_an_invented_club_has_the_clubs_own_roles() -> None:
    roles = (Role("mentors", ("Mentor",)), Role("parents", ("Parent",), Disclose.COUNT))
    result = invented(rule(), roles=roles)

    texts = [str(email) for email in result.emails.values()]
    assert any("Mentors" in text for text in texts)
    assert {state for _, _, state in kinds(result)} == {State.DUE}


def test_two_previews_of_an_invented_club_are_the_same() -> None:
    assert [bytes(email) for email in invented(rule()).emails.values()] == [
        bytes(email) for email in invented(rule()).emails.values()
    ]


def test_nothing_can_be_sent_with_what_is_only_looked_at() -> None:
    with pytest.raises(InputError, match="nothing can be sent"):
        FixedLedger().write(FixedLedger().read(NOW), [], NOW)


def test_a_sample_is_shown_at_the_moment_its_first_session_comes_near() -> None:
    result = sample(event(start=local(2024, 5, 8, 17)), event("later", start=local(2024, 6, 8, 17)))

    assert result.now == local(2024, 5, 7, 17)
    assert kinds(result)[0] == ("campus", Kind.NEW, State.DUE)


def test_a_chosen_moment_stands() -> None:
    chosen = local(2024, 6, 8, 12)
    result = sample(event(start=local(2024, 5, 8, 17)), event("later", start=local(2024, 6, 8, 17)), chosen=chosen)

    assert result.now == chosen
    assert [delivery.verdict.key.session for delivery in result.deliveries if delivery.verdict.state is State.DUE] == [
        "later"
    ]


def test_a_sample_without_a_session_is_shown_as_of_today() -> None:
    result = sample(
        event(title="Holidays"), event("alone", who=attendees("ann@example.org", declined=["ann@example.org"]))
    )

    assert (result.now, result.emails) == (TODAY, {})


def test_what_a_sample_lacks_is_nobodys_task() -> None:
    result = sample(event(), rules=(rule(require=Require(adults=5)),))

    assert kinds(result) == [("campus", Kind.NEW, State.FAILED)]
    assert result_status(result) is Exit.DONE


def test_the_moment_is_one_that_shows_as_many_notices_as_possible() -> None:
    rules = (rule("campus", match="Team", within=days(1)), rule("hall", match="Hall", within=days(1)))
    events = [
        event("first", title="Team", start=local(2026, 1, 10, 17)),
        event("second", title="Team", start=local(2026, 2, 10, 17)),
        event("both", title="Hall", start=local(2026, 2, 10, 20)),
    ]

    assert fullest_moment(events, rules, NEW_YORK) == local(2026, 2, 9, 20)


@given(st.integers(0, 365 * 24 * 60), st.sampled_from([hours(1), days(2), weeks(1)]))
def test_a_session_is_near_enough_at_its_moment_whatever_the_clocks_do(minute: int, within: Within) -> None:
    one = event(start=local(2026, 1, 1) + timedelta(minutes=minute))
    moment = fullest_moment([one], [rule(within=within)], NEW_YORK)

    assert moment is not None
    assert moment <= begin(one, NEW_YORK) <= horizon(moment, within, NEW_YORK)
    assert begin(one, NEW_YORK) - moment <= timedelta(weeks=1, hours=1)


def test_a_session_in_the_hour_that_comes_twice_is_shown_too() -> None:
    one = event(start=local(2026, 11, 1, 1, 30, fold=1))
    moment = fullest_moment([one], [rule(within=days(1))], NEW_YORK)

    assert moment is not None
    assert begin(one, NEW_YORK) <= horizon(moment, days(1), NEW_YORK)

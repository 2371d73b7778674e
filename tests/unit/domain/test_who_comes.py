"""Who counts as coming besides those who are invited by their own address: ``guardian``, ``include``, ``attending``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.model.event import Attendee, Event, Response
from sessionsmgmt.domain.model.notice import Kind, State
from sessionsmgmt.domain.model.people import Attending, Contact
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.domain.sessions.roster import (
    address_and_name,
    attendance,
    directory,
    guardian_and_name,
    identifiers,
    identifiers_of,
)
from sessionsmgmt.domain.sessions.setup_mistakes import oddities
from tests.builders import (
    ANN,
    NOW,
    ROLES,
    SAM,
    accepted,
    attendees,
    club,
    contact,
    event,
    local,
    reading,
    rule,
    snapshot,
)
from tests.unit.domain.announced_session import due, named, verdicts

PAT = contact("Pat Parent", "pat@example.org", labels=("Adult",))
KIM = Contact("Kim Parent", (), ("Student",), guardians=("Pat@example.org",))
LOU = Contact("Lou Parent", ("lou@example.org",), ("Student",), guardians=("pat@example.org", "lee@example.org"))
BOB = Contact("Bob Alone", (), ("Student",))

STUDENTS_TOO = rule(include=["student"])
YES_ONLY = rule(attending=Attending.ACCEPTED)


def names(contacts: tuple[Contact, ...], invited: tuple[Attendee, ...], **how: object) -> dict[str, list[str]]:
    by = replace(rule(), **how)  # type: ignore[arg-type]  # the fields of a rule
    found = attendance(invited, directory(contacts, ROLES), ROLES, by.include, by.attending).roster
    return {role: [person.name for person in people] for role, people in found.roles.items()}


def answers(**responses: Response) -> tuple[Attendee, ...]:
    return tuple(Attendee(f"{name}@example.org", response) for name, response in responses.items())


# Guardians


def test_a_guardian_who_is_invited_stands_for_the_children_and_counts_only_with_a_role() -> None:
    assert names((KIM, LOU), attendees("pat@example.org")) == {"adults": [], "students": ["Kim Parent", "Lou Parent"]}
    assert names((PAT, KIM), attendees("pat@example.org")) == {"adults": ["Pat Parent"], "students": ["Kim Parent"]}
    friend = replace(PAT, labels=("Friends",))
    assert names((friend, KIM), attendees("pat@example.org")) == {"adults": [], "students": ["Kim Parent"]}


def test_an_address_that_is_only_a_guardians_is_no_stranger_and_is_not_shared() -> None:
    found = attendance(attendees("pat@example.org"), directory((KIM, LOU), ROLES), ROLES)
    assert (found.strangers, found.roleless, found.shared) == ((), (), ())


def test_a_child_whose_contact_has_no_role_is_left_out_and_the_guardian_is_told_apart() -> None:
    found = attendance(attendees("pat@example.org"), directory((replace(KIM, labels=()),), ROLES), ROLES)
    assert found.roleless == attendees("pat@example.org")


def test_a_guardian_who_declined_keeps_the_child_away_unless_somebody_else_comes_for_the_child() -> None:
    assert names((LOU,), attendees("pat@example.org", declined=["pat@example.org"]))["students"] == []
    both = attendees("pat@example.org", "lee@example.org", declined=["pat@example.org"])
    assert names((LOU,), both)["students"] == ["Lou Parent"]


def test_a_child_is_counted_once_however_many_stand_for_the_child() -> None:
    everybody = attendees("pat@example.org", "lee@example.org", "lou@example.org")
    assert names((LOU,), everybody)["students"] == ["Lou Parent"]


def test_a_parent_and_a_child_of_the_same_name_are_two_people() -> None:
    father = contact("Jo Smith", "jo@example.org", labels=("Adult",))
    son = Contact("Jo Smith", (), ("Student",), guardians=("jo@example.org",))
    assert names((father, son), attendees("jo@example.org")) == {"adults": ["Jo Smith"], "students": ["Jo Smith"]}
    known = directory((father, son), ROLES)
    one, other = (set(identifiers(listed.person, known)) for listed in known.people)
    assert not one & other


def test_a_child_who_gets_an_address_is_not_new() -> None:
    session = event(who=attendees("pat@example.org"))
    memory = accepted(snapshot(), due(session, contacts=(PAT, KIM)), NOW)
    grown = replace(KIM, addresses=("kim@example.org",))
    assert due(session, contacts=(PAT, grown), memory=memory) == ()


def test_a_sibling_who_comes_later_is_new_although_the_guardian_was_told_of_before() -> None:
    session = event(who=attendees("pat@example.org"))
    memory = accepted(snapshot(), due(session, contacts=(PAT, KIM)), NOW)
    [notice] = due(session, contacts=(PAT, KIM, LOU), memory=memory)
    assert notice.kind is Kind.ADDED
    assert [newcomer.name for newcomer in notice.newcomers] == ["Lou Parent"]


def test_a_child_whose_guardian_declines_later_has_left() -> None:
    by = rule(kinds=[Kind.NEW, Kind.REMOVED])
    memory = accepted(
        snapshot(), due(event(who=attendees("ann@example.org", "pat@example.org")), by=by, contacts=(ANN, KIM)), NOW
    )
    gone = event(who=attendees("ann@example.org", "pat@example.org", declined=["pat@example.org"]))
    [notice] = due(gone, by=by, contacts=(ANN, KIM), memory=memory)
    assert notice.kind is Kind.REMOVED


def test_who_asks_about_a_guardians_address_gets_the_children_by_it_and_none_of_their_own_addresses() -> None:
    assert identifiers_of("PAT@example.org", directory((LOU,), ROLES)) == {
        "pat@example.org",
        guardian_and_name("pat@example.org", "Lou Parent"),
    }


# People who are included


def test_people_with_a_label_of_include_come_uninvited() -> None:
    [notice] = due(event(who=attendees("ann@example.org")), by=STUDENTS_TOO, contacts=(ANN, SAM, BOB))
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Bob Alone", "Sam Student"]}


def test_an_event_without_guests_is_a_session_by_include_alone() -> None:
    [notice] = due(event(who=()), by=STUDENTS_TOO, contacts=(ANN, BOB))
    assert named(notice) == {"adults": [], "students": ["Bob Alone"]}


def test_who_declined_does_not_come_included_or_not() -> None:
    invited = attendees("sam@example.org", "pat@example.org", declined=["sam@example.org", "pat@example.org"])
    assert names((SAM, KIM, BOB), invited, include=("Student",))["students"] == ["Bob Alone"]


def test_of_the_included_only_those_without_an_address_count_as_having_accepted() -> None:
    by = {"include": ("Student",), "attending": Attending.ACCEPTED}
    assert names((SAM, BOB, KIM), (), **by)["students"] == ["Bob Alone", "Kim Parent"]
    assert names((SAM, BOB), answers(sam=Response.ACCEPTED), **by)["students"] == ["Bob Alone", "Sam Student"]


def test_a_person_without_any_address_is_known_by_name_in_the_next_run() -> None:
    memory = accepted(snapshot(), due(event(who=()), by=STUDENTS_TOO, contacts=(ANN, BOB)), NOW)
    assert due(event(who=()), by=STUDENTS_TOO, contacts=(ANN, BOB), memory=memory) == ()
    known = directory((BOB,), ROLES)
    assert identifiers(known.people[0].person, known) == (address_and_name("", "Bob Alone"),)


def test_a_person_without_any_address_whose_label_is_gone_has_not_left() -> None:
    by = rule(include=["Student"], kinds=[Kind.NEW, Kind.REMOVED])
    session = event(who=attendees("ann@example.org"))
    memory = accepted(snapshot(), due(session, by=by, contacts=(ANN, BOB)), NOW)
    assert due(session, by=by, contacts=(ANN, replace(BOB, labels=())), memory=memory) == ()


def odd(*contacts: Contact) -> list[ReportWarning]:
    return [
        warning
        for warning in oddities([rule(include=["Juniors"])], [event()], contacts, ROLES, NOW)
        if warning.code != "role-without-contact"
    ]


def test_a_label_of_include_on_no_contact_is_a_warning() -> None:
    assert [warning.code for warning in odd(ANN)] == ["include-without-contact"]
    assert odd(Contact("Kim", (), ("juniors", "Student"))) == []


def test_included_people_without_a_role_are_a_warning_with_their_number() -> None:
    [warning] = odd(Contact("Kim", (), ("Juniors",)), Contact("Lou", (), ("Juniors", "Student")))
    assert warning.code == "contact-without-role"
    assert "1 contact(s)" in warning.text


def test_namesakes_without_an_address_count_as_one_person_with_a_warning() -> None:
    twice = (Contact("Kim", (), ("Juniors", "Student")), Contact("KIM ", (), ("Juniors", "Student")))
    [warning] = odd(*twice)
    assert warning.code == "contact-repeated"
    assert "Kim" not in warning.text
    assert names(twice, (), include=("Juniors",))["students"] == ["KIM"]
    assert odd(twice[0], replace(twice[1], guardians=("pat@example.org",))) == []


# Where only a yes counts


def test_where_only_a_yes_counts_who_has_not_answered_does_not_come() -> None:
    session = event(who=answers(ann=Response.ACCEPTED, alf=Response.NONE, sam=Response.DECLINED, sue=Response.ACCEPTED))
    [notice] = due(session, by=YES_ONLY)
    assert named(notice) == {"adults": ["Ann Adult"], "students": ["Sue Student"]}
    assert named(due(session)[0]) == {"adults": ["Alf Adult", "Ann Adult"], "students": ["Sue Student"]}


UNDECIDED = event(who=answers(ann=Response.NONE, sam=Response.DECLINED))


def test_a_session_nobody_accepted_yet_waits_with_a_warning() -> None:
    [verdict] = verdicts(UNDECIDED, by=YES_ONLY)
    assert (verdict.state, verdict.reason) == (State.SKIPPED, "nobody has accepted the invitation yet")
    assert "attendees-undecided" in codes(UNDECIDED)


def test_an_announced_session_that_everybody_must_accept_anew_stays_as_it_was_announced() -> None:
    said = event(who=answers(ann=Response.ACCEPTED))
    memory = accepted(snapshot(), due(said, by=YES_ONLY), NOW)
    assert due(UNDECIDED, by=YES_ONLY, memory=memory) == ()
    refused = event(who=answers(ann=Response.DECLINED))
    assert [one.kind for one in due(refused, by=YES_ONLY, memory=memory)] == [Kind.CANCELLED]
    moved = replace(said, start=local(2026, 11, 7, 16), attendees=answers(ann=Response.NONE))
    assert due(moved, by=YES_ONLY, memory=memory) == ()


def codes(*events: Event) -> set[str]:
    return {warning.code for warning in decide([YES_ONLY], reading(*events), club(), NOW).warnings}


cards = st.builds(
    Contact,
    st.sampled_from(["Ann", "Kim", ""]),
    st.lists(st.sampled_from(["a@x.org", "b@x.org"]), max_size=1).map(tuple),
    st.lists(st.sampled_from(["Adult", "Student"]), max_size=2).map(tuple),
    guardians=st.lists(st.sampled_from(["a@x.org", "g@x.org"]), max_size=2).map(tuple),
)
guests = st.builds(Attendee, st.sampled_from(["a@x.org", "b@x.org", "g@x.org"]), st.sampled_from(Response))


@pytest.mark.parametrize("include", [(), ("Student",)])
@given(st.lists(cards, max_size=6), st.lists(guests, max_size=4))
def test_who_accepted_is_among_those_who_did_not_decline(
    include: tuple[str, ...], contacts: list[Contact], invited: list[Attendee]
) -> None:
    known = directory(contacts, ROLES)
    yes, open_to_all = (
        attendance(invited, known, ROLES, include, attending).roster.people
        for attending in (Attending.ACCEPTED, Attending.INVITED)
    )
    assert yes <= open_to_all


@given(st.lists(cards, max_size=6), st.lists(guests, max_size=4))
def test_two_people_of_the_address_book_are_never_recognised_as_each_other(
    contacts: list[Contact], invited: list[Attendee]
) -> None:
    known = directory(contacts, ROLES)
    named = attendance(invited, known, ROLES, ("Student",)).roster.people
    everybody = [listed.person for listed in known.people if listed.person.name]
    for one in named & set(everybody):
        for other in everybody:
            assert one == other or not set(identifiers(one, known)) & set(identifiers(other, known))

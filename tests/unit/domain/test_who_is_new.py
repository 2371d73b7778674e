"""Whom the owner was told of already: people are recognised by their addresses, of which they may have several."""

from __future__ import annotations

from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.event import Attendee, Status
from sessionsmgmt.domain.model.notice import Kind, Notice
from sessionsmgmt.domain.model.people import Contact
from sessionsmgmt.domain.sessions.decide import decide
from tests.builders import ANN, NOW, SAM, accepted, attendees, club, contact, event, reading, rule, snapshot


def told(
    who: tuple[str, ...], contacts: tuple[Contact, ...], memory: LedgerSnapshot | None = None
) -> tuple[list[Notice], LedgerSnapshot]:
    """What is due about a session of these attendees, and the ledger once that was sent."""
    before = memory or snapshot()
    notices = decide([rule()], reading(event(who=who)), club(contacts, memory=before), NOW).due
    return list(notices), accepted(before, notices, NOW)


def names(notices: list[Notice]) -> list[tuple[Kind, list[str]]]:
    """Who is new in each notice."""
    return [(notice.kind, sorted(person.name for person in notice.newcomers)) for notice in notices]


def test_a_person_by_another_of_their_addresses_is_nobody_new() -> None:
    ann = contact("Ann Adult", "ann@example.org", "ann@work.example.org")
    _, memory = told(("ann@example.org",), (ann,))
    again, _ = told(("ann@work.example.org",), (ann,), memory)
    assert names(again) == []


def test_a_person_whose_contact_gained_an_address_is_nobody_new() -> None:
    _, memory = told(("ann@example.org",), (ANN,))
    moved = contact("Ann Adult", "ann@example.org", "ann@home.example.org")
    again, _ = told(("ann@home.example.org",), (moved,), memory)
    assert names(again) == []


def test_a_person_whose_name_was_corrected_is_nobody_new() -> None:
    _, memory = told(("ann@example.org",), (ANN,))
    again, _ = told(("ann@example.org",), (contact("Anne Adult", "ann@example.org"),), memory)
    assert names(again) == []


def test_a_person_in_another_role_than_before_is_nobody_new() -> None:
    _, memory = told(("sam@example.org",), (SAM,))
    again, _ = told(("sam@example.org",), (contact("Sam Student", labels=("Adult",)),), memory)
    assert names(again) == []


def test_who_was_left_out_for_want_of_a_label_is_added_once_there_is_one() -> None:
    _, memory = told(("ann@example.org", "sam@example.org"), (ANN, contact("Sam Student", labels=())))
    again, _ = told(("ann@example.org", "sam@example.org"), (ANN, SAM), memory)
    assert names(again) == [(Kind.ADDED, ["Sam Student"])]


def test_a_sibling_is_added_although_both_have_the_familys_address_too() -> None:
    kim = contact("Kim Park", "home@example.org", "kim@example.org", labels=("Student",))
    lee = contact("Lee Park", "home@example.org", "lee@example.org", labels=("Student",))
    _, memory = told(("kim@example.org",), (kim, lee))
    again, memory = told(("kim@example.org", "lee@example.org"), (kim, lee), memory)
    assert names(again) == [(Kind.ADDED, ["Lee Park"])]
    assert told(("home@example.org",), (kim, lee), memory)[0] == []


def test_a_parent_who_has_only_the_familys_address_is_added_after_the_child() -> None:
    kim = contact("Kim Park", "home@example.org", "kim@example.org", labels=("Student",))
    pat = contact("Pat Park", "home@example.org")
    _, memory = told(("kim@example.org",), (kim, pat))
    again, memory = told(("kim@example.org", "home@example.org"), (kim, pat), memory)
    assert names(again) == [(Kind.ADDED, ["Pat Park"])]
    assert told(("home@example.org",), (kim, pat), memory)[0] == []


def test_a_sibling_who_is_entered_later_under_the_same_address_is_not_missed() -> None:
    kim = contact("Kim Park", "home@example.org", labels=("Student",))
    lee = contact("Lee Park", "home@example.org", labels=("Student",))
    _, memory = told(("home@example.org",), (kim,))
    again, memory = told(("home@example.org",), (kim, lee), memory)
    assert [kind for kind, _ in names(again)] == [Kind.ADDED]
    assert "Lee Park" in names(again)[0][1]
    assert told(("home@example.org",), (kim, lee), memory)[0] == []


def test_a_child_is_nobody_new_once_a_sibling_has_the_same_address() -> None:
    first, second = contact("Ida", "family@example.org"), contact("Jon", "family@example.org")
    notices, memory = told(("family@example.org",), (first,))
    assert names(notices) == [(Kind.NEW, ["Ida"])]
    both, memory = told(("family@example.org",), (first, second), memory)
    assert names(both) == [(Kind.ADDED, ["Jon"])]
    alone, _ = told(("family@example.org",), (first,), memory)
    assert names(alone) == []


def test_two_namesakes_are_two() -> None:
    jo, joe = contact("Jo Park", "jo1@example.org"), contact("Jo Park", "jo2@example.org")
    _, memory = told(("jo1@example.org",), (jo, joe))
    again, _ = told(("jo1@example.org", "jo2@example.org"), (jo, joe), memory)
    assert names(again) == [(Kind.ADDED, ["Jo Park"])]


def test_no_address_or_name_can_be_read_from_what_is_remembered() -> None:
    kim, pat = contact("Kim Park", "home@example.org", labels=("Student",)), contact("Pat Park", "home@example.org")
    _, memory = told(("home@example.org", "ann@example.org"), (kim, pat, ANN))
    kept = repr(memory).casefold()
    assert not [text for text in ("home", "ann@", "example.org", "kim", "pat", "park", "adult") if text in kept]


def test_the_cautions_count_and_place_people_but_name_none() -> None:
    helper = contact("Hal Helper", labels=())
    kim, pat = contact("Kim Park", "home@example.org", labels=("Student",)), contact("Pat Park", "home@example.org")
    placed = event(
        who=(
            "ann@example.org",
            *attendees("hal@example.org", "home@example.org", "stranger@example.org", "other@example.org"),
        )
    )
    found = decide([rule("a"), rule("b")], reading(placed), club((ANN, helper, kim, pat)), NOW)
    assert {(warning.code, warning.text.split(" ")[0], warning.where) for warning in found.warnings} == {
        ("attendee-without-contact", "2", "lab"),
        ("contact-without-role", "1", "lab"),
        ("address-shared", "1", "lab"),
    }
    announcement = repr(found.warnings).casefold()
    assert not [text for text in ("hal@", "stranger", "helper", "park", "example.org") if text in announcement]


def test_a_caution_says_where_the_attendees_stand() -> None:
    guests = (Attendee("x@example.org", where="calendar.ics:33"), Attendee("y@example.org", where="calendar.ics:31"))
    [warning] = decide([rule()], reading(event(who=("ann@example.org", *guests))), club(), NOW).warnings
    assert warning.text.endswith("(calendar.ics:31, calendar.ics:33)")


def test_there_are_no_cautions_about_events_that_are_no_sessions_now() -> None:
    far = event("far", start=NOW.replace(year=2027), who=("ann@example.org", "stranger@example.org"))
    other = event("other", title="Dentist", who=("stranger@example.org",))
    gone = event("gone", status=Status.CANCELLED, who=("stranger@example.org",))
    assert decide([rule()], reading(far, other, gone), club(), NOW).warnings == ()

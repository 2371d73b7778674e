from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.google.extended_properties import (
    CUT,
    change,
    cut,
    earlier_announcement,
    is_copy,
    joined,
    ours,
    place,
)
from sessionsmgmt.adapters.ledger.sealing import Keys, seal, unseal
from sessionsmgmt.domain.delivery.claims import digest
from sessionsmgmt.domain.sessions.roster import directory, identifiers
from sessionsmgmt.errors import RefusedError
from tests.builders import ROLES, contact

KEYS = Keys(bytes(range(32)))
HERE = place("team@group.calendar.google.com", "lab")
SHOWN = "The ledger on the event lab"
CONTENT = st.binary(max_size=6000)


def sealed(content: bytes, serial: int = 1) -> bytes:
    return seal(content, KEYS, HERE, serial)


@given(CONTENT)
def test_what_is_cut_into_pieces_comes_back_whole(content: bytes) -> None:
    properties = cut(sealed(content), HERE)

    assert unseal(joined(properties, SHOWN), KEYS, HERE, SHOWN).content == content


@given(CONTENT)
def test_no_piece_is_one_that_google_would_cut_or_drop(content: bytes) -> None:
    properties = cut(sealed(content), HERE)

    assert all(len(name) <= 44 and len(value) <= 1000 for name, value in properties.items())
    assert all((name + value).isascii() and "\n" not in value for name, value in properties.items())
    assert ours(properties) == properties


@given(CONTENT, st.data())
def test_a_piece_that_is_cut_or_lost_is_noticed(content: bytes, data: st.DataObject) -> None:
    properties = cut(sealed(content), HERE)
    name = data.draw(st.sampled_from(sorted(properties.keys() - {"sessionsmgmt.of"})))
    short = data.draw(st.none() | st.integers(0, len(properties[name]) - 1))
    less = {one: value for one, value in properties.items() if one != name}
    if short is not None:
        less[name] = properties[name][:short]

    with pytest.raises(RefusedError):
        unseal(joined(less, SHOWN), KEYS, HERE, SHOWN)


@given(CONTENT, CONTENT)
def test_a_change_makes_the_one_of_the_other_and_asks_for_nothing_else(one: bytes, other: bytes) -> None:
    before, after = cut(sealed(one), HERE), cut(sealed(other, 2), HERE)
    asked = change(before, after)

    patched = {**before, **asked}
    assert {name: value for name, value in patched.items() if value is not None} == after
    assert not any(before.get(name) == value for name, value in asked.items())
    assert change(after, after) == {}
    assert change(before, {}) == dict.fromkeys(before)


@given(st.dictionaries(st.text().filter(lambda name: not name.startswith("sessionsmgmt.")), st.text()))
def test_what_others_write_is_never_taken_for_ours(properties: dict[str, str]) -> None:
    assert ours({**properties, "sessionsmgmt.notes": "x", "SESSIONSMGMT.0": "x", "sessionsmgmt.0 ": "x"}) == {}


def test_what_was_written_for_another_event_is_known_for_a_copy() -> None:
    properties = cut(sealed(b"{}"), HERE)

    assert not is_copy(properties, HERE)
    assert is_copy(properties, place("team@group.calendar.google.com", "shop"))
    assert is_copy(properties, place("other@group.calendar.google.com", "lab"))
    assert not is_copy({}, HERE)


# the earlier script

SENT = {
    "sent": "true",
    "start": "2026-11-07T17:00:00.000000-0500",
    "end": "2026-11-07T20:00:00.000000-0500",
    "students": "",
    "adults": "",
}
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"mail": st.emails(), "name": st.text(st.characters(exclude_categories=["Cs"]), max_size=30)}
    ),
    max_size=12,
)


def joined_up(people: list[dict[str, str]]) -> str:
    return ";".join(json.dumps(person) for person in people)


def known(students: str, *invited: str) -> frozenset[str]:
    found = earlier_announcement({**SENT, "students": students}, invited)
    assert found
    return found.people


def test_the_announced_window_is_in_utc() -> None:
    found = earlier_announcement(SENT, ())

    assert found
    assert found.presence.start == datetime(2026, 11, 7, 22, tzinfo=UTC)
    assert found.presence.end == datetime(2026, 11, 8, 1, tzinfo=UTC)
    assert found.presence.start.tzinfo is UTC
    assert found.people == frozenset()


@given(PEOPLE)
def test_whoever_was_named_is_recognised_by_the_address_book(people: list[dict[str, str]]) -> None:
    text = joined_up(people)[: CUT - 1]
    whole = len(joined_up(people)) < CUT
    found = {digest(bytes(32), mark) for mark in known(text)}
    for person in people if whole else ():
        card = contact(person["name"], person["mail"])
        snapshot = directory([card], ROLES)
        (listed,) = snapshot.by_address[person["mail"].casefold()]
        assert {digest(bytes(32), mark) for mark in identifiers(listed.person, snapshot)} <= found


def test_a_name_may_hold_what_the_list_is_joined_by() -> None:
    people = [{"mail": "ann@example.org", "name": 'A; "B"};{'}, {"mail": "sam@example.org", "name": "Sam"}]

    assert {"ann@example.org", "sam@example.org", "sam@example.org\nsam"} <= known(joined_up(people), "sue@example.org")
    assert "sue@example.org" not in known(joined_up(people), "sue@example.org")


FULL = joined_up([{"mail": f"person{number}@example.org", "name": "A"} for number in range(40)])


@given(st.integers(1, CUT))
def test_a_list_cut_anywhere_within_somebody_counts_everyone_invited_as_named(length: int) -> None:
    text = FULL[:length]
    found = known(text, "sue@example.org")

    whole_people = text.count('"}')
    assert all(f"person{number}@example.org" in found for number in range(whole_people))
    assert ("sue@example.org" in found) == (not text.endswith("}") or length == CUT)


def test_a_list_cut_just_between_two_people_is_known_by_its_length() -> None:
    person = joined_up([{"mail": "ann@example.org", "name": "A"}])
    padded = joined_up([{"mail": "ann@example.org", "name": "A" * (CUT + 1 - len(person))}])
    assert len(padded) == CUT

    assert "sue@example.org" in known(padded, "sue@example.org")
    assert "sue@example.org" not in known(padded.replace("AA", "A", 1), "sue@example.org")


@pytest.mark.parametrize(
    "change_of",
    [
        {"sent": "false"},
        {"sent": "True"},
        {"start": ""},
        {"start": "2026-11-07T17:00:00"},
        {"end": "tomorrow"},
        {"end": "2026-11-07T16:59:59.000000-0500"},
        {"start": "0001-01-01T00:00:00.000000+2359"},
        {"end": "9999-12-31T23:59:59.000000-2359"},
        {"end": "9000-01-01T00:00:00.000000+0000"},
    ],
)
def test_marks_that_can_not_be_read_count_for_nothing(change_of: dict[str, str]) -> None:
    assert earlier_announcement({**SENT, **change_of}, ("ann@example.org",)) is None


def test_marks_without_a_part_count_for_nothing_or_for_nobody() -> None:
    assert earlier_announcement({}, ()) is None
    assert earlier_announcement({"sent": "true"}, ()) is None
    assert earlier_announcement({name: SENT[name] for name in ("sent", "start", "end")}, ())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("[" * 1023, False),
        ('{"mail":' * 100, False),
        ("5;null;[];{}", True),
        ('{"mail": 5, "name": []}', True),
        ('{"mail": "", "name": "A"}', True),
        ('{"mail": "\\ud800@example.org", "name": "A"}', True),
        ("\x00", False),
        ("\ud800", False),
        (";", False),
        ("1" * 1000, True),
        ('{"mail": "a@example.org"} {"mail": "b@example.org"}', False),
    ],
)
def test_hostile_lists_name_nobody_and_break_nothing(text: str, whole: bool) -> None:
    found = known(text, "sue@example.org", "\ud800@example.org")

    assert found - {"a@example.org"} == (frozenset() if whole else {"sue@example.org"})
    assert all(digest(bytes(32), one) for one in found)


def test_a_name_that_is_half_a_character_leaves_the_address() -> None:
    assert known('{"mail": "ann@example.org", "name": "\\udfff"}') == {"ann@example.org"}


@given(st.dictionaries(st.sampled_from(sorted(SENT)), st.text()), st.lists(st.text()))
def test_no_marks_break_anything(properties: dict[str, str], invited: list[str]) -> None:
    found = earlier_announcement({**SENT, **properties}, invited)

    assert found is None or all(digest(bytes(32), person) for person in found.people)
    assert "@" not in repr(found)

"""What is told of a claim in doubt, given the mail that can be seen to have left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.delivery.claims import LEASE, Claim, Entry, LedgerSnapshot
from sessionsmgmt.domain.delivery.reconciliation import (
    BACK,
    SKEW,
    Mail,
    earliest,
    email_mark,
    held_claims,
    mail_digest,
    mark,
    reconciled,
)
from sessionsmgmt.domain.model.notice import Key, Kind, Presence
from tests.builders import NOW, SECRET, announcement, claim, snapshot, window

TEAM = "MantaBots"
LAB, SHOP, HALL = (Key("campus", name) for name in ("lab", "shop", "hall"))
OFFICE = ("office@example.org", "guard@example.org")
SUBJECT = "MantaBots on Saturday"
LOOKS = mail_digest(SECRET, OFFICE, SUBJECT)
CLAIMED = NOW - LEASE
INSTANT = timedelta(microseconds=1)


def held(run: str = "a run", at: datetime = CLAIMED, mail: str = LOOKS) -> Claim:
    return replace(claim(run, at=at, held=True), mail=mail)


def alive(run: str = "a run that is at it") -> Claim:
    return replace(claim(run, at=NOW), mail=LOOKS)


def memory(claims: Mapping[Key, Claim], entry: Entry | None = None) -> LedgerSnapshot:
    return snapshot({key: replace(entry or Entry(), claim=one) for key, one in claims.items()})


def letter(
    number: int = 1,
    at: datetime = CLAIMED + timedelta(seconds=1),
    marked: str = "",
    to: tuple[str, ...] = OFFICE,
    subject: str = SUBJECT,
) -> Mail:
    return Mail(f"mail {number}", to, subject, at, marked)


def marked(key: Key = LAB, number: int = 1, *, team: str = TEAM, at: datetime = CLAIMED) -> Mail:
    """A mail that says what it is, and looks like nothing in particular."""
    return letter(number, at, mark(team, key, announcement()), (), "")


def told(memory: LedgerSnapshot, *mails: Mail, now: datetime = NOW) -> dict[Key, str]:
    """The id each claim is told to have, empty where its mail did not leave."""
    claims = held_claims(memory, now)
    found = reconciled(memory, mails, TEAM, now)
    assert all(one.run == claims[one.key].run for one in found)
    return {one.key: one.message_id for one in found}


def test_a_mail_is_found_by_its_mark() -> None:
    assert told(memory({LAB: held()}), marked()) == {LAB: "mail 1"}


def test_a_mark_is_enough_for_a_claim_that_does_not_say_what_its_mail_looks_like() -> None:
    assert told(memory({LAB: held(mail="")}), marked()) == {LAB: "mail 1"}


def test_a_mail_without_its_mark_is_found_by_whom_it_went_to_and_its_subject() -> None:
    other = letter(to=("GUARD@example.org ", "office@Example.org"), subject="  MantaBots\r\n on  Saturday")
    assert told(memory({LAB: held()}), other) == {LAB: "mail 1"}


@pytest.mark.parametrize(
    "other",
    [
        letter(to=OFFICE[:1]),
        letter(to=(*OFFICE, "more@example.org")),
        letter(subject="MantaBots on Sunday"),
        marked(SHOP),
        marked(team="Others"),
    ],
)
def test_another_mail_is_not_taken_for_it(other: Mail) -> None:
    assert told(memory({LAB: held()}), other) == {LAB: ""}


def test_without_any_mail_it_did_not_leave() -> None:
    assert told(memory({LAB: held(), SHOP: held(mail=mail_digest(SECRET, (), ""))})) == {LAB: "", SHOP: ""}


def test_of_a_claim_that_does_not_say_what_its_mail_looks_like_nothing_is_told_unless_its_mark_is_there() -> None:
    assert told(memory({LAB: held(mail="")}), letter()) == {}


def test_a_mail_that_the_ledger_knows_as_another_notices_is_not_taken_for_it() -> None:
    before = Entry(announcement(), None, "mail 1", CLAIMED - timedelta(seconds=1))
    assert told(memory({LAB: held()}, before), letter()) == {LAB: ""}
    assert told(memory({LAB: held()}, before), letter(), letter(2)) == {LAB: "mail 2"}


def test_a_mail_that_looks_alike_but_says_it_is_another_notice_proves_nothing() -> None:
    renamed = letter(marked=mark("the team's old name", LAB, announcement()))
    assert told(memory({LAB: held()}), renamed) == {}


def test_nothing_is_told_of_a_claim_whose_run_is_at_it() -> None:
    assert told(memory({LAB: alive()})) == {}
    assert told(memory({LAB: alive()}), marked()) == {}


def test_of_two_that_look_alike_both_left() -> None:
    both = memory({LAB: held(), SHOP: held("another run")})
    assert told(both, letter(2), letter(1)) == {LAB: "mail 1", SHOP: "mail 2"}


def test_of_two_that_look_alike_none_left() -> None:
    assert told(memory({LAB: held(), SHOP: held()})) == {LAB: "", SHOP: ""}


def test_of_two_that_look_alike_one_left_and_nobody_can_say_which() -> None:
    assert told(memory({LAB: held(), SHOP: held()}), letter()) == {}


def test_of_two_that_look_alike_the_one_with_its_mark_left_and_the_other_did_not() -> None:
    mine = letter(marked=mark(TEAM, LAB, announcement()))
    assert told(memory({LAB: held(), SHOP: held()}), mine) == {LAB: "mail 1", SHOP: ""}


def test_a_mail_may_be_that_of_a_run_which_is_at_it_just_now() -> None:
    both = memory({LAB: held(), SHOP: alive()})
    now = letter(at=NOW)
    assert told(both, now) == {}
    assert told(both, now, letter(2, NOW)) == {LAB: "mail 1"}
    assert told(both) == {LAB: ""}


def test_others_that_look_different_do_not_matter() -> None:
    both = memory({LAB: held(), SHOP: held(mail=mail_digest(SECRET, OFFICE, "another"))})
    assert told(both, letter()) == {LAB: "mail 1", SHOP: ""}


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (CLAIMED, {LAB: "mail 1"}),
        (CLAIMED - SKEW, {LAB: "mail 1"}),
        (CLAIMED - SKEW - INSTANT, {}),
        (CLAIMED - BACK, {}),
        (CLAIMED - BACK - INSTANT, {LAB: ""}),
        (NOW + SKEW, {LAB: "mail 1"}),
    ],
)
def test_clocks_may_differ_somewhat_and_where_they_differ_much_nothing_is_certain(
    at: datetime, found: dict[Key, str]
) -> None:
    assert told(memory({LAB: held()}), letter(at=at)) == found


def test_a_mark_is_certain_however_clocks_differ() -> None:
    assert told(memory({LAB: held()}), marked(at=CLAIMED - BACK)) == {LAB: "mail 1"}


def test_a_mail_from_before_the_last_notice_was_settled_is_that_notices_and_not_this_ones() -> None:
    """A person closed the last one as arrived, so that the ledger does not know its mail by its id."""
    closed = Entry(announcement(), None, "", CLAIMED - timedelta(minutes=1))
    assert told(memory({LAB: held()}, closed), letter(at=CLAIMED - timedelta(minutes=2))) == {}
    assert told(memory({LAB: held()}, closed), letter(at=CLAIMED)) == {LAB: "mail 1"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Entry(announcement(), None, "", CLAIMED + timedelta(minutes=2)), id="closed by a person"),
        pytest.param(Entry(announcement(sequence=1), None, "mail 2", CLAIMED + timedelta(minutes=2)), id="said twice"),
    ],
)
def test_a_mail_may_be_that_of_another_notice_which_the_ledger_does_not_know_by_its_id(other: Entry) -> None:
    """The ledger knows the last mail of each notice, unless a person said that it arrived."""
    one = snapshot({LAB: Entry(claim=held()), SHOP: other})
    assert told(one, letter(at=CLAIMED + timedelta(minutes=1))) == {}
    assert told(one, letter(at=CLAIMED + timedelta(minutes=3))) == {LAB: "mail 1"}


def test_a_claim_of_a_run_that_was_told_a_time_to_come_is_not_taken_to_have_failed() -> None:
    ahead = memory({LAB: held(at=NOW + timedelta(hours=2))})
    assert told(ahead) == {}
    assert told(ahead, marked(at=NOW)) == {LAB: "mail 1"}
    assert told(ahead, now=NOW + timedelta(hours=2)) == {LAB: ""}
    assert told(ahead, letter(at=NOW), now=NOW + timedelta(hours=2)) == {}


def test_all_the_mail_is_looked_at_that_can_matter_to_any_claim() -> None:
    claims = [held(at=NOW), held(at=CLAIMED)]
    assert earliest(claims) == CLAIMED - BACK


def test_in_doubt_are_the_held_and_those_whose_lease_is_over() -> None:
    claims = {LAB: held(at=NOW), SHOP: alive(), HALL: claim(at=CLAIMED)}
    assert held_claims(memory(claims), NOW).keys() == {LAB, HALL}
    assert held_claims(snapshot({LAB: Entry(announcement())}), NOW) == {}


def test_a_mark_is_the_same_in_every_zone_and_another_for_everything_else() -> None:
    first = announcement()
    there = timezone(timedelta(hours=9))
    elsewhere = Presence(first.presence.start.astimezone(there), first.presence.end.astimezone(there))
    assert mark(TEAM, LAB, first) == mark(TEAM, LAB, replace(first, presence=elsewhere))
    others = [
        mark("Others", LAB, first),
        mark(TEAM, SHOP, first),
        mark(TEAM, Key("hall", "lab"), first),
        mark(TEAM, LAB, replace(first, sequence=1)),
        mark(TEAM, LAB, replace(first, kind=Kind.CANCELLED)),
        mark(TEAM, LAB, replace(first, presence=window(first.presence.start, first.presence.end + INSTANT))),
    ]
    assert len({mark(TEAM, LAB, first), *others}) == 7


def test_a_trait_tells_nothing_without_the_secret() -> None:
    assert mail_digest(bytes(32), OFFICE, SUBJECT) != LOOKS
    assert len(bytes.fromhex(LOOKS)) == 16


@given(recipients=st.lists(st.text()), subject=st.text())
def test_there_is_a_trait_of_whatever_stands_in_a_mail(recipients: list[str], subject: str) -> None:
    assert mail_digest(SECRET, recipients, subject) == mail_digest(
        SECRET, [*reversed(recipients), *recipients], f" {subject}\n"
    )


TIMES = st.sampled_from([CLAIMED - BACK, CLAIMED - SKEW, CLAIMED, CLAIMED + SKEW, NOW]).map(
    lambda at: at.astimezone(UTC)
)
CLAIMS = st.builds(
    replace,
    st.builds(claim, st.sampled_from(["one", "other"]), at=TIMES, held=st.booleans()),
    mail=st.sampled_from(["", LOOKS, mail_digest(SECRET, OFFICE, "another")]),
)
ENTRIES = st.builds(
    Entry,
    st.none() | st.just(announcement()),
    st.none() | CLAIMS,
    st.sampled_from(["", "mail 1", "mail 2"]),
    st.none() | TIMES,
)
BOOKS = st.builds(LedgerSnapshot, st.just(SECRET), st.dictionaries(st.sampled_from([LAB, SHOP, HALL]), ENTRIES))
MARKS = st.sampled_from(["", "", "strange", *(mark(TEAM, key, announcement()) for key in (LAB, SHOP))])
MAILS = st.lists(
    st.builds(letter, st.integers(1, 9), TIMES, MARKS, subject=st.sampled_from([SUBJECT, "another"])),
    max_size=6,
    unique_by=lambda one: one.message_id,
)


@given(BOOKS, MAILS, st.data())
def test_the_order_of_the_mail_and_of_the_book_does_not_matter(
    one: LedgerSnapshot, mails: list[Mail], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(mails))
    entries = data.draw(st.permutations(list(one.entries.items())))
    assert reconciled(LedgerSnapshot(SECRET, dict(entries)), shuffled, TEAM, NOW) == reconciled(one, mails, TEAM, NOW)


@given(BOOKS, MAILS)
def test_whatever_is_seen_only_what_is_in_doubt_is_told_and_no_mail_is_told_of_twice(
    one: LedgerSnapshot, mails: list[Mail]
) -> None:
    found = reconciled(one, mails, TEAM, NOW)
    ids = [step.message_id for step in found if step.message_id]
    known = {entry.message_id for entry in one.entries.values()}

    assert {step.key for step in found} <= held_claims(one, NOW).keys()
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {mail.message_id for mail in mails} - known


@given(BOOKS, MAILS)
def test_a_claim_whose_mail_can_be_seen_is_never_told_to_have_failed(one: LedgerSnapshot, mails: list[Mail]) -> None:
    known = {entry.message_id for entry in one.entries.values()}
    claims = {key: entry.claim for key, entry in one.entries.items() if entry.claim}
    marks = {mark(TEAM, key, claim.announcement): key for key, claim in claims.items()}
    for step in reconciled(one, mails, TEAM, NOW):
        since = claims[step.key].at - BACK
        for mail in mails:
            unclaimed = mail.message_id not in known and mail.at >= since and step.key == marks.get(mail.mark, step.key)
            if unclaimed and not step.message_id:
                assert mail.mark not in marks
                assert mail_digest(SECRET, mail.recipients, mail.subject) != claims[step.key].mail


TOGETHER = email_mark(TEAM, [(LAB, announcement()), (SHOP, announcement())])


def part_of_email() -> Claim:
    return replace(held(), email=TOGETHER)


def test_the_mark_of_an_email_does_not_depend_on_the_order_and_is_the_sessions_own_for_one_session() -> None:
    assert email_mark(TEAM, [(SHOP, announcement()), (LAB, announcement())]) == TOGETHER
    assert email_mark(TEAM, [(LAB, announcement())]) == mark(TEAM, LAB, announcement())


def test_all_sessions_of_an_email_get_the_id_of_the_mail_with_its_mark() -> None:
    mail = letter(marked=TOGETHER, to=(), subject="")

    assert told(memory({LAB: part_of_email(), SHOP: part_of_email()}), mail) == {LAB: "mail 1", SHOP: "mail 1"}


def test_one_mail_without_its_mark_is_enough_for_all_sessions_of_an_email() -> None:
    assert told(memory({LAB: part_of_email(), SHOP: part_of_email()}), letter()) == {LAB: "mail 1", SHOP: "mail 1"}


def test_an_email_and_a_notice_that_look_alike_need_two_mails() -> None:
    claims = memory({LAB: part_of_email(), SHOP: part_of_email(), HALL: held()})

    assert told(claims, letter()) == {}
    assert told(claims, letter(1), letter(2)).keys() == {LAB, SHOP, HALL}


def test_the_claims_of_an_email_that_is_not_in_the_sent_folder_are_all_told_so() -> None:
    assert told(memory({LAB: part_of_email(), SHOP: part_of_email()})) == {LAB: "", SHOP: ""}


def test_a_claim_of_an_email_whose_other_claims_were_never_written_is_judged_alone() -> None:
    assert told(memory({LAB: part_of_email()})) == {LAB: ""}


def test_the_rest_of_an_email_that_was_recorded_in_part_has_the_same_mail() -> None:
    recorded = snapshot({SHOP: Entry(announcement(), None, "mail 1", NOW), LAB: Entry(claim=part_of_email())})

    assert told(recorded, letter(marked=TOGETHER)) == {LAB: "mail 1"}


def test_the_rest_of_an_email_that_was_recorded_in_part_stays_held_if_the_mail_has_no_mark() -> None:
    recorded = snapshot({SHOP: Entry(announcement(), None, "mail 1", NOW), LAB: Entry(claim=part_of_email())})

    assert told(recorded, letter()) == {}

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.domain.delivery.claims import (
    APART,
    LEASE,
    Begin,
    Claim,
    Entry,
    Forget,
    Hold,
    Import,
    NotSent,
    Reconciled,
    Refusal,
    Refused,
    Resolve,
    Sent,
    Step,
    advance,
    digest,
    to_release,
)
from sessionsmgmt.domain.model.notice import Key, Kind
from tests.builders import NOW, SECRET, announcement, claim, local, snapshot, window

KEY = Key("campus", "lab")
ANN, BOB = digest(SECRET, "ann@example.org"), digest(SECRET, "bob@example.org")
OLD = announcement(people=[ANN, BOB], sequence=0)
NEXT = announcement(
    Kind.CHANGED, presence=window(local(2026, 11, 7, 16), local(2026, 11, 7, 20)), people=[ANN, BOB], sequence=1
)
OTHER = announcement(Kind.CANCELLED, sequence=1)
BEFORE = NOW - timedelta(days=1)

NEVER = Entry()
TOLD = Entry(OLD, None, "first", BEFORE)
OVER = NOW - LEASE
KEEP = timedelta(days=30)


def claimed(run: str, at: datetime = NOW, *, held: bool = False) -> Entry:
    return replace(TOLD, claim=claim(run, at=at, what=NEXT, held=held))


def missed(run: str, ago: timedelta) -> Entry:
    """A held claim whose mail was looked for so long ago and not found."""
    return replace(TOLD, claim=replace(claim(run, what=NEXT, held=True), not_found_at=NOW - ago))


CARRIED = Entry(OTHER, None, "elsewhere", BEFORE)

ENTRIES = {
    "never said": NEVER,
    "said": TOLD,
    "ours": claimed("we"),
    "ours, held": claimed("we", held=True),
    "ours, lease over": claimed("we", OVER),
    "theirs": claimed("they"),
    "theirs, held": claimed("they", held=True),
    "theirs, lease over": claimed("they", OVER),
    "theirs, of the future": claimed("they", NOW + LEASE),
    "ours, just missed": missed("we", APART - timedelta(microseconds=1)),
    "ours, long missed": missed("we", APART),
}

STEPS: dict[str, Step] = {
    "begin": Begin(KEY, "we", OLD, NEXT),
    "begin new": Begin(KEY, "we", None, NEXT),
    "begin other": Begin(KEY, "we", OLD, OTHER),
    "sent": Sent(KEY, "we", "second"),
    "sent again": Sent(KEY, "we", "first"),
    "not sent": NotSent(KEY, "we"),
    "hold": Hold(KEY, "we"),
    "arrived": Resolve(KEY, arrived=True),
    "missed": Resolve(KEY, arrived=False),
    "found": Reconciled(KEY, "we", "second"),
    "absent": Reconciled(KEY, "we", ""),
    "carry": Import(KEY, CARRIED),
    "forget": Forget(KEY, frozenset({ANN})),
}

TABLE = """
                     |begin|begin new|begin other|sent|sent again|not sent|hold|arrived|missed|found|absent|carry|forget
never said           |LATE |next     |LATE       |GONE|GONE      |=       |GONE|NONE   |NONE  |NONE |=     |moved|=
said                 |next |LATE     |other      |GONE|=         |=       |GONE|NONE   |NONE  |NONE |=     |=    |less
ours                 |=    |=        |BUSY       |done|done again|free    |held|NONE   |NONE  |NONE |NONE  |=    |less
ours, held           |HELD |HELD     |HELD       |done|done again|free    |=   |closed |free  |done |looked|=    |less
ours, lease over     |=    |=        |HELD       |done|done again|free    |held|closed |free  |done |looked|=    |less
ours, just missed    |HELD |HELD     |HELD       |done|done again|free    |=   |closed |free  |done |=     |=    |less
ours, long missed    |HELD |HELD     |HELD       |done|done again|free    |=   |closed |free  |done |free  |=    |less
theirs               |BUSY |BUSY     |BUSY       |GONE|GONE      |GONE    |GONE|NONE   |NONE  |NONE |NONE  |=    |less
theirs, held         |HELD |HELD     |HELD       |GONE|GONE      |GONE    |GONE|closed |free  |NONE |NONE  |=    |less
theirs, lease over   |HELD |HELD     |HELD       |GONE|GONE      |GONE    |GONE|closed |free  |NONE |NONE  |=    |less
theirs, of the future|HELD |HELD     |HELD       |GONE|GONE      |GONE    |GONE|closed |free  |NONE |NONE  |=    |less
"""
"""What becomes of each entry (a row) by each step (a column); what is in capitals is refused."""

REASONS = {
    "LATE": Refusal.ANNOUNCED_MEANWHILE,
    "BUSY": Refusal.ANOTHER_RUN_SENDING,
    "HELD": Refusal.HELD,
    "GONE": Refusal.CLAIM_OF_ANOTHER_RUN,
    "NONE": Refusal.NOT_HELD,
}


def outcome(entry: Entry, word: str) -> Entry | Refused:
    match word:
        case "=":
            return entry
        case "next" | "other":
            return replace(entry, claim=Claim("we", NOW, NEXT if word == "next" else OTHER))
        case "done":
            return Entry(NEXT, None, "second", NOW)
        case "done again":
            return Entry(NEXT, None, "first", NOW)
        case "closed":
            return Entry(NEXT, None, "", NOW)
        case "free":
            return replace(entry, claim=None)
        case "held":
            assert entry.claim
            return replace(entry, claim=replace(entry.claim, held=True))
        case "looked":
            assert entry.claim
            return replace(entry, claim=replace(entry.claim, not_found_at=NOW))
        case "moved":
            return CARRIED
        case "less":
            less = replace(OLD, people=frozenset({BOB}))
            claimed = entry.claim and replace(entry.claim, announcement=replace(NEXT, people=frozenset({BOB})))
            return replace(entry, announcement=less, claim=claimed)
        case _:
            return Refused(KEY, REASONS[word])


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [(row[0], step, word) for row in rows for step, word in zip(head[-len(STEPS) :], row[1:], strict=True)]


@pytest.mark.parametrize(("entry", "step", "word"), cells())
def test_a_step_does_to_an_entry_what_the_table_says(entry: str, step: str, word: str) -> None:
    assert advance(ENTRIES[entry], STEPS[step], NOW) == outcome(ENTRIES[entry], word)


def test_the_table_has_every_entry_and_every_step() -> None:
    assert {(entry, step) for entry, step, _ in cells()} == {(entry, step) for entry in ENTRIES for step in STEPS}


@given(st.sampled_from(list(ENTRIES.values())), st.sampled_from(list(STEPS.values())))
def test_a_step_of_a_run_asked_twice_is_answered_twice_the_same_way(entry: Entry, step: Step) -> None:
    once = advance(entry, step, NOW)
    if isinstance(once, Entry) and not isinstance(step, Resolve):
        assert advance(once, step, NOW) == once


def free_again(*steps: tuple[Step, datetime]) -> Entry:
    """A notice that was never said and whose claim came to nothing."""
    entry = Entry(claim=claim("we", held=True))
    for step, now in steps:
        after = advance(entry, step, now)
        assert isinstance(after, Entry)
        entry = after
    return entry


@pytest.mark.parametrize(
    "freed",
    [
        free_again((Reconciled(KEY, "we", ""), NOW), (Reconciled(KEY, "we", ""), NOW + APART)),
        free_again((Resolve(KEY, arrived=False), NOW + APART)),
    ],
    ids=["by looking", "by a person"],
)
def test_what_turned_out_not_to_have_left_is_due_again_and_not_taken_from_another_ledger_as_held(freed: Entry) -> None:
    elsewhere = Entry(claim=claim("we", held=True))

    assert freed == Entry(at=NOW + APART)
    assert advance(freed, Import(KEY, elsewhere), NOW) == freed
    assert isinstance(advance(freed, Begin(KEY, "they", None, OLD), NOW), Entry)
    assert snapshot({KEY: freed}).pruned(NOW + APART + KEEP - timedelta(microseconds=1), KEEP) == snapshot({KEY: freed})
    assert snapshot({KEY: freed}).pruned(NOW + APART + KEEP, KEEP) == snapshot()


def test_when_it_was_last_told_of_stays_known_when_a_later_notice_is_freed() -> None:
    entry = replace(TOLD, claim=replace(claim("we", what=NEXT, held=True), not_found_at=NOW - APART))
    assert advance(entry, Reconciled(KEY, "we", ""), NOW) == TOLD


def test_what_was_looked_for_before_is_not_counted_for_the_next_claim() -> None:
    freed = advance(missed("we", APART), Reconciled(KEY, "we", ""), NOW)
    assert isinstance(freed, Entry)
    anew = advance(freed, Begin(KEY, "they", OLD, NEXT, "digest"), NOW)
    assert anew == replace(TOLD, claim=Claim("they", NOW, NEXT, mail="digest"))


def test_looks_whose_clocks_go_backwards_free_nothing() -> None:
    entry = missed("we", -APART)
    assert advance(entry, Reconciled(KEY, "we", ""), NOW) == entry


def test_an_entry_is_carried_whole_with_what_is_held_in_it() -> None:
    elsewhere = claimed("we", held=True)
    assert advance(NEVER, Import(KEY, elsewhere), NOW) == elsewhere


def test_a_claim_is_alive_until_the_lease_is_over_to_the_microsecond() -> None:
    made = claim(at=NOW)

    assert not made.is_held(NOW + LEASE - timedelta(microseconds=1))
    assert made.is_held(NOW + LEASE)


def test_a_claim_made_by_a_clock_somewhat_ahead_is_alive() -> None:
    assert not claim(at=NOW + timedelta(minutes=1)).is_held(NOW)


def test_a_claim_made_with_a_date_far_ahead_does_not_stand_for_years() -> None:
    assert claim(at=NOW.replace(year=2036)).is_held(NOW)


def test_a_mail_without_an_id_is_not_taken_as_recorded_where_nothing_is() -> None:
    assert isinstance(advance(Entry(), Sent(KEY, "we", ""), NOW), Refused)


def test_a_refused_step_does_not_stop_the_others() -> None:
    other = Key("campus", "shop")
    before = snapshot({KEY: claimed("they")})

    after, refused = before.advanced([Begin(KEY, "we", OLD, NEXT), Begin(other, "we", None, NEXT)], NOW)

    assert refused == (Refused(KEY, Refusal.ANOTHER_RUN_SENDING),)
    assert after.entries == {KEY: claimed("they"), other: Entry(claim=claim("we", what=NEXT))}
    assert before.entries == {KEY: claimed("they")}, "a book does not change"


def test_steps_of_one_key_are_taken_one_after_the_other() -> None:
    after, refused = snapshot().advanced([Begin(KEY, "we", None, OLD), Sent(KEY, "we", "first")], NOW)

    assert (after.entry(KEY), refused) == (Entry(OLD, None, "first", NOW), ())


@pytest.mark.parametrize(
    ("entry", "announced"),
    [
        (TOLD, True),
        (replace(TOLD, announcement=announcement(Kind.CANCELLED)), False),
        (replace(TOLD, announcement=announcement(Kind.CANCELLED), claim=claim()), True),
        (replace(TOLD, announcement=announcement(presence=window(BEFORE, NOW))), False),
        (Entry(), False),
    ],
)
def test_what_may_need_a_cancellation_is_what_was_announced_and_is_not_over(entry: Entry, announced: bool) -> None:
    assert (KEY in snapshot({KEY: entry}).announced(NOW)) is announced


@pytest.mark.parametrize("entry", [TOLD, replace(NEVER, claim=claim(what=OLD)), replace(TOLD, claim=claim(what=OLD))])
def test_what_was_said_is_forgotten_so_long_after_the_session_ended(entry: Entry) -> None:
    end = OLD.presence.end
    full = snapshot({KEY: entry})

    assert full.pruned(end + KEEP - timedelta(microseconds=1), KEEP) == full
    assert full.pruned(end + KEEP, KEEP) == snapshot()


def test_an_entry_lasts_as_long_as_the_later_of_what_was_said_and_what_is_claimed() -> None:
    later = announcement(presence=window(OLD.presence.end, OLD.presence.end + timedelta(days=1)))
    full = snapshot({KEY: replace(TOLD, claim=claim(what=later))})

    assert full.pruned(OLD.presence.end + KEEP, KEEP) == full


def test_an_entry_about_nothing_is_not_kept() -> None:
    assert snapshot({KEY: Entry()}).pruned(NOW, KEEP) == snapshot()


def test_a_book_may_be_pruned_at_an_instant_of_any_zone() -> None:
    away = OLD.presence.end.astimezone(timezone(timedelta(hours=14)))

    assert snapshot({KEY: TOLD, Key("campus", "empty"): Entry()}).pruned(away, KEEP) == snapshot({KEY: TOLD})


def test_a_digest_can_only_be_made_with_the_secret() -> None:
    made = digest(SECRET, "ann@example.org")

    assert made != digest(bytes(32), "ann@example.org")
    assert made not in hashlib.sha256(b"ann@example.org").hexdigest()
    assert len(bytes.fromhex(made)) == 16


def test_printing_a_book_does_not_show_its_secret() -> None:
    assert repr(SECRET)[2:-1] not in repr(snapshot())


def test_the_times_of_a_claim_may_be_of_any_zone() -> None:
    made = claim(at=NOW.astimezone(UTC))

    assert made.is_held((NOW + LEASE).astimezone(timezone(timedelta(hours=-5))))


def test_a_claim_whose_reply_was_lost_is_still_ours_after_somebody_was_forgotten() -> None:
    forgotten = advance(claimed("we"), Forget(KEY, frozenset({ANN})), NOW)
    assert isinstance(forgotten, Entry)

    assert advance(forgotten, Begin(KEY, "we", OLD, NEXT), NOW) == forgotten
    assert isinstance(advance(forgotten, Begin(KEY, "we", OLD, OTHER), NOW), Refused)


def test_what_is_said_with_news_of_somebody_who_was_forgotten_meanwhile_is_decided_anew() -> None:
    forgotten = advance(TOLD, Forget(KEY, frozenset({ANN})), NOW)
    assert isinstance(forgotten, Entry)

    assert advance(forgotten, Begin(KEY, "we", OLD, NEXT), NOW) == Refused(KEY, REASONS["LATE"])


def test_what_becomes_of_the_mail_is_recorded_without_those_who_were_forgotten_while_it_was_sent() -> None:
    forgotten = advance(claimed("we"), Forget(KEY, frozenset({ANN})), NOW)
    assert isinstance(forgotten, Entry)

    sent = advance(forgotten, Sent(KEY, "we", "second"), NOW)
    assert isinstance(sent, Entry)
    assert sent.announcement == replace(NEXT, people=frozenset({BOB}))


def test_a_key_with_a_number_is_of_the_events_id_also_where_the_ledger_has_no_id_of_it() -> None:
    again = Key("campus", "lab#2")
    memory = snapshot({again: Entry(announcement())})
    assert memory.event_id(again) == "lab"


LAB, SHOP, HALL = (Key("campus", name) for name in ("lab", "shop", "hall"))


def claims_of_an_email(*keys: Key, email: str = "an email") -> list[Step]:
    return [Begin(key, "a run", None, announcement(), "looks", email) for key in keys]


def test_the_claims_of_one_email_are_taken_together_and_say_so() -> None:
    after, refused = snapshot({}).advanced(claims_of_an_email(LAB, SHOP), NOW)

    assert refused == ()
    assert {key: entry.claim and entry.claim.email for key, entry in after.entries.items()} == {
        LAB: "an email",
        SHOP: "an email",
    }


def test_where_one_claim_of_an_email_is_refused_none_of_them_is_taken_and_the_other_steps_are() -> None:
    before = snapshot({SHOP: claimed("another run")})
    steps = [*claims_of_an_email(LAB, SHOP), *claims_of_an_email(HALL, email="")]
    after, refused = before.advanced(steps, NOW)

    assert refused == (
        Refused(LAB, Refusal.EMAIL_NOT_CLAIMED),
        Refused(SHOP, Refusal.ANOTHER_RUN_SENDING),
    )
    assert after.entries.keys() == {SHOP, HALL}
    assert after.entry(SHOP) == before.entry(SHOP)


def test_an_email_that_was_claimed_although_the_reply_was_lost_is_claimed_again_with_the_same_result() -> None:
    once, _ = snapshot({}).advanced(claims_of_an_email(LAB, SHOP), NOW)

    assert once.advanced(claims_of_an_email(LAB, SHOP), NOW) == (once, ())


def test_an_email_is_not_claimed_in_a_ledger_with_another_secret() -> None:
    after, refused = snapshot({}).advanced(claims_of_an_email(LAB, SHOP), NOW, b"another secret")

    assert {one.refusal for one in refused} == {Refusal.ANOTHER_LEDGER_SECRET}
    assert not after.entries


def test_the_claims_to_give_back_are_those_that_were_taken_of_an_email_with_a_claim_that_was_not() -> None:
    steps = [
        *claims_of_an_email(LAB, SHOP, email="one"),
        *claims_of_an_email(HALL, email="two"),
        *claims_of_an_email(Key("campus", "bus"), email=""),
    ]

    assert to_release(steps, [SHOP]) == (NotSent(LAB, "a run"),)
    assert to_release(steps, [Key("campus", "bus")]) == ()

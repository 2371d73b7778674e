"""A branch of the ledger that somebody deletes or forces back: what is restored, what is said, and what is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionsmgmt.adapters.ledger.branch import FILE
from sessionsmgmt.adapters.ledger.git import GitLedger
from sessionsmgmt.adapters.ledger.git_transaction import BEHIND, LAGS, RESTORED, UNWITNESSED
from sessionsmgmt.adapters.ledger.sealing import Keys, head
from sessionsmgmt.adapters.ledger.witness import BELOW, SECONDS, Witness
from sessionsmgmt.domain.delivery.claims import Begin, Claim, Entry, Refused, Sent
from sessionsmgmt.domain.delivery.claims import Refusal as LedgerRefusal
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import RefusedError
from tests.builders import NOW, announcement
from tests.emulators.github import BAD_GATEWAY, TOO_MANY, UNAVAILABLE, Break, Refusal
from tests.ledger_run import LedgerRun
from tests.wire.github import BRANCH, KEYS, Home, github

READ, PUT, REFS = "repos/get-content", "repos/create-or-update-file-contents", "git/list-matching-refs"
MAKE, MOVE = "git/create-ref", "git/update-ref"
HEAD, WITNESS = f"refs/heads/{BRANCH}", f"{BELOW}{BRANCH}"
LAB, SHOP, BARN = (Key("campus", name) for name in ("lab", "shop", "barn"))
FIRST = announcement()
ACCIDENTS = ["deleted", "forced back", "begun anew"]


@pytest.fixture(params=[False, True], ids=["by its name", "by its commit"])
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    with github() as emulated:
        emulated.repository.hides_other_refs = request.param
        yield emulated


def refs(home: Home) -> dict[str, str]:
    return home.repository.objects.refs


def begin(run: str, key: Key = LAB) -> Begin:
    return Begin(key, run, None, FIRST)


def read_by(home: Home) -> LedgerRun[GitLedger]:
    ledger = home.run()
    ledger.read(NOW)
    return ledger


def codes(ledger: LedgerRun[GitLedger]) -> list[str]:
    return [warning.code for warning in ledger.warnings]


def serial(home: Home) -> int:
    known = head(home.repository.read(FILE, BRANCH))
    assert known
    return known[1]


def season(home: Home) -> str:
    """Three writings: a claim, that its mail was sent, and another claim. Returns the last commit."""
    for step in (begin("we"), Sent(LAB, "we", "mail 1"), begin("we", SHOP)):
        assert read_by(home).write([step], NOW) == ()
    assert refs(home)[HEAD] == refs(home)[WITNESS]
    return refs(home)[HEAD]


def befalls(home: Home, accident: str) -> None:
    """What somebody does to the branch."""
    first = [*home.repository.objects.history(refs(home)[HEAD])][-1]
    del refs(home)[HEAD]
    if accident == "forced back":
        refs(home)[HEAD] = first
    elif accident == "begun anew":  # by a version that knows no witness
        kept = refs(home).pop(WITNESS)
        read_by(home).write([begin("others", BARN)], NOW)
        refs(home)[WITNESS] = kept


def test_the_witness_stands_where_the_branch_stands_after_each_writing(home: Home) -> None:
    ledger = read_by(home)
    for number, key in enumerate((LAB, SHOP, BARN), start=1):
        ledger.write([begin("we", key)], NOW)
        assert refs(home)[WITNESS] == refs(home)[HEAD]
        assert serial(home) == number
    assert codes(ledger) == []


@pytest.mark.parametrize("accident", ACCIDENTS)
@pytest.mark.parametrize("steps", [[], [begin("new", BARN)]], ids=["nothing to say", "something to say"])
def test_a_branch_that_is_gone_or_behind_is_restored_by_the_next_run(
    home: Home, accident: str, steps: list[Begin]
) -> None:
    last = season(home)
    befalls(home, accident)
    ledger = home.run()

    snapshot = ledger.read(NOW)
    assert snapshot.entry(LAB) == Entry(FIRST, None, "mail 1", NOW)
    assert snapshot.entry(SHOP).claim == Claim("we", NOW, FIRST)
    assert ledger.write(steps, NOW) == ()
    assert codes(ledger) == [RESTORED]
    if accident == "begun anew":
        assert serial(home) == 4 + len(steps)
    else:
        assert last in home.repository.objects.history(refs(home)[HEAD])
        assert (refs(home)[HEAD] == last) is (not steps)
    assert refs(home)[WITNESS] == refs(home)[HEAD]
    assert home.run().read(NOW).entries == {
        **snapshot.entries,
        **{step.key: Entry(claim=Claim("new", NOW, FIRST)) for step in steps},
    }


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_what_was_said_is_not_claimed_again_after_an_accident(home: Home, accident: str) -> None:
    season(home)
    befalls(home, accident)

    assert read_by(home).write([begin("new")], NOW) == (Refused(LAB, LedgerRefusal.ANNOUNCED_MEANWHILE),)
    assert read_by(home).write([begin("new", SHOP)], NOW) == (Refused(SHOP, LedgerRefusal.ANOTHER_RUN_SENDING),)


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_who_only_reads_restores_nothing_and_says_so(home: Home, accident: str) -> None:
    season(home)
    befalls(home, accident)
    before = dict(refs(home))
    ledger = read_by(home)

    assert ledger.read(NOW).entry(LAB).announcement == FIRST
    assert refs(home) == before
    [warning] = ledger.warnings
    assert (warning.code, "the next run restores it" in warning.text) == (BEHIND, True)
    assert ("deleted" in warning.text) is (accident == "deleted")


def test_a_warning_belongs_to_the_command_that_met_its_cause_and_to_no_other(home: Home) -> None:
    season(home)
    befalls(home, "deleted")
    shared = home.ledger()
    behind = shared.read(NOW)
    restored = shared.write(behind, [], NOW).snapshot

    assert [[warning.code for warning in snapshot.warnings] for snapshot in (behind, restored)] == [
        [BEHIND],
        [RESTORED],
    ]
    assert shared.read(NOW).warnings == ()
    assert shared.read(NOW, restored).warnings == restored.warnings


@pytest.mark.parametrize("accident", ACCIDENTS[:2])
def test_an_accident_while_a_run_is_at_work_is_mended_by_that_run(home: Home, accident: str) -> None:
    season(home)
    ledger = read_by(home)
    befalls(home, accident)

    assert ledger.write([begin("new", BARN), begin("new")], NOW) == (Refused(LAB, LedgerRefusal.ANNOUNCED_MEANWHILE),)
    assert codes(ledger) == [RESTORED]
    assert home.run().read(NOW).entry(BARN).claim == Claim("new", NOW, FIRST)
    assert (serial(home), refs(home)[WITNESS]) == (4, refs(home)[HEAD])


@pytest.mark.parametrize("accident", ACCIDENTS[:2])
def test_an_accident_that_was_mended_is_said_although_the_write_after_it_fails(home: Home, accident: str) -> None:
    season(home)
    befalls(home, accident)
    ledger = read_by(home)
    home.fail_for_good(PUT, Refusal(403, "Resource not accessible by integration"))

    with pytest.raises(RefusedError, match=r"was restored from its witness ref\. Find out who did that"):
        ledger.write([begin("new", BARN)], NOW)


def test_a_reply_that_lags_behind_is_no_accident(home: Home) -> None:
    last = season(home)
    befalls(home, "forced back")
    home.time.wake = lambda: refs(home).update({HEAD: last})
    ledger = read_by(home)

    assert ledger.write([begin("new", BARN)], NOW) == ()
    assert (home.time.naps, codes(ledger)) == ([LAGS[0]], [])


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_of_two_runs_that_restore_it_one_claims(home: Home, accident: str) -> None:
    season(home)
    befalls(home, accident)
    one, other = read_by(replace(home, time=type(home.time)())), read_by(replace(home, time=type(home.time)()))

    assert one.write([begin("one", BARN)], NOW) == ()
    assert other.write([begin("other", BARN)], NOW) == (Refused(BARN, LedgerRefusal.ANOTHER_RUN_SENDING),)
    assert home.run().read(NOW).entry(BARN).claim == Claim("one", NOW, FIRST)
    assert refs(home)[WITNESS] == refs(home)[HEAD]


def test_where_both_are_gone_the_ledger_begins_anew(home: Home) -> None:
    season(home)
    del refs(home)[HEAD], refs(home)[WITNESS]
    ledger = read_by(home)

    assert ledger.write([begin("new")], NOW) == ()
    assert (serial(home), codes(ledger)) == (1, [])


def test_a_run_that_died_before_it_moved_the_witness_leaves_no_accident(home: Home) -> None:
    season(home)
    refs(home)[WITNESS] = home.repository.objects.commits[refs(home)[HEAD]].parents[0]
    ledger = read_by(home)

    assert ledger.read(NOW).entry(SHOP).claim == Claim("we", NOW, FIRST)
    ledger.write([], NOW)
    assert (codes(ledger), refs(home)[WITNESS]) == ([], refs(home)[HEAD])


def test_a_ledger_without_a_witness_gets_one_from_the_next_run_even_if_that_has_nothing_to_say(home: Home) -> None:
    last = season(home)
    del refs(home)[WITNESS]
    ledger = read_by(home)
    before = len(home.github.requests)

    ledger.write([], NOW)
    assert (codes(ledger), refs(home)[WITNESS], refs(home)[HEAD]) == ([], last, last)
    ledger.write([], NOW)
    assert [request.call for request in home.github.requests[before:]] == [REFS, MAKE]


def test_a_slow_run_does_not_move_the_witness_back(home: Home) -> None:
    slow, quick = read_by(home), read_by(home)
    slow.write([begin("slow")], NOW)
    first = refs(home)[HEAD]
    quick.write([begin("quick", SHOP)], NOW)
    last = refs(home)[HEAD]

    Witness(home.hub(), home.hub().repository(home.branch().repository), BRANCH).move(first, 1)
    assert refs(home)[WITNESS] == last


@pytest.mark.parametrize(
    "trouble",
    [
        BAD_GATEWAY,
        UNAVAILABLE,
        TOO_MANY,
        *Break,
        BAD_GATEWAY.though_done(),
        Refusal(422, "Reference update failed"),
        Refusal(422, "Object does not exist"),
    ],
)
@pytest.mark.parametrize("call", [MAKE, MOVE])
def test_what_passes_does_not_keep_the_witness_from_moving(home: Home, call: str, trouble: Break | Refusal) -> None:
    ledger = read_by(home.facing(trouble))
    if call == MOVE:
        ledger.write([begin("we")], NOW)
    if trouble is Break.REFUSE_AFTERWARDS:
        home.time.wake = home.github.listen
    home.github.fail(call, trouble, after=1 if call == MAKE else 0)

    assert ledger.write([begin("we", SHOP)], NOW) == ()
    assert (codes(ledger), refs(home)[WITNESS]) == ([], refs(home)[HEAD])


@pytest.mark.parametrize(
    "trouble",
    [
        UNAVAILABLE,
        Refusal(403, "Resource not accessible by integration"),
        Refusal(404, "Not Found"),
        Refusal(422, "Repository rule violations found\n\nCannot update this protected ref."),
    ],
)
def test_a_witness_that_can_not_be_moved_is_a_warning_and_the_ledger_is_written(home: Home, trouble: Refusal) -> None:
    read_by(home).write([begin("we")], NOW)
    ledger, old = read_by(home), refs(home)[WITNESS]
    home.fail_for_good(MOVE, trouble)

    assert ledger.write([Sent(LAB, "we", "mail 1")], NOW) == ()
    assert ledger.write([begin("we", SHOP)], NOW) == ()
    [warning] = ledger.warnings
    assert (warning.code, WITNESS in warning.text) == (UNWITNESSED, True)
    assert (serial(home), refs(home)[WITNESS]) == (3, old)
    assert home.time.now <= 2 * SECONDS
    assert home.run().read(NOW).entry(SHOP).claim == Claim("we", NOW, FIRST)


@pytest.mark.parametrize("accident", ACCIDENTS[:2])
def test_a_branch_that_may_not_be_restored_ends_the_run(home: Home, accident: str) -> None:
    season(home)
    befalls(home, accident)
    ledger = read_by(home)
    home.fail_for_good(MAKE if accident == "deleted" else MOVE, Refusal(422, "Cannot update this protected ref."))

    with pytest.raises(RefusedError, match=r"Cannot update this protected ref\."):
        ledger.write([begin("new", BARN)], NOW)


def test_a_changed_key_opens_the_witness_as_well(home: Home) -> None:
    season(home)
    befalls(home, "deleted")
    new = bytes(reversed(range(32)))

    with pytest.raises(RefusedError, match=f"on the ref {WITNESS} was sealed with another key"):
        home.run(Keys(new)).read(NOW)
    ledger = home.run(Keys(new, previous=KEYS.current))
    assert ledger.read(NOW).entry(LAB).announcement == FIRST
    assert ledger.write([], NOW) == ()
    assert home.run(Keys(new)).read(NOW).entry(LAB).announcement == FIRST
    assert refs(home)[WITNESS] == refs(home)[HEAD]


def test_a_witness_of_the_key_before_does_not_matter_while_the_branch_is_further(home: Home) -> None:
    season(home)
    old, new = refs(home)[WITNESS], bytes(reversed(range(32)))
    changing = home.run(Keys(new, previous=KEYS.current))
    changing.read(NOW)
    changing.write([], NOW)
    refs(home)[WITNESS] = old

    ledger = home.run(Keys(new))
    assert ledger.read(NOW).entry(LAB).announcement == FIRST
    ledger.write([], NOW)
    assert refs(home)[WITNESS] == refs(home)[HEAD]


@pytest.mark.parametrize("junk", [b"", b"hello", None])
def test_a_witness_that_is_none_is_no_reason_to_stop(home: Home, junk: bytes | None) -> None:
    season(home)
    refs(home)[WITNESS] = home.repository.write(FILE if junk is not None else "other", junk or b"", "elsewhere")
    ledger = read_by(home)

    assert ledger.write([begin("new", BARN)], NOW) == ()
    assert (codes(ledger), refs(home)[WITNESS]) == ([], refs(home)[HEAD])


def test_a_witness_that_was_changed_is_not_believed(home: Home) -> None:
    season(home)
    data = home.repository.read(FILE, BRANCH)
    refs(home)[WITNESS] = home.repository.write(FILE, data.replace(b" 3 ", b" 9 ", 1), "elsewhere")

    with pytest.raises(RefusedError, match=f"on the ref {WITNESS} is not as sessionsmgmt wrote it"):
        home.run().read(NOW)


@pytest.mark.parametrize("accident", [None, *ACCIDENTS])
def test_what_is_erased_does_not_come_back(home: Home, accident: str | None) -> None:
    season(home)
    if accident:
        befalls(home, accident)

    assert home.run().erase() is True
    assert {HEAD, WITNESS} & set(refs(home)) == set()
    assert home.run().erase() is False
    assert home.run().read(NOW).entries == {}


def test_the_old_ledger_of_a_move_is_read_from_its_witness(home: Home) -> None:
    season(home)
    befalls(home, "deleted")
    later = NOW + timedelta(minutes=1)
    old = home.run()

    assert old.read(later).entry(LAB).announcement == FIRST
    assert codes(old) == [BEHIND]

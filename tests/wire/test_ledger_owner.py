"""Whose a ledger is: another repository's or folder's is refused, and taken over only where a person says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.ledger.abandoned import Clubs
from sessionsmgmt.adapters.ledger.branch import FILE
from sessionsmgmt.adapters.ledger.codec import encode
from sessionsmgmt.adapters.ledger.git import Branch, GitLedger
from sessionsmgmt.adapters.ledger.git_transaction import BEHIND, LAGS
from sessionsmgmt.adapters.ledger.sealing import Keys, head, seal
from sessionsmgmt.adapters.ledger.witness import BELOW
from sessionsmgmt.domain.delivery.claims import Begin, Claim, Entry, Sent
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import InputError, RefusedError, UnreachableError
from sessionsmgmt.ports.ledger import Adopted
from tests.builders import NOW, RETENTION, announcement
from tests.emulators.github import OWNER, Refusal, Repository
from tests.ledger_run import LedgerRun
from tests.wire.github import BRANCH, KEYS, Home, github

LAB, SHOP = Key("campus", "lab"), Key("campus", "shop")
FIRST = announcement()
OTTERS, SHARKS = f"{BRANCH}-otters", f"{BRANCH}-sharks"
OTHER_KEYS = Keys(bytes(reversed(range(32))))


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as emulated:
        yield emulated


def ledger_of(
    home: Home, folder: str = "", branch: str = BRANCH, *, clubs: Clubs | None = None, keys: Keys = KEYS
) -> LedgerRun[GitLedger]:
    """The ledger as the club in a folder opens it."""
    at = Branch(RepositoryName(OWNER, home.name), branch, str(home.repository.id), folder, lambda: clubs)
    return LedgerRun(GitLedger(home.hub(), at, keys, RETENTION))


def begun(ledger: LedgerRun[GitLedger]) -> None:
    ledger.read(NOW)
    assert ledger.write([Begin(LAB, "we", None, FIRST), Sent(LAB, "we", "mail 1")], NOW) == ()


def there(*folders: str) -> Clubs:
    """The clubs of the repository, each with its usual branch."""
    return Clubs(
        BRANCH, frozenset(folders), frozenset(f"{BRANCH}-{folder}" if folder else BRANCH for folder in folders)
    )


def refs(home: Home) -> dict[str, str]:
    return home.repository.objects.refs


def moved_elsewhere(home: Home) -> Home:
    """Everything that is in the repository, pushed into another one."""
    fork = Repository("fork", 2, objects=home.repository.objects)
    home.github.world.repositories.append(fork)
    return replace(home, name="fork")


def sealed_by_an_earlier_version(home: Home, branch: str, place: str) -> None:
    """Leave a ledger on the branch as versions wrote it that named no folder in it."""
    begun(ledger_of(home, branch=branch))
    snapshot = ledger_of(home, branch=branch).read(NOW)
    home.repository.write(FILE, seal(encode(snapshot), KEYS, place, 7), branch)
    del refs(home)[f"{BELOW}{branch}"]


def test_another_folders_ledger_is_refused_and_left_as_it_is(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    before = dict(refs(home))
    ledger = ledger_of(home, "sharks")

    with pytest.raises(
        RefusedError, match=f"on the branch {BRANCH} belongs to the club in the folder 'otters'"
    ) as refusal:
        ledger.read(NOW)
    assert "resolve --adopt" in refusal.value.hint
    with pytest.raises(RefusedError):
        ledger.write([Begin(SHOP, "they", None, FIRST)], NOW)
    begun(ledger_of(home, "", "root"))
    with pytest.raises(RefusedError, match="belongs to the club at the repository's root"):
        ledger_of(home, "sharks", "root").read(NOW)
    assert {name: refs(home)[name] for name in before} == before


def test_another_repositorys_ledger_is_refused(home: Home) -> None:
    begun(ledger_of(home, "otters"))

    with pytest.raises(RefusedError, match=r"the folder 'otters' of another repository \(number 1\)"):
        ledger_of(moved_elsewhere(home), "otters").read(NOW)


def test_a_branch_that_is_called_otherwise_now_is_still_the_clubs(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    refs(home)["refs/heads/other"] = refs(home)[f"refs/heads/{BRANCH}"]

    assert ledger_of(home, "otters", "other").read(NOW).entry(LAB).announcement == FIRST


def test_the_witness_of_another_is_refused_as_well(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    del refs(home)[f"refs/heads/{BRANCH}"]

    with pytest.raises(RefusedError, match="belongs to the club in the folder 'otters'"):
        ledger_of(home, "sharks").read(NOW)


def test_anothers_ledger_is_not_replaced_by_what_the_witness_has(home: Home) -> None:
    begun(ledger_of(home, "sharks", SHARKS))
    theirs = home.repository.read(FILE, SHARKS)
    for _ in range(2):
        ours = ledger_of(home, "otters")
        ours.read(NOW)
        ours.write([Begin(Key("campus", str(_)), "we", None, FIRST)], NOW)
    home.repository.write(FILE, theirs, BRANCH)

    with pytest.raises(RefusedError, match="belongs to the club in the folder 'sharks'"):
        ledger_of(home, "otters").read(NOW)


def test_a_ledger_that_names_no_folder_yet_is_taken_over_without_a_word(home: Home) -> None:
    sealed_by_an_earlier_version(home, OTTERS, f"1 {OTTERS}")
    ledger = ledger_of(home, "otters", OTTERS)

    assert ledger.read(NOW).entry(LAB).announcement == FIRST
    assert ledger.write([Begin(SHOP, "we", None, FIRST)], NOW) == ()
    assert ledger.warnings == ()
    with pytest.raises(RefusedError, match="belongs to the club in the folder 'otters'"):
        ledger_of(home, "sharks", OTTERS).read(NOW)
    assert head(home.repository.read(FILE, OTTERS)) == (2, 8)


@pytest.mark.parametrize("place", [f"2 {OTTERS}", f"1 {SHARKS}"], ids=["another repository", "another branch"])
def test_one_that_names_no_folder_yet_opens_nowhere_else(home: Home, place: str) -> None:
    sealed_by_an_earlier_version(home, OTTERS, place)

    with pytest.raises(RefusedError, match="belongs somewhere else"):
        ledger_of(home, "otters", OTTERS).read(NOW)


@pytest.mark.parametrize("missing", ["none", "branch"])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["the folder was moved", "the repository was moved"])
def test_a_club_that_moved_takes_its_ledger_over_once(home: Home, missing: str, elsewhere: bool) -> None:
    begun(ledger_of(home, "otters"))
    if missing == "branch":
        del refs(home)[f"refs/heads/{BRANCH}"]
    place, folder = (moved_elsewhere(home), "otters") if elsewhere else (home, "clubs/otters")

    adopted = ledger_of(place, folder).ledger.adopt()
    assert (adopted.notices, adopted.branch) == (1, BRANCH)
    ledger = ledger_of(place, folder)
    assert ledger.read(NOW).entry(LAB) == Entry(FIRST, None, "mail 1", NOW)
    assert ledger.write([], NOW) == ()
    assert ledger.warnings == ()
    assert refs(home)[f"{BELOW}{BRANCH}"] == refs(home)[f"refs/heads/{BRANCH}"]
    with pytest.raises(InputError, match="is this club's already"):
        ledger_of(place, folder).ledger.adopt()


def test_a_club_whose_folder_was_moved_does_not_begin_anew(home: Home) -> None:
    begun(ledger_of(home, "otters", OTTERS))
    begun(ledger_of(home, "sharks", SHARKS))
    clubs = there("seals", "sharks")
    ledger = ledger_of(home, "seals", f"{BRANCH}-seals", clubs=clubs)

    with pytest.raises(RefusedError, match=f"the one on the branch {OTTERS} belongs to a folder without") as refusal:
        ledger.read(NOW)
    assert "resolve --adopt" in refusal.value.hint

    assert ledger.ledger.adopt() == Adopted(1, OTTERS)
    assert {name for name in refs(home) if "otters" in name} == set()
    again = ledger_of(home, "seals", f"{BRANCH}-seals", clubs=clubs)
    assert again.read(NOW).entry(LAB) == Entry(FIRST, None, "mail 1", NOW)
    assert again.write([], NOW) == ()
    assert again.warnings == ()
    assert ledger_of(home, "sharks", SHARKS, clubs=clubs).read(NOW).entry(LAB).announcement == FIRST


@pytest.mark.parametrize("folder", ["", "clubs/otters"], ids=["into a folder, from the root", "of an earlier version"])
def test_what_an_earlier_version_left_behind_is_found_too(home: Home, folder: str) -> None:
    sealed_by_an_earlier_version(home, BRANCH if not folder else OTTERS, f"1 {BRANCH if not folder else OTTERS}")
    ledger = ledger_of(home, "new", f"{BRANCH}-new", clubs=there("new"))

    with pytest.raises(RefusedError, match="resolve --adopt"):
        ledger.read(NOW)
    assert ledger.ledger.adopt().notices == 1
    assert ledger_of(home, "new", f"{BRANCH}-new", clubs=there("new")).read(NOW).entry(LAB).announcement == FIRST


@pytest.mark.parametrize("others", [0, 28, 40])
def test_a_ledger_on_a_branch_of_any_name_is_found_among_few(home: Home, others: int) -> None:
    sealed_by_an_earlier_version(home, "our-ledger", "1 our-ledger")
    begun(ledger_of(home, "sharks", SHARKS))
    for number in range(others):
        refs(home)[f"refs/heads/change-{number}"] = home.repository.head()
    ledger = ledger_of(home, "otters", OTTERS, clubs=there("otters", "sharks"))

    if others == 40:
        assert ledger.read(NOW).entries == {}
        return
    with pytest.raises(RefusedError, match="the one on the branch our-ledger"):
        ledger.read(NOW)
    assert ledger.ledger.adopt().branch == "our-ledger"


def test_of_several_that_were_left_behind_a_person_chooses(home: Home) -> None:
    begun(ledger_of(home, "otters", OTTERS))
    begun(ledger_of(home, "sharks", SHARKS))
    ledger = ledger_of(home, "seals", f"{BRANCH}-seals", clubs=there("seals"))

    with pytest.raises(InputError, match=f"More than one ledger was left behind: {OTTERS}, {SHARKS}"):
        ledger.ledger.adopt()


def test_a_new_club_begins_where_nothing_was_left_behind_for_it(home: Home) -> None:
    begun(ledger_of(home, "otters", OTTERS))
    begun(ledger_of(home, "seals", f"{BRANCH}-seals", keys=OTHER_KEYS))
    home.repository.write(FILE, b"hello", f"{BRANCH}-junk")
    home.repository.write(f"{FILE}/inside", b"", f"{BRANCH}-folder")
    home.repository.write("index.html", b"", f"{BRANCH}-site")
    fork = moved_elsewhere(home)
    begun(ledger_of(fork, "gulls", f"{BRANCH}-gulls"))

    for clubs in (there("otters", "sharks"), None):
        ledger = ledger_of(home, "sharks", SHARKS, clubs=clubs)
        assert ledger.read(NOW).entries == {}
        with pytest.raises(InputError, match="no ledger to be taken over"):
            ledger.ledger.adopt()
    begun(ledger_of(home, "sharks", SHARKS, clubs=there("otters", "sharks")))


def test_looking_for_what_was_left_behind_costs_a_request_and_only_at_first(home: Home) -> None:
    for name in ("otters", "sharks"):
        begun(ledger_of(home, name, f"{BRANCH}-{name}"))
    clubs = there("otters", "sharks", "seals")
    before = len(home.github.requests)
    begun(ledger_of(home, "seals", f"{BRANCH}-seals", clubs=clubs))
    assert [request.call for request in home.github.requests[before:]].count("git/list-matching-refs") == 3

    before = len(home.github.requests)
    ledger_of(home, "seals", f"{BRANCH}-seals", clubs=clubs).read(NOW)
    assert len(home.github.requests) - before == 2


def test_a_ledger_that_was_taken_over_and_can_not_be_deleted_is_named(home: Home) -> None:
    begun(ledger_of(home, "otters", OTTERS))
    home.github.fail("git/delete-ref", Refusal(422, "Cannot delete this protected ref."))
    ledger = ledger_of(home, "seals", f"{BRANCH}-seals", clubs=there("seals"))

    adopted = ledger.ledger.adopt()
    assert adopted.notices == 1
    [warning] = adopted.warnings
    assert OTTERS in warning.text


def test_somebody_elses_write_in_between_is_not_lost_by_taking_over(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    home.github.fail("repos/create-or-update-file-contents", Refusal(409, f"{FILE} does not match {'1' * 40}"))

    with pytest.raises(UnreachableError, match="Another run is writing"):
        ledger_of(home, "clubs/otters").ledger.adopt()
    assert ledger_of(home, "otters").read(NOW).entry(LAB).announcement == FIRST


def test_a_secret_stays_when_a_ledger_is_taken_over(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    secret = ledger_of(home, "otters").read(NOW).secret
    ledger_of(home, "seals").ledger.adopt()

    snapshot = ledger_of(home, "seals").read(NOW)
    assert (snapshot.secret, snapshot.entry(SHOP)) == (secret, Entry())


def test_a_claim_goes_over_with_the_ledger(home: Home) -> None:
    ledger = ledger_of(home, "otters")
    ledger.read(NOW)
    ledger.write([Begin(LAB, "we", None, FIRST)], NOW)
    ledger_of(home, "seals").ledger.adopt()

    assert ledger_of(home, "seals").read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)


def test_a_moved_ledger_of_which_only_the_witness_is_left_says_so_before(home: Home) -> None:
    begun(ledger_of(home, "otters"))
    del refs(home)[f"refs/heads/{BRANCH}"]
    ledger = ledger_of(home, "otters")

    ledger.read(NOW)
    assert [warning.code for warning in ledger.warnings] == [BEHIND]
    assert home.time.naps == list(LAGS[:2])

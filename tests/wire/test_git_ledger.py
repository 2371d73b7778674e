"""The ledger in a repository: what GitHub is asked, and what becomes of it when GitHub fails."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from sessionsmgmt.adapters.github.access import RepositoryName
from sessionsmgmt.adapters.ledger.branch import FILE
from sessionsmgmt.adapters.ledger.git import Branch, GitLedger
from sessionsmgmt.adapters.ledger.git_transaction import LAGS
from sessionsmgmt.adapters.ledger.sealing import Keys, head
from sessionsmgmt.adapters.ledger.witness import BELOW
from sessionsmgmt.domain.delivery.claims import Begin, Claim, Entry, Hold, LedgerSnapshot, Refused, Resolve, Sent, Step
from sessionsmgmt.domain.delivery.claims import Refusal as LedgerRefusal
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.errors import RefusedError, UnreachableError
from sessionsmgmt.ports.ledger import Unwritten
from tests.builders import NOW, RETENTION, announcement
from tests.clock import ManualClock
from tests.emulators.github import (
    BAD_GATEWAY,
    BRANCH_MOVED,
    OWNER,
    PRIMARY_RATE_LIMIT,
    REPOSITORY,
    SECONDARY_RATE_LIMIT,
    TOO_MANY,
    UNAVAILABLE,
    Break,
    Objects,
    Refusal,
)
from tests.ledger_run import LedgerRun
from tests.wire.github import BRANCH, KEYS, Home, github

READ, PUT = "repos/get-content", "repos/create-or-update-file-contents"
REFS, TREE, COMMIT, REF = "git/list-matching-refs", "git/create-tree", "git/create-commit", "git/create-ref"
MOVE = "git/update-ref"
LAB, SHOP = Key("campus", "lab"), Key("campus", "shop")
FIRST = announcement()
PASSING = [BAD_GATEWAY, UNAVAILABLE, TOO_MANY, PRIMARY_RATE_LIMIT, SECONDARY_RATE_LIMIT, *Break]
UNTOLD = [*PASSING, BAD_GATEWAY.though_done(), UNAVAILABLE.though_done(), BRANCH_MOVED]
"""What can go wrong with a write, some of which leaves it unknown whether it was done."""


@pytest.fixture
def home() -> Iterator[Home]:
    with github() as emulated:
        yield emulated


def begin(run: str, key: Key = LAB, what: Announcement = FIRST, basis: Announcement | None = None) -> Begin:
    return Begin(key, run, basis, what)


def read_by(home: Home) -> LedgerRun[GitLedger]:
    """A ledger that a run has opened and read."""
    ledger = home.run()
    ledger.read(NOW)
    return ledger


def begun(home: Home, *steps: Step) -> None:
    """Let a run before this one have written something."""
    assert read_by(home).write(steps or [begin("before", SHOP)], NOW) == ()


def entry(home: Home, key: Key = LAB) -> Entry:
    return home.run().read(NOW).entry(key)


def tip(home: Home) -> bytes:
    return home.repository.read(FILE, BRANCH)


def serial(home: Home) -> int:
    known = head(tip(home))
    assert known
    return known[1]


def asked(home: Home, since: int = 0) -> list[str]:
    return [request.call for request in home.github.requests[since:]]


def listening(home: Home, trouble: object) -> Home:
    """The club, facing that trouble; where nobody listens afterwards, somebody does again once there is a wait."""
    if trouble is not Break.REFUSE_AFTERWARDS:
        return home.facing(trouble)
    home.time.wake = home.github.listen
    return home


def test_reading_is_a_request_for_each_ref_at_first_and_writing_one_more(home: Home) -> None:
    begun(home)
    before = len(home.github.requests)
    ledger = home.run()

    ledger.read(NOW)
    assert asked(home, before) == [READ, READ]
    ledger.write([begin("we")], NOW)
    assert asked(home, before) == [READ, READ, PUT, MOVE]
    ledger.write([Sent(LAB, "we", "mail 1"), begin("we", Key("campus", "x"))], NOW)
    assert asked(home, before) == [READ, READ, PUT, MOVE, PUT, MOVE]
    ledger.write([], NOW)
    assert asked(home, before) == [READ, READ, PUT, MOVE, PUT, MOVE]
    ledger.read(NOW)
    assert asked(home, before)[6:] == [READ]


def test_the_first_writing_takes_four_requests_after_looking_whether_there_are_refs(home: Home) -> None:
    ledger = home.run()
    ledger.read(NOW)
    assert asked(home) == [READ, REFS, REFS]

    ledger.write([begin("we")], NOW)
    assert asked(home)[3:] == [TREE, COMMIT, REF, REF]
    ledger.write([Sent(LAB, "we", "mail 1")], NOW)
    assert asked(home)[7:] == [PUT, MOVE]


def test_the_branch_has_nothing_of_the_clubs_files_or_past_on_it(home: Home) -> None:
    begun(home)
    begun(home, begin("we"))

    objects = home.repository.objects
    last, first = (objects.commits[sha] for sha in objects.history(home.repository.head(BRANCH)))
    assert (last.parents != (), first.parents) == (True, ())
    assert [set(objects.files(one.tree)) for one in (last, first)] == [{FILE}, {FILE}]
    assert home.repository.head() not in objects.history(home.repository.head(BRANCH))


def test_commits_name_nobody_and_start_no_workflow(home: Home) -> None:
    person = home.github.world.fine_grained_token({"contents": "write"})
    ledger = LedgerRun(GitLedger(home.hub(person), home.branch(), KEYS, RETENTION))
    ledger.write([begin("we")], NOW)
    ledger.write([begin("we", SHOP)], NOW)

    objects = home.repository.objects
    past = [objects.commits[sha] for sha in objects.history(home.repository.head(BRANCH))]
    assert [one.message for one in past] == ["Remember 2 notices [skip ci]", "Remember 1 notice [skip ci]"]
    people = {(who.name, who.email) for one in past for who in (one.author, one.committer)}
    assert people == {("sessionsmgmt", "noreply@sessionsmgmt.invalid")}


def test_every_writing_has_the_next_number(home: Home) -> None:
    ledger = read_by(home)
    for number, key in enumerate((LAB, SHOP, Key("campus", "x")), start=1):
        ledger.write([begin("we", key)], NOW)
        assert serial(home) == number
    begun(home, Sent(LAB, "we", "mail 1"))
    assert serial(home) == 4


@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_does_not_keep_the_ledger_from_being_read(home: Home, trouble: Break | Refusal) -> None:
    begun(home, begin("we"))
    home.github.fail(READ, trouble)

    assert entry(listening(home, trouble)).claim == Claim("we", NOW, FIRST)


@pytest.mark.parametrize("call", [READ, REFS])
@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_does_not_make_a_ledger_out_of_none(home: Home, call: str, trouble: Break | Refusal) -> None:
    home.github.fail(call, trouble)

    assert listening(home, trouble).run().read(NOW).entries == {}


@pytest.mark.parametrize("trouble", UNTOLD)
def test_a_write_is_taken_once_whatever_happens_to_the_request(home: Home, trouble: Break | Refusal) -> None:
    begun(home)
    begun(home, Hold(SHOP, "before"))
    ledger = read_by(listening(home, trouble))
    home.github.fail(PUT, trouble)

    # Closing what is held is answered differently the second time, so that would show.
    assert ledger.write([begin("we"), Resolve(SHOP, arrived=True)], NOW) == ()
    assert entry(home) == Entry(claim=Claim("we", NOW, FIRST))
    assert entry(home, SHOP) == Entry(FIRST, None, "", NOW)
    assert serial(home) == 3


@pytest.mark.parametrize("call", [TREE, COMMIT, REF])
@pytest.mark.parametrize("trouble", [one for one in UNTOLD if one is not BRANCH_MOVED])
def test_the_ledger_is_begun_once_whatever_happens_to_the_requests(
    home: Home, call: str, trouble: Break | Refusal
) -> None:
    ledger = listening(home, trouble).run()
    secret = ledger.read(NOW).secret
    home.github.fail(call, trouble)

    assert ledger.write([begin("we"), begin("we", SHOP), Hold(SHOP, "we"), Resolve(SHOP, arrived=True)], NOW) == ()
    assert entry(home) == Entry(claim=Claim("we", NOW, FIRST))
    assert home.run().read(NOW).secret == secret
    assert serial(home) == 1


@pytest.mark.parametrize("call", [PUT, REF])
def test_a_network_that_answers_for_github_is_not_believed(home: Home, call: str) -> None:
    if call == PUT:
        begun(home)
    ledger = read_by(home)
    before = dict(home.repository.objects.refs)
    home.fail_for_good(call, Refusal(200, "Please sign in"))

    with pytest.raises(UnreachableError):
        ledger.write([begin("we")], NOW)
    assert home.repository.objects.refs == before


def test_the_wait_github_asks_for_is_kept(home: Home) -> None:
    begun(home)
    for trouble, least in ((SECONDARY_RATE_LIMIT, 60), (TOO_MANY, 1), (PRIMARY_RATE_LIMIT, 60)):
        patient = replace(home, time=ManualClock())
        ledger, before = read_by(patient), len(home.github.requests)
        home.github.fail(PUT, trouble)
        ledger.write([begin(f"run {least} {trouble.status}", Key("campus", trouble.message))], NOW)
        assert asked(home, before) == [PUT, PUT, MOVE]
        assert patient.time.now >= least


@pytest.mark.parametrize("call", [READ, PUT])
def test_what_lasts_ends_the_run_and_loses_nothing(home: Home, call: str) -> None:
    begun(home)
    stored = tip(home)
    ledger = read_by(home)
    home.fail_for_good(call, UNAVAILABLE)

    with pytest.raises(UnreachableError, match="GitHub could not be reached: it answered 503"):
        ledger.write([begin("we")], NOW) if call == PUT else ledger.read(NOW)
    assert tip(home) == stored
    assert home.time.now <= 90


def test_a_write_that_is_always_too_late_ends_in_time(home: Home) -> None:
    begun(home)
    ledger = read_by(home)
    home.fail_for_good(PUT, BRANCH_MOVED)

    with pytest.raises(UnreachableError, match="The ledger could not be reached: other runs keep writing it"):
        ledger.write([begin("we")], NOW)
    assert entry(home) == Entry()
    assert home.time.now <= 90


def test_what_another_run_wrote_in_between_stays(home: Home) -> None:
    begun(home)
    ours, theirs = read_by(home), read_by(home)

    assert theirs.write([begin("they"), Sent(SHOP, "before", "mail 1")], NOW) == ()
    before = len(home.github.requests)
    assert ours.write([begin("we"), begin("we", Key("campus", "x"))], NOW) == (
        Refused(LAB, LedgerRefusal.ANOTHER_RUN_SENDING),
    )
    assert asked(home, before) == [PUT, READ, PUT, MOVE]
    assert entry(home).claim == Claim("they", NOW, FIRST)
    assert entry(home, SHOP).message_id == "mail 1"
    assert entry(home, Key("campus", "x")).claim == Claim("we", NOW, FIRST)


def test_a_refusal_is_about_what_stands_there_now(home: Home) -> None:
    begun(home, begin("they"))
    ours = read_by(home)
    begun(home, Sent(LAB, "they", "mail 1"))

    assert ours.write([begin("we", basis=FIRST, what=replace(FIRST, sequence=1))], NOW) == ()


def test_a_claim_of_our_own_that_was_closed_meanwhile_is_not_ours_any_more(home: Home) -> None:
    ours = read_by(home)
    assert ours.write([begin("we")], NOW) == ()
    later = NOW + timedelta(hours=1)
    closing = read_by(home)
    assert closing.write([Resolve(LAB, arrived=True)], later) == ()

    assert ours.write([begin("we")], later) == (Refused(LAB, LedgerRefusal.ANNOUNCED_MEANWHILE),)


@pytest.mark.parametrize("is_begun", [True, False])
def test_of_many_at_once_exactly_one_gets_a_notice_and_none_is_lost(home: Home, is_begun: bool) -> None:
    if is_begun:
        begun(home)
    runs = [f"run {number}" for number in range(4)]
    ledgers = [read_by(replace(home, time=type(home.time)())) for _ in runs]

    def work(number: int) -> tuple[Refused | Unwritten, ...]:
        own = [begin(runs[number], Key("own", f"{runs[number]} {count}")) for count in range(3)]
        return tuple(one for step in [begin(runs[number]), *own] for one in ledgers[number].write([step], NOW))

    with ThreadPoolExecutor(len(runs)) as pool:
        missed = list(pool.map(work, range(len(runs))))

    snapshot = home.run().read(NOW)
    claimed = {key: one.claim.run for key, one in snapshot.entries.items() if one.claim}
    for run, refusals in zip(runs, missed, strict=True):
        refused = {refusal.key for refusal in refusals}
        wanted = {LAB, *(Key("own", f"{run} {count}") for count in range(3))}
        assert {key for key, owner in claimed.items() if owner == run} == wanted - refused
        assert not is_begun or refused <= {LAB}
    assert claimed[LAB] in runs


def forget_the_witness(home: Home) -> None:
    """Take the second ref away, as somebody does who wants nothing to remember."""
    del home.repository.objects.refs[f"{BELOW}{BRANCH}"]


def test_an_older_version_that_is_put_back_while_a_run_is_at_work_is_noticed(home: Home) -> None:
    begun(home)
    old = tip(home)
    begun(home, begin("they"))
    reading, writing = read_by(home), read_by(home)
    home.repository.write(FILE, old, BRANCH)
    forget_the_witness(home)

    with pytest.raises(RefusedError, match="an older version of it was put back"):
        reading.read(NOW)
    assert home.time.naps == list(LAGS)
    with pytest.raises(RefusedError, match="an older version of it was put back"):
        writing.write([begin("we")], NOW)
    assert tip(home) == old


def test_another_version_of_the_same_number_is_noticed(home: Home) -> None:
    begun(home)
    old = tip(home)
    begun(home, begin("they"))
    ours = read_by(home)
    home.repository.write(FILE, old, BRANCH)
    forget_the_witness(home)
    begun(home, begin("others"))
    assert serial(home) == 2

    with pytest.raises(RefusedError, match="an older version of it was put back"):
        ours.read(NOW)


def test_a_branch_that_is_deleted_while_a_run_is_at_work_is_not_begun_again(home: Home) -> None:
    begun(home)
    ours = read_by(home)
    del home.repository.objects.refs[f"refs/heads/{BRANCH}"]
    forget_the_witness(home)

    with pytest.raises(RefusedError, match="was deleted"):
        ours.read(NOW)
    with pytest.raises(RefusedError):
        ours.write([begin("we")], NOW)
    assert f"refs/heads/{BRANCH}" not in home.repository.objects.refs


def test_a_copy_of_github_that_lags_behind_is_waited_for(home: Home) -> None:
    begun(home)
    old = tip(home)
    begun(home, begin("they"))
    ours, new = read_by(home), tip(home)
    home.repository.write(FILE, old, BRANCH)
    home.time.wake = lambda: home.repository.write(FILE, new, BRANCH)

    assert ours.read(NOW).entry(LAB).claim == Claim("they", NOW, FIRST)
    assert home.time.naps == [LAGS[0]]


def test_the_case_of_the_repositorys_name_does_not_matter(home: Home) -> None:
    begun(home, begin("we"))

    assert home.run(owner=OWNER.upper()).read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\x00", b'{"version":1,"entries":[]}'])
def test_a_file_that_is_no_ledger_of_ours_is_refused_and_left_alone(home: Home, data: bytes) -> None:
    home.repository.write(FILE, data, BRANCH)
    ledger = home.run()

    with pytest.raises(RefusedError, match=f"^{FILE} on the branch {BRANCH} is not as sessionsmgmt wrote it"):
        ledger.read(NOW)
    with pytest.raises(RefusedError):
        ledger.write([begin("we")], NOW)
    assert tip(home) == data


def test_a_folder_in_the_place_of_the_file_is_refused(home: Home) -> None:
    home.repository.write(f"{FILE}/inside", b"", BRANCH)

    with pytest.raises(RefusedError, match="is no file"):
        home.run().read(NOW)


def test_another_key_is_refused_and_the_former_one_seals_anew_with_the_next_write(home: Home) -> None:
    begun(home, begin("we"))
    new = bytes(reversed(range(32)))
    with pytest.raises(RefusedError, match="another key"):
        home.run(Keys(new)).read(NOW)

    ledger = home.run(Keys(new, previous=KEYS.current))
    assert ledger.read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)
    before = len(home.github.requests)
    assert ledger.write([], NOW) == ()
    assert ledger.write([], NOW) == ()
    assert asked(home, before) == [PUT, MOVE]
    assert home.run(Keys(new)).read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)


def test_a_repository_may_be_renamed(home: Home) -> None:
    begun(home, begin("we"))
    repository = home.repository
    repository.name = "other-premises"
    renamed = Branch(RepositoryName(OWNER, "other-premises"), BRANCH, str(repository.id))
    token = home.github.world.job_token(home.permissions, "other-premises")

    assert GitLedger(home.hub(token), renamed, KEYS, RETENTION).read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)


def test_outside_of_a_job_the_number_of_the_repository_is_asked_for_once(home: Home) -> None:
    begun(home, begin("we"))
    before = len(home.github.requests)
    ledger = LedgerRun(GitLedger(home.hub(), Branch(RepositoryName(OWNER, REPOSITORY), BRANCH), KEYS, RETENTION))

    assert ledger.read(NOW).entry(LAB).claim == Claim("we", NOW, FIRST)
    ledger.write([Sent(LAB, "we", "mail 1")], NOW)
    assert asked(home, before) == [READ, READ, "repos/get", PUT, MOVE]


def test_a_repository_that_is_not_found_is_not_an_empty_ledger(home: Home) -> None:
    begun(home)
    for name, token in (
        ("missing", ""),
        (REPOSITORY, home.github.world.classic_token()),
        (REPOSITORY, home.github.world.fine_grained_token({"contents": "write"}, "another")),
    ):
        ledger = LedgerRun(
            GitLedger(home.hub(token), Branch(RepositoryName(OWNER, name), BRANCH, "1"), KEYS, RETENTION)
        )
        with pytest.raises(RefusedError, match="GitHub finds nothing for reading the ledger"):
            ledger.read(NOW)
        with pytest.raises(RefusedError):
            ledger.write([begin("we")], NOW)


@pytest.mark.parametrize("message", ["Not Found", f"No commit found for the ref {BRANCH}", "Branch not found"])
def test_no_message_of_a_refusal_makes_a_ledger_that_is_there_an_empty_one(home: Home, message: str) -> None:
    begun(home)
    home.github.fail(READ, Refusal(404, message), times=2)

    with pytest.raises(RefusedError, match="is there, but not"):
        home.run().read(NOW)


def test_a_ledger_that_is_begun_between_two_looks_is_read(home: Home) -> None:
    begun(home, begin("they"))
    home.github.fail(READ, Refusal(404, "Not Found"))

    assert entry(home).claim == Claim("they", NOW, FIRST)


def test_a_branch_without_the_file_is_refused(home: Home) -> None:
    home.repository.write("index.html", b"", BRANCH)

    with pytest.raises(RefusedError, match=f"^The branch {BRANCH} is there, but not {FILE} on it") as refusal:
        home.run().read(NOW)
    assert "another name" in refusal.value.hint


def test_a_branch_whose_name_begins_alike_or_a_tag_is_not_the_ledgers(home: Home) -> None:
    home.repository.write(FILE, b"", f"{BRANCH}-of-before")
    home.repository.objects.refs[f"refs/tags/{BRANCH}"] = home.repository.head(f"{BRANCH}-of-before")

    assert home.run().read(NOW).entries == {}
    begun(home, begin("we"))
    assert entry(home).claim == Claim("we", NOW, FIRST)


def test_an_empty_repository_says_what_to_do(home: Home) -> None:
    home.repository.objects = Objects()

    with pytest.raises(RefusedError, match=r"The repository is empty.* Push a first commit\."):
        home.run().read(NOW)


@pytest.mark.parametrize(
    ("permissions", "doing", "line"),
    [({}, "reading", "contents: read"), ({"contents": "read"}, "writing", "contents: write")],
)
def test_a_missing_permission_is_named_as_the_workflow_writes_it(
    home: Home, permissions: dict[str, str], doing: str, line: str
) -> None:
    ledger = replace(home, permissions=permissions).run()

    with pytest.raises(RefusedError, match=f"GitHub does not allow {doing} the ledger with GITHUB_TOKEN") as refusal:
        ledger.write([begin("we")], NOW)
    assert refusal.value.hint == f"Add '{line}' to the 'permissions:' of the job."


RULES = [
    "Repository rule violations found\n\nChanges must be made through a pull request.",
    "Repository rule violations found\n\nReference update failed\n\nUpdate is not a fast forward",
    "Could not update file: 2 of 2 required status checks are expected.",
    'Could not update file: Required status check "build" is expected.',
    "Could not update file: At least 1 approving review is required by reviewers with write access.",
    "Could not update file: Commits must have verified signatures.",
    "Cannot change this locked branch",
    "Cannot update this protected ref.",
    "protected branch hook declined",
    "This branch must not contain merge commits.",
    "",
]


@pytest.mark.parametrize("call", [PUT, TREE, REF])
@pytest.mark.parametrize("status", [409, 422])
@pytest.mark.parametrize("message", RULES)
def test_what_is_no_race_ends_at_once_with_githubs_own_message(
    home: Home, call: str, status: int, message: str
) -> None:
    if call == PUT:
        begun(home)
    ledger = read_by(home)
    before = len(home.github.requests)
    home.fail_for_good(call, Refusal(status, message))

    with pytest.raises(RefusedError, match=f"GitHub does not let the branch {BRANCH} be changed") as refusal:
        ledger.write([begin("we")], NOW)
    assert " ".join(message.replace('"', "'").split()) in str(refusal.value)
    assert asked(home, before).count(call) == 1
    assert home.time.naps == []


def test_a_message_is_shown_on_one_line_and_not_without_end(home: Home) -> None:
    begun(home)
    ledger = read_by(home)
    home.github.fail(PUT, Refusal(422, "::error::\x1b[31m\u202e" + "no " * 4000))

    with pytest.raises(RefusedError) as refusal:
        ledger.write([begin("we")], NOW)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 600


RACES = [
    BRANCH_MOVED,
    Refusal(422, BRANCH_MOVED.message),
    Refusal(409, f"{FILE} does not match 3d21ec53a331a6f037a91c368710b99387d012c1"),
    Refusal(409, f"No commit found for SHA: {'1' * 40}"),
    Refusal(422, f"No commit found for SHA: {'1' * 40}"),
    Refusal(404, f"Branch {BRANCH} not found"),
    Refusal(422, "Reference update failed"),
    Refusal(422, "Update is not a fast forward"),
]


@pytest.mark.parametrize("race", RACES)
@pytest.mark.parametrize("times", [1, 3])
def test_what_is_a_race_is_looked_at_and_tried_again(home: Home, race: Refusal, times: int) -> None:
    begun(home)
    ledger = read_by(home)
    home.github.fail(PUT, race, times=times)

    assert ledger.write([begin("we")], NOW) == ()
    assert entry(home).claim == Claim("we", NOW, FIRST)
    assert serial(home) == 2


@pytest.mark.parametrize("status", [409, 422])
def test_a_branch_that_is_forced_elsewhere_while_it_is_read_is_read_again(home: Home, status: int) -> None:
    begun(home, begin("we"))
    home.github.fail(READ, Refusal(status, f"No commit found for SHA: {'1' * 40}"))

    assert entry(home).claim == Claim("we", NOW, FIRST)


def test_a_token_that_finds_the_branch_and_may_not_write_it_is_told_at_once(home: Home) -> None:
    begun(home)
    ledger = read_by(home)
    home.fail_for_good(PUT, Refusal(404, "Not Found"))

    with pytest.raises(RefusedError, match="Not Found"):
        ledger.write([begin("we")], NOW)
    assert home.time.naps == []


def test_a_ledger_too_large_for_one_reply_is_read_in_two(home: Home) -> None:
    people = frozenset(hashlib.sha256(b"%d" % number).hexdigest()[:32] for number in range(60_000))
    begun(home, begin("we", what=replace(FIRST, people=people)))
    assert len(tip(home)) > 1024 * 1024
    before = len(home.github.requests)

    ledger = home.run()
    claim = ledger.read(NOW).entry(LAB).claim
    assert claim is not None
    assert claim.announcement.people == people
    assert asked(home, before) == [READ, "git/get-blob"] * 2
    assert ledger.write([Sent(LAB, "we", "mail 1")], NOW) == ()


def test_a_secret_to_begin_with_is_that_of_a_new_ledger_only(home: Home) -> None:
    given = LedgerSnapshot(bytes(range(1, 33)))
    ledger = LedgerRun(home.ledger(), given)
    assert ledger.read(NOW) == given
    ledger.write([begin("we")], NOW)

    assert home.ledger().read(NOW, LedgerSnapshot(bytes(32))).secret == given.secret


def test_the_sealed_file_shows_nothing_to_whoever_lacks_the_key(home: Home) -> None:
    begun(home, begin("a-run-of-ours"))

    for word in (b"campus", b"lab", b"a-run-of-ours", b"entries", b"people"):
        assert word not in tip(home)

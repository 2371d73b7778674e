"""What every store promises of ``ports.Ledger``."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionsmgmt.adapters.ledger.retention import Retention
from sessionsmgmt.domain.delivery.claims import (
    LEASE,
    SECRET_BYTES,
    Begin,
    Claim,
    Entry,
    Forget,
    Hold,
    LedgerSnapshot,
    NotSent,
    Put,
    Refusal,
    Refused,
    Resolve,
    Sent,
    SetEventId,
    Step,
    digest,
)
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from sessionsmgmt.domain.sessions.decide import decide
from sessionsmgmt.ports.ledger import ErasableLedger, Unwritten
from tests.builders import (
    KEEP,
    NOW,
    RETENTION,
    announcement,
    attendees,
    club,
    contact,
    event,
    reading,
    retention,
    rule,
    window,
)
from tests.contract.ledger_worlds import WORLDS, LedgerWorld
from tests.ledger_run import LedgerRun

LAB = Key("campus", "lab")
SHOP = Key("campus", "shop")
FIRST = announcement()
LATER = announcement(presence=window(FIRST.presence.end + KEEP, FIRST.presence.end + KEEP))
SECOND = announcement(Kind.ADDED, people=[digest(b"", "ann@example.org")], sequence=1)


@pytest.fixture(params=WORLDS, scope="module")
def make(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Retention], LedgerWorld]]:
    """Makes a new world whenever it is called."""
    build = WORLDS[request.param]
    with ExitStack() as stack:
        yield lambda retention: build(Path(tmp_path_factory.mktemp("club")), stack, retention)


@pytest.fixture
def world(make: Callable[[Retention], LedgerWorld]) -> LedgerWorld:
    return make(RETENTION)


def opened(world: LedgerWorld) -> LedgerRun[ErasableLedger]:
    """A process that has just started."""
    return LedgerRun(world.open())


def written(world: LedgerWorld, *steps: Step, now: datetime = NOW) -> tuple[Refused | Unwritten, ...]:
    """What a process is told that opens the ledger, reads it and asks for the steps in one write."""
    ledger = opened(world)
    ledger.read(NOW)
    return ledger.write(steps, now)


def entry(world: LedgerWorld, key: Key = LAB) -> Entry:
    """What a process finds that has just started."""
    return opened(world).read(NOW).entry(key)


def begin(run: str, basis: Announcement | None = None, what: Announcement = FIRST, key: Key = LAB) -> Begin:
    return Begin(key, run, basis, what)


def of_an_email(run: str, *keys: Key) -> list[Begin]:
    return [Begin(key, run, None, FIRST, "", digest(b"", run)) for key in keys]


def test_an_email_about_several_sessions_is_claimed_for_all_of_them(world: LedgerWorld) -> None:
    assert written(world, *of_an_email("run 1", LAB, SHOP)) == ()
    claims = [entry(world, key).claim for key in (LAB, SHOP)]
    assert [claim and claim.email for claim in claims] == [digest(b"", "run 1")] * 2


def test_an_email_is_claimed_for_none_of_its_sessions_if_another_run_has_one_of_them(world: LedgerWorld) -> None:
    assert written(world, begin("run 1", key=SHOP)) == ()
    missed = written(world, *of_an_email("run 2", LAB, SHOP))

    assert set(missed) == {Refused(LAB, Refusal.EMAIL_NOT_CLAIMED), Refused(SHOP, Refusal.ANOTHER_RUN_SENDING)}
    assert entry(world, LAB).claim is None
    assert (claim := entry(world, SHOP).claim)
    assert claim.run == "run 1"
    assert written(world, begin("run 3")) == ()


def test_a_fresh_ledger_is_empty_and_has_a_secret(world: LedgerWorld) -> None:
    snapshot = opened(world).read(NOW)

    assert snapshot.entries == {}
    assert len(snapshot.secret) == SECRET_BYTES


def test_no_two_clubs_have_the_same_secret(make: Callable[[Retention], LedgerWorld]) -> None:
    assert opened(make(RETENTION)).read(NOW).secret != opened(make(RETENTION)).read(NOW).secret


def test_reading_stores_nothing(world: LedgerWorld) -> None:
    before = world.stored()
    opened(world).read(NOW)

    assert world.stored() == before


def test_a_notice_is_claimed_and_then_said(world: LedgerWorld) -> None:
    assert written(world, begin("we")) == ()
    assert entry(world) == Entry(claim=Claim("we", NOW, FIRST))

    assert written(world, Sent(LAB, "we", "mail 1"), now=NOW + LEASE / 2) == ()
    assert entry(world) == Entry(FIRST, None, "mail 1", NOW + LEASE / 2)

    assert written(world, begin("we", FIRST, SECOND)) == ()
    assert entry(world).claim == Claim("we", NOW, SECOND)


def test_a_notice_that_was_not_sent_may_be_claimed_again(world: LedgerWorld) -> None:
    written(world, begin("we"))
    assert written(world, NotSent(LAB, "we")) == ()

    assert entry(world) == Entry()
    assert written(world, begin("they")) == ()


def test_the_place_and_another_id_of_the_session_are_remembered_whatever_follows(world: LedgerWorld) -> None:
    there = replace(FIRST, place=digest(b"", "place"))
    assert written(world, SetEventId(LAB, "", "another"), begin("we", what=there)) == ()
    assert entry(world) == Entry(claim=Claim("we", NOW, there), event_id="another")

    assert written(world, Sent(LAB, "we", "mail 1"), SetEventId(LAB, "", "too late")) == ()
    assert entry(world) == Entry(there, None, "mail 1", NOW, "another")
    assert written(world, SetEventId(LAB, "another", "a third")) == ()
    assert opened(world).read(NOW).event_id(LAB) == "a third"


def test_what_is_no_notice_is_put_and_taken_away_unless_somebody_wrote_first(world: LedgerWorld) -> None:
    alert, told = Key(":alert.held", "lab"), Entry(FIRST, None, "", NOW)
    assert written(world, Put(alert, Entry(), told)) == ()
    assert entry(world, alert) == told
    assert opened(world).read(NOW).announced(NOW) == frozenset()

    assert written(world, Put(alert, Entry(), Entry(SECOND, None, "", NOW))) == ()
    assert entry(world, alert) == told
    assert written(world, Put(alert, told, Entry())) == ()
    assert entry(world, alert) == Entry()


def test_a_held_notice_waits_for_a_person(world: LedgerWorld) -> None:
    written(world, begin("we"))
    assert written(world, Hold(LAB, "we")) == ()

    assert entry(world) == Entry(claim=Claim("we", NOW, FIRST, held=True))
    assert written(world, begin("they")) == (Refused(LAB, Refusal.HELD),)


@pytest.mark.parametrize(("arrived", "after"), [(True, Entry(FIRST, None, "", NOW)), (False, Entry(at=NOW))])
def test_a_person_closes_what_is_held(world: LedgerWorld, arrived: bool, after: Entry) -> None:
    written(world, begin("we"), Hold(LAB, "we"))

    assert written(world, Resolve(LAB, arrived)) == ()
    assert entry(world) == after


def test_nobody_closes_what_is_not_held(world: LedgerWorld) -> None:
    written(world, begin("we"))

    assert written(world, Resolve(LAB, arrived=False)) == (Refused(LAB, Refusal.NOT_HELD),)
    assert entry(world).claim == Claim("we", NOW, FIRST)


def test_a_claim_of_a_run_that_died_becomes_held(world: LedgerWorld) -> None:
    written(world, begin("we"))

    assert written(world, begin("they"), now=NOW + LEASE / 2) == (Refused(LAB, Refusal.ANOTHER_RUN_SENDING),)
    assert written(world, begin("they"), now=NOW + LEASE) == (Refused(LAB, Refusal.HELD),)
    assert written(world, Resolve(LAB, arrived=False), now=NOW + LEASE) == ()


def test_what_was_said_in_between_is_not_said_again(world: LedgerWorld) -> None:
    slow = opened(world)
    basis = slow.read(NOW).entry(LAB).announcement
    written(world, begin("we"), Sent(LAB, "we", "mail 1"))

    assert len(slow.write([begin("they", basis)], NOW)) == 1
    assert entry(world).announcement == FIRST


def test_of_two_that_race_for_a_notice_exactly_one_gets_it(world: LedgerWorld) -> None:
    written(world, begin("before", key=SHOP))
    one, other = opened(world), opened(world)
    assert one.read(NOW) == other.read(NOW)

    assert one.write([begin("one")], NOW) == ()
    assert other.write([begin("other")], NOW) == (Refused(LAB, Refusal.ANOTHER_RUN_SENDING),)
    assert entry(world).claim == Claim("one", NOW, FIRST)


def test_of_two_that_race_to_begin_the_ledger_none_stores_what_nobody_would_recognise(world: LedgerWorld) -> None:
    runs = {name: opened(world) for name in ("one", "other")}
    secrets = {name: ledger.read(NOW).secret for name, ledger in runs.items()}

    for name, ledger in runs.items():
        ledger.write([begin(name, key=Key("campus", name))], NOW)

    snapshot = opened(world).read(NOW)
    taken = {one.claim.run for one in snapshot.entries.values() if one.claim}
    assert taken
    assert {secrets[name] for name in taken} == {snapshot.secret}


def test_the_secret_that_was_read_first_stays(world: LedgerWorld) -> None:
    ledger = opened(world)
    secret = ledger.read(NOW).secret
    ledger.write([begin("we")], NOW)

    assert ledger.read(NOW).secret == secret
    assert opened(world).read(NOW).secret == secret


@pytest.mark.parametrize(
    "steps",
    [
        [begin("we")],
        [begin("we"), Sent(LAB, "we", "mail 1")],
        [begin("we"), NotSent(LAB, "we")],
        [begin("we"), Hold(LAB, "we")],
    ],
)
def test_a_request_that_is_repeated_changes_nothing_more(world: LedgerWorld, steps: list[Step]) -> None:
    written(world, *steps)
    stored = world.stored()

    assert written(world, steps[-1], now=NOW + timedelta(minutes=1)) == ()
    assert world.stored() == stored


def test_a_step_that_is_refused_does_not_stop_the_others(world: LedgerWorld) -> None:
    written(world, begin("they"))

    refused = written(world, begin("we", key=SHOP), begin("we"), Sent(SHOP, "we", "mail 1"))

    assert refused == (Refused(LAB, Refusal.ANOTHER_RUN_SENDING),)
    assert entry(world, SHOP) == Entry(FIRST, None, "mail 1", NOW)
    assert entry(world).claim == Claim("they", NOW, FIRST)


@pytest.mark.parametrize("steps", [(), (begin("we", what=LATER, key=SHOP),)])
def test_what_is_over_long_enough_is_forgotten_with_the_next_write(world: LedgerWorld, steps: tuple[Step, ...]) -> None:
    written(world, begin("we"), Sent(LAB, "we", "mail 1"))
    over, trace = FIRST.presence.end + KEEP, FIRST.presence.start.isoformat().encode()

    written(world, now=over - timedelta(seconds=1))
    assert entry(world).announcement == FIRST
    assert trace in world.stored()

    written(world, *steps, now=over)
    assert LAB not in opened(world).read(NOW).entries
    assert trace not in world.stored()


AHEAD = FIRST.presence.end + KEEP * 400
"""What somebody gives as ``--now``, by a slip or to look far ahead."""


@pytest.mark.parametrize("steps", [(), (begin("we", what=LATER, key=SHOP),)], ids=["no step", "a step"])
@pytest.mark.parametrize("ended", [Sent(LAB, "we", "mail 1"), Hold(LAB, "we")], ids=["sent", "held"])
def test_a_command_that_is_told_a_late_instant_forgets_no_more_than_the_machines_clock_allows(
    make: Callable[[Retention], LedgerWorld], ended: Step, steps: tuple[Step, ...]
) -> None:
    world = make(retention(FIRST.presence.end + KEEP - timedelta(seconds=1)))
    written(world, begin("we"), ended)
    before = entry(world)

    ahead = opened(world)
    assert ahead.read(AHEAD).entry(LAB) == before
    assert ahead.write(steps, AHEAD) == ()
    assert entry(world) == before


def test_a_command_that_is_told_an_early_instant_forgets_by_that(make: Callable[[Retention], LedgerWorld]) -> None:
    world = make(retention(AHEAD))
    written(world, begin("we"), Sent(LAB, "we", "mail 1"))

    written(world, now=FIRST.presence.end + KEEP - timedelta(seconds=1))
    assert entry(world).announcement == FIRST
    written(world, now=FIRST.presence.end + KEEP)
    assert entry(world) == Entry()


def test_a_write_with_nothing_to_do_stores_nothing(world: LedgerWorld) -> None:
    before = world.stored()
    assert written(world) == ()
    assert world.stored() == before

    written(world, begin("we"))
    before = world.stored()
    assert written(world) == ()
    assert world.stored() == before


CANARIES = ("Xanthippe", "Quuxley", "xq.canary@example.org", "second.canary@example.net", "Canary Hall", "Birdsong")


def test_nothing_that_is_stored_names_anybody_or_quotes_the_calendar(world: LedgerWorld) -> None:
    name, surname, address, second, place, text = CANARIES
    people = [contact(f"{name} {surname}", address, second, where=f"{name}.vcf:1")]
    ledger = opened(world)
    coming = event(
        title=f"Team Session {text}",
        location=place,
        description=text,
        who=attendees(address),
        where=f"{surname}.ics:1",
    )
    decided = decide([rule()], reading(coming), club(people, memory=ledger.read(NOW)), NOW)
    (notice,) = decided.due
    assert len(notice.announcement.people) == 4, "two digests for each of the addresses: alone, and with the name"

    for steps in ([begin("we", what=notice.announcement)], [Hold(LAB, "we")], [Resolve(LAB, arrived=True)]):
        assert ledger.write(steps, NOW) == ()
        stored = world.stored()
        assert b"lab" in stored
        for canary in CANARIES:
            for written_as in (canary.encode(), base64.b64encode(canary.encode())[:-4], canary.encode().hex().encode()):
                assert written_as.lower() not in stored.lower()
            assert hashlib.sha256(canary.lower().encode()).hexdigest()[:32].encode() not in stored


def test_who_was_named_is_recognised_by_a_later_process(world: LedgerWorld) -> None:
    first = opened(world)
    (notice,) = decide([rule()], reading(event()), club(memory=first.read(NOW)), NOW).due
    first.write([begin("we", what=notice.announcement), Sent(LAB, "we", "mail 1")], NOW)

    later = decide([rule()], reading(event()), club(memory=opened(world).read(NOW)), NOW)

    assert not later.due
    assert len(later.verdicts) == 1


RUNS = st.sampled_from(["one", "other"])
KEYS = st.sampled_from([LAB, SHOP])
SAID = st.none() | st.sampled_from([FIRST, SECOND])
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Begin, KEYS, RUNS, SAID, st.sampled_from([FIRST, SECOND])),
    st.builds(Sent, KEYS, RUNS, st.sampled_from(["mail 1", "mail 2"])),
    st.builds(NotSent, KEYS, RUNS),
    st.builds(Hold, KEYS, RUNS),
    st.builds(Resolve, KEYS, st.booleans()),
)
TIMES = st.sampled_from([timedelta(0), LEASE / 2, LEASE, KEEP, KEEP * 2])


@settings(max_examples=settings().max_examples // 2)  # there are seven worlds, and most are asked over a connection
@given(writes=st.lists(st.tuples(st.lists(STEPS, max_size=4), TIMES), max_size=8))
def test_a_store_does_what_the_protocol_says(
    make: Callable[[Retention], LedgerWorld], writes: list[tuple[list[Step], timedelta]]
) -> None:
    world = make(RETENTION)
    said_so = LedgerSnapshot(bytes(SECRET_BYTES))
    for steps, later in writes:
        said_so, refused = said_so.advanced(steps, NOW + later)
        said_so = said_so.pruned(NOW + later, KEEP)

        assert sorted(written(world, *steps, now=NOW + later), key=repr) == sorted(refused, key=repr)
        assert opened(world).read(NOW).entries == said_so.entries


def test_somebody_who_is_forgotten_is_in_no_entry_any_more_and_all_else_stays(world: LedgerWorld) -> None:
    ann, bob = digest(b"", "ann@example.org"), digest(b"", "bob@example.org")
    both, bob_alone = announcement(people=[ann, bob]), announcement(people=[bob])
    written(world, begin("we", what=both), Sent(LAB, "we", "mail 1"), begin("we", what=both, key=SHOP))

    forget = [Forget(key, frozenset({ann})) for key in (LAB, SHOP)]
    assert written(world, *forget) == ()

    assert entry(world) == Entry(bob_alone, None, "mail 1", NOW)
    assert entry(world, SHOP).claim == Claim("we", NOW, bob_alone)
    stored = world.stored()
    assert written(world, *forget) == ()
    assert world.stored() == stored
    assert written(world, Sent(SHOP, "we", "mail 2")) == ()
    assert entry(world, SHOP) == Entry(bob_alone, None, "mail 2", NOW)


def test_digests_of_a_secret_that_was_never_stored_make_nobody_forgotten(world: LedgerWorld) -> None:
    early = opened(world)
    secret = early.read(NOW).secret
    written(world, begin("we"))

    missed = early.write([Forget(LAB, frozenset({digest(secret, "ann@example.org")}))], NOW)

    assert bool(missed) is (secret != opened(world).read(NOW).secret)


def test_what_is_erased_is_gone_and_was_there_only_once(world: LedgerWorld) -> None:
    before = world.stored()
    assert opened(world).erase() is False
    written(world, begin("we"), Sent(LAB, "we", "mail 1"), begin("we", key=SHOP))

    assert opened(world).erase() is True
    assert world.stored() == before
    assert opened(world).erase() is False
    assert opened(world).read(NOW).entries == {}


def test_a_ledger_that_was_erased_can_be_begun_again(world: LedgerWorld) -> None:
    ledger = opened(world)
    ledger.read(NOW)
    ledger.write([begin("we")], NOW)
    assert ledger.erase() is True

    assert ledger.read(NOW).entries == {}
    assert ledger.write([begin("they", key=SHOP)], NOW) == ()
    assert set(opened(world).read(NOW).entries) == {SHOP}


# one object for as long as a process lives


def test_a_write_goes_on_from_any_snapshot_whichever_object_read_it(world: LedgerWorld) -> None:
    snapshot = world.open().read(NOW)

    result = world.open().write(snapshot, [begin("we")], NOW)
    assert result.not_taken == ()
    assert result.snapshot == world.open().read(NOW)
    assert world.open().write(result.snapshot, [Sent(LAB, "we", "mail 1")], NOW).not_taken == ()
    assert entry(world) == Entry(FIRST, None, "mail 1", NOW)


def test_a_snapshot_of_which_the_store_knows_nothing_is_written_from_as_well(world: LedgerWorld) -> None:
    written(world, begin("we"))
    known = world.open().read(NOW)
    bare = LedgerSnapshot(known.secret, known.entries, version=object())

    result = world.open().write(bare, [Sent(LAB, "we", "mail 1"), begin("we", key=SHOP)], NOW)
    assert result.not_taken == ()
    assert result.snapshot == world.open().read(NOW)


def test_a_snapshot_of_another_ledger_claims_nothing(world: LedgerWorld) -> None:
    written(world, begin("we"))
    foreign = LedgerSnapshot(b"f" * SECRET_BYTES)
    by_digest: list[Step] = [begin("they", key=SHOP), Forget(LAB, frozenset({digest(b"", "ann@example.org")}))]

    result = world.open().write(foreign, [*by_digest, Hold(LAB, "we")], NOW)
    refused = {Refused(step.key, Refusal.ANOTHER_LEDGER_SECRET) for step in by_digest}
    assert set(result.not_taken) == refused, "what names nobody is taken"
    assert result.snapshot.secret == foreign.secret
    assert entry(world).claim == Claim("we", NOW, FIRST, held=True)
    assert set(world.open().write(result.snapshot, by_digest, NOW).not_taken) == refused


def test_a_reading_by_somebody_else_makes_no_digest_of_another_secret_valid(world: LedgerWorld) -> None:
    shared = world.open()
    early = shared.read(NOW)
    written(world, begin("before"))
    later = shared.read(NOW)

    result = shared.write(early, [begin("early", key=SHOP)], NOW)
    assert bool(result.not_taken) is (early.secret != later.secret)
    assert shared.write(later, [begin("later", key=Key("campus", "one"))], NOW).not_taken == ()


def test_two_who_share_an_object_race_like_two_processes(world: LedgerWorld) -> None:
    written(world, begin("before", key=SHOP))
    shared = world.open()
    ours, theirs = shared.read(NOW), shared.read(NOW)

    assert shared.write(theirs, [begin("they")], NOW).not_taken == ()
    assert shared.write(ours, [begin("we")], NOW).not_taken == (Refused(LAB, Refusal.ANOTHER_RUN_SENDING),)
    assert shared.write(ours, [Sent(SHOP, "before", "mail 1")], NOW).not_taken == ()
    assert shared.read(NOW) == world.open().read(NOW)
    assert shared.read(NOW, ours) == world.open().read(NOW)


def test_an_object_outlives_a_ledger_that_is_erased_elsewhere_and_begun_again(world: LedgerWorld) -> None:
    shared = world.open()
    shared.write(shared.read(NOW), [begin("we")], NOW)
    world.open().erase()
    written(world, begin("they", key=SHOP))

    snapshot = shared.read(NOW)
    assert set(snapshot.entries) == {SHOP}
    assert shared.write(snapshot, [Sent(SHOP, "they", "mail 1"), begin("we")], NOW).not_taken == ()
    assert entry(world, SHOP).message_id == "mail 1"


def test_of_many_threads_that_share_an_object_one_gets_each_notice_and_nothing_is_lost(world: LedgerWorld) -> None:
    written(world, begin("before", key=SHOP))
    shared = world.open()
    keys, names = (LAB, Key("campus", "one"), Key("campus", "other")), [f"run {number}" for number in range(4)]

    def work(name: str) -> set[Key]:
        run, claimed = LedgerRun(shared), set[Key]()
        for key in keys:
            if not run.write([begin(name, key=key)], NOW):
                claimed.add(key)
                assert run.read(NOW).entry(key).claim == Claim(name, NOW, FIRST)
        assert run.write([Sent(key, name, f"mail of {name}") for key in sorted(claimed)], NOW) == ()
        return claimed

    with ThreadPoolExecutor(len(names)) as pool:
        claims = dict(zip(names, pool.map(work, names), strict=True))

    snapshot = world.open().read(NOW)
    assert sorted(key for claimed in claims.values() for key in claimed) == sorted(keys)
    for name, claimed in claims.items():
        assert all(snapshot.entry(key).message_id == f"mail of {name}" for key in claimed)


@given(
    calls=st.lists(
        st.tuples(st.sampled_from(["one", "other", "third"]), st.none() | st.lists(STEPS, max_size=3)), max_size=10
    )
)
def test_whatever_shares_an_object_in_any_order_is_answered_as_the_protocol_says(
    make: Callable[[Retention], LedgerWorld], calls: list[tuple[str, list[Step] | None]]
) -> None:
    world = make(RETENTION)
    written(world, begin("before", key=Key("campus", "one")))
    shared = world.open()
    model = shared.read(NOW)
    snapshots = dict.fromkeys(["one", "other", "third"], model)
    for name, steps in calls:
        if steps is None:
            snapshots[name] = shared.read(NOW)
        else:
            model, refused = model.advanced(steps, NOW)
            model = model.pruned(NOW, KEEP)
            result = shared.write(snapshots[name], steps, NOW)
            assert sorted(result.not_taken, key=repr) == sorted(refused, key=repr)
            snapshots[name] = result.snapshot
        assert shared.read(NOW) == model

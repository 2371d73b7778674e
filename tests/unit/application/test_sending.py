"""What a run does about a mailer that is not ready, a limit, and somebody who wants it to end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event
from typing import TypeVar

import pytest

from sessionsmgmt.application.notices.pipeline import WAVE
from sessionsmgmt.application.notices.run import send_due
from sessionsmgmt.application.result import RunResult
from sessionsmgmt.domain.delivery.claims import LEASE, Begin, Hold, LedgerSnapshot, NotSent, Sent, Step
from sessionsmgmt.domain.model.notice import State
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.entrypoints.exit_status import Exit, error_status, result_status
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.ports.ledger import WriteResult
from sessionsmgmt.ports.mail import Delivered, Limited, Undelivered, Unknown
from sessionsmgmt.ports.stop import UNSTOPPED, Stop
from sessionsmgmt.retry import RetryPolicy
from tests.builders import NOW
from tests.clock import ManualClock
from tests.unit.application.job import (
    RUN,
    TIMEOUT,
    FakeMailer,
    RecordingLedger,
    clock_at_now,
    job,
    kinds,
    names,
    states,
    store,
)

T = TypeVar("T")
LIMIT = UnreachableError("Google's limits do not allow sending a notice now.", "The next run tries again.")


@dataclass
class StopRequest:
    """Somebody who may want the run to end. Of the time that is left, each look at it takes a tenth of a second."""

    left: float = math.inf
    deferred: bool = False

    def defer(self) -> None:
        self.deferred = True

    def unless_asked(self, act: Callable[[], T], otherwise: T) -> T:
        return act() if self.left == math.inf else otherwise

    def seconds_left(self) -> float:
        self.left = max(0.0, self.left - 0.1)
        return self.left


@dataclass
class Home:
    """A ledger in a folder, and the runs that use it."""

    folder: Path
    time: ManualClock = field(default_factory=ManualClock)
    ledger: RecordingLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = RecordingLedger(store(self.folder))

    def run(self, count: int, post: FakeMailer, stop: Stop = UNSTOPPED, total: float = 90) -> RunResult:
        return send_due(
            job(self.ledger, count), post, RUN, clock_at_now, stop, self.time.retry_policy(total, jitter=0.0)
        )

    def next_run(self, count: int) -> tuple[FakeMailer, RunResult]:
        post = FakeMailer()
        return post, send_due(job(store(self.folder), count), post, "the next run", lambda: NOW + LEASE)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def reasons(result: RunResult) -> set[str]:
    return {delivery.verdict.reason for delivery in result.deliveries if delivery.verdict.state is State.FAILED}


# A mailer that is not ready


@pytest.mark.parametrize(
    "obstacle",
    [ConsentError("Agree again."), UnreachableError("Nobody is there."), InputError("The outbox is a link.")],
    ids=lambda one: type(one).__name__,
)
def test_nothing_is_claimed_for_a_mailer_that_is_not_ready(home: Home, obstacle: SessionsError) -> None:
    post = FakeMailer(obstacle=obstacle)
    result = home.run(6, post)

    assert (post.prepared, post.tried) == (1, [])
    assert [steps for steps, _ in home.ledger.writes] == [[]]
    assert states(result) == dict.fromkeys(names(6), State.FAILED)
    assert reasons(result) == {f"not sent, since {obstacle}"}
    assert result_status(result) is error_status(obstacle)


def test_the_mailer_gets_ready_before_the_first_claim_and_once(home: Home) -> None:
    post = FakeMailer()

    @dataclass
    class LookingMailer(FakeMailer):
        def prepare(self) -> None:
            super().prepare()
            assert home.ledger.writes == []

    post = LookingMailer()
    home.run(6, post)
    assert post.prepared == 1


def test_a_mailer_with_nothing_to_send_is_left_alone(home: Home) -> None:
    post = FakeMailer(obstacle=ConsentError("Agree again."))

    assert result_status(home.run(0, post)) is Exit.DONE
    assert post.prepared == 0


def test_what_the_mailer_learnt_is_told(home: Home) -> None:
    note = ReportWarning("consent-ends", "the consent ends")

    assert home.run(1, FakeMailer(notes=(note, note))).warnings == (note,)


# A limit


def test_a_mail_that_a_limit_turned_away_is_sent_in_the_same_run(home: Home) -> None:
    post = FakeMailer({"s01": [Limited(LIMIT, 7), Limited(LIMIT, 5), Delivered("<late>")]})
    result = home.run(6, post)

    assert states(result) == dict.fromkeys(names(6), State.SENT)
    assert post.tried.count("s01") == 3
    assert all(post.tried.count(name) == 1 for name in names(6) if name != "s01")
    assert sum(home.time.naps) == pytest.approx(12)
    assert [kinds(steps) for steps, _ in home.ledger.writes][1][:4] == [(Sent, name) for name in names(4)]


def test_the_longest_wait_of_a_wave_is_kept(home: Home) -> None:
    post = FakeMailer({"s00": [Limited(LIMIT, 3), Delivered("a")], "s01": [Limited(LIMIT, 30), Delivered("b")]})
    home.run(4, post)

    assert sum(home.time.naps) == pytest.approx(30)


@pytest.mark.parametrize("wait", [1.0, 91.0, 10.0**9, math.inf])
def test_a_limit_that_lasts_stops_the_sending(home: Home, wait: float) -> None:
    post = FakeMailer({"s01": [Limited(LIMIT, wait)]})
    result = home.run(20, post)

    found = states(result)
    assert [found[name] for name in names(4)] == [State.SENT, State.FAILED, State.SENT, State.SENT]
    assert {found[name] for name in names(20)[4:]} == {State.FAILED}
    assert set(post.tried) == set(names(4))
    assert reasons(result) == {str(LIMIT), f"not sent, since {LIMIT}"}
    assert result_status(result) is Exit.UNREACHABLE
    assert sum(home.time.naps) <= 90
    assert (NotSent, "s01") in kinds(home.ledger.writes[-1][0])

    post, after = home.next_run(20)
    assert sorted(post.tried) == ["s01", *names(20)[4:]]
    assert result_status(after) is Exit.DONE


def test_a_limit_that_nobody_has_the_patience_for_is_told_at_once(home: Home) -> None:
    home.run(4, FakeMailer({"s00": [Limited(LIMIT, 3)]}), total=2)

    assert home.time.naps == []


# A refusal that every mail would meet with


def test_a_refusal_that_is_about_all_mail_stops_the_sending(home: Home) -> None:
    cause = ConsentError("Agree again.")
    post = FakeMailer({"s02": [Undelivered(cause, everywhere=True)]})
    result = home.run(20, post)

    assert sorted(post.tried) == names(4)
    assert result_status(result) is Exit.CONSENT
    assert reasons(result) == {str(cause), f"not sent, since {cause}"}


def test_a_refusal_that_is_about_one_mail_stops_nothing(home: Home) -> None:
    result = home.run(20, FakeMailer({"s02": [Undelivered(InputError("No such box."))]}))

    assert [name for name, state in states(result).items() if state is not State.SENT] == ["s02"]


# A failure that nobody foresaw


@pytest.mark.parametrize("error", [RuntimeError("of the library"), MemoryError(), RecursionError(), KeyError("x")])
def test_a_mail_whose_sending_fails_in_an_unforeseen_way_is_held(home: Home, error: Exception) -> None:
    def fail(session: str) -> None:
        if session == "s01":
            raise error

    result = home.run(5, FakeMailer(meanwhile=fail))

    assert states(result) == {**dict.fromkeys(names(5), State.SENT), "s01": State.HELD}
    [reason] = [delivery.verdict.reason for delivery in result.deliveries if delivery.verdict.state is State.HELD]
    assert reason == f"sending it failed in a way that nobody foresaw ({type(error).__name__})"
    assert (Hold, "s01") in kinds(home.ledger.writes[1][0])


# Somebody wants the run to end


def test_from_the_first_claim_on_the_run_ends_in_order(home: Home) -> None:
    stop = StopRequest()
    home.run(
        1, FakeMailer(meanwhile=lambda _session: stop.deferred or pytest.fail("it would have ended at once")), stop
    )


def test_a_run_that_is_to_end_claims_nothing(home: Home) -> None:
    post = FakeMailer()
    result = home.run(6, post, StopRequest(7))

    assert (post.prepared, post.tried) == (0, [])
    assert [steps for steps, _ in home.ledger.writes] == [[]]
    assert states(result) == dict.fromkeys(names(6), State.FAILED)
    assert result_status(result) is Exit.ATTENTION
    assert [warning.code for warning in result.warnings] == ["stopped"]


def test_a_run_with_nothing_to_send_that_is_to_end_is_done(home: Home) -> None:
    assert result_status(home.run(0, FakeMailer(), StopRequest(7))) is Exit.DONE


def test_what_was_answered_is_recorded_and_nothing_new_is_sent(home: Home) -> None:
    stop = StopRequest()

    def end(_session: str) -> None:
        stop.left = 7

    post = FakeMailer({"s01": [Unknown("The line broke.")]}, meanwhile=end)
    result = home.run(12, post, stop)

    found = states(result)
    assert sorted(post.tried) == names(4)
    assert [found[name] for name in names(4)] == [State.SENT, State.HELD, State.SENT, State.SENT]
    assert {found[name] for name in names(12)[4:]} == {State.FAILED}
    assert reasons(result) == {"not sent, since the run was told to end. The next run sends it."}
    assert result_status(result) is Exit.ATTENTION
    assert [kinds(steps) for steps, _ in home.ledger.writes][-1] == [
        (Sent, "s00"),
        (Hold, "s01"),
        (Sent, "s02"),
        (Sent, "s03"),
    ]
    post, after = home.next_run(12)
    assert sorted(post.tried) == names(12)[4:]
    assert result_status(after) is Exit.ATTENTION


def test_what_is_not_answered_in_time_is_held(home: Home) -> None:
    stop, answered = StopRequest(), Event()
    others = Barrier(WAVE)

    def hang(session: str) -> None:
        others.wait(TIMEOUT)
        if session == "s02":
            stop.left = 0.2
            answered.wait(TIMEOUT)

    try:
        result = home.run(6, FakeMailer(meanwhile=hang), stop)
    finally:
        answered.set()

    found = states(result)
    assert found["s02"] is State.HELD
    assert {found[one] for one in ("s00", "s01", "s03")} <= {State.SENT, State.HELD}
    assert {found[one] for one in ("s04", "s05")} == {State.FAILED}
    assert "told to end before an answer came" in str([delivery.verdict.reason for delivery in result.deliveries])


def test_what_was_claimed_and_not_begun_is_free_again(home: Home) -> None:
    stop = StopRequest()

    @dataclass
    class EndingLedger(RecordingLedger):
        """The wish comes while the claims are being written."""

        def write(self, snapshot: LedgerSnapshot, steps: Sequence[Step], now: datetime) -> WriteResult:
            stop.left = 7
            return super().write(snapshot, steps, now)

    home.ledger = EndingLedger(store(home.folder))
    post = FakeMailer()
    result = home.run(6, post, stop)

    assert post.tried == []
    assert states(result) == dict.fromkeys(names(6), State.FAILED)
    claims, settled = [kinds(steps) for steps, _ in home.ledger.writes]
    assert claims == [(Begin, name) for name in names(4)]
    assert settled == [(NotSent, name) for name in names(4)]
    post, _ = home.next_run(6)
    assert sorted(post.tried) == names(6)


def test_a_limit_is_not_waited_for_by_a_run_that_is_to_end(home: Home) -> None:
    stop = StopRequest()

    def sleep(_seconds: float) -> None:
        stop.left = 7

    post = FakeMailer({"s00": [Limited(LIMIT, 60)]})
    retry_policy = RetryPolicy(clock=lambda: home.time.now, sleep=sleep, jitter=lambda: 0.0)
    result = send_due(job(home.ledger, 5), post, RUN, clock_at_now, stop, retry_policy)

    assert post.tried.count("s00") == 1
    assert states(result) == {"s00": State.FAILED, **dict.fromkeys(names(4)[1:], State.SENT), "s04": State.FAILED}
    assert (NotSent, "s00") in kinds(home.ledger.writes[-1][0])


def test_the_ledger_is_told_of_all_even_if_it_takes_longer_than_the_run_may(home: Home) -> None:
    stop = StopRequest()

    def end(_session: str) -> None:
        stop.left = 0

    post = FakeMailer(meanwhile=end)
    result = home.run(4, post, stop)

    assert len(home.ledger.writes) == 2
    claims = {key.session: entry.claim for key, entry in home.ledger.read(NOW).entries.items()}
    for session, state in states(result).items():
        assert (state is State.FAILED) == (session not in post.tried)
        assert (state is State.HELD) == (claims.get(session) is not None)

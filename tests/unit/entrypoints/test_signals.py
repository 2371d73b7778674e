from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from sessionsmgmt.entrypoints.signals import StopRequests, heeded

INT, TERM = signal.SIGINT, signal.SIGTERM


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stop(clock: Clock) -> StopRequests:
    return StopRequests(clock)


@pytest.mark.parametrize("number", [INT, TERM])
def test_until_somebody_asks_for_time_a_signal_ends_the_run_at_once(stop: StopRequests, number: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        stop.heed(number)
    with pytest.raises(KeyboardInterrupt):
        stop.heed(number)  # again, for what is done on the way out may wait as well


@pytest.mark.parametrize(("number", "seconds"), [(INT, 7), (TERM, 2)])
def test_afterwards_it_says_how_long_replies_are_awaited(
    stop: StopRequests, clock: Clock, number: int, seconds: float
) -> None:
    stop.defer()
    assert stop.seconds_left() == math.inf
    stop.heed(number)
    assert stop.seconds_left() == seconds
    clock.now += seconds - 0.5
    assert stop.seconds_left() == 0.5
    clock.now += 5
    assert stop.seconds_left() == 0


def test_a_later_signal_never_gives_more_time(stop: StopRequests, clock: Clock) -> None:
    stop.defer()
    stop.heed(INT)
    clock.now += 6
    stop.heed(INT)
    assert stop.seconds_left() == 1
    stop.heed(TERM)
    assert stop.seconds_left() == 1


def test_after_sigterm_there_are_two_seconds_though_sigint_gave_seven(stop: StopRequests, clock: Clock) -> None:
    stop.defer()
    stop.heed(INT)
    clock.now += 1
    stop.heed(TERM)
    assert stop.seconds_left() == 2


def test_what_is_done_unless_somebody_asked_is_done(stop: StopRequests) -> None:
    assert stop.unless_asked(lambda: "done", "left") == "done"


def test_what_is_done_unless_somebody_asked_is_left_when_they_did(stop: StopRequests) -> None:
    stop.defer()
    stop.heed(TERM)
    assert stop.unless_asked(lambda: pytest.fail("nobody waits for this"), "left") == "left"


def test_what_is_done_unless_somebody_asked_ends_when_they_do(stop: StopRequests) -> None:
    def act() -> str:
        stop.heed(INT)
        return "done"

    stop.defer()
    assert stop.unless_asked(act, "left") == "left"
    stop.heed(INT)  # which ends nothing: what comes now is to be done in any case


@contextmanager
def handling(number: int, handler: signal.Handlers) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [INT, TERM])
@pytest.mark.parametrize("inherited", [signal.SIG_IGN, signal.SIG_DFL])
def test_a_signal_is_heeded_though_it_was_ignored_and_as_before_afterwards(
    number: int, inherited: signal.Handlers
) -> None:
    stop = StopRequests()
    stop.defer()
    with handling(number, inherited):
        with heeded(stop):
            os.kill(os.getpid(), number)
            assert stop.seconds_left() < math.inf
        assert signal.getsignal(number) is inherited

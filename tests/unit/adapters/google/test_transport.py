from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from sessionsmgmt.adapters.google.transport import Response, retry
from sessionsmgmt.errors import UnreachableError
from sessionsmgmt.retry import retry_after
from tests.clock import ManualClock

TODAY = datetime(2026, 11, 6, 12, tzinfo=UTC)
OK = (Response(200), b"{}")


def reply(status: int, **headers: str) -> tuple[Response, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, headers=named), b""


Attempt = tuple[Response, bytes] | Exception


def attempts(*outcomes: Attempt) -> Callable[[], tuple[Response, bytes]]:
    left = list(outcomes)

    def attempt() -> tuple[Response, bytes]:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return attempt


def unhappy(response: Response, _content: bytes) -> bool:
    return bool(response.status >= 500 or response.status == 429)


def test_waits_double_until_it_works() -> None:
    time = ManualClock()

    assert retry(attempts(*[reply(503)] * 6, OK), unhappy, time.retry_policy(today=lambda: TODAY)) == OK
    assert time.naps == [0.5, 1, 2, 4, 8, 16]


def test_a_wait_that_a_person_notices_is_said() -> None:
    time, said = ManualClock(), list[str]()
    retry(attempts(*[reply(503)] * 5, OK), unhappy, time.retry_policy(today=lambda: TODAY, say=said.append))

    assert time.naps == [0.5, 1, 2, 4, 8]
    assert [text.rpartition(" in ")[2] for text in said] == ["4 s.", "8 s."]
    assert all(text.startswith("Google could not be reached (") for text in said)


def test_no_wait_is_longer_than_the_longest() -> None:
    time = ManualClock()
    retry(attempts(*[reply(503)] * 8, OK), unhappy, time.retry_policy(1000, today=lambda: TODAY))

    assert max(time.naps) == 16


@pytest.mark.parametrize("asked", ["7", "Fri, 06 Nov 2026 12:00:07 GMT"])
def test_the_wait_that_is_asked_for_is_kept(asked: str) -> None:
    time = ManualClock()
    retry(attempts(reply(429, retry_after=asked), OK), unhappy, time.retry_policy(today=lambda: TODAY, jitter=0))

    assert time.naps == [7]


def test_a_wait_beyond_the_patience_ends_it_at_once() -> None:
    time = ManualClock()

    with pytest.raises(UnreachableError, match="503"):
        retry(attempts(reply(503, retry_after="3600")), unhappy, time.retry_policy(today=lambda: TODAY))
    assert time.naps == []


def test_a_limit_that_lasts_is_the_reply_to_explain() -> None:
    limited = reply(429, retry_after="3600")

    assert retry(attempts(reply(503), limited), unhappy, ManualClock().retry_policy(today=lambda: TODAY)) == limited


def test_a_limit_that_turns_into_silence_is_no_limit_any_more() -> None:
    with pytest.raises(UnreachableError, match="503"):
        retry(attempts(reply(429), reply(503)), unhappy, ManualClock().retry_policy(today=lambda: TODAY))


def test_in_all_it_never_waits_longer_than_its_patience() -> None:
    time = ManualClock()

    with pytest.raises(UnreachableError, match="503"):
        retry(attempts(reply(503)), unhappy, time.retry_policy(today=lambda: TODAY))
    assert sum(time.naps) <= 90


@pytest.mark.parametrize("error", [requests.ConnectionError(), requests.ReadTimeout(), requests.ConnectTimeout()])
def test_a_broken_connection_is_tried_again(error: Exception) -> None:
    assert retry(attempts(error, OK), unhappy, ManualClock().retry_policy(today=lambda: TODAY)) == OK


def test_a_failure_that_is_no_ones_fault_is_not_hidden() -> None:
    with pytest.raises(requests.exceptions.InvalidURL):
        retry(attempts(requests.exceptions.InvalidURL()), unhappy, ManualClock().retry_policy(today=lambda: TODAY))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-5",
        "²",
        "٣",
        "1e9",
        "9" * 400,
        "0x10",
        "Fri, 06 Nov 99999 12:00:07 GMT",
        "Fri, 06 Nov 2026 12:00:07 +9999999999",
        "Fri, 99 Nov 2026 12:00:07 GMT",
        "Fri, 06 Nov 2026 11:00:00 GMT",
    ],
)
def test_a_retry_after_that_says_nothing_asks_for_no_wait(value: str) -> None:
    assert retry_after({"retry-after": value}, TODAY) == 0


@pytest.mark.parametrize("naive", ["Fri, 06 Nov 2026 12:00:07 -0000"])
def test_a_date_without_a_zone_asks_for_no_wait(naive: str) -> None:
    assert retry_after({"retry-after": naive}, TODAY) == 0

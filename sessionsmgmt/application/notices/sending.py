"""Sending one wave of emails at the same time, again where a limit refused one, until the run is asked to end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from email.message import EmailMessage

from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.errors import StoppedError
from sessionsmgmt.ports.mail import Limited, Mailer, Outcome, Undelivered, Unknown
from sessionsmgmt.ports.stop import Stop
from sessionsmgmt.retry import NOTICEABLE, RetryPolicy

PULSE = 0.1
"""Seconds between two checks whether the run is asked to end: a signal does not end a wait."""

DEFAULT_RETRY_POLICY = RetryPolicy()


def is_stopped(stop: Stop) -> bool:
    """Whether the run is asked to end."""
    return stop.seconds_left() < math.inf


def stopped() -> StoppedError:
    """The error of a notice that was due and was not sent, because the run was asked to end."""
    return StoppedError("the run was told to end.", "The next run sends it.")


def send_wave(
    emails: Mapping[Key, EmailMessage], mailer: Mailer, stop: Stop, retry_policy: RetryPolicy
) -> Mapping[Key, Outcome]:
    """Send all the emails, and return the outcome of each; no outcome is ``Limited``.

    An email that a limit refused is sent again within the time of ``retry_policy``, after the longest wait that was
    asked for. Once the run is asked to end, nothing new is sent. An email without an answer when the time is up counts
    as unknown.
    """
    outcomes: dict[Key, Outcome] = {}
    began, pause = retry_policy.clock(), retry_policy.first
    while True:
        outcomes |= _sent_at_once({key: emails[key] for key in _unsettled(emails, outcomes)}, mailer, stop)
        limited = {key: outcome for key, outcome in outcomes.items() if isinstance(outcome, Limited)}
        waits = max([pause * retry_policy.jitter(), *(outcome.wait for outcome in limited.values())])
        if not limited:
            return outcomes
        if retry_policy.clock() + waits > began + retry_policy.total:
            return outcomes | {key: Undelivered(outcome.cause, everywhere=True) for key, outcome in limited.items()}
        if waits >= NOTICEABLE:
            retry_policy.say(f"The mail service takes no more emails for now; it is tried again in {waits:.0f} s.")
        _wait(waits, stop, retry_policy)
        if is_stopped(stop):
            return outcomes | dict.fromkeys(limited, Undelivered(stopped()))
        pause = min(pause * 2, retry_policy.most)


def _unsettled(keys: Iterable[Key], outcomes: Mapping[Key, Outcome]) -> list[Key]:
    return [key for key in keys if isinstance(outcomes.get(key), Limited | None)]


def _sent_at_once(emails: Mapping[Key, EmailMessage], mailer: Mailer, stop: Stop) -> dict[Key, Outcome]:
    """Hand all emails to the mailer, and wait for the answers as long as the run may."""
    if not emails or is_stopped(stop):
        return dict.fromkeys(emails, Undelivered(stopped()))
    pool = ThreadPoolExecutor(len(emails))
    try:
        answers = {key: pool.submit(mailer.send, email) for key, email in emails.items()}
        waiting = set(answers.values())
        while waiting and stop.seconds_left() > 0:
            _, waiting = wait(waiting, min(PULSE, stop.seconds_left()))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return {key: _outcome(answer) for key, answer in answers.items()}


def _outcome(answer: Future[Outcome]) -> Outcome:
    """The mailer's answer. Without an answer, or after an unforeseen failure, nobody knows whether the email left."""
    if answer.cancelled():  # the time was up before it began
        return Undelivered(stopped())
    if not answer.done():
        return Unknown("the run was told to end before an answer came")
    error = answer.exception()
    if isinstance(error, Exception):
        return Unknown(f"sending it failed in a way that nobody foresaw ({type(error).__name__})")
    return answer.result()


def _wait(seconds: float, stop: Stop, retry_policy: RetryPolicy) -> None:
    """Wait for the seconds, or until the run is asked to end."""
    ends = retry_policy.clock() + seconds
    while (left := ends - retry_policy.clock()) > 0 and not is_stopped(stop):
        retry_policy.sleep(min(left, PULSE))

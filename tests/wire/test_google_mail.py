"""What goes over the wire when a notice is sent: one POST, whatever happens, and an honest outcome."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest

from sessionsmgmt.adapters.google.mail import LARGEST
from sessionsmgmt.adapters.google.scopes import SEND
from sessionsmgmt.errors import ConsentError, InputError, UnreachableError
from sessionsmgmt.ports.mail import Delivered, Limited, Undelivered, Unknown
from tests.contract.mailers import message
from tests.emulators.google import (
    EXPIRED_TOKEN,
    INVALID_GRANT,
    INVALID_RAPT,
    Break,
    Instead,
    Refusal,
    Response,
    json_response,
)
from tests.wire.google import Club

CALL = "gmail.users.messages.send"

LOST = [one for one in Break if one is not Break.REFUSE_AFTERWARDS]


@pytest.mark.parametrize("trouble", LOST, ids=lambda one: one.value)
def test_a_connection_that_breaks_leaves_the_outcome_unknown_after_one_post(club: Club, trouble: Break) -> None:
    club.google.fail(CALL, trouble)
    outcome = club.facing(trouble).mailer().send(message())

    assert isinstance(outcome, Unknown)
    assert len(club.google.calls(CALL)) == 1
    assert club.google.unmet == ()


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_service_that_fails_leaves_the_outcome_unknown_after_one_post(
    club: Club, status: int, accepted: bool
) -> None:
    club.google.fail(CALL, Refusal(status, "backendError", accepted=accepted))

    assert isinstance(club.mailer().send(message()), Unknown)
    assert len(club.google.calls(CALL)) == 1
    assert len(club.google.sent) == accepted


@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        (Refusal(400, "badRequest"), InputError, "mail.from"),
        (Refusal(400, "invalidArgument", "Invalid To header"), InputError, "recipients"),
        (Refusal(400, "invalidArgument", "Invalid Cc header"), InputError, "recipients"),
        (Refusal(400, "invalidArgument", "Recipient address required"), InputError, "recipients"),
        (Refusal(400, "invalidArgument", "Invalid From header"), InputError, "mail.from"),
        (Refusal(400, "badRequest", "Message too large"), InputError, "too large"),
        (Refusal(400, "badRequest", "Request payload size exceeds the limit: 1 bytes."), InputError, "too large"),
        (Refusal(400, "failedPrecondition"), ConsentError, "The account that agreed can't send"),
        (Refusal(400, "failedPrecondition", "Precondition check failed."), ConsentError, "The account that agreed"),
        (Refusal(400, "badRequest", "Mail service not enabled"), ConsentError, "The account that agreed"),
        (Refusal(403, "forbidden", "Delegation denied for x@y.org"), ConsentError, "The account that agreed"),
        (Refusal(404, "notFound"), InputError, "Gmail refuses the email as it is"),
        (EXPIRED_TOKEN, ConsentError, "auth login"),
        (Refusal(403, "insufficientPermissions"), ConsentError, "auth login"),
        (Refusal(403, "accessNotConfigured"), ConsentError, "not enabled"),
        (Refusal(403, "domainPolicy"), ConsentError, "policy"),
        (Refusal(413, "uploadTooLarge"), InputError, "too large"),
    ],
    ids=lambda one: f"{one.status} {one.reason}" if isinstance(one, Refusal) else "",
)
def test_a_refusal_is_known_not_to_have_been_sent_after_one_post(
    club: Club, refusal: Refusal, kind: type[Exception], says: str
) -> None:
    club.google.fail(CALL, refusal)
    outcome = club.mailer().send(message())

    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, kind)
    assert says in str(outcome.cause)
    assert str(outcome.cause).startswith('Google says: "')
    assert "@" not in str(outcome.cause)
    assert len(club.google.calls(CALL)) == 1
    assert club.google.sent == ()


@pytest.mark.parametrize(
    ("refusal", "everywhere"),
    [
        (Refusal(400, "badRequest"), False),
        (Refusal(400, "invalidArgument", "Invalid To header"), False),
        (Refusal(413, "uploadTooLarge"), False),
        (Refusal(403, "forbidden"), False),
        (Refusal(400, "failedPrecondition"), True),
        (Refusal(403, "insufficientPermissions"), True),
        (Refusal(403, "accessNotConfigured"), True),
        (Refusal(403, "domainPolicy"), True),
        (EXPIRED_TOKEN, True),
    ],
    ids=lambda one: f"{one.status} {one.reason}" if isinstance(one, Refusal) else "",
)
def test_what_every_mail_would_meet_with_is_told_from_what_is_about_one(
    club: Club, refusal: Refusal, everywhere: bool
) -> None:
    club.google.fail(CALL, refusal)
    outcome = club.mailer().send(message())

    assert isinstance(outcome, Undelivered)
    assert outcome.everywhere is everywhere


NEWER = {"code": 403, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}


@pytest.mark.parametrize(
    ("trouble", "wait"),
    [
        (Refusal(403, "rateLimitExceeded"), 0),
        (Refusal(403, "userRateLimitExceeded", retry_after="12"), 12),
        (Refusal(403, "dailyLimitExceeded"), 0),
        (Refusal(403, "quotaExceeded"), 0),
        (Refusal(429, "rateLimitExceeded", retry_after="1"), 1),
        (Refusal(429, "whatever"), 0),
        (Instead(json_response(403, {"error": NEWER})), 0),
        (Instead(json_response(403, {"error": {**NEWER, "details": [{"retryDelay": "5s"}]}})), 5),
        (Instead(Response(429, {}, b"slow down")), 0),
    ],
    ids=str,
)
def test_a_mail_that_a_limit_turned_away_did_not_leave_and_may_be_sent_again(
    club: Club, trouble: Refusal | Instead, wait: float
) -> None:
    club.google.fail(CALL, trouble)
    mailer = club.mailer()
    first, second = mailer.send(message()), mailer.send(message())

    assert isinstance(first, Limited)
    assert first.wait == wait
    assert isinstance(first.cause, UnreachableError)
    assert "limits" in str(first.cause)
    assert isinstance(second, Delivered)
    assert len(club.google.sent) == 1


def test_the_access_and_a_connection_are_there_before_the_first_mail(club: Club) -> None:
    mailer = club.mailer()
    mailer.prepare()
    assert [request.call for request in club.google.requests] == ["oauth.token"]
    opened = club.google.connections
    assert isinstance(mailer.send(message()), Delivered)

    assert club.google.connections == opened
    assert [request.call for request in club.google.requests] == ["oauth.token", CALL]


@pytest.mark.parametrize("trouble", [INVALID_GRANT, Refusal(503, "backendError", retry_after="3600")], ids=str)
def test_without_access_it_is_not_ready(club: Club, trouble: Refusal) -> None:
    club.google.fail("oauth.token", trouble)

    with pytest.raises((ConsentError, UnreachableError)):
        club.mailer().prepare()


def test_without_a_connection_it_is_not_ready(club: Club) -> None:
    club.google.fail("oauth.token", Break.REFUSE_AFTERWARDS)

    with pytest.raises(UnreachableError, match="could not be reached"):
        club.mailer().prepare()
    assert 0 < club.time.now <= 90


def test_an_access_that_ends_and_can_not_be_had_again_leaves_the_mail_where_it_is(club: Club) -> None:
    club.google.world.consent.lifetime = timedelta(seconds=1)  # so that it is fetched anew for every mail
    mailer = club.mailer()
    mailer.prepare()
    club.google.end_grant()
    outcome = mailer.send(message())

    assert isinstance(outcome, Undelivered)
    assert outcome.everywhere
    assert isinstance(outcome.cause, ConsentError)
    assert club.google.calls(CALL) == ()


def test_a_refused_connection_is_known_not_to_have_been_sent(club: Club) -> None:
    mailer = club.mailer()
    assert isinstance(mailer.send(message()), Delivered)  # the token is there, so that it is the send that fails
    club.google.refuse()
    club.google.fail(CALL, Break.RESET_BEFORE_READING)  # whatever is still connected is let down
    first, second = mailer.send(message(2)), mailer.send(message(3))

    assert isinstance(first, Unknown | Undelivered)
    assert isinstance(second, Undelivered)
    assert isinstance(second.cause, UnreachableError)
    assert len(club.google.sent) == 1


@pytest.mark.parametrize(("trouble", "says"), [(INVALID_GRANT, "Testing"), (INVALID_RAPT, "sign in again")])
def test_without_consent_nothing_is_tried(club: Club, trouble: Refusal, says: str) -> None:
    club.google.fail("oauth.token", trouble)
    outcome = club.mailer().send(message())

    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, ConsentError)
    assert says in str(outcome.cause)
    assert club.google.calls(CALL) == ()


def test_a_message_gmail_would_not_take_is_not_tried(club: Club) -> None:
    large = EmailMessage()
    large.set_content("x" * 76 + "\n", cte="7bit")
    large.add_attachment(b"x" * (LARGEST * 3 // 4 + 1), maintype="application", subtype="octet-stream")
    outcome = club.mailer().send(large)

    assert isinstance(outcome, Undelivered)
    assert isinstance(outcome.cause, InputError)
    assert club.google.requests == ()


def test_what_arrives_is_what_was_composed(club: Club) -> None:
    outcome = club.mailer().send(message())
    [sent] = club.google.sent

    assert outcome == Delivered(sent.id)
    assert sent.recipients == ("office@example.org",)
    assert b"Who will be there: Ann" in sent.original


def test_messages_sent_at_once_share_one_narrow_token(club: Club) -> None:
    mailer = club.mailer()
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda number: mailer.send(message(number)), range(8)))

    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert len(club.google.sent) == 8
    assert len(club.google.calls("oauth.token")) == 1
    assert club.google.scopes_used(CALL) == {frozenset({SEND})}

"""What goes over the wire when a notice is sent: one POST, whatever happens, and an honest outcome."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest

from sessionsmgmt.errors import ConsentError, Exit, InputError, UnreachableError
from sessionsmgmt.ports import Delivered, Undelivered, Unknown
from sessionsmgmt.providers.google.mail import LARGEST
from sessionsmgmt.providers.google.tokens import SEND
from tests.contract.mail_rooms import message
from tests.emulators.google import EXPIRED_TOKEN, INVALID_GRANT, INVALID_RAPT, Break, Refusal
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
        (EXPIRED_TOKEN, ConsentError, "auth login"),
        (Refusal(403, "insufficientPermissions"), ConsentError, "auth login"),
        (Refusal(403, "accessNotConfigured"), ConsentError, "not enabled"),
        (Refusal(403, "domainPolicy"), ConsentError, "policy"),
        (Refusal(403, "rateLimitExceeded"), UnreachableError, "limits"),
        (Refusal(403, "dailyLimitExceeded"), UnreachableError, "limits"),
        (Refusal(413, "uploadTooLarge"), InputError, "413"),
        (Refusal(429, "rateLimitExceeded", retry_after="1"), UnreachableError, "limits"),
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
    assert len(club.google.calls(CALL)) == 1
    assert club.google.sent == ()


def test_a_refused_connection_is_known_not_to_have_been_sent(club: Club) -> None:
    mailer = club.mailer()
    assert isinstance(mailer.send(message()), Delivered)  # the token is there, so that it is the send that fails
    club.google.refuse()
    club.google.fail(CALL, Break.RESET_BEFORE_READING)  # whatever is still connected is let down
    first, second = mailer.send(message(2)), mailer.send(message(3))

    assert isinstance(first, Unknown | Undelivered)
    assert isinstance(second, Undelivered)
    assert second.cause.exit is Exit.UNREACHABLE
    assert len(club.google.sent) == 1


@pytest.mark.parametrize(("trouble", "says"), [(INVALID_GRANT, "Testing"), (INVALID_RAPT, "sign in again")])
def test_without_consent_nothing_is_tried(club: Club, trouble: Refusal, says: str) -> None:
    club.google.fail("oauth.token", trouble)
    outcome = club.mailer().send(message())

    assert isinstance(outcome, Undelivered)
    assert outcome.cause.exit is Exit.CONSENT
    assert says in str(outcome.cause)
    assert club.google.calls(CALL) == ()


def test_a_message_gmail_would_not_take_is_not_tried(club: Club) -> None:
    large = EmailMessage()
    large.set_content("x" * 76 + "\n", cte="7bit")
    large.add_attachment(b"x" * (LARGEST * 3 // 4 + 1), maintype="application", subtype="octet-stream")
    outcome = club.mailer().send(large)

    assert isinstance(outcome, Undelivered)
    assert outcome.cause.exit is Exit.INPUT
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

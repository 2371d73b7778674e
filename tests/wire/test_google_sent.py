"""What goes over the wire when the Sent folder is looked into: headers of a few mails, with a narrow token."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sessionsmgmt.adapters.google.scopes import METADATA
from sessionsmgmt.adapters.google.sent import GmailSent
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from tests.contract.mailers import message
from tests.emulators.google import INVALID_GRANT, UNAVAILABLE, Break, Refusal, TokenRefusal
from tests.emulators.http import Exchange
from tests.wire.google import Club

LIST, GET = "gmail.users.messages.list", "gmail.users.messages.get"
MINUTE = timedelta(minutes=1)


def sent(club: Club, count: int = 1) -> list[str]:
    """Ids of mails that were sent a minute apart, the last one a minute ago."""
    mailer = club.mailer()
    for number in range(count):
        mailer.send(message(number))
        club.google.advance(MINUTE)
    return [one.id for one in club.google.sent]


def looked(club: Club, ago: timedelta = timedelta(days=1)) -> list[str]:
    return [one.message_id for one in GmailSent(club.account()).since(club.google.world.now - ago)]


def query(exchange: Exchange) -> dict[str, list[str]]:
    return parse_qs(urlsplit(f"?{'&'.join(f'{name}={value}' for name, value in exchange.request.query)}").query)


def test_nothing_is_asked_for_but_the_headers_that_are_compared(club: Club) -> None:
    sent(club)
    looked(club)
    [listing], [getting] = club.google.calls(LIST), club.google.calls(GET)

    assert "q" not in query(listing)
    assert query(listing)["labelIds"] == ["SENT"]
    assert query(listing)["includeSpamTrash"] == ["true"], "a mail that was thrown away did leave"
    assert query(getting)["format"] == ["metadata"]
    assert query(getting)["metadataHeaders"] == ["To", "Cc", "Subject", "X-Sessionsmgmt-Mark"]
    assert query(getting)["fields"] == ["id,internalDate,payload/headers"]


def test_the_look_has_a_token_of_its_own_which_is_good_for_nothing_else(club: Club) -> None:
    sent(club)
    looked(club)

    assert club.google.scopes_used(LIST) == club.google.scopes_used(GET) == {frozenset({METADATA})}


def test_looking_ends_where_mails_are_too_old(club: Club) -> None:
    ids = sent(club, 30)

    assert looked(club, 3 * MINUTE) == ids[:-4:-1]
    assert len(club.google.calls(GET)) == 8
    assert len(club.google.calls(LIST)) == 1


def test_a_single_mail_that_is_there_out_of_turn_does_not_end_the_looking(club: Club) -> None:
    ids = sent(club, 8)
    box = club.google.world.mailbox
    box.sent[5] = replace(box.sent[5], at=box.sent[5].at - timedelta(days=300))

    assert looked(club) == [id_ for id_ in reversed(ids) if id_ != ids[5]]


def test_a_mail_that_was_deleted_meanwhile_is_passed_over(club: Club) -> None:
    ids = sent(club, 6)
    club.google.fail(GET, Refusal(404, "notFound"), after=1)

    assert len(set(looked(club)) & set(ids)) == 5
    assert club.google.unmet == ()


def test_a_mail_of_which_google_says_nothing_counts_and_does_not_end_the_looking(club: Club) -> None:
    ids = sent(club, 6)
    club.google.fail(GET, TokenRefusal("nothing", status=200), times=4)
    found = GmailSent(club.account()).since(club.google.world.now - timedelta(days=1))

    assert len([one for one in found if not one.recipients]) == 4
    assert {one.message_id for one in found} == set(ids)


def test_mail_that_is_listed_late_is_seen_later(club: Club) -> None:
    club.google.world.mailbox.sent_lag = 5 * MINUTE
    ids = sent(club)

    assert looked(club) == []
    club.google.advance(5 * MINUTE)
    assert looked(club) == ids


@pytest.mark.parametrize("call", [LIST, GET])
@pytest.mark.parametrize("trouble", [UNAVAILABLE, Break.RESET_BEFORE_READING, Refusal(429, "rateLimitExceeded")])
def test_a_passing_failure_is_waited_for(club: Club, call: str, trouble: Break | Refusal) -> None:
    ids = sent(club, 3)
    club.google.fail(call, trouble)

    assert looked(club) == ids[::-1]
    assert club.google.unmet == ()


@pytest.mark.parametrize("call", [LIST, GET])
@pytest.mark.parametrize(
    ("trouble", "kind", "says"),
    [
        (Refusal(403, "insufficientPermissions"), ConsentError, "auth login"),
        (Refusal(403, "accessNotConfigured"), ConsentError, "not enabled"),
        (Refusal(403, "dailyLimitExceeded"), UnreachableError, "limits"),
        (Refusal(400, "badRequest"), InputError, "report"),
        (UNAVAILABLE, UnreachableError, "Google"),
    ],
    ids=lambda one: f"{one.status} {one.reason}" if isinstance(one, Refusal) else "",
)
def test_less_than_there_is_is_never_given_back(
    club: Club, call: str, trouble: Refusal, kind: type[SessionsError], says: str
) -> None:
    sent(club, 6)
    club.google.fail(call, trouble, times=99)
    with pytest.raises(kind, match=says) as caught:
        looked(club)
    assert "Sent folder" in str(caught.value) or kind is UnreachableError
    assert "example.org" not in str(caught.value)


def test_without_consent_nothing_is_looked_at(club: Club) -> None:
    club.google.fail("oauth.token", INVALID_GRANT)
    with pytest.raises(ConsentError) as caught:
        looked(club)
    assert isinstance(caught.value, ConsentError)
    assert club.google.calls(LIST) == ()

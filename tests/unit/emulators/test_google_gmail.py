from __future__ import annotations

import base64
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.emulators.google import GoogleEmulator, Mailbox, World
from tests.emulators.google.world import ALL_SCOPES, GMAIL_METADATA, GMAIL_SEND, GMAIL_SETTINGS_BASIC
from tests.unit.emulators.client import Client, reason

MESSAGES = "/gmail/v1/users/me/messages"
READONLY = "https://www.googleapis.com/auth/gmail.readonly"


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"To": "office@example.org", "Subject": "Who comes tomorrow", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Ann and Sam.\n")
    return message


def raw(message: EmailMessage) -> str:
    return base64.urlsafe_b64encode(message.as_bytes()).decode()


def send(client: Client, message: EmailMessage, **more: str) -> dict[str, Any]:
    """What google-api-python-client makes of it."""
    messages = client.service("gmail").users().messages()
    answer: dict[str, Any] = messages.send(userId="me", body={"raw": raw(message), **more}).execute(num_retries=0)
    return answer


def test_a_message_leaves_with_everything_in_it() -> None:
    with GoogleEmulator() as google, Client(google, [GMAIL_SEND]) as client:
        answer = send(client, mail(Cc="Ben <ben@example.org>", Bcc="c@example.org"))
        (sent,) = google.sent
        assert google.scopes_used("gmail.users.messages.send") == {frozenset({GMAIL_SEND})}
    assert answer == {"id": sent.id, "threadId": sent.thread, "labelIds": ["SENT"]}
    assert sent.recipients == ("office@example.org", "ben@example.org", "c@example.org")
    assert sent.message.get_content() == "Ann and Sam.\n"
    assert sent.message["Subject"] == "Who comes tomorrow"
    assert not google.violations


def test_the_message_id_is_gmails_own() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        send(client, mail(Message_ID="<ours@example.org>"))
        send(client, mail())
        first, second = google.sent
    assert first.message.get_all("Message-ID") == ["<CAemulated000001@mail.gmail.com>"]
    assert second.message["Message-ID"] != first.message["Message-ID"]
    assert b"<ours@example.org>" in first.original


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "coach@example.org"),
        ("coach@example.org", "coach@example.org"),
        ("The Team <Coach@Example.org>", "The Team <Coach@Example.org>"),
        ("The Team <team@example.org>", "The Team <team@example.org>"),
        ("Pending <pending@example.org>", "Pending <coach@example.org>"),
        ("stranger@example.com", "coach@example.org"),
    ],
)
def test_a_sender_the_account_may_not_use_is_replaced_without_a_word(given: str | None, expected: str) -> None:
    world = World(mailbox=Mailbox(aliases={"team@example.org": True, "pending@example.org": False}))
    with GoogleEmulator(world) as google, Client(google) as client:
        send(client, mail(From=given) if given else mail())
        assert google.sent[0].message["From"] == expected


@pytest.mark.parametrize("keeps", [True, False])
def test_an_own_header_survives_or_not_as_the_world_says(keeps: bool) -> None:
    with GoogleEmulator(World(mailbox=Mailbox(keeps_own_headers=keeps))) as google, Client(google) as client:
        send(client, mail(X_Session="a1"))
        assert ("X-Session" in google.sent[0].message) is keeps


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'raw' RFC822 payload"),
        ({"raw": "a+b/"}, "no byte"),
        ({"raw": "abcde"}, "no byte"),
        ({"raw": raw(EmailMessage())}, "Recipient address required"),
        ({"raw": raw(mail(To="office"))}, "Invalid To header"),
        ({"raw": raw(mail()), "subject": "x"}, "no field subject"),
        ({"raw": 1}, "no string"),
    ],
)
def test_what_is_no_message_is_refused_and_noted(body: dict[str, Any], message: str) -> None:
    with GoogleEmulator() as google, Client(google) as client:
        answer = client.session.post(f"{google.root}{MESSAGES}/send", json=body, timeout=300)
        assert not google.sent
    assert answer.status_code == 400
    assert any(message in violation for violation in google.violations)


def test_the_padding_of_a_message_may_be_left_out() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        for subject in ("a", "ab", "abc"):
            client.service("gmail").users().messages().send(
                userId="me", body={"raw": raw(mail(Subject=subject)).rstrip("=")}
            ).execute()
        assert [one.message["Subject"] for one in google.sent] == ["a", "ab", "abc"]


def test_a_message_that_is_too_large_is_refused() -> None:
    size = len(mail().as_bytes())
    with GoogleEmulator(World(mailbox=Mailbox(limit=size))) as google, Client(google) as client:
        send(client, mail())
        with pytest.raises(HttpError) as caught:
            send(client, mail(Subject="Who comes tomorrow, all of them"))
        assert len(google.sent) == 1
    assert caught.value.status_code == 413
    assert Mailbox().limit == 35 * 1024 * 1024


def test_a_mailbox_of_somebody_else_is_closed() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        assert client.get("/gmail/v1/users/coach@example.org/profile").status_code == 200
        answer = client.get("/gmail/v1/users/other@example.org/profile")
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, "Delegation denied")


def test_a_reply_stays_in_its_thread() -> None:
    with GoogleEmulator() as google, Client(google) as client:
        first = send(client, mail())
        assert send(client, mail(), threadId=first["threadId"])["threadId"] == first["threadId"]
        with pytest.raises(HttpError) as caught:
            send(client, mail(), threadId="none")
        assert client.get("/gmail/v1/users/me/profile").json() == {
            "emailAddress": "coach@example.org",
            "messagesTotal": 2,
            "threadsTotal": 1,
            "historyId": "1002",
        }
    assert caught.value.status_code == 404


def test_the_sent_folder_lists_the_newest_first_and_shows_headers() -> None:
    with GoogleEmulator() as google, Client(google, [GMAIL_SEND, GMAIL_METADATA]) as client:
        for number in range(3):
            send(client, mail(Subject=f"Number {number}"))
            google.advance(timedelta(minutes=1))
        messages = client.service("gmail").users().messages()
        page = messages.list(userId="me", labelIds=["SENT"], maxResults=2).execute()
        rest = messages.list_next(messages.list(userId="me", labelIds=["SENT"], maxResults=2), page).execute()
        found = page["messages"] + rest["messages"]
        assert [one["id"] for one in found] == [one.id for one in reversed(google.sent)]
        got = messages.get(
            userId="me", id=found[0]["id"], format="metadata", metadataHeaders=["subject", "To"]
        ).execute()
        every = messages.get(userId="me", id=found[0]["id"], format="metadata").execute()
    assert got["payload"]["headers"] == [
        {"name": "To", "value": "office@example.org"},
        {"name": "Subject", "value": "Number 2"},
    ]
    assert got["internalDate"] == "1794006120000"
    assert {"Message-Id", "From", "Date"} <= {one["name"] for one in every["payload"]["headers"]}
    assert not google.violations


def test_the_sent_folder_may_lag() -> None:
    with (
        GoogleEmulator(World(mailbox=Mailbox(sent_lag=timedelta(minutes=5)))) as google,
        Client(google) as client,
    ):
        identity = send(client, mail())["id"]
        assert client.get(MESSAGES, labelIds="SENT").json() == {"resultSizeEstimate": 0}
        assert client.get(f"{MESSAGES}/{identity}", format="metadata").status_code == 404
        google.advance(timedelta(minutes=5))
        assert client.get(MESSAGES, labelIds="SENT").json()["resultSizeEstimate"] == 1
        assert client.get(MESSAGES, labelIds=["SENT", "STARRED"]).json()["resultSizeEstimate"] == 0


@pytest.mark.parametrize("scopes", [[GMAIL_METADATA], [GMAIL_METADATA, READONLY]])
def test_metadata_is_all_that_the_metadata_scope_shows(scopes: list[str]) -> None:
    world = World()
    world.consent.granted = ALL_SCOPES | {READONLY}
    with GoogleEmulator(world) as google, Client(google) as client, Client(google, scopes) as reader:
        identity = send(client, mail())["id"]
        answers = [
            reader.get(MESSAGES, q="subject:tomorrow"),
            reader.get(f"{MESSAGES}/{identity}"),
            reader.get(f"{MESSAGES}/{identity}", format="raw"),
        ]
        assert reader.get(f"{MESSAGES}/{identity}", format="minimal").status_code == 200
    assert [(answer.status_code, reason(answer)) for answer in answers] == [(403, "forbidden")] * 3
    assert len(google.violations) == 3


def test_a_raw_message_is_the_one_that_was_sent() -> None:
    world = World()
    world.consent.granted = ALL_SCOPES | {READONLY}
    with GoogleEmulator(world) as google, Client(google) as client, Client(google, [READONLY]) as reader:
        identity = send(client, mail())["id"]
        answer = reader.get(f"{MESSAGES}/{identity}", format="raw").json()
    assert b"Subject: Who comes tomorrow" in base64.urlsafe_b64decode(answer["raw"])


def test_the_addresses_to_send_as_and_whether_they_are_verified() -> None:
    world = World(mailbox=Mailbox(aliases={"team@example.org": True, "pending@example.org": False}))
    world.consent.granted = ALL_SCOPES | {GMAIL_SETTINGS_BASIC}
    with GoogleEmulator(world) as google, Client(google, [GMAIL_SETTINGS_BASIC]) as client:
        answer = client.service("gmail").users().settings().sendAs().list(userId="me").execute()
    assert [(one["sendAsEmail"], one.get("verificationStatus")) for one in answer["sendAs"]] == [
        ("coach@example.org", None),
        ("team@example.org", "accepted"),
        ("pending@example.org", "pending"),
    ]
    assert not google.violations


def test_sending_is_no_leave_to_read() -> None:
    with GoogleEmulator() as google, Client(google, [GMAIL_SEND]) as client:
        assert client.get(MESSAGES, labelIds="SENT").status_code == 403
        assert client.get("/gmail/v1/users/me/settings/sendAs").status_code == 403

"""The Gmail API: sending, and what the Sent folder says afterwards."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime

from tests.emulators.google.calls import Call, Handler
from tests.emulators.google.description import Json
from tests.emulators.google.refusals import Refusal, Refused
from tests.emulators.google.world import GMAIL_METADATA, Mailbox, Sent


def _mailbox(call: Call) -> Mailbox:
    box = call.world.mailbox
    if call.path["userId"] not in {"me", box.address}:
        raise Refused(Refusal(403, "forbidden", "Delegation denied"))
    return box


def send(call: Call) -> Json:
    """``messages.send``: the message leaves, under a Message-ID of Gmail's and from an address the account has."""
    box = _mailbox(call)
    raw = call.body.get("raw")
    if not raw:
        raise call.breaks("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    original = base64.urlsafe_b64decode(raw.rstrip("=") + "=" * (-len(raw.rstrip("=")) % 4))
    if len(original) > box.limit:
        raise Refused(Refusal(413, "uploadTooLarge"))
    message = BytesParser(policy=policy.SMTP).parsebytes(original)
    _check_recipients(call, message)
    thread = call.body.get("threadId")
    if thread and thread not in {one.thread for one in box.sent}:
        raise Refused(Refusal(404, "notFound", "Requested entity was not found."))
    number = len(box.sent) + 1
    identity = f"18b{number:013x}"
    _rewrite(message, box, number)
    if "Date" not in message:
        message["Date"] = format_datetime(call.world.now)
    sent = Sent(identity, thread or identity, message, original, call.world.now)
    box.sent.append(sent)
    return {"id": sent.id, "threadId": sent.thread, "labelIds": ["SENT"]}


def _check_recipients(call: Call, message: EmailMessage) -> None:
    addresses: list[Address] = []
    for name in ("To", "Cc", "Bcc"):
        for header in message.get_all(name, ()):
            if header.defects or any(not address.domain for address in header.addresses):
                raise call.breaks(f"Invalid {name} header")
            addresses += header.addresses
    if not addresses:
        raise call.breaks("Recipient address required")


def _rewrite(message: EmailMessage, box: Mailbox, number: int) -> None:
    """What Gmail makes of a message: its own Message-ID, and an account's own or verified address as the sender.

    That a foreign sender is replaced without a word is what users of the API report; Google's reference is silent.
    """
    del message["Message-ID"]
    message["Message-Id"] = f"<CAemulated{number:06d}@mail.gmail.com>"
    allowed = {box.address.casefold(), *(one.casefold() for one, verified in box.aliases.items() if verified)}
    given = message["From"].addresses[:1] if message["From"] else ()
    try:
        name = given[0].display_name if given else ""
        address = given[0].addr_spec if given else ""
    except MessageError:
        name = address = ""
    if address.casefold() not in allowed:
        del message["From"]
        message["From"] = Address(name, addr_spec=box.address)
    if not box.keeps_own_headers:
        for own in {header for header in message.keys() if header.casefold().startswith("x-")}:  # noqa: SIM118
            del message[own]


def _visible(call: Call) -> list[Sent]:
    """What the folder shows by now, newest first."""
    box = _mailbox(call)
    return [one for one in reversed(box.sent) if one.at + box.sent_lag <= call.world.now]


def list_messages(call: Call) -> Json:
    """``messages.list``: ids only. A token that holds gmail.metadata may not search, whatever else it holds."""
    found = _visible(call)
    if call.one("q"):
        if GMAIL_METADATA in call.scopes:
            call.broken(f"{call.method.id}: q is given with a token that holds gmail.metadata")
            raise Refused(Refusal(403, "forbidden", "Metadata scope does not support 'q' parameter"))
        raise Refused(Refusal(501, "notImplemented", "the emulator does not search"))
    if set(call.every("labelIds")) - {"SENT"}:
        found = []
    page, token = call.page(found, "maxResults", 100, 500)
    answer: Json = {"resultSizeEstimate": len(found), **token}
    if page:
        answer["messages"] = [{"id": one.id, "threadId": one.thread} for one in page]
    return answer


def get_message(call: Call) -> Json:
    """``messages.get``: with gmail.metadata, headers only."""
    sent = next((one for one in _visible(call) if one.id == call.path["id"]), None)
    if sent is None:
        raise Refused(Refusal(404, "notFound", "Requested entity was not found."))
    form = call.one("format", "full")
    if form in {"full", "raw"} and GMAIL_METADATA in call.scopes:
        call.broken(f"{call.method.id}: format {form} is asked for with a token that holds gmail.metadata")
        raise Refused(Refusal(403, "forbidden", f"Metadata scope doesn't allow format {form.upper()}"))
    written = sent.message.as_bytes()
    answer: Json = {
        "id": sent.id,
        "threadId": sent.thread,
        "labelIds": ["SENT"],
        "sizeEstimate": len(written),
        "historyId": str(1000 + call.world.mailbox.sent.index(sent)),
        "internalDate": str(int(sent.at.timestamp() * 1000)),
    }
    if form == "raw":
        answer["raw"] = base64.urlsafe_b64encode(written).decode()
    elif form == "metadata":
        answer["payload"] = {
            "mimeType": sent.message.get_content_type(),
            "headers": _headers(sent.message, call.every("metadataHeaders")),
        }
    elif form == "full":
        raise Refused(Refusal(501, "notImplemented", "the emulator does not take messages apart"))
    return answer


def _headers(message: EmailMessage, only: Iterable[str]) -> list[Json]:
    wanted = {name.casefold() for name in only}
    headers = [{"name": name, "value": str(value)} for name, value in message.items()]
    return [header for header in headers if not wanted or header["name"].casefold() in wanted]


def get_profile(call: Call) -> Json:
    """``users.getProfile``: the account's address."""
    box = _mailbox(call)
    threads = {one.thread for one in box.sent}
    return {
        "emailAddress": box.address,
        "messagesTotal": len(box.sent),
        "threadsTotal": len(threads),
        "historyId": str(1000 + len(box.sent)),
    }


def list_send_as(call: Call) -> Json:
    """``settings.sendAs.list``: the addresses the account may send as. The account's own has no status."""
    box = _mailbox(call)
    own = {"sendAsEmail": box.address, "displayName": "", "isPrimary": True, "isDefault": True}
    others = [
        {"sendAsEmail": one, "displayName": "", "verificationStatus": "accepted" if verified else "pending"}
        for one, verified in box.aliases.items()
    ]
    return {"sendAs": [own, *others]}


SEND_CALL = "gmail.users.messages.send"
"""How the discovery document calls the request that sends a mail."""

HANDLERS: Mapping[str, Handler] = {
    SEND_CALL: send,
    "gmail.users.messages.list": list_messages,
    "gmail.users.messages.get": get_message,
    "gmail.users.getProfile": get_profile,
    "gmail.users.settings.sendAs.list": list_send_as,
}

"""Gmail as what sends (Gmail API v1)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus

import requests
import urllib3
from googleapiclient.errors import HttpError

from sessionsmgmt.errors import InputError, SessionsError, UnreachableError
from sessionsmgmt.ports import Delivered, Outcome, Undelivered, Unknown
from sessionsmgmt.providers.google.account import Account
from sessionsmgmt.providers.google.refusals import explained
from sessionsmgmt.providers.google.tokens import SEND

LARGEST = 36_700_160
"""Bytes of a message that ``messages.send`` takes (its discovery document, ``mediaUpload.maxSize``)."""
CERTAINLY_REFUSED = frozenset({400, 401, 403, 404, 413, 429})
"""Replies that Gmail gives before it sends anything."""
NEVER_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
SCOPES = frozenset({SEND})


@dataclass(frozen=True, slots=True)
class Gmail:
    """The account's own mail. Its access is fetched with the first message, so that a run with none asks for none."""

    account: Account

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``. One POST, whatever happens: Gmail has no key by which it would know a second one."""
        try:
            raw = message.as_bytes(policy=SMTP)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return Undelivered(
                InputError("The message can't be written as mail.", "Check its template and recipients.")
            )
        if len(raw) > LARGEST:
            return Undelivered(InputError(f"The email has {len(raw)} bytes; Gmail takes {LARGEST}.", "Shorten it."))
        try:
            api = self.account.sending("gmail", SCOPES)
        except SessionsError as error:
            return Undelivered(error)
        call = (
            api.users()
            .messages()
            .send(userId="me", body={"raw": base64.urlsafe_b64encode(raw).decode("ascii")}, fields="id")
        )
        try:
            reply = call.execute(num_retries=0)
        except HttpError as error:
            if int(error.resp.status) in CERTAINLY_REFUSED:
                return Undelivered(_refusal(error))
            return Unknown(f"Gmail answered {error.resp.status} after it had the message")
        except requests.RequestException as error:
            if _never_left(error):
                return Undelivered(UnreachableError("Gmail could not be reached.", "The next run tries again."))
            return Unknown(f"the connection to Gmail broke before it answered ({type(error).__name__})")
        except ValueError:
            return Unknown("Gmail's answer could not be read")
        message_id = reply.get("id") if isinstance(reply, dict) else None
        return Delivered(str(message_id)) if message_id else Unknown("Gmail's answer has no message id")


def _refusal(error: HttpError) -> SessionsError:
    if error.resp.status == HTTPStatus.BAD_REQUEST:
        return InputError(
            "Gmail refuses the email as it is.",
            "Check mail.from in sessions.yml: it must be an address the account may send as (Gmail's settings, "
            "'Send mail as'), and that every recipient is an address.",
        )
    return explained(error, "sending a notice")


def _never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have left: the connection was never there, or its certificate was refused."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    certificate = isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, NEVER_CONNECTED) or certificate

"""Gmail as what sends (Gmail API v1)."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage
from http import HTTPStatus

import googleapiclient.errors
import requests
import urllib3
from google.auth.exceptions import GoogleAuthError
from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.errors import STRANGE, explained, is_everywhere, reply_of
from sessionsmgmt.adapters.google.scopes import SEND
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, InputError, SessionsError, UnreachableError
from sessionsmgmt.ports.mail import Delivered, Limited, Outcome, Undelivered, Unknown

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
_ID = re.compile(r"[!-~]{1,256}")
"""An id of a message as the ledger and the report can have it: visible, and not endless."""
DOING = "sending a notice"
ABOUT_THE_ACCOUNT = ("mail service not enabled", "precondition check failed", "delegation denied")
ABOUT_THE_SIZE = ("too large", "exceeds the", "size limit")
ABOUT_RECIPIENTS = ("to header", "cc header", "recipient")
"""Words of Gmail's messages that tell what a refusal is about; its reason is mostly "badRequest"."""


@dataclass(frozen=True, slots=True)
class Gmail:
    """The account's own mail. Its access is fetched before the first message, so that a run with none asks for none."""

    account: Account

    def prepare(self) -> None:
        """Fetch the access to send, and open a connection. See ``ports.Mailer``."""
        self.account.open("gmail", SCOPES)

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What Google said of the consent. See ``ports.Mailer``."""
        return self.account.warnings()

    def send(self, message: EmailMessage) -> Outcome:
        """See ``ports.Mailer``. One POST, whatever happens: Gmail has no key by which it would know a second one."""
        from email.errors import MessageError
        from email.policy import SMTP  # its parsers take as long to load as all of requests does

        try:
            raw = message.as_bytes(policy=SMTP)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return Undelivered(
                InputError("The message can't be written as mail.", "Check its template and recipients.")
            )
        if len(raw) > LARGEST:
            return Undelivered(InputError(f"The email has {len(raw)} bytes; Gmail takes {LARGEST}.", "Shorten it."))
        try:
            messages = self.account.sending("gmail", SCOPES, "users", "messages")
            body = {"raw": base64.urlsafe_b64encode(raw).decode("ascii")}
            reply = messages.send(userId="me", body=body, fields="id").execute(num_retries=0)
        except SessionsError as error:  # the access could not be had, or had ended and could not be had again
            return Undelivered(error, everywhere=True)
        except HttpError as error:
            if error.resp.status in CERTAINLY_REFUSED:
                return _refused(error)
            return Unknown(f"Gmail answered {error.resp.status} after it had the message")
        except requests.RequestException as error:
            if _never_left(error):
                return Undelivered(UnreachableError("Gmail could not be reached.", "The next run tries again."))
            return Unknown(f"the connection to Gmail broke before it answered ({type(error).__name__})")
        except (GoogleAuthError, googleapiclient.errors.Error, *STRANGE):
            return Unknown("Gmail's answer could not be read")
        message_id = reply.get("id") if isinstance(reply, dict) else None
        if not (isinstance(message_id, str) and _ID.fullmatch(message_id)):
            return Unknown("Gmail's answer has no message id")
        return Delivered(message_id)


def _refused(error: HttpError) -> Undelivered | Limited:
    """What a refusal is about: a limit, the account, this one email, or what ``explained`` knows."""
    reply = reply_of(error)
    if reply.is_limit:
        return Limited(explained(error, DOING), reply.wait)
    text, says = reply.message.lower(), reply.quoted
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return Undelivered(explained(error, DOING), everywhere=True)
    if "failedprecondition" in reply.reasons or any(words in text for words in ABOUT_THE_ACCOUNT):
        return Undelivered(
            ConsentError(
                f"{says}The account that agreed can't send mail by Gmail.",
                "Sign in to Gmail with it: is the mail there, and not suspended? If another account is to send, run "
                "'sessionsmgmt auth login' with that one.",
            ),
            everywhere=True,
        )
    if reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or any(words in text for words in ABOUT_THE_SIZE):
        return Undelivered(InputError(f"{says}The email is too large for Gmail.", "Shorten its template."))
    if any(words in text for words in ABOUT_RECIPIENTS):
        return Undelivered(
            InputError(f"{says}Gmail does not take the recipients.", "Check 'to' and 'cc' of the notice.")
        )
    if "from header" in text or "sender" in text:
        return Undelivered(
            InputError(
                f"{says}Gmail does not take the sender.",
                "mail.from must be an address that Gmail's settings list under 'Send mail as'.",
            )
        )
    if reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}:
        return Undelivered(
            InputError(
                f"{says}Gmail refuses the email as it is.",
                "Check the recipients, and that mail.from is an address the account may send as (Gmail's settings, "
                "'Send mail as').",
            )
        )
    return Undelivered(explained(error, DOING), everywhere=is_everywhere(error))


def _never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have left: the connection was never there, or its certificate was refused."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    certificate = isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, NEVER_CONNECTED) or certificate

"""Gmail's Sent folder (Gmail API v1): who was written to, about what and when, and nothing else of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Any

from googleapiclient.errors import HttpError

from sessionsmgmt.adapters.google.account import Account
from sessionsmgmt.adapters.google.errors import understood
from sessionsmgmt.adapters.google.paging import rows
from sessionsmgmt.adapters.google.scopes import METADATA
from sessionsmgmt.adapters.mail_headers import HEADERS, mail_from_headers, sender_address
from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.parallel import side_by_side

SCOPES = frozenset({METADATA})
PAGE = 100
AT_ONCE = 4
"""How many mails are asked for at once: each counts 20 units of the 6,000 a minute that an account has."""

LOOKING = "looking into the Sent folder"

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GmailSent:
    """The account's Sent folder. Its access is fetched with the first look, so that a run without one asks for none."""

    account: Account

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """See ``ports.SentFolder``. Raises ConsentError or UnreachableError where Google refuses or does not answer.

        The folder is listed newest first; it can't be searched with this scope. Looking ends where several mails in a
        row are too old, since a single one may be there out of turn, with a date that a person gave it.
        """
        api = self.account.reading("gmail", SCOPES)
        ids = _ids(api)
        by_id: dict[str, Mail] = {}
        with understood(LOOKING), side_by_side(AT_ONCE) as threads:
            while batch := list(islice(ids, AT_ONCE)):
                mails = list(threads.map(lambda message_id: _mail(api, message_id, instant), batch))
                by_id |= {mail.message_id: mail for mail in mails if mail and mail.at >= instant}
                if all(mail and mail.at < instant for mail in mails):
                    break
        return tuple(by_id.values())

    def sender(self, message_id: str) -> str | None:
        """See ``ports.SentFolder``. Gmail puts the account's own address for one that the account may not send as."""
        api = self.account.reading("gmail", SCOPES)
        with understood(LOOKING):
            reply = _get(api, message_id, ["From"])
            return sender_address(_headers(reply)) if reply else None


def _ids(api: Any) -> Iterator[str]:
    """The ids of the mails that were sent, newest first, those among them that were thrown away since."""

    def page(token: str | None) -> Item:
        reply: Item = (
            api.users()
            .messages()
            .list(
                userId="me",
                labelIds=["SENT"],
                includeSpamTrash=True,
                maxResults=PAGE,
                pageToken=token,
                fields="nextPageToken,messages/id",
            )
            .execute()
        )
        return reply

    return (message["id"] for message in rows(page, "messages"))


def _mail(api: Any, message_id: str, instant: datetime) -> Mail | None:
    """The mail's headers; None if somebody has deleted it meanwhile. Without a date it counts as of the instant."""
    reply = _get(api, message_id, HEADERS)
    return mail_from_headers(message_id, _date(reply) or instant, _headers(reply)) if reply else None


def _get(api: Any, message_id: str, headers: Sequence[str]) -> Item | None:
    """These headers of the mail; None if there is none of this id any more."""
    try:
        reply: Item = (
            api.users()
            .messages()
            .get(
                userId="me",
                id=message_id,
                format="metadata",
                metadataHeaders=list(headers),
                fields="id,internalDate,payload/headers",
            )
            .execute()
        )
    except HttpError as error:
        if error.resp.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return reply


def _headers(reply: Item) -> list[tuple[str, str]]:
    return [(header.get("name", ""), header.get("value", "")) for header in reply.get("payload", {}).get("headers", ())]


def _date(reply: Item) -> datetime | None:
    """When Gmail took the mail: ``internalDate``, milliseconds since 1970 as text."""
    try:
        return datetime.fromtimestamp(int(reply["internalDate"]) / 1000, UTC)
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return None

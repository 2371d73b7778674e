"""A mail's headers, as a Sent folder gives them, → what the mail is known again by.

Services differ in what they give: a header as it went over the wire, folded and encoded, or one that is text already.
A subject of our own never has anything in it that looks encoded, so both can be told apart and come out the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses

from sessionsmgmt.domain.delivery.reconciliation import MARK, Mail

HEADERS = ("To", "Cc", "Subject", MARK)
"""What is read of a mail, and no more."""


def mail(message_id: str, at: datetime, headers: Iterable[tuple[str, str]]) -> Mail:
    """The mail with these headers. Whatever they hold there is one; what can't be read in them is left out."""
    found: dict[str, list[str]] = {name.casefold(): [] for name in HEADERS}
    for name, value in headers:
        found.get(name.casefold(), []).append(value)
    recipients = tuple(one for _, one in getaddresses([*found["to"], *found["cc"]]) if "@" in one)
    subject = _decoded("".join(found["subject"][:1]))
    return Mail(message_id, recipients, subject, at, "".join(found[MARK.casefold()][:1]).strip())


def sender(headers: Iterable[tuple[str, str]]) -> str | None:
    """The address that a mail with these headers is from."""
    fields = [value for name, value in headers if name.casefold() == "from"]
    return next((address for _, address in getaddresses(fields) if "@" in address), None)


def _decoded(value: str) -> str:
    """The text of a header that may have encoded words in it (RFC 2047); as it stands if they make no sense."""
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value

"""Reads the headers of an email in a Sent folder, to recognise an email that this program has sent.

Services return headers in two forms: folded and encoded as they were sent, or decoded to text. Our own subjects never
contain text that looks encoded, so decoding is safe for both forms and gives the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses

from sessionsmgmt.domain.delivery.reconciliation import MARK, Mail

HEADERS = ("To", "Cc", "Subject", MARK)
"""The only headers of an email that are read."""


def mail_from_headers(message_id: str, at: datetime, headers: Iterable[tuple[str, str]]) -> Mail:
    """The email with these headers. Headers never make this fail: what can't be read in them is left out."""
    values: dict[str, list[str]] = {name.casefold(): [] for name in HEADERS}
    for name, value in headers:
        values.get(name.casefold(), []).append(value)
    recipients = tuple(address for _, address in getaddresses([*values["to"], *values["cc"]]) if "@" in address)
    subject = _decoded("".join(values["subject"][:1]))
    return Mail(message_id, recipients, subject, at, "".join(values[MARK.casefold()][:1]).strip())


def sender_address(headers: Iterable[tuple[str, str]]) -> str | None:
    """The address of the ``From`` header; None if there is none."""
    fields = [value for name, value in headers if name.casefold() == "from"]
    return next((address for _, address in getaddresses(fields) if "@" in address), None)


def _decoded(value: str) -> str:
    """The text of a header with its encoded words decoded (RFC 2047); unchanged if they can't be decoded."""
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value

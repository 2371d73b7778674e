"""Notice → email. The one door of this package: everything else in it serves ``compose``.

Pure and deterministic: the same notice, wording, envelope and instant give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.charset import QP, Charset
from email.header import Header
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP, compat32
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import cast

from sessionsmgmt.domain.delivery.reconciliation import MARK, mark
from sessionsmgmt.domain.model.notice import Notice
from sessionsmgmt.email.calendar_attachment import attachment
from sessionsmgmt.email.html_part import page
from sessionsmgmt.email.language import language, speaks
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.email.safe_text import clean, shorten
from sessionsmgmt.email.template import render
from sessionsmgmt.email.template_context import names
from sessionsmgmt.email.text_part import to_text, wrapped
from sessionsmgmt.errors import InputError

LONGEST_SUBJECT = 150
"""Characters of a subject; mail programs show about half of that."""

LONGEST_ID = 70
"""Characters of an id that fit into a header line."""

LINE = 76
"""Characters of a header's line, so that nothing on the way has to fold it anew (RFC 5322, 2.1.1; RFC 2047, 2)."""

_ADDRESS = re.compile(r"[^\s@<>()\[\],:;\\\"]+@[^\s@<>()\[\],:;\\\"]+", re.ASCII)
"""A mailbox without quotes, comments or a name: what is to be in a header as it is (``addr-spec``, RFC 5322, 3.4.1)."""

_CRLF = compat32.clone(linesep=SMTP.linesep)

_WORDING = Path(__file__).with_name("wording")


def compose(notice: Notice, wording: Wording, envelope: Envelope, now: datetime) -> EmailMessage:
    """The email about the notice: text, HTML and, if wanted, the .ics.

    ``now`` is an aware datetime; it becomes the date. What comes back was written out and parsed again, so it is what
    will be sent. Raises InputError, with the template's line, where the club's template can't say this notice.
    """
    _refuse_odd_addresses(envelope)
    spoken = language(wording.locale if wording.template or speaks(wording.locale) else "en")
    draft = render(wording.template or _built_in(spoken.locale.language), names(notice, wording, spoken))
    team = clean(wording.team)
    subject = shorten(draft.subject.replace("=?", "= ?") or team, LONGEST_SUBJECT)
    footer = spoken.footer.format(team=team)
    text = "\n".join([to_text(draft.body, draft.values), "", "-- ", *wrapped(footer), ""])
    html = page(draft.body, draft.values, notice.kind, subject, team, spoken)

    content = [_text(text, "plain"), _text(html, "html")]
    fingerprint = mark(wording.team, notice.key, notice.announcement)
    body = MIMEMultipart("alternative", f"=_text_{fingerprint}", content)
    if wording.attach_calendar:
        organizer = envelope.sender or next(iter(envelope.reply_to), "")
        entry = _calendar(attachment(notice, wording.team, wording.zone, organizer, now))
        body = MIMEMultipart("mixed", f"=_all_{fingerprint}", [body, entry])
    headers = {**_headers(notice, envelope, fingerprint, now.astimezone(wording.zone)), "Content-Language": spoken.tag}
    return checked(_header_lines(subject, headers) + body.as_bytes(policy=_CRLF), {"Subject": subject, **headers})


def _refuse_odd_addresses(envelope: Envelope) -> None:
    for address in filter(None, (envelope.sender, *envelope.to, *envelope.cc, *envelope.reply_to)):
        if not _ADDRESS.fullmatch(address):
            raise InputError(_NOT_AS_MEANT, _PLAIN_ADDRESSES)


def _text(text: str, kind: str) -> MIMEText:
    charset = Charset("utf-8")
    charset.body_encoding = QP  # readable as it is, where base64 looks like something to hide to a spam filter
    return MIMEText(text, kind, cast(str, charset))  # the stubs know only names of charsets


def _calendar(entry: bytes) -> MIMEText:
    part = MIMEText(entry.decode(), "calendar", "utf-8")
    part.set_param("method", "PUBLISH")  # as within the attachment (RFC 6047, 2.4)
    part.add_header("Content-Disposition", "attachment", filename="session.ics")
    return part


def _headers(notice: Notice, envelope: Envelope, fingerprint: str, now: datetime) -> dict[str, str]:
    """The headers besides the subject, in their order.

    ``Auto-Submitted`` (RFC 3834) and its Microsoft counterpart keep holiday replies away; bounces still come.
    """
    people = {
        "From": envelope.sender,
        "To": ", ".join(envelope.to),
        "Cc": ", ".join(envelope.cc),
        "Reply-To": ", ".join(envelope.reply_to),
    }
    return {
        **{name: addresses for name, addresses in people.items() if addresses},
        "Date": format_datetime(now),
        "Message-ID": f"<{fingerprint}@{envelope.sender.rpartition('@')[2] or 'sessionsmgmt.invalid'}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        MARK: fingerprint,
        "X-Sessionsmgmt-Notice": header_id(notice.key.notice),
        "X-Sessionsmgmt-Kind": str(notice.kind),
        "X-Sessionsmgmt-Session": header_id(notice.key.session),
    }


def header_id(identity: str) -> str:
    """A notice's or session's id as our own headers carry it: itself if it can stand in one, else its digest."""
    plain = identity.isascii() and identity.isprintable() and not set(identity) & set(" =?")
    if plain and 0 < len(identity) <= LONGEST_ID:
        return identity
    return f"sha256:{hashlib.sha256(identity.encode(errors='surrogatepass')).hexdigest()[:32]}"


def _header_lines(subject: str, headers: Mapping[str, str]) -> bytes:
    """The headers as they are sent.

    They are not left to ``EmailMessage``, which takes what looks like an encoded word (RFC 2047) in a title for one,
    so that a title could add a header, and loses spaces where it folds (both seen with Python 3.11 to 3.13).
    """
    first = f"Subject: {subject}"
    if not (first.isascii() and len(first) <= LINE):
        first = f"Subject: {Header(subject, 'utf-8', LINE, 'Subject').encode(linesep=_CRLF.linesep)}"
    rest = [f"{name}: {value}" for name, value in headers.items()]
    folded = [line if len(line) <= LINE else line.replace(", ", f",{_CRLF.linesep} ") for line in rest]
    return "".join(f"{line}{_CRLF.linesep}" for line in [first, *folded]).encode("utf-8")


def checked(written: bytes, meant: Mapping[str, str]) -> EmailMessage:
    """The message, parsed again. Raises InputError unless it has the headers that were meant, and no other."""
    message = message_from_bytes(written, policy=SMTP)
    found = {name: str(value) for name, value in message.items()}
    own = {name: value for name, value in found.items() if name not in {"MIME-Version", "Content-Type"}}
    if not written.isascii() or own != meant or len(message.keys()) != len(own) + 2:
        raise InputError(_NOT_AS_MEANT, _PLAIN_ADDRESSES)
    return message


_NOT_AS_MEANT = "An email's headers would not come out as they are meant, so it is not sent."
_PLAIN_ADDRESSES = "Look at the addresses in sessions.yml: each is to be plain, such as office@example.org."


@lru_cache(maxsize=2)
def _built_in(tongue: str) -> str:
    """The built-in template of a language, ``en`` or ``fr``."""
    return (_WORDING / f"{tongue}.md").read_text(encoding="utf-8")

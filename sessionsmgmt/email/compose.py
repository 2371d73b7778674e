"""Composes the email about a notice. ``compose`` is this package's entry point.

Composing is pure and deterministic: the same notice, wording, envelope and instant give the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
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

from sessionsmgmt.domain.delivery.reconciliation import MARK, email_mark
from sessionsmgmt.domain.model.notice import Kind, Notice
from sessionsmgmt.domain.sessions.emails import SEVERAL, kind_of
from sessionsmgmt.email.html_part import html_page
from sessionsmgmt.email.ics_attachment import calendar_attachment, uid
from sessionsmgmt.email.language import Language, has_wording, language
from sessionsmgmt.email.model import Envelope, Wording
from sessionsmgmt.email.safe_text import clean, isolate, shorten_isolated
from sessionsmgmt.email.signature import signature_text
from sessionsmgmt.email.template import render
from sessionsmgmt.email.template_context import built_in_context, several_context, template_context
from sessionsmgmt.email.text_part import to_text, wrap
from sessionsmgmt.errors import InputError

MAX_SUBJECT_LENGTH = 150
"""The most characters of a subject. Mail programs show about half of that."""

MAX_ID_LENGTH = 70
"""The most characters of an id that fit into a header line."""

MAX_HEADER_LINE = 76
"""The most characters of a header line, so that no mail server has to fold it again (RFC 5322, 2.1.1; RFC 2047, 2)."""

_ADDRESS = re.compile(r"[^\s@<>()\[\],:;\\\"]+@[^\s@<>()\[\],:;\\\"]+", re.ASCII)
"""An address without quotes, comments or a name, which a header can contain as it is (RFC 5322, 3.4.1)."""

_FROM = re.compile("^From ", re.MULTILINE)
"""What some servers write as ">From " where a line begins with it, which breaks a signature (RFC 2049, 3)."""

_FOLD = re.compile(r"(,|>) (?=\S)")
"""Where a long header line is folded: after each address, and after each Message-ID."""

MAX_HTML_BYTES = 100 * 1024
"""The most bytes of an HTML part that Gmail shows whole: it cuts messages at about 102 KB."""

CRLF = compat32.clone(linesep=SMTP.linesep)
"""How a message is written as it is sent."""

_WORDING = Path(__file__).with_name("wording")


def compose(notice: Notice, wording: Wording, envelope: Envelope, now: datetime) -> EmailMessage:
    """The email about one notice; see ``compose_email``."""
    return compose_email((notice,), wording, envelope, now)


def compose_email(notices: Sequence[Notice], wording: Wording, envelope: Envelope, now: datetime) -> EmailMessage:
    """The email about the notices, earliest first: plain text, HTML and, if the wording asks for it, the .ics.

    ``now`` is an aware datetime and becomes the ``Date`` header. The result was serialized and parsed again, so it is
    exactly what will be sent. Raises InputError, with the template's line, if the club's template fails on them.
    """
    refuse_unsafe_addresses(envelope)
    words = language(wording.locale if wording.template or has_wording(wording.locale) else "en")
    several = len(notices) > 1
    template = wording.template or _built_in_template(words.locale.language, several)
    context = template_context(notices, wording, words)
    if wording.template is None and several:
        context |= several_context(notices, context, wording, words)
    elif wording.template is None:
        context |= built_in_context(notices[0], wording, words)
    draft = render(template, context, built_in=wording.template is None)
    team = clean(wording.team)
    subject = shorten_isolated(draft.subject.replace("=?", "= ?") or isolate(team), MAX_SUBJECT_LENGTH)
    footer = words.footer.format(team=isolate(team))
    below = signature_text(wording.signature)
    text = "\n".join([to_text(draft.body, draft.values), "", "-- ", *([below, ""] if below else []), *wrap(footer), ""])
    html = html_page(draft.body, draft.values, kind_of(notices), _badge(notices, words), subject, wording, words)

    content = [text_part(text, "plain"), text_part(html, "html")]
    fingerprint = email_mark(wording.team, [(notice.key, notice.announcement) for notice in notices])
    body = MIMEMultipart("alternative", f"=_text_{fingerprint}", content)
    if wording.attach_calendar:
        organizer = envelope.sender or next(iter(envelope.reply_to), "")
        entry = calendar_attachment(notices, wording.team, wording.zone, organizer, now, words.cancelled_prefix)
        body = MIMEMultipart("mixed", f"=_all_{fingerprint}", [body, _calendar_part(entry)])
    headers = {**_headers(notices, envelope, fingerprint, now.astimezone(wording.zone)), "Content-Language": words.tag}
    raw = header_lines(subject, headers) + body.as_bytes(policy=CRLF)
    return checked_message(raw, {"Subject": subject, **headers})


def _badge(notices: Sequence[Notice], words: Language) -> str:
    """The kind of the email in a word or two."""
    if len(notices) == 1:
        return words.label(notices[0])
    kind = kind_of(notices)
    return words.several_badge if kind == SEVERAL else words.badges[Kind(kind)]


def is_cut_by_gmail(message: EmailMessage) -> bool:
    """Whether the email's HTML is so long that Gmail shows only its beginning."""
    html = message.get_body(("html",))
    return html is not None and len(html.get_payload(decode=True)) > MAX_HTML_BYTES


def refuse_unsafe_addresses(envelope: Envelope) -> None:
    """Raise InputError where an address of the envelope could not be a header as it is."""
    for address in filter(None, (envelope.sender, *envelope.to, *envelope.cc, *envelope.reply_to)):
        if not _ADDRESS.fullmatch(address):
            raise InputError(_UNSAFE_HEADERS, _UNSAFE_HEADERS_HINT)


def text_part(text: str, kind: str) -> MIMEText:
    """The text as a part of a message; ``kind`` is ``plain`` or ``html``."""
    charset = Charset("utf-8")
    charset.body_encoding = QP  # spam filters distrust base64; quoted-printable stays readable
    part = MIMEText(text, kind, cast(str, charset))  # the type stubs accept only a charset's name
    part.set_payload(_FROM.sub("=46rom=\n ", cast(str, part.get_payload())))
    return part


def _calendar_part(entry: bytes) -> MIMEText:
    part = MIMEText(entry.decode(), "calendar", "utf-8")
    part.set_param("method", "PUBLISH")  # must equal the METHOD within the attachment (RFC 6047, 2.4)
    part.add_header("Content-Disposition", "attachment", filename="session.ics")
    return part


def _headers(notices: Sequence[Notice], envelope: Envelope, fingerprint: str, now: datetime) -> dict[str, str]:
    """The headers other than the subject, in the order in which they are sent.

    ``Auto-Submitted`` (RFC 3834) and its Microsoft counterpart suppress automatic replies, but not bounces.
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
        # the same in every email about a session, so that they are one thread
        "References": " ".join(f"<{uid(notice.key)}>" for notice in notices),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        MARK: fingerprint,
        "X-Sessionsmgmt-Notice": header_id(notices[0].key.notice),
        "X-Sessionsmgmt-Kind": kind_of(notices),
        "X-Sessionsmgmt-Session": ", ".join(header_id(notice.key.session) for notice in notices),
    }


def header_id(identity: str) -> str:
    """A notice's or session's id for our own headers: the id itself if a header can contain it, else its digest."""
    plain = identity.isascii() and identity.isprintable() and not set(identity) & set(" =?")
    if plain and 0 < len(identity) <= MAX_ID_LENGTH:
        return identity
    return f"sha256:{hashlib.sha256(identity.encode(errors='surrogatepass')).hexdigest()[:32]}"


def header_lines(subject: str, headers: Mapping[str, str]) -> bytes:
    """The headers as they are sent.

    ``EmailMessage`` does not write them, for two reasons seen with Python 3.11 to 3.13: it decodes text in a title that
    looks like an encoded word (RFC 2047), so a title could add a header; and it loses spaces where it folds a line.
    """
    first = f"Subject: {subject}"
    if not (first.isascii() and len(first) <= MAX_HEADER_LINE):
        first = f"Subject: {Header(subject, 'utf-8', MAX_HEADER_LINE, 'Subject').encode(linesep=CRLF.linesep)}"
    lines = [f"{name}: {value}" for name, value in headers.items()]
    folded = [line if len(line) <= MAX_HEADER_LINE else _FOLD.sub(rf"\1{CRLF.linesep} ", line) for line in lines]
    return "".join(f"{line}{CRLF.linesep}" for line in [first, *folded]).encode("utf-8")


def checked_message(raw: bytes, expected: Mapping[str, str]) -> EmailMessage:
    """The message, parsed again. Raises InputError unless its headers are exactly the expected ones."""
    # the parser reads each header many times, and the SMTP policy would parse the header again each time
    message = cast(EmailMessage, message_from_bytes(raw, EmailMessage, policy=compat32))
    for part in message.walk():
        part.policy = SMTP
    headers = {name: str(value) for name, value in message.items()}
    our_headers = {name: value for name, value in headers.items() if name not in {"MIME-Version", "Content-Type"}}
    if not raw.isascii() or our_headers != expected or len(message.keys()) != len(our_headers) + 2:
        raise InputError(_UNSAFE_HEADERS, _UNSAFE_HEADERS_HINT)
    return message


_UNSAFE_HEADERS = "Some headers of an email would come out changed, so it is not sent."
_UNSAFE_HEADERS_HINT = "Check the addresses in sessions.yml: each must be plain, such as office@example.org."


@lru_cache(maxsize=8)
def _built_in_template(language_code: str, several: bool) -> str:
    """The built-in template of the language: ``en``, ``fr``, ``es`` or ``de``; of ``several`` sessions or of one."""
    return (_WORDING / f"{language_code}{'_several' if several else ''}.md").read_text(encoding="utf-8")

"""The copy of an email for the person who wants to see it before it is sent."""

from __future__ import annotations

import hashlib
import re
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart

from sessionsmgmt.email.compose import CRLF, MAX_SUBJECT_LENGTH, checked_message, header_lines, text_part
from sessionsmgmt.email.safe_text import shorten_isolated
from sessionsmgmt.email.text_part import wrap

NOTE = (
    "This is a preview. Only you get this email, and nothing is recorded. When it is due, 'run' sends it to the "
    "addresses in sessions.yml, without this note."
)
"""In English, as all that the program says to the coaches."""

_KEPT = ("From", "Reply-To", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Sessionsmgmt-Notice")
_KEPT_BEHIND = ("X-Sessionsmgmt-Kind", "Content-Language")
_BODY = re.compile("<body[^>]*>")
_STYLE = "margin: 0; padding: 12px 28px; background-color: #fff3cd; color: #1c2733; font: 16px Arial, sans-serif;"


def preview_copy(email: EmailMessage, address: str, run: str) -> EmailMessage:
    """The composed email for this address alone, with a note in its subject and in both parts of its text.

    ``run`` is an id that no other process has. The copy has a Message-ID of its own, and neither the mark nor the
    thread of the email: so no mail program and no later run can take it for the notice itself.
    """
    unique = hashlib.sha256(f"{run}\0{email['Message-ID']}".encode()).hexdigest()[:32]
    subject = shorten_isolated(f"Preview: {email['Subject']}", MAX_SUBJECT_LENGTH)
    domain = str(email["Message-ID"]).rpartition("@")[2].rstrip(">")
    headers = {
        **_headers(email, _KEPT),
        "To": address,
        "Message-ID": f"<preview-{unique}@{domain}>",
        **_headers(email, _KEPT_BEHIND),
    }
    text = "\n".join([*wrap(NOTE), "", _content(email, "plain")])
    note = f'<p lang="en" dir="ltr" style="{_STYLE}">{NOTE}</p>'
    html = _BODY.sub(lambda body: f"{body[0]}\n{note}", _content(email, "html"), count=1)
    body = MIMEMultipart("alternative", f"=_text_{unique}", [text_part(text, "plain"), text_part(html, "html")])
    if attachments := [part for part in email.walk() if part.get_content_type() == "text/calendar"]:
        body = MIMEMultipart("mixed", f"=_all_{unique}", [body, *attachments])
    raw = header_lines(subject, headers) + body.as_bytes(policy=CRLF)
    return checked_message(raw, {"Subject": subject, **headers})


def _headers(email: EmailMessage, names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(email[name]) for name in names if email[name]}


def _content(email: EmailMessage, kind: str) -> str:
    """The text of a part, with line feeds as line ends."""
    part = email.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""

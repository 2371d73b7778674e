"""Composes the email to the coaches about an alert, as text and HTML. It is in English, as warnings are."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime

from sessionsmgmt.domain.delivery.reconciliation import MARK, mark
from sessionsmgmt.domain.model.notice import Announcement
from sessionsmgmt.domain.sessions.alerts import Alert
from sessionsmgmt.email.compose import (
    CRLF,
    MAX_SUBJECT_LENGTH,
    checked_message,
    header_id,
    header_lines,
    refuse_unsafe_addresses,
    text_part,
)
from sessionsmgmt.email.model import AlertWording, Envelope
from sessionsmgmt.email.safe_text import clean, isolate, shorten_isolated
from sessionsmgmt.email.signature import signature_html, signature_text
from sessionsmgmt.email.text_part import wrap

MAX_TITLE_LENGTH = 100
"""The most characters of a session's title in an alert."""

WHAT = {
    "attendees-unknown": "An announced session can't be seen whole",
    "event-incomplete": "An announced session can't be seen whole",
    "failed": "An email was not sent",
    "held": "An email is held",
    "notice-silent": "A notice matches no event",
    "notice-without-event": "A notice matches no event",
    "premises-cancel-by": "A late cancellation",
    "premises-cancel-soon": "A session lacks people, and must be cancelled soon or not at all",
    "premises-closed": "A session on a closed day",
    "premises-hours": "A session outside of the opening hours",
    "premises-lead": "A late notice",
    "premises-max-people": "Too many people at a session",
    "require-unmet": "A session lacks people",
    "role-without-contact": "A role has no contact",
}
"""The reasons of alerts in words."""

REPEATED = "While this lasts, this email comes again every 7 days. sessions.yml says who gets it (alerts.to)."


def compose_alert(
    alert: Alert, announcement: Announcement, wording: AlertWording, envelope: Envelope, now: datetime
) -> EmailMessage:
    """The email about the alert. ``announcement`` is what the ledger remembers of it, ``now`` an aware datetime.

    Raises InputError where an address of sessions.yml can't be a header.
    """
    refuse_unsafe_addresses(envelope)
    what = WHAT.get(alert.reason, "Something wants you to look")
    session = _session(alert, wording.zone)
    team = isolate(clean(wording.team))
    subject = shorten_isolated(": ".join(filter(None, [team, what, session])).replace("=?", "= ?"), MAX_SUBJECT_LENGTH)
    sentences = [_sentence(text) for text in alert.texts]
    fingerprint = mark(wording.team, alert.key, announcement)
    parts = [
        text_part(_text([f"{what}.", session, *sentences, REPEATED], wording.signature), "plain"),
        text_part(_page([f"{what}.", session, *sentences, REPEATED], wording.signature), "html"),
    ]
    body = MIMEMultipart("alternative", f"=_text_{fingerprint}", parts)
    headers = _headers(alert, envelope, fingerprint, now.astimezone(wording.zone))
    return checked_message(header_lines(subject, headers) + body.as_bytes(policy=CRLF), {"Subject": subject, **headers})


def _headers(alert: Alert, envelope: Envelope, fingerprint: str, now: datetime) -> dict[str, str]:
    people = {"From": envelope.sender, "To": ", ".join(envelope.to), "Reply-To": ", ".join(envelope.reply_to)}
    return {
        **{name: addresses for name, addresses in people.items() if addresses},
        "Date": format_datetime(now),
        "Message-ID": f"<{fingerprint}@{envelope.sender.rpartition('@')[2] or 'sessionsmgmt.invalid'}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        MARK: fingerprint,
        "X-Sessionsmgmt-Alert": alert.reason,
        "X-Sessionsmgmt-About": header_id(alert.about),
        "Content-Language": "en",
    }


def _session(alert: Alert, zone: tzinfo) -> str:
    """Day, time and title of the session; empty where no session is meant."""
    if alert.begins is None:
        return ""
    title = isolate(clean(alert.title, MAX_TITLE_LENGTH))
    return ", ".join(filter(None, [_moment(alert.begins, zone), title]))


def _moment(when: datetime | date, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%a %Y-%m-%d %H:%M}" if isinstance(when, datetime) else f"{when:%a %Y-%m-%d}"


def _sentence(text: str) -> str:
    shown = clean(text).rstrip(".")
    return f"{shown[:1].upper()}{shown[1:]}."


def _text(paragraphs: Sequence[str], signature: str) -> str:
    lines = [line for paragraph in paragraphs if paragraph for line in [*wrap(paragraph), ""]]
    below = signature_text(signature)
    return "\n".join([*lines, *(["-- ", below, ""] if below else [])])


def _page(paragraphs: Sequence[str], signature: str) -> str:
    body = "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs if paragraph)
    return f'<!DOCTYPE html>\n<html lang="en"><body>\n{body}\n{signature_html(signature)}</body></html>\n'

"""Which of the composed emails are about several sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from email.message import EmailMessage

from sessionsmgmt.domain.delivery.reconciliation import MARK
from sessionsmgmt.domain.model.notice import Key, Verdict


def sessions_by_email(emails: Mapping[Key, EmailMessage]) -> dict[str, tuple[Key, ...]]:
    """The sessions that each email is about, in their order, by the email's mark."""
    keys: defaultdict[str, list[Key]] = defaultdict(list)
    for key, email in emails.items():
        keys[str(email[MARK])].append(key)
    return {mark: tuple(sessions) for mark, sessions in keys.items()}


def verdicts_by_email(
    verdicts: Iterable[Verdict], emails: Mapping[Key, EmailMessage]
) -> tuple[tuple[Verdict, ...], ...]:
    """The verdicts on the sessions of each email, in the order of the verdicts. Those without an email are left out."""
    together: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if email := emails.get(verdict.key):
            together[str(email[MARK])].append(verdict)
    return tuple(map(tuple, together.values()))

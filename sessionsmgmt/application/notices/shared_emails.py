"""Which of the composed emails are about several sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from email.message import EmailMessage

from sessionsmgmt.domain.delivery.reconciliation import MARK
from sessionsmgmt.domain.model.notice import Key


def sessions_by_email(emails: Mapping[Key, EmailMessage]) -> dict[str, tuple[Key, ...]]:
    """The sessions that each email is about, in their order, by the email's mark."""
    keys: defaultdict[str, list[Key]] = defaultdict(list)
    for key, email in emails.items():
        keys[str(email[MARK])].append(key)
    return {mark: tuple(sessions) for mark, sessions in keys.items()}

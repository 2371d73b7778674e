"""Which notices share an email, and which kind that email has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sessionsmgmt.domain.model.notice import Key, Kind, Notice
from sessionsmgmt.domain.model.rule import Rule

Email = tuple[Notice, ...]
"""The notices that one email is about, the earliest session first."""

SEVERAL = "several"
"""The kind of an email about sessions that differ in kind."""


def emails_of(due: Iterable[Notice], rules: Iterable[Rule]) -> tuple[Email, ...]:
    """The emails about the notices that are due, in the order of their first sessions.

    Every notice is in exactly one email. Notices of different rules never share one, since each rule has its own
    recipients; and what is called off never shares one with what takes place.
    """
    by_id = {rule.id: rule for rule in rules}
    emails: defaultdict[tuple[object, ...], list[Notice]] = defaultdict(list)
    for notice in sorted(due, key=_order):
        emails[_group(notice, by_id[notice.key.notice])].append(notice)
    return tuple(tuple(notices) for notices in emails.values())


def kind_of(notices: Sequence[Notice]) -> str:
    """The kind of an email: that of its notices, or ``SEVERAL`` where they differ in kind."""
    kinds = {notice.kind for notice in notices}
    return str(next(iter(kinds))) if len(kinds) == 1 else SEVERAL


def _group(notice: Notice, rule: Rule) -> tuple[object, ...]:
    """What the notices of one email have in common."""
    if rule.combine:
        return (rule.id, notice.kind is Kind.CANCELLED)
    if rule.digest and notice.kind is Kind.NEW:
        return (rule.id,)
    return (notice.key,)


def _order(notice: Notice) -> tuple[datetime, datetime, Key]:
    """The order of sessions for people: by the announced window, and within a whole day by the session's own time."""
    start = notice.presence.start
    return start, notice.session.start if isinstance(notice.session.start, datetime) else start, notice.key

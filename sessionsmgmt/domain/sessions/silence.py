"""Rules that have matched no event for long: perhaps the calendar was renamed, or nobody plans sessions any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from sessionsmgmt.domain.delivery.claims import Entry, LedgerSnapshot, Put
from sessionsmgmt.domain.model.notice import NO_NOTICE, Announcement, Key, Kind, Presence
from sessionsmgmt.domain.model.rule import Rule
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.domain.sessions.presence import DAY

LAST_MATCH = f"{NO_NOTICE}last-match"
"""What the keys begin with under which the ledger remembers when a rule matched last."""

OFTEN = timedelta(hours=1)
"""How often the last match of a rule is written anew. Runs in between leave the ledger as it is."""


def silent_rules(
    rules: Iterable[Rule], matched: Collection[str], snapshot: LedgerSnapshot, silence: timedelta, now: datetime
) -> Iterator[ReportWarning]:
    """A warning for each rule that matches no event now, and matched none in any run for ``silence``.

    ``matched`` are the ids of the rules that match an event now.
    """
    for rule in rules:
        since = _last_match(snapshot.entry(_key(rule)))
        if rule.id not in matched and since and now - since >= silence:
            text = f"the notice {rule.id} has matched no event for {(now - since) // DAY} days (silence)"
            yield ReportWarning("notice-silent", text, about=rule.id)


def last_matches(
    rules: Iterable[Rule], matched: Collection[str], snapshot: LedgerSnapshot, silence: timedelta, now: datetime
) -> Iterator[Put]:
    """The steps that remember which rules match now, and from when on a rule is known that matches nothing.

    The window of what is remembered begins with the last match. Its end is moved along while runs go on, so that the
    ledger forgets only rules that are gone.
    """
    for rule in rules:
        entry = snapshot.entry(_key(rule))
        since = _last_match(entry)
        begins = now if since is None or rule.id in matched else since
        if since is None or begins - since >= OFTEN or (entry.end and entry.end - now < silence):
            remembered = Announcement(Kind.NEW, Presence(begins, now + 2 * silence), frozenset(), 0)
            yield Put(_key(rule), entry, Entry(announcement=remembered, at=now))


def _key(rule: Rule) -> Key:
    return Key(LAST_MATCH, rule.id)


def _last_match(entry: Entry) -> datetime | None:
    return entry.announcement.presence.start if entry.announcement else None

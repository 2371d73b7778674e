"""Whether a mail left of which nobody knows: the claims in doubt, compared with the mail that can be seen to have left.

What a mail is found by is our own header, if it is still there, or else its recipients and its subject, of which the
claim has a digest.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.delivery.claims import Claim, LedgerSnapshot, Reconciled, digest
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.domain.text import caseless

MARK = "X-Sessionsmgmt-Mark"
"""The header that carries the ``mark``."""

SKEW = timedelta(minutes=5)
"""How far the clocks of the run and of the mail's service may differ."""

BACK = timedelta(days=1)
"""How long before a claim mail is looked at, in case its run was told a time that is still to come.

What is that old and has no mark is not taken for the claim's, but neither is it certain that the claim's did not leave.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that left, and when. ``mark`` is what our own header says, empty where it did not survive.

    ``message_id`` is what the mailer called it, and never empty.
    """

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    at: datetime
    mark: str = ""


def mark(team: str, key: Key, announcement: Announcement) -> str:
    """What our own header says of a mail: the same however often it is composed, and unlike any other notice's."""
    window = [
        instant.astimezone(UTC).isoformat() for instant in (announcement.presence.start, announcement.presence.end)
    ]
    parts = (team, key.notice, key.session, str(announcement.sequence), str(announcement.kind), *window)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def mail_digest(secret: bytes, recipients: Collection[str], subject: str) -> str:
    """What stands in the ledger for a mail: a digest of whom it goes to and of its subject, however it is spaced."""
    return digest(secret, "\n".join([*sorted({fold(one) for one in recipients}), caseless(" ".join(subject.split()))]))


def held_claims(snapshot: LedgerSnapshot, now: datetime) -> dict[Key, Claim]:
    """The claims of which nobody knows whether their mail left."""
    return {key: claim for key, claim in _claims(snapshot).items() if claim.is_held(now)}


def earliest(claims: Iterable[Claim]) -> datetime:
    """From when on mail is to be looked at, so that none of the claims' can be missed."""
    return min(claim.at for claim in claims) - BACK


def reconciled(snapshot: LedgerSnapshot, mails: Collection[Mail], team: str, now: datetime) -> tuple[Reconciled, ...]:
    """What to tell the ledger of each claim in doubt, once all ``mails`` since the ``earliest`` of them were seen.

    A mail that the ledger knows as another notice's is none of these. Of claims whose mails look alike nothing is told
    unless it is certain that all left, or none; nor is it of a claim that does not say what its mail looks like.
    """
    known = {entry.message_id for entry in snapshot.entries.values()}
    strange = sorted((one for one in mails if one.message_id not in known), key=lambda one: (one.at, one.message_id))
    marked = {one.mark: one.message_id for one in reversed(strange) if one.mark}
    claims = _claims(snapshot)
    marks = {key: mark(team, key, claim.announcement) for key, claim in claims.items()}
    left = [one for one in strange if one.mark not in set(marks.values())]
    alike: defaultdict[str, dict[Key, Claim]] = defaultdict(dict)
    for key, claim in sorted(claims.items()):
        if claim.mail and marks[key] not in marked:
            alike[claim.mail][key] = claim

    found = {key: marked[one] for key, one in marks.items() if one in marked}
    for looks, group in alike.items():
        same = [one for one in left if mail_digest(snapshot.secret, one.recipients, one.subject) == looks]
        found |= _told(snapshot, group, same, now)
    doubts = held_claims(snapshot, now)
    return tuple(Reconciled(key, doubts[key].run, one) for key, one in sorted(found.items()) if key in doubts)


def _told(snapshot: LedgerSnapshot, alike: Mapping[Key, Claim], same: Sequence[Mail], now: datetime) -> dict[Key, str]:
    """The id of each claim's mail, or none for each, where that is certain; ``alike`` are all that look like these.

    A claim whose run is still at it counts, since any of the mails may be its. So may a mail be of a notice that was
    settled after it left, if the ledger does not know all mails of that notice by their ids: it knows the last, and not
    even that where a person said that it arrived.
    """
    settled = [
        one.at
        for one in snapshot.entries.values()
        if one.at and one.announcement and (one.announcement.sequence or not one.message_id)
    ]
    since = max([*(claim.at - SKEW for claim in alike.values()), *settled])
    left = [one.message_id for one in same if one.at >= since and not one.mark]
    if len(left) >= len(alike):
        return dict(zip(alike, left, strict=False))
    early, late = min(claim.at for claim in alike.values()), max(claim.at for claim in alike.values())
    absent = late <= now and not any(one.at >= early - BACK for one in same)
    return dict.fromkeys(alike, "") if absent else {}


def _claims(snapshot: LedgerSnapshot) -> dict[Key, Claim]:
    return {key: entry.claim for key, entry in snapshot.entries.items() if entry.claim}

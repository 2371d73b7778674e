"""Whether the mails of held claims left: the claims are compared with the mails in the Sent folder.

A mail is recognised by our own header, if the header is still there, or else by its recipients and its subject, of
which the claim has a digest.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sessionsmgmt.domain.addresses import fold
from sessionsmgmt.domain.delivery.claims import Claim, LedgerSnapshot, Reconciled, digest
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Announcement, Key
from sessionsmgmt.domain.text import caseless

MARK = "X-Sessionsmgmt-Mark"
"""The header that has the ``mark``."""

SKEW = timedelta(minutes=5)
"""How far the clocks of the run and of the mail's service may differ."""

BACK = timedelta(days=1)
"""How long before a claim mails are read, in case the clock of its run was ahead.

A mail that is older than the claim and has no mark does not count as the claim's. While there is such a mail, the
claim's mail does not count as missing either.
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that left, and when. ``mark`` is the content of our own header, empty where the service removed it.

    ``message_id`` is the provider's id of the mail, never empty.
    """

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    at: datetime
    mark: str = ""


def mark(team: str, key: Key, announcement: Announcement) -> str:
    """The content of our own header: the same each time the mail is composed, and different for every notice."""
    window = [
        instant.astimezone(UTC).isoformat() for instant in (announcement.presence.start, announcement.presence.end)
    ]
    parts = (team, key.notice, key.session, str(announcement.sequence), str(announcement.kind), *window)
    return _hashed(parts)


def email_mark(team: str, announced: Sequence[tuple[Key, Announcement]]) -> str:
    """The content of our own header in a mail about these sessions, in any order. For one session it is ``mark``."""
    marks = sorted(mark(team, key, announcement) for key, announcement in announced)
    return marks[0] if len(marks) == 1 else _hashed(marks)


def _hashed(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def mail_digest(secret: bytes, recipients: Collection[str], subject: str) -> str:
    """The digest of a mail in the ledger: of its recipients and of its subject, whatever its spaces."""
    addresses = sorted({fold(recipient) for recipient in recipients})
    return digest(secret, "\n".join([*addresses, caseless(" ".join(subject.split()))]))


def held_claims(snapshot: LedgerSnapshot, now: datetime) -> dict[Key, Claim]:
    """The held claims of notices: nobody knows whether their mail left. Of an alert nobody needs to know."""
    return {key: claim for key, claim in _claims(snapshot).items() if key.is_of_notice and claim.is_held(now)}


def earliest(claims: Iterable[Claim]) -> datetime:
    """The instant from which on mails must be read so that no mail of the claims is missed."""
    return min(claim.at for claim in claims) - BACK


def reconciled(snapshot: LedgerSnapshot, mails: Collection[Mail], team: str, now: datetime) -> tuple[Reconciled, ...]:
    """The steps for the held claims. ``mails`` must be all since the ``earliest`` instant for the claims.

    A mail that the ledger knows as another notice's belongs to none of these claims. Claims with the same mail digest
    get steps only where it is certain that all of their mails left, or none. A claim without a mail digest gets a step
    only by our own header.

    The claims of one email get the same answer. Where a run died while it recorded that the email left, the ledger
    knows the mail for some of the email's sessions: then our own header shows that it is the mail of the others too,
    and without that header they stay held.
    """
    known = {entry.message_id for entry in snapshot.entries.values()}
    unknown = sorted(
        (mail for mail in mails if mail.message_id not in known), key=lambda mail: (mail.at, mail.message_id)
    )
    claims = _claims(snapshot)
    marks = {key: claim.email or mark(team, key, claim.announcement) for key, claim in sorted(claims.items())}
    shared = {claim.email for claim in claims.values() if claim.email}
    marked = {mail.mark: mail.message_id for mail in mails if mail.mark in shared}
    marked |= {mail.mark: mail.message_id for mail in reversed(unknown) if mail.mark}
    unmarked = [mail for mail in unknown if mail.mark not in set(marks.values())]
    alike: defaultdict[str, dict[str, Claim]] = defaultdict(dict)
    for key, its_mark in marks.items():
        claim = claims[key]
        if claim.mail and its_mark not in marked:
            alike[claim.mail][its_mark] = claim  # one of the claims stands for its email

    ids = {its_mark: marked[its_mark] for its_mark in marks.values() if its_mark in marked}
    for its_digest, group in alike.items():
        same = [mail for mail in unmarked if mail_digest(snapshot.secret, mail.recipients, mail.subject) == its_digest]
        recorded = shared & group.keys() and any(
            mail.message_id in known
            and not mail.mark
            and mail_digest(snapshot.secret, mail.recipients, mail.subject) == its_digest
            and mail.at >= min(claim.at for claim in group.values()) - BACK
            for mail in mails
        )
        ids |= {} if recorded else _certain_ids(snapshot, group, same, now)
    held = held_claims(snapshot, now)
    return tuple(
        Reconciled(key, held[key].run, ids[its_mark])
        for key, its_mark in marks.items()
        if key in held and its_mark in ids
    )


def _certain_ids(
    snapshot: LedgerSnapshot, alike: Mapping[str, Claim], same: Sequence[Mail], now: datetime
) -> dict[str, str]:
    """The id of each mail, or an empty one for each, by its mark, where that is certain.

    ``alike`` are all claims with this digest: one claim for each mail.

    A claim whose run is still sending counts, since any of the mails may be its own. A mail may also be of a notice
    that was settled after the mail left, if the ledger does not know the ids of all mails of that notice: it knows the
    last one, and not even that where a person said that the mail arrived.
    """
    settled = [
        entry.at
        for entry in snapshot.entries.values()
        if entry.at and entry.announcement and (entry.announcement.sequence or not entry.message_id)
    ]
    since = max([*(claim.at - SKEW for claim in alike.values()), *settled])
    left = [mail.message_id for mail in same if mail.at >= since and not mail.mark]
    if len(left) >= len(alike):
        return dict(zip(alike, left, strict=False))
    early, late = min(claim.at for claim in alike.values()), max(claim.at for claim in alike.values())
    absent = late <= now and not any(mail.at >= early - BACK for mail in same)
    return dict.fromkeys(alike, "") if absent else {}


def _claims(snapshot: LedgerSnapshot) -> dict[Key, Claim]:
    return {key: entry.claim for key, entry in snapshot.entries.items() if entry.claim}

"""Whether a mail left of which nobody knows: the claims in doubt, compared with the mail that can be seen to have left.

What a mail is found by is our own header, if it is still there, or else its recipients and its subject, of which the
claim has a digest.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessionsmgmt.domain.claims import Book, Claim, Looked, digest
from sessionsmgmt.domain.model import Key, Said
from sessionsmgmt.domain.roster import fold

SKEW = timedelta(minutes=5)
"""How far the clocks of the run and of the mail's service may differ."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that left, and when. ``mark`` is what our own header says, empty where it did not survive."""

    message_id: str
    recipients: tuple[str, ...]
    subject: str
    at: datetime
    mark: str = ""


def mark(team: str, key: Key, said: Said) -> str:
    """What our own header says of a mail: the same however often it is composed, and unlike any other notice's."""
    window = (said.presence.start.isoformat(), said.presence.end.isoformat())
    parts = (team, key.notice, key.session, str(said.sequence), str(said.kind), *window)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def trait(secret: bytes, recipients: Collection[str], subject: str) -> str:
    """What stands in the ledger for a mail: a digest of whom it goes to and of its subject, however it is spaced."""
    return digest(secret, "\n".join([*sorted({fold(one) for one in recipients}), " ".join(subject.split())]))


def doubtful(book: Book, now: datetime) -> dict[Key, Claim]:
    """The claims of which nobody knows whether their mail left."""
    claims = {key: entry.claim for key, entry in book.entries.items()}
    return {key: claim for key, claim in claims.items() if claim and claim.is_held(now)}


def earliest(claims: Iterable[Claim]) -> datetime:
    """From when on mail is to be looked at, so that none of the claims' can be missed."""
    return min(claim.at for claim in claims) - SKEW


def looked(book: Book, mails: Collection[Mail], team: str, now: datetime) -> tuple[Looked, ...]:
    """What to tell the ledger of each claim in doubt, once all ``mails`` since the ``earliest`` of them were seen.

    A mail that the ledger knows as another notice's is none of these. Of claims whose mails look alike nothing is told
    unless it is certain that all left, or none; nor is it of a claim that does not say what its mail looks like.
    """
    known = {entry.message_id for entry in book.entries.values()}
    strange = [mail for mail in mails if mail.message_id not in known]
    marked = {mail.mark: mail.message_id for mail in strange if mail.mark}
    found: dict[Key, str] = {}
    alike: defaultdict[str, list[tuple[Key, Claim]]] = defaultdict(list)
    doubts = doubtful(book, now)
    for key, claim in sorted(doubts.items()):
        if message_id := marked.get(mark(team, key, claim.said)):
            found[key] = message_id
        elif claim.mail:
            alike[claim.mail].append((key, claim))
    for looks, claims in alike.items():
        same = [one for one in strange if not one.mark and trait(book.secret, one.recipients, one.subject) == looks]
        early, late = min(claim.at for _, claim in claims) - SKEW, max(claim.at for _, claim in claims) - SKEW
        left = sorted((one.at, one.message_id) for one in same if one.at >= late)
        if len(left) >= len(claims):
            found |= {key: message_id for (key, _), (_, message_id) in zip(claims, left, strict=False)}
        elif not any(one.at >= early for one in same):
            found |= {key: "" for key, _ in claims}
    return tuple(Looked(key, doubts[key].run, message_id) for key, message_id in sorted(found.items()))

"""The states of a notice in the ledger: free → claimed → sent, not sent or held; held → reconciled → sent or not sent.

This is the whole protocol that keeps two runs, or a run that died, from sending a notice twice or losing it. It is
pure: a store reads an entry, calls ``advance`` with a step, and writes the result only if nobody wrote in between.

The module has over 300 lines, so that the steps and what each of them does to an entry can be read in one place.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Announcement, Key, Kind
from sessionsmgmt.domain.model.warning import ReportWarning

LEASE = timedelta(minutes=15)
"""How long a claim counts as that of a run that is alive: longer than sending a wave can last."""

APART = timedelta(minutes=10)
"""How far apart two searches must be that don't find a mail, before it counts as not sent: folders lag behind."""

SECRET_BYTES = 32
"""The length of a ledger's secret: that of the hash it is used with, as RFC 2104, 3 advises."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The statement of a run that it is about to send ``announcement``, made at the instant ``at``.

    ``run`` is an id that no other process has; a workflow run that is repeated has another one. ``held`` is true where
    nobody can know whether the mail left. ``mail`` is the digest that the mail can be found by (see
    ``reconciliation.mail_digest``). ``not_found_at`` is when the mail was first searched for and not found. ``email``
    is what the claims of one email about several sessions have in common: the email's mark (see
    ``reconciliation.mark``). It is empty where the email is about this session alone.
    """

    run: str
    at: datetime
    announcement: Announcement
    held: bool = False
    mail: str = ""
    not_found_at: datetime | None = None
    email: str = ""

    def is_held(self, now: datetime) -> bool:
        """Whether nobody knows what became of the mail: the run said so, or the run died.

        A claim from the future is of a run whose clock was wrong. Its lease could end years from now, so its run counts
        as dead as well.
        """
        return self.held or abs(now - self.at) >= LEASE


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger remembers for one key.

    ``announcement`` is the last one, ``message_id`` the provider's id of its mail, and ``at`` when it was sent. Where
    nothing was announced, ``at`` is when a held mail turned out not to have left. ``event_id`` is the calendar's id of
    the session now, where that is not the session id of the key any more.
    """

    announcement: Announcement | None = None
    claim: Claim | None = None
    message_id: str = ""
    at: datetime | None = None
    event_id: str = ""

    @property
    def end(self) -> datetime | None:
        """When the last window that was announced or claimed is over; None if there is none."""
        ends = [
            announcement.presence.end
            for announcement in (self.announcement, self.claim and self.claim.announcement)
            if announcement
        ]
        return max(ends, default=None)


@dataclass(frozen=True, slots=True)
class Begin:
    """Claim the key to send ``announcement``, if ``basis`` is still the last announcement.

    The steps with the same ``email`` that is not empty are about one email: a ledger takes all of them or none.
    """

    key: Key
    run: str
    basis: Announcement | None
    announcement: Announcement
    mail: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The mail left. ``message_id`` is the provider's id of it."""

    key: Key
    run: str
    message_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The mail did certainly not leave, so the key is free again."""

    key: Key
    run: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody knows whether the mail left."""

    key: Key
    run: str


@dataclass(frozen=True, slots=True)
class Resolve:
    """A person says that the held mail arrived (``arrived``), or that it did not and the notice is decided anew."""

    key: Key
    arrived: bool


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The held mail of the claim of ``run`` was searched for in the Sent folder.

    ``message_id`` is the mail's id there; it is empty where the mail was not found.
    """

    key: Key
    run: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Import:
    """Take over the entry that another ledger has for the key, if this one has none."""

    key: Key
    entry: Entry


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete these digests of a person from the last announcement and from a claim.

    It is allowed at any time, also during a claim. No claim begins or ends by it, and the later steps of the claim's
    run are taken as before. A forgotten person who still attends counts as new in the next notice.
    """

    key: Key
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetEventId:
    """The calendar's id of the session is ``event_id`` from now on, if the ledger still has ``basis``.

    It is never refused. Where another run wrote an id first, that id stays, and the next run compares it anew.
    """

    key: Key
    basis: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Put:
    """What is remembered under a key that is no notice's is ``entry`` from now on, if it is still ``basis``.

    It is never refused. Where another run wrote something first, that stays.
    """

    key: Key
    basis: Entry
    entry: Entry


Step = Begin | Sent | NotSent | Hold | Resolve | Reconciled | Import | Forget | SetEventId | Put

ByDigest = Begin | Import | Forget
"""The steps that know people by digests: they mean nothing to a ledger with another secret."""


class Refusal(Enum):
    """Why the ledger does not take a step. The words for people are the application's."""

    HELD = auto()  # there is a claim, and nobody knows whether its mail left
    ANOTHER_RUN_SENDING = auto()  # there is a claim of another run, which may be alive
    ANNOUNCED_MEANWHILE = auto()  # the last announcement is not the one that the step is based on
    NOT_HELD = auto()  # the step closes a held claim, and there is none
    CLAIM_OF_ANOTHER_RUN = auto()  # the step ends a claim, and the claim is another run's by now
    EMAIL_NOT_CLAIMED = auto()  # the email is about several sessions, and the claim of another of them was not taken
    ANOTHER_LEDGER_SECRET = auto()  # the step's digests were made with a secret that is not the ledger's


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that the ledger did not take, and why."""

    key: Key
    refusal: Refusal


def advance(entry: Entry, step: Step, now: datetime) -> Entry | Refused:
    """What a step makes of an entry. The same step of the same run gives the same result when it is repeated."""
    claim = entry.claim
    match step:
        case Begin():
            if claim and not claim.held and claim.run == step.run and _may_be(claim.announcement, step.announcement):
                return entry  # the run's own request was taken although its reply was lost
            if claim:
                return Refused(step.key, Refusal.HELD if claim.is_held(now) else Refusal.ANOTHER_RUN_SENDING)
            if entry.announcement != step.basis:
                return Refused(step.key, Refusal.ANNOUNCED_MEANWHILE)
            return replace(entry, claim=Claim(step.run, now, step.announcement, mail=step.mail, email=step.email))
        case Sent():
            if claim and claim.run == step.run:
                return replace(entry, announcement=claim.announcement, claim=None, message_id=step.message_id, at=now)
            if claim is None and entry.announcement and entry.message_id == step.message_id:
                return entry
        case NotSent():
            if claim is None or claim.run == step.run:
                return replace(entry, claim=None)
        case Hold():
            if claim and claim.run == step.run:
                return replace(entry, claim=replace(claim, held=True))
        case Resolve():
            if claim is None or not claim.is_held(now):
                return Refused(step.key, Refusal.NOT_HELD)
            if not step.arrived:
                return _freed(entry, now)
            return replace(entry, announcement=claim.announcement, claim=None, message_id="", at=now)
        case Reconciled():
            if claim and claim.run == step.run and claim.is_held(now):
                return _after_search(entry, claim, step.message_id, now)
            if claim is None and step.message_id in {"", entry.message_id}:
                return entry
            return Refused(step.key, Refusal.NOT_HELD)
        case SetEventId():
            return replace(entry, event_id=step.event_id) if entry.event_id == step.basis else entry
        case Put():
            return step.entry if entry == step.basis else entry
        case Import():
            return entry if entry != Entry() else step.entry
        case Forget():
            announcement = entry.announcement and _without(entry.announcement, step.people)
            return replace(
                entry,
                announcement=announcement,
                claim=claim and replace(claim, announcement=_without(claim.announcement, step.people)),
            )
    return Refused(step.key, Refusal.CLAIM_OF_ANOTHER_RUN)


def _without(announcement: Announcement, people: frozenset[str]) -> Announcement:
    return replace(announcement, people=announcement.people - people)


def _may_be(claimed: Announcement, announced: Announcement) -> bool:
    """Whether the claimed announcement is the one that was asked for, except for people who were forgotten since."""
    return claimed.people <= announced.people and replace(claimed, people=announced.people) == announced


def _after_search(entry: Entry, claim: Claim, message_id: str, now: datetime) -> Entry:
    """The entry after a search. A mail counts as not sent once two searches, ``APART`` from each other, missed it."""
    if message_id:
        return replace(entry, announcement=claim.announcement, claim=None, message_id=message_id, at=now)
    if claim.not_found_at is None:
        return replace(entry, claim=replace(claim, not_found_at=now))
    return _freed(entry, now) if now - claim.not_found_at >= APART else entry


def _is_ahead(entry: Entry, now: datetime) -> bool:
    """Whether the last announcement says that a session takes place that is not over."""
    said = entry.announcement
    return said is not None and said.kind is not Kind.CANCELLED and now < said.presence.end


def _freed(entry: Entry, now: datetime) -> Entry:
    """The entry without its claim. ``at`` says when, or a ledger that is migrated from would import the claim again."""
    return replace(entry, claim=None, at=entry.at or now)


@dataclass(frozen=True, slots=True)
class LedgerSnapshot:
    """The ledger at one moment: an entry per key, and the secret that turns people into digests.

    ``warnings`` is what a person should know about the ledger itself by then. ``version`` is for the store that the
    snapshot came from: what it needs to see whether anybody has written since.
    """

    secret: bytes = field(repr=False)
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    warnings: tuple[ReportWarning, ...] = field(default=(), compare=False)
    version: object = field(default=None, compare=False, repr=False)

    def entry(self, key: Key) -> Entry:
        """The entry of the key; an empty one where nothing was ever announced."""
        return self.entries.get(key, Entry())

    def event_id(self, key: Key) -> str:
        """The calendar's id of the key's session, as far as the ledger knows."""
        return self.entry(key).event_id or key.first_event_id

    def announced(self, now: datetime) -> frozenset[Key]:
        """The keys with a claim, or whose announced window is neither over nor cancelled: they may need a notice."""
        return frozenset(
            key for key, entry in self.entries.items() if key.is_of_notice and (entry.claim or _is_ahead(entry, now))
        )

    def advanced(
        self, steps: Iterable[Step], now: datetime, secret: bytes | None = None
    ) -> tuple[LedgerSnapshot, tuple[Refused, ...]]:
        """The snapshot after the steps, and the steps that were refused; a refused step changes nothing.

        Where one claim of an email is refused, the email's other claims are refused too, and none of them is taken.
        ``secret`` is the one that the digests in the steps were made with, if that may be another than the ledger's.
        Such steps are refused: nobody would be recognised by their digests later.
        """
        foreign = secret not in (None, self.secret)
        entries, refused = dict(self.entries), list[Refused]()
        for together in _taken_together(steps):
            after: dict[Key, Entry] = {}
            missed: dict[Key, Refused] = {}
            for step in together:
                if foreign and isinstance(step, ByDigest):
                    missed[step.key] = Refused(step.key, Refusal.ANOTHER_LEDGER_SECRET)
                    continue
                result = advance(entries.get(step.key, Entry()), step, now)
                if isinstance(result, Refused):
                    missed[step.key] = result
                else:
                    after[step.key] = result
            if missed:
                refused += [missed.get(step.key, Refused(step.key, Refusal.EMAIL_NOT_CLAIMED)) for step in together]
            else:
                entries |= after
        return replace(self, entries=entries), tuple(refused)

    def pruned(self, now: datetime, keep: timedelta) -> LedgerSnapshot:
        """The snapshot without the entries of sessions that were over ``keep`` ago, which nobody needs any more."""
        long_ago = datetime.min.replace(tzinfo=now.tzinfo)
        return replace(
            self,
            entries={
                key: entry for key, entry in self.entries.items() if (entry.end or entry.at or long_ago) + keep > now
            },
        )


def _taken_together(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps in their order, with the claims of each email together at the place of the first of them."""
    groups: list[list[Step]] = []
    emails: dict[str, list[Step]] = {}
    for step in steps:
        if isinstance(step, Begin) and step.email:
            if step.email not in emails:
                groups.append(emails.setdefault(step.email, []))
            emails[step.email].append(step)
        else:
            groups.append([step])
    return groups


def to_release(steps: Iterable[Step], not_taken: Iterable[Key]) -> tuple[NotSent, ...]:
    """The steps that give back claims that were taken although another claim of the same email was not.

    A store needs them if it can't take the claims of an email at once.
    """
    missed = frozenset(not_taken)
    claims = [step for step in steps if isinstance(step, Begin) and step.email]
    incomplete = {claim.email for claim in claims if claim.key in missed}
    return tuple(
        NotSent(claim.key, claim.run) for claim in claims if claim.email in incomplete and claim.key not in missed
    )


def digest(secret: bytes, identifier: str) -> str:
    """What the ledger has instead of a person or a place: 128 bits of HMAC-SHA256, in hexadecimal.

    ``identifier`` is what they are recognised by, for a person one of ``roster.identifiers``. A plain hash of an
    address can be reversed by trying addresses; one that is keyed with the ledger's own secret cannot.
    """
    return hmac.new(secret, identifier.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]

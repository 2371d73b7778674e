"""A club's notices as data: what a job reads and writes, what it plans, and what became of each notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.notice import Key, State, Verdict

if TYPE_CHECKING:
    from sessionsmgmt.domain.delivery.claims import LedgerSnapshot, Put, SetEventId
    from sessionsmgmt.domain.model.looked_at import LookedAt
    from sessionsmgmt.domain.model.people import Role
    from sessionsmgmt.domain.model.rule import Rule
    from sessionsmgmt.domain.model.warning import ReportWarning
    from sessionsmgmt.email.model import AlertWording, Envelope, Wording
    from sessionsmgmt.errors import SessionsError
    from sessionsmgmt.ports.calendar import Calendar
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.ledger import Ledger
    from sessionsmgmt.ports.mail import SentFolder


SETTLED = "held-settled"
"""The code of the warning about a notice that was held and is held no longer."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """One rule, the wording of its emails, and their recipients."""

    rule: Rule
    wording: Wording
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where a club looks up whether an email left, and whose emails it looks for.

    ``sender`` is the address that sessions.yml names as the sender; empty where it names none.
    """

    folder: SentFolder
    team: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class AlertMailing:
    """The wording of the emails to the coaches, and their addresses."""

    wording: AlertWording
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Job:
    """A club's sources and its ledger. Without ``lookup`` only a person can settle a held notice.

    ``alerts`` is how the coaches are mailed, if they are. ``silence`` is how long a rule may match no event.
    """

    zone: ZoneInfo
    roles: tuple[Role, ...]
    mailings: tuple[Mailing, ...]
    calendar: Calendar
    contacts: Contacts
    ledger: Ledger
    lookup: Lookup | None = None
    alerts: AlertMailing | None = None
    silence: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be said at one moment: a verdict for each session, and the email of each notice that is due.

    The notices of one email have the same one in ``emails``. ``event_ids`` are for the ledger: the sessions that have
    another id in the calendar now. ``looked_at`` is what was read for each rule. ``seen`` are the verdicts of all
    sessions that were looked at, also those too far ahead to be shown. ``last_matches`` are for the ledger: when each
    rule matched last, where ``silence`` asks for it.
    """

    verdicts: tuple[Verdict, ...]
    emails: Mapping[Key, EmailMessage]
    warnings: tuple[ReportWarning, ...]
    snapshot: LedgerSnapshot
    event_ids: tuple[SetEventId, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()
    seen: tuple[Verdict, ...] = ()
    last_matches: tuple[Put, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a verdict.

    ``message_id`` is the provider's, of a notice that was sent. ``cause`` is the error that kept the notice from being
    sent or recorded, if it concerns more than this notice; it is None where only this notice failed.
    """

    verdict: Verdict
    message_id: str = ""
    cause: SessionsError | None = None

    @property
    def needs_person(self) -> bool:
        """Whether a person must look at it: it failed, it is held, or its verdict asks for attention."""
        return self.cause is not None or self.verdict.attention or self.verdict.state in {State.HELD, State.FAILED}


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of every verdict of a plan, and the ledger as it was last written."""

    deliveries: tuple[Delivery, ...]
    snapshot: LedgerSnapshot


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was settled, for a person to know, and the ledger afterwards; None if it was not read."""

    warnings: tuple[ReportWarning, ...] = ()
    snapshot: LedgerSnapshot | None = None

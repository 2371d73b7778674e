"""What every command returns. Terminal, JSON report, step summary and exit status are views of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from enum import Enum

from sessionsmgmt.application.credentials.rotation import Recovery
from sessionsmgmt.application.notices.pipeline import Delivery
from sessionsmgmt.domain.delivery.claims import LedgerSnapshot
from sessionsmgmt.domain.model.notice import Key
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import Exit
from sessionsmgmt.ports.health import Finding


class Readers(Enum):
    """Who can read what a command prints, publishes and leaves on the page of a workflow run."""

    CLUB = "club"
    """Those whom the club has let in: at a terminal, or in a private repository."""
    ANYBODY = "anybody"
    """Others too. Sessions are counted there, and no more is said of them."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did. ``now`` is the instant it took as now.

    ``deliveries`` are the sessions it looked at and what became of each; ``emails`` those it composed without sending,
    for whoever wants to look at them; ``book`` what the ledger said before; ``message`` a sentence for a person;
    ``findings`` the rows of ``doctor``; ``rotated`` says that a newly issued credential was stored, ``recovery`` is one
    that could not be; ``pages`` is a preview in Markdown, in pieces that stand on lines of their own. ``invented`` says
    that its sessions and people are, so that nothing of them is secret; ``readers`` says who can read what is shown.
    """

    command: str
    now: datetime
    exit: Exit = Exit.DONE
    deliveries: tuple[Delivery, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()
    emails: Mapping[Key, EmailMessage] = field(default_factory=dict)
    snapshot: LedgerSnapshot | None = None
    message: str = ""
    rotated: bool = False
    findings: tuple[Finding, ...] = ()
    recovery: Recovery | None = None
    pages: tuple[str, ...] = ()
    invented: bool = False
    readers: Readers = Readers.CLUB

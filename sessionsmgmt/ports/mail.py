"""Sending an email, and looking up emails that were sent."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError


@dataclass(frozen=True, slots=True)
class Delivered:
    """The email left. ``message_id`` is the provider's id of it."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The email certainly did not leave. ``cause`` says why, for the person who has to mend it.

    ``everywhere`` says that every other email would fail the same way, so that no other need be tried.
    """

    cause: SessionsError
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Limited:
    """The email certainly did not leave, because of a limit. It may be sent again after ``wait`` seconds."""

    cause: SessionsError
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can know whether the email left: the connection broke after the request, or the service failed."""

    reason: str


Outcome = Delivered | Undelivered | Limited | Unknown


class Mailer(Protocol):
    """What sends emails."""

    def prepare(self) -> None:
        """Do all that can be done before there is an email to send, such as signing in. A second call does no harm.

        Raises a SessionsError where no email could be sent now.
        """
        ...

    def send(self, message: EmailMessage) -> Outcome:
        """Try to send once, without a retry, and return the outcome. Safe to call from several threads."""
        ...

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What a person should know about the sending, by what the calls so far have shown."""
        ...


class SentFolder(Protocol):
    """The folder with the emails that left."""

    def sender(self, message_id: str) -> str | None:
        """The address that the email left from; None if the folder does not show it. Raises as ``since`` does."""
        ...

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """All emails that left at that instant or later. Never only a part. Raises as the mailer's account does."""
        ...

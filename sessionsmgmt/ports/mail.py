"""Sending mail, and looking at mail that was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol

from sessionsmgmt.domain.delivery.reconciliation import Mail
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import SessionsError


@dataclass(frozen=True, slots=True)
class Delivered:
    """The mail left. ``message_id`` is what the provider calls it."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The mail certainly did not leave. ``cause`` says why, in a sentence for the person who has to mend it.

    ``everywhere`` says that every other mail would meet with the same, so that no more need be tried.
    """

    cause: SessionsError
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Limited:
    """The mail certainly did not leave, because a limit is reached: it may be sent again after ``wait`` seconds."""

    cause: SessionsError
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can know whether the mail left: the connection broke after the request, or the service failed."""

    reason: str


Outcome = Delivered | Undelivered | Limited | Unknown


class Mailer(Protocol):
    """What sends."""

    def prepare(self) -> None:
        """Do all that can be done before there is a mail to send, such as signing in; done again, it does no harm.

        Raises a SessionsError where no mail could be sent now.
        """
        ...

    def send(self, message: EmailMessage) -> Outcome:
        """Try once, never again, and say which of the four it was. May be called from several threads at once."""
        ...

    def warnings(self) -> tuple[ReportWarning, ...]:
        """What a person should know about the sending, as far as it was learnt on the way."""
        ...


class SentFolder(Protocol):
    """Where the mail that left can be seen."""

    def sender(self, message_id: str) -> str | None:
        """The address that the mail left from; None where it is not to be seen. Raises as ``since`` does."""
        ...

    def since(self, instant: datetime) -> tuple[Mail, ...]:
        """All the mail that left at that instant or later. Raises as the mailer's account does, never returns less."""
        ...

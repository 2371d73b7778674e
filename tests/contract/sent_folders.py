"""Places where the mail that left can be seen, each with a clock that a test moves.

To have another implementation of ``ports.SentFolder`` pass the suite, add its world to ``WORLDS`` in
``test_sent_folder``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.adapters.files.sent import OutboxSent
from sessionsmgmt.adapters.google.sent import GmailSent
from sessionsmgmt.ports.mail import Delivered, Mailer, SentFolder
from tests.builders import NOW
from tests.wire.google import Club


class SentWorld(Protocol):
    """A way to send mail, and to see what left."""

    @property
    def keeps_marks(self) -> bool:
        """Whether our own header survives here."""
        ...

    @property
    def now(self) -> datetime:
        """The instant by the world's clock."""
        ...

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        ...

    def mailer(self) -> Mailer:
        """What sends the mail that can be seen."""
        ...

    def settle(self) -> None:
        """Wait until what was sent can be seen."""
        ...

    def pages(self, *sizes: int) -> None:
        """Let the folder be given in pages of at most so many, where it has pages."""
        ...

    def open(self) -> SentFolder:
        """The folder as a process opens it that has just started."""
        ...


def sent(world: SentWorld, message: EmailMessage) -> str:
    """Send the message, and say what its mailer calls it."""
    match world.mailer().send(message):
        case Delivered(message_id):
            return message_id
        case outcome:
            raise AssertionError(f"the world does not send: {outcome}")


@dataclass(slots=True)
class OutboxWorld:
    """A folder of files, which shows at once what is in it."""

    folder: Path
    now: datetime = NOW
    keeps_marks: bool = True

    def advance(self, by: timedelta) -> None:
        self.now += by

    def mailer(self) -> Mailer:
        return Outbox(self.folder)

    def settle(self) -> None:
        """Nothing is late here."""

    def pages(self, *sizes: int) -> None:
        """There are none."""

    def open(self) -> SentFolder:
        return OutboxSent(self.folder)


@dataclass(frozen=True, slots=True)
class GmailWorld:
    """The account's Sent folder."""

    club: Club

    @property
    def keeps_marks(self) -> bool:
        return self.club.google.world.mailbox.keeps_own_headers

    @property
    def now(self) -> datetime:
        return self.club.google.world.now

    def advance(self, by: timedelta) -> None:
        self.club.google.advance(by)

    def mailer(self) -> Mailer:
        return self.club.mailer()

    def settle(self) -> None:
        self.advance(self.club.google.world.mailbox.sent_lag)

    def pages(self, *sizes: int) -> None:
        self.club.google.pages("gmail.users.messages.list", *sizes)

    def open(self) -> SentFolder:
        return GmailSent(self.club.account())

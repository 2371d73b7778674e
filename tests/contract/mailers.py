"""Places to send mail to; each implementation of the port has a world that shows what arrived.

``block`` makes it impossible to send. To have another implementation pass the suite, add its world to ``WORLDS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from sessionsmgmt.adapters.files.outbox import Outbox
from sessionsmgmt.ports.mail import Mailer


class MailerWorld(Protocol):
    """A way to send mail whose other end a test can see."""

    def open(self) -> Mailer:
        """The mailer as the product uses it."""
        ...

    def arrived(self) -> Sequence[EmailMessage]:
        """What arrived, in no particular order."""
        ...

    def block(self) -> None:
        """Refuse everything from now on."""
        ...

    def close(self) -> None:
        """Let nobody even get ready to send."""
        ...


@dataclass(frozen=True, slots=True)
class OutboxWorld:
    """A folder that gets the messages."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "new" / "outbox"

    def open(self) -> Mailer:
        return Outbox(self.folder)

    def arrived(self) -> Sequence[EmailMessage]:
        files = self.folder.glob("*.eml") if self.folder.is_dir() else ()
        return [message_from_bytes(file.read_bytes(), EmailMessage, policy=policy.default) for file in files]

    def block(self) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.write_bytes(b"a file where the folder should be")

    def close(self) -> None:
        self.block()


def message(number: int = 1, subject: str = "Team Session", body: str = "Who will be there: Ann\n") -> EmailMessage:
    """A notice as ``compose`` makes one, without a sender: the mailer fills that in."""
    mail = EmailMessage()
    mail["To"] = "Office <office@example.org>"
    mail["Subject"] = subject
    mail["Date"] = "Fri, 06 Nov 2026 18:00:00 -0500"
    mail["Message-ID"] = f"<{number}@sessionsmgmt.invalid>"
    mail["X-Sessionsmgmt-Notice"] = "campus"
    mail["X-Sessionsmgmt-Kind"] = "new"
    mail.set_content(body)
    mail.add_alternative(f"<p>{body}</p>", subtype="html")
    return mail

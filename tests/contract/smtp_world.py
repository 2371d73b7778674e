"""A mail server, as the contract suite of mailers wants to see it."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from sessionsmgmt.adapters.smtp_imap.mailer import SmtpMailer
from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
from sessionsmgmt.ports.mail import Mailer
from sessionsmgmt.secret_masking import Secret
from tests.builders import unmasked
from tests.clock import ManualClock
from tests.emulators.smtp import PASSWORD, USER, SmtpServer


@dataclass(frozen=True, slots=True)
class SmtpWorld:
    """A server that takes everything, until it is told not to."""

    server: SmtpServer

    def open(self) -> Mailer:
        mailer = SmtpMailer(
            SmtpMail("localhost", self.server.port, USER, "starttls"),
            Secret(PASSWORD, unmasked),
            USER,
            ManualClock().retry_policy(10),
            lambda: ssl.create_default_context(cafile=str(self.server.trusted)),
        )
        self.server.ends.callback(mailer.close)
        return mailer

    def arrived(self) -> Sequence[EmailMessage]:
        return [message_from_bytes(one.content, EmailMessage, policy=policy.default) for one in self.server.arrived]

    def block(self) -> None:
        self.server.replies["MAIL"] = "554 5.7.1 nothing from coaches@example.org"

    def close(self) -> None:
        self.server.replies["AUTH"] = "535 5.7.8 no"

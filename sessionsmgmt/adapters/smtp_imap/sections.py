"""The section of sessions.yml that names a mail server."""

from __future__ import annotations

from typing import ClassVar

from sessionsmgmt.config.model import Confirm
from sessionsmgmt.config.paths import ClubFolder
from sessionsmgmt.config.sections import Section
from sessionsmgmt.config.validators import address_problem
from sessionsmgmt.domain.frozen import dataclass

_PORTS = {"starttls": 587, "tls": 465}  # RFC 6409, 3.1, and RFC 8314, 7.3


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """A mail server; the password is ``SMTP_PASSWORD``."""

    provider: ClassVar[str] = "smtp"
    host: str
    port: int
    username: str
    security: str  # starttls | tls


def read_mail(section: Section, _: ClubFolder) -> SmtpMail:
    """``mail: {provider: smtp}``."""
    username, security = section.text("username").value, section.text("security", "starttls").value
    if "from" not in section.data and username and address_problem(username):
        section.add_problem("from", "is missing, and the user name is not an email address; write an address")
    if section.choice("confirm", Confirm.NONE) is Confirm.SENT_FOLDER:
        section.add_problem(
            "confirm", "must be none: a mail server (provider: smtp) has no folder of sent mail to check"
        )
    port = section.number("port") or _PORTS.get(security, 0)
    return SmtpMail(section.text("host").value, port, username, security)

"""A mail server, by SMTP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.provider_spec import ProviderContext, ProviderSpec
from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail, read_mail
from sessionsmgmt.config.model import Config
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Secret

if TYPE_CHECKING:
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.mail import Mailer

PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the name of the variable, not a password


@dataclass(frozen=True, slots=True)
class Connection:
    """What the mail server's parts share: the password, and how long it is tried again."""

    password: Secret
    retry_policy: RetryPolicy


def _connect(context: ProviderContext) -> Connection:
    return Connection(context.settings.provider_secrets[PASSWORD], RetryPolicy(say=context.say))


def _mailer(connection: Connection, section: SmtpMail, config: Config) -> Mailer:
    from sessionsmgmt.adapters.smtp_imap.mailer import SmtpMailer

    if not connection.password:
        raise InputError(
            f"{PASSWORD} is missing: the mail server wants a password.",
            "Make an app password with your mail provider, and store it as a secret of this name.",
        )
    return SmtpMailer(section, connection.password, config.mail.sender or section.username, connection.retry_policy)


def _checks(connection: Connection, config: Config) -> tuple[Check, ...]:
    from sessionsmgmt.adapters.smtp_imap.health_checks import sign_in

    section = config.mail.transport
    if not isinstance(section, SmtpMail):
        return ()
    return (partial(sign_in, partial(_mailer, connection, section, config)),)


SMTP = ProviderSpec(
    name="smtp", read_mail=read_mail, secrets=(PASSWORD,), connect=_connect, mailer=_mailer, checks=_checks
)

"""A mail server, by SMTP."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sessionsmgmt.adapters.provider_spec import ProviderContext, ProviderSpec
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Secret

if TYPE_CHECKING:
    from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
    from sessionsmgmt.config.model import Config
    from sessionsmgmt.config.paths import ClubFolder
    from sessionsmgmt.config.sections import Section
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.mail import Mailer

PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the name of the variable, not a password


@dataclass(frozen=True, slots=True)
class Connection:
    """What the mail server's parts share: the password, and how long it is tried again."""

    password: Secret
    retry_policy: RetryPolicy


def _read_mail(section: Section, folder: ClubFolder) -> SmtpMail:
    from sessionsmgmt.adapters.smtp_imap.sections import read_mail

    return read_mail(section, folder)


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
    from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail

    section = config.mail.transport
    if not isinstance(section, SmtpMail):
        return ()
    return (partial(sign_in, partial(_mailer, connection, section, config)),)


SMTP = ProviderSpec(
    name="smtp", read_mail=_read_mail, secrets=(PASSWORD,), connect=_connect, mailer=_mailer, checks=_checks
)

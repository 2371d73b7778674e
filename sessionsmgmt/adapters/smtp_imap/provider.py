"""What sessions.yml may name as a mail server. This version can't use it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared

if TYPE_CHECKING:
    from sessionsmgmt.adapters.smtp_imap.sections import SmtpMail
    from sessionsmgmt.config.paths import ClubFolder
    from sessionsmgmt.config.sections import Section


def _read_mail(section: Section, folder: ClubFolder) -> SmtpMail:
    from sessionsmgmt.adapters.smtp_imap.sections import read_mail

    return read_mail(section, folder)


SMTP = ProviderSpec(name="smtp", read_mail=_read_mail, secrets=("SMTP_PASSWORD",), connect=nothing_shared)

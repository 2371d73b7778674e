"""What sessions.yml may name as a mail server. This version can't use it yet."""

from __future__ import annotations

from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared
from sessionsmgmt.config.model import SmtpMail

SMTP = ProviderSpec(name="smtp", mail_model=SmtpMail, secrets=("SMTP_PASSWORD",), connect=nothing_shared)

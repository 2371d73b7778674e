"""What sessions.yml may name as a mail server. This version can't use it yet."""

from __future__ import annotations

from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared
from sessionsmgmt.adapters.smtp_imap.sections import read_mail

SMTP = ProviderSpec(name="smtp", read_mail=read_mail, secrets=("SMTP_PASSWORD",), connect=nothing_shared)

"""What sessions.yml may name at Microsoft. This version can't use it yet."""

from __future__ import annotations

from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared
from sessionsmgmt.config.model import MicrosoftCalendar, MicrosoftContacts, MicrosoftMail

MICROSOFT = ProviderSpec(
    name="microsoft",
    calendar_model=MicrosoftCalendar,
    contacts_model=MicrosoftContacts,
    mail_model=MicrosoftMail,
    secrets=("MICROSOFT_CREDENTIALS",),
    connect=nothing_shared,
)

"""What sessions.yml may name at Microsoft. This version can't use it yet."""

from __future__ import annotations

from sessionsmgmt.adapters.microsoft.sections import read_calendar, read_contacts, read_mail
from sessionsmgmt.adapters.provider_spec import ProviderSpec, nothing_shared

MICROSOFT = ProviderSpec(
    name="microsoft",
    read_calendar=read_calendar,
    read_contacts=read_contacts,
    read_mail=read_mail,
    credential="MICROSOFT_CREDENTIALS",
    connect=nothing_shared,
)

"""The registry of providers: one line for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sessionsmgmt.adapters.feeds.provider import SUBSCRIPTION
from sessionsmgmt.adapters.files.provider import CSV, ICS, OUTBOX, VCARD
from sessionsmgmt.adapters.google.provider import GOOGLE
from sessionsmgmt.adapters.microsoft.provider import MICROSOFT
from sessionsmgmt.adapters.provider_spec import ProviderSpec
from sessionsmgmt.adapters.smtp_imap.provider import SMTP
from sessionsmgmt.config.providers import ProviderSections
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.secret_masking import Mask
from sessionsmgmt.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers that sessions.yml may name, and what follows from all of them together."""

    specs: tuple[ProviderSpec[Any], ...]

    def named(self, name: str) -> ProviderSpec[Any]:
        """The provider of that name. Raises LookupError where none is registered."""
        for spec in self.specs:
            if spec.name == name:
                return spec
        raise LookupError(f"no provider is registered as {name}")

    def read_settings(self, environ: Mapping[str, str], mask: Mask) -> Settings:
        """The settings in the environment, with the variables of every provider. ``mask`` is told every secret."""
        secrets = [name for spec in self.specs for name in (spec.credential, *spec.secrets) if name]
        base_urls = [name for spec in self.specs for name in spec.base_urls]
        return read_settings(environ, mask, secrets, base_urls)

    @property
    def sections(self) -> ProviderSections:
        """How to read the sections of sessions.yml that name a provider."""
        return ProviderSections(
            calendar={spec.name: spec.read_calendar for spec in self.specs if spec.read_calendar},
            contacts={spec.name: spec.read_contacts for spec in self.specs if spec.read_contacts},
            mail={spec.name: spec.read_mail for spec in self.specs if spec.read_mail},
            credentials={spec.name: spec.credential for spec in self.specs if spec.credential},
            absent={
                "calendar": frozenset(spec.name for spec in self.specs if spec.read_calendar and not spec.calendar),
                "contacts": frozenset(spec.name for spec in self.specs if spec.read_contacts and not spec.contacts),
                "mail": frozenset(spec.name for spec in self.specs if spec.read_mail and not spec.mailer),
            },
        )

    @property
    def with_account(self) -> str:
        """The names of the providers whose account somebody has to agree to the use of, as a sentence lists them."""
        return " or ".join(spec.name for spec in self.specs if spec.account)

    def absent(self, choice: str) -> InputError:
        """What to raise for a choice of sessions.yml that this version does not have."""
        calendars = [spec.name for spec in self.specs if spec.calendar]
        contacts = [spec.name for spec in self.specs if spec.contacts]
        mail = [spec.name for spec in self.specs if spec.mailer]
        return InputError(
            f"This version does not have '{choice}' yet.",
            f"It has calendars from {_listed(calendars)}, contacts from {_listed(contacts)}, "
            f"and mail by {_listed(mail)}.",
        )


def _listed(names: list[str]) -> str:
    """The names as a sentence lists them."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


PROVIDERS = Providers(
    (
        GOOGLE,
        MICROSOFT,
        ICS,
        SUBSCRIPTION,
        VCARD,
        CSV,
        OUTBOX,
        SMTP,
    )
)

"""What a provider of calendars, contacts or mail says about itself.

Each provider exports one ``ProviderSpec``, and ``bootstrap/providers.py`` lists them. What the program does with
providers derives from the specs: wiring, scopes, the secrets to hide, health checks, consent, renewal and revocation.
A module with a spec is imported at every start, so it imports what a factory needs inside of that factory.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sessionsmgmt.config.model import Config
from sessionsmgmt.config.providers import SectionReader
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.secret_masking import Mask
from sessionsmgmt.settings import Settings

if TYPE_CHECKING:
    from sessionsmgmt.adapters.ledger.retention import Retention
    from sessionsmgmt.adapters.ledger.sealing import Keys
    from sessionsmgmt.ports.calendar import Calendar
    from sessionsmgmt.ports.contacts import Contacts
    from sessionsmgmt.ports.credentials import ConsentFlow, TokenRefresher
    from sessionsmgmt.ports.health import Check
    from sessionsmgmt.ports.ledger import ErasableLedger
    from sessionsmgmt.ports.mail import Mailer, SentFolder

Connected = TypeVar("Connected")
"""What a provider's parts share in one run: an account, or None where they share nothing."""


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What a provider makes its objects from.

    ``mask`` is told every secret learnt on the way. ``say`` shows a sentence to the person who waits.
    """

    config: Config
    settings: Settings
    mask: Mask
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSpec(Generic[Connected]):
    """How a provider's account is used with its owner's consent.

    - ``scopes`` is everything that the owner has to agree to, by what sessions.yml has at the provider.
    - ``consent_flow`` takes those scopes, and the file that describes the program to the provider.
    - ``token_refresher`` takes those scopes, and the clock, of aware instants, that the end of a consent is counted
      from. It raises InputError where the stored credential is missing or unreadable.
    - ``revoke`` takes the consent back, and says whether there was any left.
    """

    scopes: Callable[[Config], frozenset[str]]
    consent_flow: Callable[[ProviderContext, frozenset[str], Path], ConsentFlow]
    token_refresher: Callable[[ProviderContext, frozenset[str], Callable[[], datetime]], TokenRefresher]
    revoke: Callable[[Connected], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec(Generic[Connected]):
    """A provider, by the ``name`` that sessions.yml has for it.

    - ``read_calendar``, ``read_contacts`` and ``read_mail`` read the sections of sessions.yml that name the provider;
      None where sessions.yml can't name it.
    - ``credential`` is the variable of the environment with the stored credential of an account; empty where the
    provider
      has no accounts. ``secrets`` and ``base_urls`` are the other variables that the provider uses.
    - ``connect`` makes what the provider's parts share. It asks nothing yet. It raises InputError where a credential is
      missing or unreadable, or a base URL is refused.
    - ``calendar``, ``contacts``, ``mailer``, ``sent_folder`` and ``calendar_ledger`` make the real objects. They take
      what is shared, the section of sessions.yml that names the provider (as it was read), and the whole of it.
      ``calendar`` also takes the folded addresses of those whose events count; None means everybody.
      They are None where this version does not have them.
    - ``checks`` are what ``doctor`` looks at.
    """

    name: str
    read_calendar: SectionReader | None = None
    read_contacts: SectionReader | None = None
    read_mail: SectionReader | None = None
    credential: str = ""
    secrets: tuple[str, ...] = ()
    base_urls: tuple[str, ...] = ()
    connect: Callable[[ProviderContext], Connected]
    calendar: Callable[[Connected, Any, frozenset[str] | None, Config], Calendar] | None = None
    contacts: Callable[[Connected, Any, Config], Contacts] | None = None
    mailer: Callable[[Connected, Any, Config], Mailer] | None = None
    sent_folder: Callable[[Connected, Any, Config], SentFolder] | None = None
    calendar_ledger: Callable[[Connected, Any, Config, Keys, Retention], ErasableLedger] | None = None
    checks: Callable[[Connected, Config], tuple[Check, ...]] = lambda *_: ()
    account: AccountSpec[Connected] | None = None


def nothing_shared(_: ProviderContext) -> None:
    """The ``connect`` of a provider whose parts share nothing."""

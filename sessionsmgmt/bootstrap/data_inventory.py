"""Container → every place with stored data about the club, to be exported or deleted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial

from sessionsmgmt.adapters.ledger.sealing import KEY_BYTES, keys
from sessionsmgmt.application.notifications import CONSENT, HELD
from sessionsmgmt.application.privacy.forget import LedgerData
from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.bootstrap.container import Container
from sessionsmgmt.bootstrap.github import hub, repository
from sessionsmgmt.bootstrap.ledgers import all_stores
from sessionsmgmt.config.model import CalendarStore, FileStore, GitStore, Store, topic
from sessionsmgmt.config.paths import path_for_messages, path_in_repository
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import ConsentError, InputError
from sessionsmgmt.ports.credentials import SecretStore
from sessionsmgmt.ports.stored_data import ErasableData, LedgerPlace, Place, SecretPlace, StoredItem
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Secret

CONSENT_ROW = "consent"
SECRET_ROW = "secret"  # noqa: S105 - what the row is about


@dataclass(frozen=True, slots=True)
class ConsentData:
    """The account's consent. Only withdrawing it shows whether it still holds."""

    withdraw: Callable[[], bool]

    def look(self) -> Sequence[StoredItem]:
        """The consent, since there is a credential. Nobody is asked."""
        return [StoredItem("the account's consent")]

    def delete(self) -> Sequence[StoredItem]:
        """Withdraw it."""
        return [StoredItem("the account's consent")] if self.withdraw() else []


@dataclass(frozen=True, slots=True)
class SecretData:
    """The secret that holds the credential."""

    store: SecretStore

    def look(self) -> Sequence[StoredItem]:
        """The secret, if it is there."""
        return [StoredItem(self.store.title)] if self.store.written() else []

    def delete(self) -> Sequence[StoredItem]:
        """Delete it."""
        return [StoredItem(self.store.title)] if self.store.delete() else []


def ledgers(club: Container) -> tuple[LedgerPlace, ...]:
    """Every ledger that the club has or moves away from, each by itself."""
    stores = all_stores(club.config, club.settings)
    return tuple(LedgerPlace(f"ledger {_named(store)}", partial(club.ledger_at, store)) for store in stores)


def ledger_places(club: Container, now: datetime) -> tuple[Place, ...]:
    """The same ledgers, to be deleted. That needs no key, since the right key may be lost."""
    return tuple(_erasable(place, now) for place in ledgers(_with_some_key(club)))


def account_places(club: Container) -> tuple[Place, ...]:
    """The consent, and then the secret with the credential, since the credential is needed to withdraw the consent.

    The consent stays until the ledger in the calendar is deleted, unless that fails because the consent is missing. The
    secret stays until the consent is withdrawn.
    """
    calendar = f"ledger {_named(CalendarStore())}"
    places = []
    if club.uses_account and club.credential:
        places.append(Place(CONSENT_ROW, partial(_consent, club), {calendar: (ConsentError,)}))
    if credentials.may_store(club):
        places.append(Place(SECRET_ROW, partial(_secret, club), {CONSENT_ROW: ()}))
    return tuple(places)


def published_places(club: Container) -> tuple[Place, ...]:
    """The issues and comments in the club's repository, where the environment names one."""
    if not club.settings.github.names_repository:
        return ()
    return (
        Place("issues", partial(_issues, club)),
        Place("comments", partial(_comments, club)),
    )


def secret_place(club: Container) -> SecretPlace | None:
    """Where the credential is stored, as far as sessions.yml says."""
    stored = club.config.credentials
    if stored is None:
        return None
    return SecretPlace(stored.secret, stored.scope.value, partial(credentials.secret, club))


def _named(store: Store) -> str:
    match store:
        case GitStore(branch):
            return f"on the branch {branch}"
        case FileStore(path):
            return f"in {path_for_messages(path)}"
        case CalendarStore():
            return "in the calendar"


def _erasable(place: LedgerPlace, now: datetime) -> Place:
    def opened() -> AbstractContextManager[ErasableData]:
        return nullcontext(LedgerData(place.open(), now))

    return Place(place.topic, opened)


def _with_some_key(club: Container) -> Container:
    """The same with a readable key for the ledger. Where there is none, it is a random key, which opens nothing."""
    try:
        keys(club.settings.ledger_keys)
    except InputError:
        key = Secret(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(), club.mask)
        return replace(club, settings=club.settings.with_ledger_key(key))
    return club


def _consent(club: Container) -> AbstractContextManager[ErasableData]:
    return nullcontext(ConsentData(club.withdrawal()))


@contextmanager
def _secret(club: Container) -> Iterator[ErasableData]:
    with credentials.secret(club) as store:
        yield SecretData(store)


def _issues(club: Container) -> AbstractContextManager[ErasableData]:
    from sessionsmgmt.adapters.github.stored_data import IssueData

    topics = [topic(about, club.config.folder) for about in (HELD, CONSENT)]
    return nullcontext(IssueData(hub(club.settings, RetryPolicy(say=club.say)), repository(club.settings), topics))


def _comments(club: Container) -> AbstractContextManager[ErasableData]:
    from sessionsmgmt.adapters.github.stored_data import PreviewData

    where = path_in_repository(club.config.folder, club.config.path)
    return nullcontext(PreviewData(hub(club.settings, RetryPolicy(say=club.say)), repository(club.settings), where))

"""Config → every place where something is kept about the club, to be shown or deleted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sessionsmgmt.adapters.ledger.sealing import KEY, KEY_BYTES, keys
from sessionsmgmt.application.privacy.export import Vault
from sessionsmgmt.application.privacy.forget import LedgerData, Memory, Place
from sessionsmgmt.bootstrap import container as club
from sessionsmgmt.bootstrap import credentials
from sessionsmgmt.bootstrap.health_checks import names_repository
from sessionsmgmt.config.model import (
    LEDGER_FILE,
    CalendarStore,
    Config,
    FileStore,
    GitStore,
    Store,
    ledger_branch,
    topic,
)
from sessionsmgmt.config.paths import path_in_repository
from sessionsmgmt.errors import Exit, InputError
from sessionsmgmt.ports.contacts import Contacts
from sessionsmgmt.ports.credentials import SecretStore
from sessionsmgmt.ports.ledger import LedgerWithWarnings
from sessionsmgmt.ports.stored_data import ErasableData, StoredItem
from sessionsmgmt.presenters.consent_issue import CONSENT
from sessionsmgmt.presenters.held_issue import HELD
from sessionsmgmt.retry import RetryPolicy
from sessionsmgmt.secret_masking import Mask

FAILURES = frozenset(Exit) - {Exit.DONE}
CONSENT_ROW = "consent"
SECRET_ROW = "secret"  # noqa: S105 - what the row is about


@dataclass(frozen=True, slots=True)
class ConsentData:
    """The account's consent, as a trace. Whether it still holds shows only when it is withdrawn."""

    withdraw: Callable[[], bool]

    def look(self) -> Sequence[StoredItem]:
        """That there is a credential; nobody is asked."""
        return [StoredItem("the account's consent")]

    def delete(self) -> Sequence[StoredItem]:
        """Withdraw it."""
        return [StoredItem("the account's consent")] if self.withdraw() else []


@dataclass(frozen=True, slots=True)
class SecretData:
    """The secret that holds the credential, as a trace."""

    store: SecretStore

    def look(self) -> Sequence[StoredItem]:
        """Whether it is there."""
        return [StoredItem(self.store.title)] if self.store.written() else []

    def delete(self) -> Sequence[StoredItem]:
        """Delete it."""
        return [StoredItem(self.store.title)] if self.store.delete() else []


def stores(config: Config, environ: Mapping[str, str]) -> tuple[Store, ...]:
    """Where sessions.yml keeps and kept the ledger. Where it leaves that open, both places it may be in are meant."""
    if config.ledger.store:
        current: tuple[Store, ...] = (config.ledger.store,)
    else:
        branch, file = GitStore(ledger_branch(config.folder)), FileStore(config.path.parent / LEDGER_FILE)
        usual = club.usual_store(config, environ)
        current = tuple(one for one in (branch, file) if one == usual or (one == branch and names_repository(environ)))
    before = config.ledger.migrate_from
    return (*current, before) if before and before not in current else current


def memories(config: Config, environ: Mapping[str, str], mask: Mask) -> tuple[Memory, ...]:
    """Every ledger the club has or moves from, each on its own."""
    return tuple(
        Memory(f"ledger {_named(one)}", partial(_opened, one, config, environ, mask)) for one in stores(config, environ)
    )


def ledger_places(config: Config, environ: Mapping[str, str], mask: Mask, now: datetime) -> tuple[Place, ...]:
    """The same to be deleted: that takes no key, since the right one may be what was lost."""
    return tuple(_ledger_place(one, now) for one in memories(config, _with_some_key(environ), mask))


def account_places(config: Config, environ: Mapping[str, str], mask: Mask) -> tuple[Place, ...]:
    """The consent, and last the secret with the credential, which is what a consent is withdrawn with.

    The consent stays until the ledger in the calendar is gone, unless it is the consent that is missing for that; and
    the secret stays until the consent is withdrawn.
    """
    calendar = f"ledger {_named(CalendarStore())}"
    found = []
    if club.credential(environ).strip() and club.uses_account(config):
        found.append(Place(CONSENT_ROW, partial(_grant, config, environ, mask), {calendar: FAILURES - {Exit.CONSENT}}))
    if credentials.may_store(config, environ):
        found.append(Place(SECRET_ROW, partial(_secret, config, environ, mask), {CONSENT_ROW: FAILURES}))
    return tuple(found)


def published_places(config: Config, environ: Mapping[str, str]) -> tuple[Place, ...]:
    """The issues and comments in the club's repository, where the environment names one."""
    if not names_repository(environ):
        return ()
    return (
        Place("issues", partial(_issues, config, environ)),
        Place("comments", partial(_comments, config, environ)),
    )


def vault(config: Config, environ: Mapping[str, str], mask: Mask) -> Vault | None:
    """Where the credential is kept, as far as sessions.yml says."""
    settings = config.credentials
    if settings is None:
        return None
    return Vault(settings.secret, settings.scope.value, partial(credentials.secret, config, environ, mask))


def contacts(config: Config, environ: Mapping[str, str], mask: Mask) -> Contacts:
    """Where the people are kept. Raises InputError where a credential is missing or unreadable."""
    return club.address_book(config, club.account(config, environ, mask))


def _named(store: Store) -> str:
    match store:
        case GitStore(branch):
            return f"on the branch {branch}"
        case FileStore(path):
            return f"in {club.shown(path)}"
        case CalendarStore():
            return "in the calendar"


def _opened(store: Store, config: Config, environ: Mapping[str, str], mask: Mask) -> LedgerWithWarnings:
    account = club.account(config, environ, mask) if isinstance(store, CalendarStore) else None
    return club.store_at(store, config, environ, account)


def _ledger_place(memory: Memory, now: datetime) -> Place:
    def opened() -> AbstractContextManager[ErasableData]:
        return nullcontext(LedgerData(memory.open(), now))

    return Place(memory.topic, opened)


def _with_some_key(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with a key in it: where there is none or it is none, one that opens nothing."""
    try:
        keys(environ)
    except InputError:
        return {**environ, KEY: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}
    return environ


def _grant(config: Config, environ: Mapping[str, str], mask: Mask) -> AbstractContextManager[ErasableData]:
    return nullcontext(ConsentData(club.withdrawal(config, environ, mask)))


@contextmanager
def _secret(config: Config, environ: Mapping[str, str], mask: Mask) -> Iterator[ErasableData]:
    with credentials.secret(config, environ, mask) as store:
        yield SecretData(store)


def _issues(config: Config, environ: Mapping[str, str]) -> AbstractContextManager[ErasableData]:
    from sessionsmgmt.adapters.github.client import repository
    from sessionsmgmt.adapters.github.stored_data import IssueData

    topics = [topic(about, config.folder) for about in (HELD, CONSENT)]
    return nullcontext(IssueData(club.hub(environ, RetryPolicy()), repository(environ), topics))


def _comments(config: Config, environ: Mapping[str, str]) -> AbstractContextManager[ErasableData]:
    from sessionsmgmt.adapters.github.client import repository
    from sessionsmgmt.adapters.github.stored_data import PreviewData

    where = path_in_repository(config.folder, config.path)
    return nullcontext(PreviewData(club.hub(environ, RetryPolicy()), repository(environ), where))

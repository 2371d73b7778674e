"""Agreeing to the use of an account, renewing its credential and storing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.secret_masking import Secret


class ConsentFlow(Protocol):
    """How the account's owner agrees, once, to what the club needs."""

    def explanation(self) -> str:
        """What will be read and sent, and what is kept: several lines to read before agreeing."""
        ...

    def obtain(self, visit: Callable[[str], None]) -> Secret:
        """Call ``visit`` with the address to agree at, wait for the answer, and return the credential as JSON.

        Raises ConsentError where the person declined or agreed to a part only, UnreachableError where nobody answers;
        nothing is kept then.
        """
        ...


@dataclass(frozen=True, slots=True)
class Renewed:
    """What renewing a credential gave. ``credential`` is to be stored from now on: another text only if it was issued.

    ``ends`` is when the consent behind it lapses, aware, where the provider says so.
    """

    credential: Secret
    ends: datetime | None = None
    warnings: tuple[ReportWarning, ...] = ()


class TokenRefresher(Protocol):
    """What renews the credential that an account is used by."""

    def renew(self, credential: Secret) -> Renewed:
        """Use the credential, which keeps it alive, and take a new one if the provider gives one.

        A new one has the form of the old, with every field and its place. Raises ConsentError where a person has to
        agree again, InputError where the credential is none, UnreachableError where nobody answers.
        """
        ...

    def meanwhile(self) -> str:
        """In a sentence: what works, and how long, while a new credential could not be stored."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value that nobody but the place it is for can open, so that it may be shown.

    ``text`` is base64 of a sealed box (libsodium, ``crypto_box_seal``) for the public key that GitHub calls ``key_id``.
    """

    text: str
    key_id: str


class SecretStore(Protocol):
    """The one secret that a credential is kept in. It can be written and never be read."""

    @property
    def title(self) -> str:
        """The secret as a sentence names it: "the repository's secret GOOGLE_CREDENTIALS"."""
        ...

    def seal(self, value: Secret) -> Sealed:
        """Seal for the store's key, which is asked for once and again after ``put`` found that it had changed.

        Raises InputError for a value that is too large, before anything is asked, and otherwise as ``put`` does.
        """
        ...

    def put(self, sealed: Sealed) -> bool:
        """Store it. False where it was sealed for a key that is not the store's now, and nothing was changed.

        Raises RefusedError where the secret may not be written, UnreachableError where nobody answers.
        """
        ...

    def written(self) -> datetime | None:
        """When the secret was last written, aware; None where there is none. Raises as ``put`` does."""
        ...

    def delete(self) -> bool:
        """Delete it, and say whether there was one. Raises as ``put`` does."""
        ...

    def by_hand(self, sealed: Sealed) -> str:
        """The one command line that stores it without this program."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """All that renewing a credential takes.

    ``read`` returns the earliest aware instant at which the ``credential`` at hand can have been read from the store,
    None where nobody knows; ``after`` is the age at which a stored credential is renewed.
    """

    credential: Secret
    token_refresher: TokenRefresher
    store: SecretStore
    read: Callable[[], datetime | None]
    after: timedelta

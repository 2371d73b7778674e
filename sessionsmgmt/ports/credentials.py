"""The consent to use an account, and how its credential is renewed and stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.secret_masking import Secret


class ConsentFlow(Protocol):
    """How the account's owner agrees, once, to what the club needs."""

    def explanation(self) -> str:
        """What will be read and sent, and what is kept: several lines to read before agreeing."""
        ...

    def obtain(self, visit: Callable[[str], None]) -> Secret:
        """Call ``visit`` with the address to agree at, wait for the answer, and return the credential as JSON.

        Raises ConsentError if the person declined or agreed to a part only, and UnreachableError if nobody answers. On
        an error, nothing is kept.
        """
        ...


@dataclass(frozen=True, slots=True)
class Renewed:
    """The result of renewing a credential.

    ``credential`` is the credential to store from now on. It differs from the former one only if the provider issued a
    new one. ``ends`` is the aware instant at which the consent lapses; None if the provider does not say so.
    """

    credential: Secret
    ends: datetime | None = None
    warnings: tuple[ReportWarning, ...] = ()


class TokenRefresher(Protocol):
    """Renews the credential of an account."""

    def renew(self, credential: Secret) -> Renewed:
        """Use the credential, so that it does not lapse, and take a new one if the provider issues one.

        A new credential has the fields of the old one, in the same order. Raises ConsentError if a person has to agree
        again, InputError if the text is not a credential, and UnreachableError if nobody answers.
        """
        ...

    def meanwhile(self) -> str:
        """A sentence: what works, and for how long, if a new credential could not be stored."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value. Only the place that it was sealed for can open it, so it may be shown to anybody.

    ``text`` is base64 of a sealed box (libsodium, ``crypto_box_seal``) for the public key that GitHub calls ``key_id``.
    """

    text: str
    key_id: str


class SecretStore(Protocol):
    """The secret at GitHub that holds a credential. It can be written, but it can't be read."""

    @property
    def title(self) -> str:
        """The secret as a sentence names it: "the repository's secret GOOGLE_CREDENTIALS"."""
        ...

    def seal(self, value: Secret) -> Sealed:
        """Seal the value with the store's key. The key is asked for once, and again after ``put`` returned False.

        Raises InputError for a value that is too large, before the store is asked. Raises otherwise as ``put`` does.
        """
        ...

    def put(self, sealed: Sealed) -> bool:
        """Store the value. False if it was sealed with a key that the store no longer has; nothing was changed then.

        Raises RefusedError if the secret may not be written, and UnreachableError if nobody answers.
        """
        ...

    def written(self) -> datetime | None:
        """The aware instant of the last write; None if there is no secret. Raises as ``put`` does."""
        ...

    def delete(self) -> bool:
        """Delete the secret, and return whether there was one. Raises as ``put`` does."""
        ...

    def by_hand(self, sealed: Sealed) -> str:
        """The command line that stores the value without this program."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """Everything that is needed to renew a credential.

    ``read`` returns the earliest aware instant at which this process can have got ``credential`` from the store; None
    if nobody knows. ``after`` is the age at which a stored credential is renewed.
    """

    credential: Secret
    token_refresher: TokenRefresher
    store: SecretStore
    read: Callable[[], datetime | None]
    after: timedelta

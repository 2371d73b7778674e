"""How a credential is renewed and stored without ever being lost.

This is the order of ``rotate``:

1. The credential of this process must be the newest. A copy that may be older than the stored one is not written.
2. Storing must work. The same credential is sealed and written, which changes nothing.
3. Only then the provider is asked to renew it, because the provider may issue a new credential.
4. The new credential is stored, and tried once. The former credential works until the new one is used. So the secret
   holds a credential that works, wherever the process stops.

If the new credential can't be stored, a person gets it sealed with the secret's own key, and can store it later
(``Recovery``). Only GitHub can open it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sessionsmgmt.application.result import Recovery, Rotation
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.credentials import Renewed, Sealed, SecretStore, TokenRefresher
from sessionsmgmt.secret_masking import Secret


def rotate(
    credential: Secret,
    store: SecretStore,
    token_refresher: TokenRefresher,
    read: datetime | None,
    clock: Callable[[], datetime],
) -> Rotation:
    """Renew the credential and store the result.

    ``read`` is the earliest aware instant at which ``credential`` can have been read from the store, by the store's own
    clock; None if nobody knows. Raises as the store and ``token_refresher`` do if something fails before a credential
    is issued.
    """
    if read and _may_be_newer(store.written(), read):
        return Rotation(credential, stale=True)
    keep(credential, store)
    renewed = token_refresher.renew(credential)
    if renewed.credential == credential:
        return Rotation(credential, ends=renewed.ends, warnings=renewed.warnings)
    stored = _stored(renewed, credential, store, token_refresher, clock)
    return stored if stored.trouble else _tried(stored, credential, store, token_refresher, clock)


def is_due(written: datetime | None, after: timedelta, now: datetime) -> bool:
    """Whether the credential is old enough to be renewed. A credential that was never stored is due."""
    return written is None or now - written >= after


def keep(credential: Secret, store: SecretStore) -> None:
    """Seal the credential and store it. If the key changed in between, the new key is asked for once.

    Raises as ``SecretStore.put`` does.
    """
    if not store.put(store.seal(credential)) and not store.put(store.seal(credential)):
        raise _unopened(store)


def preserve(
    credential: Secret, store: SecretStore, meanwhile: str, clock: Callable[[], datetime]
) -> tuple[SessionsError, Recovery] | None:
    """Store a credential that exists nowhere else. Returns None, or the error and how to recover the credential.

    ``store`` must have sealed something before: then its key is known even if GitHub can't be reached now.
    """
    sealed = store.seal(credential)
    try:
        if not store.put(sealed):
            sealed = store.seal(credential)
            if not store.put(sealed):
                raise _unopened(store)
    except SessionsError as error:
        return error, Recovery(sealed, clock(), store.title, store.by_hand(sealed), meanwhile)
    return None


def recovery(text: str) -> tuple[Sealed, datetime]:
    """The sealed credential and the aware instant at which it was sealed, from the output or the report of a rotation.

    Raises InputError for any other text.
    """
    try:
        document = json.loads(text)
        document = document.get("recovery") or document
        box, key, at = (str(document[name]) for name in ("encrypted_value", "key_id", "sealed_at"))
        return Sealed(box, key), datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise InputError(
            "This is not the output of a failed rotation.",
            "It is a JSON object with encrypted_value, key_id and sealed_at, or the report of that run.",
        ) from None


def recover(sealed: Sealed, at: datetime, store: SecretStore) -> None:
    """Store a credential that could not be stored before.

    Raises RefusedError if it is too late, and otherwise as the store does.
    """
    written = store.written()
    if written and written > at:
        raise RefusedError(
            f"A newer credential has been written into {store.title} since.", "This one is not needed any more."
        )
    if not store.put(sealed):
        raise RefusedError(
            f"GitHub has another key for {store.title} by now, which does not open this.",
            "If the stored credential does not work, run 'sessionsmgmt auth login'.",
        )


def _stored(
    renewed: Renewed, former: Secret, store: SecretStore, token_refresher: TokenRefresher, clock: Callable[[], datetime]
) -> Rotation:
    """Store the issued credential. If that fails, the job goes on with the former one, which is still stored."""
    lost = preserve(renewed.credential, store, token_refresher.meanwhile(), clock)
    if lost is None:
        return Rotation(renewed.credential, issued=True, ends=renewed.ends, warnings=renewed.warnings)
    return Rotation(former, ends=renewed.ends, warnings=renewed.warnings, trouble=lost[0], recovery=lost[1])


def _tried(
    stored: Rotation, former: Secret, store: SecretStore, token_refresher: TokenRefresher, clock: Callable[[], datetime]
) -> Rotation:
    """Try the issued credential once. If the provider does not accept it, the former one is stored again."""
    try:
        again = token_refresher.renew(stored.credential)
    except (ConsentError, InputError):
        lost = preserve(former, store, token_refresher.meanwhile(), clock)
        trouble, to_recover = lost or (_unaccepted(), None)
        return Rotation(former, warnings=stored.warnings, trouble=trouble, recovery=to_recover)
    except SessionsError as error:
        return replace(stored, trouble=error)
    if again.credential == stored.credential:
        return stored
    # the provider issued another credential because of the trial
    last = _stored(again, stored.credential, store, token_refresher, clock)
    return replace(last, issued=True)


def _unaccepted() -> UnreachableError:
    return UnreachableError(
        "The provider does not accept the credential that it has just issued; the one before is stored again.",
        "The next run tries again.",
    )


def _may_be_newer(written: datetime | None, read: datetime) -> bool:
    """Whether the stored credential may be newer than what was read. GitHub's instants are whole seconds."""
    return written is not None and written >= read.replace(microsecond=0)


def _unopened(store: SecretStore) -> RefusedError:
    return RefusedError(
        f"GitHub can't open the value that was sealed for {store.title}, not even with its newest key.",
        "Nothing was changed; the next run tries again.",
    )

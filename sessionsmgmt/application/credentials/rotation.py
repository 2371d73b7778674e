"""How a credential is renewed and stored without ever being lost. Read ``rotate`` aloud: this is the order.

1. What is at hand must be the newest: a copy that may be older than what is stored is not written.
2. It must be possible to store: the very credential that is at hand is sealed and written, which changes nothing.
3. Only then the provider is asked, since asking may make it issue another credential.
4. What it issued is stored, and tried once. The one before goes on working until the new one is used, so whatever
   happens between any two of these steps, a credential that works is in the secret.

If what was issued can't be stored, it is at least sealed already, for the secret's own key. That is shown to a person,
who can store it later (``Recovery``); nobody else can do anything with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sessionsmgmt.application.result import Recovery, Rotation
from sessionsmgmt.errors import ConsentError, InputError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.credentials import Renewed, Sealed, SecretStore, TokenRefresher


def rotate(
    credential: str,
    store: SecretStore,
    token_refresher: TokenRefresher,
    read: datetime | None,
    clock: Callable[[], datetime],
) -> Rotation:
    """Renew the credential and store what comes of it.

    ``read`` is the earliest that the credential at hand can have been read from the store, by the store's own clock;
    None where nobody knows. Raises as the store and the grantor do, for all that went wrong before anything was issued.
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
    """Whether the credential is old enough to be renewed. What was never stored is."""
    return written is None or now - written >= after


def keep(credential: str, store: SecretStore) -> None:
    """Seal the credential and store it; a key that changed in between is asked for again, once.

    Raises as ``SecretStore.put`` does.
    """
    if not store.put(store.seal(credential)) and not store.put(store.seal(credential)):
        raise _unopened(store)


def preserve(
    credential: str, store: SecretStore, meanwhile: str, clock: Callable[[], datetime]
) -> tuple[SessionsError, Recovery] | None:
    """Store a credential that exists nowhere else yet; where that fails for good, why, and how to save it.

    ``store`` has sealed before, so that its key is known whatever happens now.
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
    """What is to be stored and when it was sealed, from what a failed rotation showed, or from its whole report.

    Raises InputError for anything else.
    """
    try:
        document = json.loads(text)
        document = document.get("recovery") or document
        box, key, at = (str(document[name]) for name in ("encrypted_value", "key_id", "sealed_at"))
        return Sealed(box, key), datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise InputError(
            "This is not what a failed rotation shows.",
            "It is a JSON object with encrypted_value, key_id and sealed_at, or the report of that run.",
        ) from None


def recover(sealed: Sealed, at: datetime, store: SecretStore) -> None:
    """Store what could not be stored before. Raises RefusedError where that is too late, and as the store does."""
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
    renewed: Renewed, conf_json: str, store: SecretStore, token_refresher: TokenRefresher, clock: Callable[[], datetime]
) -> Rotation:
    """Store what was issued. Where that fails, the job goes on with the former, which is what is stored."""
    lost = preserve(renewed.credential, store, token_refresher.meanwhile(), clock)
    if lost is None:
        return Rotation(renewed.credential, issued=True, ends=renewed.ends, warnings=renewed.warnings)
    return Rotation(conf_json, ends=renewed.ends, warnings=renewed.warnings, trouble=lost[0], recovery=lost[1])


def _tried(
    stored: Rotation, conf_json: str, store: SecretStore, token_refresher: TokenRefresher, clock: Callable[[], datetime]
) -> Rotation:
    """See that the provider takes what it issued; if it does not, the former is stored again."""
    try:
        again = token_refresher.renew(stored.credential)
    except (ConsentError, InputError):
        keep(conf_json, store)
        return Rotation(
            conf_json,
            trouble=UnreachableError(
                "The provider does not accept the credential that it has just issued; the one before is stored again.",
                "The next run tries again.",
            ),
        )
    except SessionsError as error:
        return replace(stored, trouble=error)
    if again.credential == stored.credential:
        return stored
    last = _stored(again, stored.credential, store, token_refresher, clock)  # issued by the trial itself, and as good
    return replace(last, issued=True)


def _may_be_newer(written: datetime | None, read: datetime) -> bool:
    """Whether what is stored may be newer than what was read. GitHub's instants are to the second."""
    return written is not None and written >= read.replace(microsecond=0)


def _unopened(store: SecretStore) -> RefusedError:
    return RefusedError(
        f"GitHub can't open what was sealed for {store.title}, nor what was sealed anew for its newest key.",
        "Nothing was changed; the next run tries again.",
    )

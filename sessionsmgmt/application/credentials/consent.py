"""``auth``: the account's owner agrees in a browser, and takes it back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sessionsmgmt.application.credentials.rotation import preserve
from sessionsmgmt.application.result import LoginResult, RevokeResult
from sessionsmgmt.errors import SessionsError
from sessionsmgmt.ports.credentials import ConsentFlow, SecretStore


def login(
    consent: ConsentFlow,
    say: Callable[[str], None],
    visit: Callable[[str], None],
    keep: Callable[[str], str],
) -> LoginResult:
    """Explain, ask in the browser, and hand the credential to ``keep``, which says where it put it.

    ``say`` shows a text, ``visit`` brings the person to an address. Raises as ``ports.ConsentFlow`` does.
    """
    say(consent.explanation())
    return LoginResult(keep(consent.obtain(visit)))


def login_into(
    store: SecretStore,
    consent: ConsentFlow,
    say: Callable[[str], None],
    visit: Callable[[str], None],
    clock: Callable[[], datetime],
) -> LoginResult:
    """Explain, ask in the browser, and store the credential in the secret.

    The secret's key is asked for first: nobody is asked to agree where the secret can't be written.
    """
    clock()  # counts from its first call: a recovery says when storing was given up
    store.seal("")
    say(f"{consent.explanation()}\nIt goes into {store.title}, and nowhere else.")
    lost = preserve(consent.obtain(visit), store, "Agreeing once more, with 'auth login', is as good.", clock)
    if lost is None:
        return LoginResult(f"The credential is stored in {store.title}.", stored=True)
    error, recovery = lost
    return LoginResult(f"error: {error}", error=error, recovery=recovery)


def revoke(
    withdraw: Callable[[], bool], secret: Callable[[], AbstractContextManager[SecretStore]] | None
) -> RevokeResult:
    """Withdraw the consent, then delete the secret that holds the credential, and say what is left.

    Without a ``secret``, a person must delete it. The consent is withdrawn even if the secret can't be deleted.
    """
    was = "The consent is withdrawn" if withdraw() else "The consent had ended already"
    worthless = f"{was}. Nothing can be read or sent with the credential any more, wherever a copy of it is."
    if secret is None:
        return RevokeResult(f"{worthless} Delete the secret that holds it.")
    try:
        with secret() as store:
            gone = "is deleted" if store.delete() else "was not there any more"
            left = f"{store.title} {gone}"
    except SessionsError as error:
        text = f"{worthless}\nerror: the secret that holds it could not be deleted: {error}"
        return RevokeResult(text, error)
    return RevokeResult(f"{worthless}\n{left[:1].upper()}{left[1:]}. {_LEFT}")


_LEFT = (
    "Left are the client in your Google project, the token or App that wrote the secret, the other secrets, and the "
    "ledger, which names nobody."
)

"""``auth``: the account's owner agrees in a browser, and takes it back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sessionsmgmt.commands.result import Result
from sessionsmgmt.errors import InputError
from sessionsmgmt.ports import Consent


def login(
    consent: Consent,
    say: Callable[[str], None],
    visit: Callable[[str], None],
    keep: Callable[[str], str],
    now: datetime,
) -> Result:
    """Explain, ask in the browser, and hand the credential to ``keep``, which says where it put it.

    ``say`` shows a text, ``visit`` brings the person to an address. Raises as ``ports.Consent`` does.
    """
    say(consent.explanation())
    return Result("auth login", now, message=keep(consent.obtain(visit)))


def revoke(withdraw: Callable[[], bool], now: datetime) -> Result:
    """Take the consent back; what is left afterwards is said."""
    was = "The consent is withdrawn" if withdraw() else "The consent had ended already"
    left = "Nothing can be read or sent with it any more. Delete the secret that holds the credential."
    return Result("auth revoke", now, message=f"{was}. {left}")


def save(credential: str, path: Path) -> str:
    """Write the credential into a new file that its owner alone can read. Raises InputError if there is one already."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{credential}\n")
    except OSError as error:
        raise InputError(f"{path} can't be written ({error.strerror}).", "Choose a new file.") from None
    return f"The credential is in {path}. Store it as the secret GOOGLE_CREDENTIALS and delete the file."

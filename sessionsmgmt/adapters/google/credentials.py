"""The stored credential of the Google account, in the ``authorized_user`` form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field

from sessionsmgmt.adapters.secret_format import document_fault
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError
from sessionsmgmt.secret_masking import Secret

GOOGLE_CREDENTIALS = "GOOGLE_CREDENTIALS"
FIELDS = ("client_id", "client_secret", "refresh_token")

_WHOLE = "Store what 'sessionsmgmt auth login' gives, whole and with nothing around it."
_TOKEN = re.compile(r'("refresh_token"\s*:\s*)"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """The credential that uses the club's account unattended. ``repr`` shows nothing of it.

    ``document`` is the JSON that it came from, with all fields, so that it can be stored again without a loss.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    document: Mapping[str, object] = field(repr=False)


def stored_credential(secret: Secret) -> StoredCredential:
    """The credential in the ``authorized_user`` form that ``auth login`` prints, given as ``GOOGLE_CREDENTIALS``.

    Raises InputError, which says what is missing and never what is there.
    """
    text = secret.reveal().strip()
    if not text:
        raise InputError(
            f"{GOOGLE_CREDENTIALS} is not set.", "Run 'sessionsmgmt auth login' once and store what it gives."
        )
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        fault = document_fault(text) or _broken(error)
        raise InputError(f"{GOOGLE_CREDENTIALS} {fault or 'is not JSON'}.", _WHOLE) from None
    if not isinstance(document, dict):
        raise InputError(f"{GOOGLE_CREDENTIALS} {document_fault(text) or 'is not a JSON object'}.", _WHOLE)
    if document.get("type", "authorized_user") != "authorized_user":
        raise InputError(
            f"{GOOGLE_CREDENTIALS} is a credential of another type than authorized_user.",
            "A service account has no calendar and no contacts of its own: run 'sessionsmgmt auth login'.",
        )
    lacking = [name for name in FIELDS if not isinstance(document.get(name), str) or not document[name]]
    if lacking:
        raise InputError(f"{GOOGLE_CREDENTIALS} lacks {', '.join(lacking)}.", _WHOLE)
    for name in FIELDS:
        if fault := document_fault(str(document[name])):
            raise InputError(f"{GOOGLE_CREDENTIALS}: {name} {fault}.", _WHOLE)
    client_id, client_secret, refresh_token = (str(document[name]) for name in FIELDS)
    return StoredCredential(client_id, client_secret, refresh_token, document)


def _broken(error: Exception) -> str:
    control = isinstance(error, json.JSONDecodeError) and error.msg.startswith("Invalid control character")
    return "has a line break within one of its texts" if control else ""


def with_token(text: str, token: str) -> str:
    """The credential's text with another refresh token. Fields and layout stay as they are."""
    changed = {**json.loads(text), "refresh_token": token}
    written = json.dumps(token)
    replaced = _TOKEN.sub(lambda match: f"{match[1]}{written}", text)
    # a field of that name inside another field is not meant
    return replaced if json.loads(replaced) == changed else json.dumps(changed, ensure_ascii=False)

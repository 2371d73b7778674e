"""The stored credential, and where Google is asked."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sessionsmgmt.errors import InputError

VARIABLE = "GOOGLE_CREDENTIALS"
ROOT_VARIABLE = "SESSIONSMGMT_GOOGLE_ROOT"
FIELDS = ("client_id", "client_secret", "refresh_token")


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """What lets the club's account be used unattended. Nothing of it is shown by ``repr``.

    ``document`` is the JSON it came from, fields unknown here included, so that it can be stored again unharmed.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    document: Mapping[str, object] = field(repr=False)


def stored_credential(environ: Mapping[str, str]) -> StoredCredential:
    """The credential of ``GOOGLE_CREDENTIALS``, in the ``authorized_user`` form that ``auth login`` prints.

    Raises InputError that says what is missing and never what is there.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        raise InputError(f"{VARIABLE} is not set.", "Run 'sessionsmgmt auth login' once and store what it gives.")
    try:
        document = json.loads(text)
    except ValueError:
        raise InputError(f"{VARIABLE} is not JSON.", "Store what 'sessionsmgmt auth login' gives, whole.") from None
    if not isinstance(document, dict):
        raise InputError(f"{VARIABLE} is not a JSON object.", "Store what 'sessionsmgmt auth login' gives, whole.")
    if document.get("type", "authorized_user") != "authorized_user":
        raise InputError(
            f"{VARIABLE} is a credential of another type than authorized_user.",
            "A service account has no calendar and no contacts of its own: run 'sessionsmgmt auth login'.",
        )
    lacking = [name for name in FIELDS if not isinstance(document.get(name), str) or not document[name]]
    if lacking:
        raise InputError(
            f"{VARIABLE} lacks {', '.join(lacking)}.", "Store what 'sessionsmgmt auth login' gives, whole."
        )
    client_id, client_secret, refresh_token = (str(document[name]) for name in FIELDS)
    return StoredCredential(client_id, client_secret, refresh_token, document)


def service_root(environ: Mapping[str, str]) -> str:
    """The root that stands in for all of Google's hosts, without a slash at its end; empty for Google itself.

    It comes from the environment alone, and only https or plain http on loopback is taken: whoever could set another
    one would be sent the token. Raises InputError for any other.
    """
    root = environ.get(ROOT_VARIABLE, "").strip()
    if not root:
        return ""
    try:
        parts = urlsplit(root)
        host = parts.hostname or ""
        plain = not (parts.username or parts.password or parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        raise InputError(f"{ROOT_VARIABLE} is no address.", "Write it like https://proxy.example.org.") from None
    if plain and host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return root.rstrip("/")
    raise InputError(
        f"{ROOT_VARIABLE} is refused, since tokens would be sent there.",
        "It must begin with https://, or with http:// on loopback, and hold no user, query or fragment.",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

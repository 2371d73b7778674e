"""Where a service is asked: at its own address, or below another root that the environment names.

Roots come from the environment alone, never from sessions.yml: whoever could set one would be sent the tokens.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from sessionsmgmt.errors import InputError


def root(environ: Mapping[str, str], variable: str) -> str:
    """The root that the variable names, without a slash at its end; empty where it is not set.

    Only https is taken, or plain http on loopback. Raises InputError for any other.
    """
    given = environ.get(variable, "").strip()
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
        plain = not (parts.username or parts.password or parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        raise InputError(f"{variable} is no address.", "Write it like https://proxy.example.org.") from None
    if plain and host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return given.rstrip("/")
    raise InputError(
        f"{variable} is refused, since tokens would be sent there.",
        "It must begin with https://, or with http:// on loopback, and hold no user, query or fragment.",
    )


def is_loopback(address: str) -> bool:
    """Whether the address is of this machine's own loopback interface."""
    return _is_loopback(urlsplit(address).hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Where a service is asked: at its own address, or below a base URL that the environment names.

A base URL comes from the environment alone and never from sessions.yml: whoever sets it receives the tokens.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from sessionsmgmt.errors import InputError


def base_url(url: str, variable: str) -> str:
    """The base URL that was given in the variable, without a slash at its end; empty where none was given.

    It must be https, or plain http on loopback. Raises InputError, which names the variable, for any other.
    """
    url = url.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        plain = not (parts.username or parts.password or parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        raise InputError(f"{variable} is no address.", "Write it like https://proxy.example.org.") from None
    if plain and host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return url.rstrip("/")
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

"""The address of a feed, and which addresses of the network it may lead to.

A message about an address does not have the address in it: whoever knows a feed's address can read the feed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from sessionsmgmt.base_urls import is_loopback

LONGEST = 4_000
"""The most characters of an address."""


def read_as_https(text: str) -> str:
    """The address as it is asked for: ``webcal:`` is what programs write for the https address of a calendar."""
    text = text.strip()
    return f"https:{text[7:]}" if text[:7].lower() == "webcal:" else text


def address_problem(address: str) -> str:
    """The problem with an address as a sentence goes on after its name; empty if there is none.

    http is possible on loopback only, as for the base URL of a service.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        secured = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address))
    except ValueError:
        return _NO_ADDRESS
    if len(address) > LONGEST or not address.isprintable() or " " in address:
        return _NO_ADDRESS
    if not secured:
        return "must begin with https:// or webcal://"
    if parts.username is not None or parts.password is not None:
        return "must not have a user name or a password in it; take the calendar's secret address"
    return "" if host and port != 0 else _NO_ADDRESS


_NO_ADDRESS = "is not a complete address with the name of a host"


def redirected(address: str, location: str) -> str:
    """The address that a redirect leads to; empty if a redirect may not lead there.

    Only an address that is not https itself, on loopback, may lead to another one without https there.
    """
    try:
        target = read_as_https(urljoin(address, location)).partition("#")[0]
        downgraded = urlsplit(target).scheme != "https" and urlsplit(address).scheme == "https"
    except ValueError:
        return ""
    return "" if downgraded or address_problem(target) else target


def names_private_host(address: str) -> bool:
    """Whether the address itself says that it is of a private network, before any name is resolved."""
    host = (urlsplit(address).hostname or "").rstrip(".").lower()
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def own_hosts(hosts: Sequence[str], may_be_private: bool) -> tuple[str, ...]:
    """The IP addresses of the feed's own host that it is asked at: the public ones, else the private ones if allowed.

    A host of a private network has private addresses alone, so a private one beside a public one is a trap.
    """
    public = permitted(hosts, frozenset())
    return public or (tuple(hosts) if may_be_private else ())


def permitted(hosts: Sequence[str], own: frozenset[str]) -> tuple[str, ...]:
    """The IP addresses that a redirect may lead to: public ones, and those of the feed's own host."""
    return tuple(host for host in hosts if is_public(host) or host in own)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet. Raises ValueError if the text is no IP address.

    An IPv6 address that carries an IPv4 address (RFC 4291, 2.5.5.2; RFC 3056) is as public as that one.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if parsed.is_site_local:
            return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved)

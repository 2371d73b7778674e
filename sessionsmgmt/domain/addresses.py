"""When two email addresses are the same."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_MAX_LABEL = 63
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
"""What separates the labels of a domain (RFC 3490, 3.1)."""


def fold(address: str) -> str:
    """An address for comparison: without case in ASCII and surrounding space, the domain in its ASCII form.

    Nothing else counts as equal: a domain that only looks like another one, or that an older standard mapped to it
    (``ß`` to ``ss``), may belong to somebody else. So an address is compared more strictly than a label.
    """
    text = address.strip()
    if text.isascii():
        return text.lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text.translate(_LOWER)
    return f"{local.translate(_LOWER)}@{'.'.join(map(_a_label, _DOTS.split(domain)))}"


def with_ascii_domain(address: str) -> str:
    """The address as a mail server takes it: the domain in its ASCII form, the rest as it is written."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{'.'.join(map(_a_label, _DOTS.split(domain)))}"


def _a_label(label: str) -> str:
    """A label of a domain in its ASCII form (RFC 5890, 2.3.2.1); itself, if it has none.

    A label of more than 63 characters has none (RFC 1035, 2.3.4). To convert a very long one would take minutes.
    """
    if label.isascii():
        return label.lower()
    if len(label) > _MAX_LABEL:
        return label
    try:
        return f"xn--{unicodedata.normalize('NFC', label).lower().encode('punycode').decode('ascii')}"
    except UnicodeError:
        return label

"""Sealing of a ledger that others can read, in a repository or in a calendar: nobody opens it without the key.

Envelope encryption: each write makes a data key of its own, which encrypts the content and is itself wrapped by the
club's key. Both layers are XChaCha20-Poly1305 (libsodium), which also notices any change. The place of the sealed text,
the format and the serial number are authenticated with it, so that a copy from elsewhere does not open.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import field

from sessionsmgmt.adapters.secret_format import word_fault
from sessionsmgmt.domain.frozen import dataclass
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.secret_masking import Secret
from sessionsmgmt.settings import KEY, OLD_KEY, LedgerKeys

KEY_BYTES = 32
FORMAT = 1
"""The format of a text whose place the opener gives: it opens only at that place."""

OWNED = 2
"""The format of a text that names its owner in its content, so that the opener can say whose it is."""

_HEAD = re.compile(rb"sessionsmgmt-sealed (\d{1,9}) (\d{1,18}) ([0-9a-f]{16})\n")
_WRAPPED = 24 + KEY_BYTES + 16  # a nonce, the data key and a tag

HOW_TO_MAKE = "Make one with 'openssl rand -base64 32' and store it as the secret of that name"


@dataclass(frozen=True, slots=True)
class Keys:
    """The club's key, and the one before it while that is still needed to open what it sealed."""

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed, its serial number, and whether it must be sealed anew because the key has changed."""

    content: bytes = field(repr=False)
    serial: int
    outdated: bool


def keys(secrets: LedgerKeys) -> Keys:
    """The keys of the settings. Raises InputError, which says how to make one, where there is none or it is none."""
    if not secrets.current:
        raise InputError(f"{KEY} is not set: the ledger is sealed with it.", f"{HOW_TO_MAKE}.")
    previous = _key(secrets.old, OLD_KEY) if secrets.old else None
    return Keys(_key(secrets.current, KEY), previous)


def seal(content: bytes, keys: Keys, place: str, serial: int, form: int = FORMAT) -> bytes:
    """The content as text that only the key opens, and only for the same ``place`` and serial number.

    ``form`` is the number of the format, which ``unseal`` needs as well.
    """
    from nacl.secret import Aead
    from nacl.utils import random

    data_key = random(KEY_BYTES)
    head = f"sessionsmgmt-sealed {form} {serial} {_name(keys.current)}\n".encode()
    about = head + place.encode()
    wrapped = Aead(keys.current).encrypt(data_key, about + b"\nkey")
    sealed = Aead(data_key).encrypt(zlib.compress(content, 9), about + b"\ncontent")
    return head + base64.b64encode(wrapped + sealed)


def head(sealed: bytes) -> tuple[int, int] | None:
    """The format and the serial number that a sealed text says it has; None for what is none.

    Only ``unseal`` proves them right.
    """
    match = _HEAD.match(sealed)
    return (int(match[1]), int(match[2])) if match else None


def unseal(sealed: bytes, keys: Keys, place: str, shown: str, form: int = FORMAT) -> Opened:
    """What ``seal`` made this of for the same place and format. ``shown`` is how messages name the ledger.

    Raises RefusedError for anything else: another key, another place, a newer format, or a change of a single bit.
    """
    from nacl.exceptions import CryptoError
    from nacl.secret import Aead

    begun = _HEAD.match(sealed)
    if begun is None or int(begun[1]) < form:
        raise _damaged(shown)
    if int(begun[1]) > form:
        raise RefusedError(
            f"{shown} was sealed by a newer version of sessionsmgmt.", "Update sessionsmgmt to that version or later."
        )
    named = {_name(key).encode(): key for key in (keys.previous, keys.current) if key}
    if begun[3] not in named:
        raise RefusedError(
            f"{shown} was sealed with another key than {KEY}.",
            f"Put the right key back; if you changed it, give the one before as {OLD_KEY} as well.",
        )
    try:
        body = base64.b64decode(sealed[begun.end() :], validate=True)
    except ValueError:
        raise _damaged(shown) from None
    if base64.b64encode(body) != sealed[begun.end() :]:  # bits that stand for nothing are not what was written
        raise _damaged(shown)
    about = begun[0] + place.encode()
    try:
        data_key = Aead(named[begun[3]]).decrypt(body[:_WRAPPED], about + b"\nkey")
        content = Aead(data_key).decrypt(body[_WRAPPED:], about + b"\ncontent")
    except (CryptoError, ValueError):
        raise _damaged(shown) from None
    return Opened(zlib.decompress(content), int(begun[2]), named[begun[3]] != keys.current)


def _key(secret: Secret, name: str) -> bytes:
    text = secret.reveal()
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        fault = word_fault(text) or f"is not the base64 of {KEY_BYTES} bytes"
        raise InputError(f"{name} {fault}.", f"{HOW_TO_MAKE}, whole and with nothing around it.")
    return key


def _name(key: bytes) -> str:
    """A digest by which a key is recognised, so that a wrong key is not reported as damage."""
    return hashlib.blake2b(b"name", key=key, digest_size=8, person=b"sessionsmgmt").hexdigest()


def _damaged(shown: str) -> RefusedError:
    return RefusedError(
        f"{shown} is not as sessionsmgmt wrote it: it is damaged, was changed, or belongs somewhere else.",
        "Put back the last version that was right. If there is none, delete it: every session ahead is announced anew "
        "then.",
    )

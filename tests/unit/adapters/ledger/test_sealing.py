"""The envelope: what was sealed opens with the key, at its place, and as it was, or not at all."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.adapters.ledger.sealing import Keys, Opened, keys, seal, unseal
from sessionsmgmt.errors import InputError, RefusedError
from sessionsmgmt.settings import LedgerKeys
from tests.settings import settings

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
KEYS = Keys(KEY)
PLACE = "example-club/premises ledger"
SHOWN = "the ledger"
CONTENT = b'{"session": "a lab on Friday", "people": ["ann", "ann", "ann"]}'
SEALED = seal(CONTENT, KEYS, PLACE, 7)


def opened(sealed: bytes, with_keys: Keys = KEYS, place: str = PLACE) -> Opened:
    return unseal(sealed, with_keys, place, SHOWN)


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_what_was_sealed_opens_again_with_its_number() -> None:
    assert opened(SEALED) == Opened(CONTENT, 7, outdated=False)


@given(content=st.binary(max_size=5_000), key=st.binary(min_size=32, max_size=32), serial=st.integers(0, 10**18 - 1))
def test_anything_that_was_sealed_opens_again(content: bytes, key: bytes, serial: int) -> None:
    assert opened(seal(content, Keys(key), PLACE, serial), Keys(key)) == Opened(content, serial, outdated=False)


def test_no_bit_can_be_changed_unnoticed() -> None:
    for place in range(len(SEALED)):
        for bit in range(8):
            changed = bytearray(SEALED)
            changed[place] ^= 1 << bit
            with pytest.raises(RefusedError):
                opened(bytes(changed))


def test_nothing_can_be_cut_off_or_added_unnoticed() -> None:
    for length in range(len(SEALED)):
        with pytest.raises(RefusedError):
            opened(SEALED[:length])
    for more in (b"\n", b"A", b"AAAA", b"="):
        with pytest.raises(RefusedError):
            opened(SEALED + more)


def test_a_copy_from_another_place_does_not_open() -> None:
    for place in ("", PLACE + "2", "other-club/premises ledger", PLACE.upper()):
        with pytest.raises(RefusedError, match="belongs somewhere else"):
            opened(SEALED, place=place)


def test_the_number_can_not_be_changed() -> None:
    head, _, body = SEALED.partition(b"\n")
    with pytest.raises(RefusedError, match="damaged"):
        opened(head.replace(b" 7 ", b" 8 ") + b"\n" + body)


def test_two_halves_of_two_sealed_texts_do_not_open() -> None:
    head, _, body = SEALED.partition(b"\n")
    data, other = base64.b64decode(body), base64.b64decode(seal(CONTENT, KEYS, PLACE, 7).partition(b"\n")[2])
    wrapped = 24 + 32 + 16
    with pytest.raises(RefusedError, match="damaged"):
        opened(head + b"\n" + base64.b64encode(data[:wrapped] + other[wrapped:]))


def test_another_key_is_told_from_damage() -> None:
    with pytest.raises(RefusedError, match="another key than SESSIONSMGMT_KEY") as refusal:
        opened(SEALED, Keys(OTHER))
    assert "SESSIONSMGMT_KEY_OLD" in refusal.value.hint


def test_the_key_of_before_opens_what_it_sealed_and_says_so() -> None:
    assert opened(SEALED, Keys(OTHER, previous=KEY)) == Opened(CONTENT, 7, outdated=True)
    assert opened(SEALED, Keys(KEY, previous=OTHER)) == Opened(CONTENT, 7, outdated=False)
    assert opened(SEALED, Keys(KEY, previous=KEY)) == Opened(CONTENT, 7, outdated=False)


def test_a_newer_format_asks_for_a_newer_version() -> None:
    with pytest.raises(RefusedError, match="newer version"):
        opened(SEALED.replace(b"sealed 1 ", b"sealed 2 ", 1))


def test_the_same_content_is_sealed_differently_each_time() -> None:
    assert len({seal(CONTENT, KEYS, PLACE, 7) for _ in range(20)}) == 20


def test_nothing_of_the_content_or_of_the_key_is_visible() -> None:
    head, _, body = SEALED.partition(b"\n")
    assert b"\n" not in body, "one line of base64"
    for text in (SEALED, base64.b64decode(body)):
        for secret in (b"session", b"lab", b"ann", KEY, KEY[:8], encoded(KEY).encode(), KEY.hex().encode()):
            assert secret not in text.replace(b"sessionsmgmt-sealed", b"")
    assert KEY.hex()[:16].encode() not in head


def test_repetition_does_not_make_it_long() -> None:
    assert len(seal(CONTENT * 100, KEYS, PLACE, 7)) < len(SEALED) * 2


def test_no_key_is_shown_when_keys_are_printed() -> None:
    shown = repr(Keys(KEY, OTHER)) + repr(opened(SEALED))
    assert repr(KEY) not in shown
    assert repr(OTHER) not in shown
    assert "lab" not in shown


def ledger_keys(environ: Mapping[str, str]) -> LedgerKeys:
    return settings(environ).ledger_keys


def test_keys_are_read_from_the_environment() -> None:
    assert keys(ledger_keys({"SESSIONSMGMT_KEY": f" {encoded(KEY)}\n"})) == Keys(KEY)
    assert keys(ledger_keys({"SESSIONSMGMT_KEY": encoded(KEY), "SESSIONSMGMT_KEY_OLD": encoded(OTHER)})) == Keys(
        KEY, OTHER
    )
    assert keys(ledger_keys({"SESSIONSMGMT_KEY": encoded(KEY), "SESSIONSMGMT_KEY_OLD": " "})) == Keys(KEY)


NO_KEYS = ("x", encoded(KEY)[:-4], encoded(KEY + b"x"), "é" * 44, encoded(KEY) + "?")


@pytest.mark.parametrize("value", NO_KEYS)
@pytest.mark.parametrize("variable", ["SESSIONSMGMT_KEY", "SESSIONSMGMT_KEY_OLD"])
def test_a_key_that_is_none_says_how_to_make_one(variable: str, value: str) -> None:
    with pytest.raises(
        InputError, match=f"^{variable} is not the base64 of 32 bytes.*openssl rand -base64 32"
    ) as problem:
        keys(ledger_keys({"SESSIONSMGMT_KEY": encoded(KEY), variable: value}))
    assert value == "x" or value not in str(problem.value)


@pytest.mark.parametrize("environ", [{}, {"SESSIONSMGMT_KEY": " "}, {"SESSIONSMGMT_KEY_OLD": encoded(KEY)}])
def test_without_a_key_nothing_is_sealed(environ: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"^SESSIONSMGMT_KEY is not set"):
        keys(ledger_keys(environ))

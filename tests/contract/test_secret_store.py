"""What every place for a credential promises (see ``ports.SecretStore``)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from nacl.public import SealedBox

from sessionsmgmt.config.model import Scope
from sessionsmgmt.errors import InputError, RefusedError, UnreachableError
from sessionsmgmt.ports.credentials import Sealed
from tests.contract.secret_stores import NAME, SecretWorld
from tests.emulators.github import GitHubEmulator
from tests.settings import secret

VALUE = '{"refresh_token": "1//é 🤖"}\n'


@pytest.fixture(params=Scope)
def world(request: pytest.FixtureRequest) -> Iterator[SecretWorld]:
    with GitHubEmulator() as github:
        yield SecretWorld(github, request.param)
        assert github.violations == ()


def test_what_is_put_is_what_a_workflow_is_given(world: SecretWorld) -> None:
    store = world.open()

    assert store.written() is None
    assert store.put(store.seal(secret(VALUE)))
    assert world.secrets[NAME].value == VALUE.encode()
    assert store.written() == world.now


def test_the_sealed_text_opens_byte_for_byte_with_the_private_key_and_shows_nothing(world: SecretWorld) -> None:
    sealed = world.open().seal(secret(VALUE))

    assert SealedBox(world.secrets.key).decrypt(base64.b64decode(sealed.text, validate=True)) == VALUE.encode()
    assert sealed.key_id == world.secrets.key_id
    assert "refresh" not in sealed.text


def test_sealing_again_asks_nothing(world: SecretWorld) -> None:
    store = world.open()
    store.seal(secret("a"))
    asked = len(world.github.requests)

    assert store.seal(secret("b")) != store.seal(secret("b"))
    assert len(world.github.requests) == asked


def test_what_was_sealed_for_another_key_changes_nothing_and_the_new_key_is_taken(world: SecretWorld) -> None:
    store = world.open()
    assert store.put(store.seal(secret("first")))
    before = store.seal(secret("second"))
    world.secrets.rotate_key()

    assert not store.put(before)
    assert world.secrets.text(NAME) == "first"
    assert store.put(store.seal(secret("second")))
    assert world.secrets.text(NAME) == "second"


def test_what_somebody_else_sealed_can_be_put(world: SecretWorld) -> None:
    assert world.open().put(world.open().seal(secret("value")))
    assert world.secrets.text(NAME) == "value"


def test_when_it_was_written_moves_with_every_write(world: SecretWorld) -> None:
    store = world.open()
    store.put(store.seal(secret("a")))
    world.github.advance(timedelta(hours=1))
    store.put(store.seal(secret("a")))

    assert store.written() == world.now


def test_deleting_says_whether_there_was_one(world: SecretWorld) -> None:
    store = world.open()
    store.put(store.seal(secret("a")))

    assert store.delete()
    assert not store.delete()
    assert NAME not in world.secrets


def test_whoever_may_only_read_is_refused_and_told_what_it_takes(world: SecretWorld) -> None:
    world.secrets.put(NAME, b"a", world.now)
    store = world.open("read")
    sealed = store.seal(secret("b"))

    acts: list[Callable[[], object]] = [lambda: store.put(sealed), store.delete]
    for act in acts:
        with pytest.raises(RefusedError, match=r"_?(secrets|environments): write"):
            act()
    assert world.secrets.text(NAME) == "a"


def test_a_store_that_is_out_of_order_is_tried_for_a_while(world: SecretWorld) -> None:
    store = world.open()
    sealed = store.seal(secret("a"))
    world.block()
    acts: list[Callable[[], object]] = [lambda: store.put(sealed), store.written, store.delete]
    for act in acts:
        with pytest.raises(UnreachableError):
            act()
    assert len(world.github.requests) > 12


def test_a_value_that_is_too_large_is_refused_before_anything_is_asked(world: SecretWorld) -> None:
    store = world.open()
    with pytest.raises(InputError, match="48 KB"):
        store.seal(secret("é" * (24 * 1024 + 1)))
    assert world.github.requests == ()
    assert store.put(store.seal(secret("é" * (24 * 1024))))


def test_a_text_that_was_never_sealed_is_not_taken(world: SecretWorld) -> None:
    store = world.open()
    known = store.seal(secret("a")).key_id

    assert not store.put(Sealed(base64.b64encode(b"in clear").decode(), known))
    assert NAME not in world.secrets


def test_it_says_what_it_is_and_how_it_is_done_by_hand(world: SecretWorld) -> None:
    store = world.open()
    sealed = store.seal(secret("a"))

    assert NAME in store.title
    line = store.by_hand(sealed)
    assert line.startswith("gh api -X PUT ")
    assert f"encrypted_value={sealed.text} -f key_id={sealed.key_id}" in line
    assert "\n" not in line

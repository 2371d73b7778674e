"""The order of a rotation, against a store and a provider that are as strict as any, and may stop at any moment."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionsmgmt.application.credentials.rotation import is_due, keep, recover, recovery, rotate
from sessionsmgmt.domain.model.warning import ReportWarning
from sessionsmgmt.errors import ConsentError, RefusedError, SessionsError, UnreachableError
from sessionsmgmt.ports.credentials import Renewed, Sealed
from tests.settings import secret
from tests.unit.application.secret_world import StoppedError, World

NOW = datetime(2026, 11, 6, 23, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def test_storing_is_tried_before_the_provider_is_asked_and_what_it_issued_is_stored_before_it_is_used() -> None:
    world = World()
    rotation = rotate(secret("token 0"), world, world, None, clock)

    assert world.calls == ["put", "renew", "put", "renew", "put"]
    assert world.used == ["token 0", "token 1"]
    assert rotation.issued
    assert rotation.credential.reveal() == world.stored


def test_the_same_credential_back_is_written_once() -> None:
    world = World(renews=False)
    rotation = rotate(secret("token 0"), world, world, NOW, clock)

    assert world.calls == ["written", "put", "renew"]
    assert not rotation.issued


@given(st.integers(0, 6), st.booleans())
def test_wherever_it_stops_the_secret_holds_a_credential_that_works(last: int, renews: bool) -> None:
    world = World(last=last, renews=renews)
    with suppress(StoppedError):
        rotate(secret("token 0"), world, world, NOW, clock)
    assert world.works(world.stored)


@given(st.lists(st.sampled_from([None, "refused", "unreachable"]), max_size=8), st.integers(1, 3))
def test_whatever_fails_the_secret_holds_a_credential_that_works_or_it_is_in_a_persons_hand(
    faults: list[str | None], key: int
) -> None:
    errors = {"refused": RefusedError("No."), "unreachable": UnreachableError("Nobody.")}
    world = World(faults=[errors[fault] if fault else None for fault in faults], key=key)
    try:
        rotation = rotate(secret("token 0"), world, world, NOW, clock)
    except SessionsError:
        assert world.stored == "token 0"
    else:
        assert rotation.credential.reveal() == world.stored
        assert bool(rotation.recovery) <= bool(rotation.trouble)
    assert world.works(world.stored)


@pytest.mark.parametrize(("ago", "stale"), [(timedelta(seconds=1), False), (timedelta(0), True), (-timedelta(1), True)])
def test_a_copy_that_may_be_older_than_what_is_stored_is_not_written(ago: timedelta, stale: bool) -> None:
    world = World(written_at=NOW - ago)
    rotation = rotate(secret("token 0"), world, world, NOW.replace(microsecond=999_999), clock)

    assert rotation.stale is stale
    assert (world.calls == ["written"]) is stale


def test_what_could_not_be_stored_is_sealed_and_the_job_goes_on_with_what_is_stored() -> None:
    world = World(faults=[None, None, UnreachableError("Nobody.")])
    rotation = rotate(secret("token 0"), world, world, None, clock)

    assert rotation.recovery is not None
    assert rotation.trouble is not None
    assert isinstance(rotation.trouble, UnreachableError)
    assert (rotation.credential.reveal(), world.stored) == ("token 0", "token 0")
    assert rotation.recovery.by_hand == "store token 1"
    assert rotation.recovery.meanwhile == "The former works."
    sealed, at = recovery(str(dict(rotation.recovery.document())).replace("'", '"'))
    recover(sealed, at, world)
    assert world.stored == "token 1"


def test_an_issued_credential_that_does_not_work_gives_way_to_the_one_before() -> None:
    world = World(faults=[None, None, None, ConsentError("No.")])
    rotation = rotate(secret("token 0"), world, world, None, clock)

    assert (rotation.credential.reveal(), world.stored) == ("token 0", "token 0")
    assert isinstance(rotation.trouble, UnreachableError)
    assert rotation.recovery is None


def test_the_one_before_can_be_stored_by_hand_where_it_could_not_be_stored_again() -> None:
    warning = ReportWarning("a", "b")
    refusal = RefusedError("The secret may not be written.")
    world = World(faults=[None, None, None, ConsentError("No."), refusal], warnings=(warning,))
    rotation = rotate(secret("token 0"), world, world, None, clock)

    assert rotation.credential.reveal() == "token 0"
    assert rotation.trouble is refusal
    assert rotation.recovery is not None
    assert rotation.recovery.by_hand == "store token 0"
    assert rotation.warnings == (warning,)


def test_a_rotation_shows_no_credential() -> None:
    world = World()
    assert "token" not in repr(rotate(secret("token 0"), world, world, None, clock))
    assert "token" not in repr(Renewed(secret("token 0"), warnings=(ReportWarning("a", "b"),)))


def test_a_key_that_changes_twice_in_a_moment_is_an_error_and_changes_nothing() -> None:
    world = World(key=2)
    keep(secret("token 9"), world)
    assert world.calls == ["put", "key", "put"]
    assert world.stored == "token 9"

    refusing = RefusingStore()
    with pytest.raises(RefusedError, match="newest key"):
        keep(secret("token 9"), refusing)
    assert refusing.calls == ["put", "key", "put"]


class RefusingStore(World):
    def put(self, sealed: Sealed) -> bool:
        self.moment("put")
        del sealed
        self.known = 0
        return False


@pytest.mark.parametrize(
    ("written", "due"), [(None, True), (NOW - timedelta(days=7), True), (NOW - timedelta(days=6), False), (NOW, False)]
)
def test_it_is_due_once_the_secret_is_old_enough_or_is_not_there(written: datetime | None, due: bool) -> None:
    assert is_due(written, timedelta(days=7), NOW) is due


def test_what_was_sealed_before_something_newer_was_written_is_not_stored() -> None:
    world = World(written_at=NOW + timedelta(seconds=1))
    with pytest.raises(RefusedError, match="newer"):
        recover(Sealed("token 1", "1"), NOW, world)
    assert world.stored == "token 0"

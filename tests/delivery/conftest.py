"""What the tests of delivery share: one nursery for all the processes of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.delivery.nurse import Nursery, nursery


@pytest.fixture(scope="module")
def processes() -> Iterator[Nursery]:
    """Where processes come from."""
    with nursery() as all_of_them:
        yield all_of_them

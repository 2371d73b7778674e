"""What the tests of delivery share: one fork server for all the processes of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.delivery.fork_client import ForkServer, fork_server


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServer]:
    """Where processes come from."""
    with fork_server() as all_of_them:
        yield all_of_them

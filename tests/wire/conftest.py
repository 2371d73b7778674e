from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wire.google import Club, google


@pytest.fixture
def club() -> Iterator[Club]:
    with google() as emulated:
        yield emulated
